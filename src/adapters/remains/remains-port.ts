import { type CloudWatchLogs, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import {
  type EC2,
  type Filter,
  paginateDescribeLaunchTemplates,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeVolumes,
  type Tag,
} from '@aws-sdk/client-ec2'
import {
  type ElasticLoadBalancingV2,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RemainsPort } from '../../activities/ports.ts'
import { logGroupOf } from '../../domain/log-groups.ts'
import { clusterTags, isGroupOf, type Remains } from '../../domain/remains.ts'
import { tagsOfThoseThere } from '../alb/tags.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { askForAll } from '../aws-errors.ts'

interface Clients {
  readonly ec2: EC2
  readonly elb: ElasticLoadBalancingV2
  readonly logs: CloudWatchLogs
}

/** Each service by itself: the tagging API forgets slowly what was deleted, and knows no names. */
export const remains = (clients: Clients): RemainsPort => ({
  async ofCluster(cluster) {
    const told = await each([loadBalancers, targetGroups, inEc2, logGroups], (search) => search(clients, cluster))
    return [...new Map(told.flat().map((it) => [it.id, it])).values()]
  },
})

async function loadBalancers({ elb }: Clients, cluster: string): Promise<Remains[]> {
  const all = await askForAll(
    'DescribeLoadBalancers',
    (o) => paginateDescribeLoadBalancers({ client: elb }, {}, o),
    (page) => page.LoadBalancers,
  )
  const some = all.map(({ LoadBalancerArn: id = '', LoadBalancerName: name = '' }) => ({ id, name }))
  return tagged(elb, 'load balancer', some, cluster)
}

async function targetGroups({ elb }: Clients, cluster: string): Promise<Remains[]> {
  const all = await askForAll(
    'DescribeTargetGroups',
    (o) => paginateDescribeTargetGroups({ client: elb }, {}, o),
    (page) => page.TargetGroups,
  )
  const some = all.map(({ TargetGroupArn: id = '', TargetGroupName: name = '' }) => ({ id, name }))
  return tagged(elb, 'target group', some, cluster)
}

/** ELB cannot be asked for what has a tag. */
async function tagged(
  elb: ElasticLoadBalancingV2,
  kind: Remains['kind'],
  some: readonly { readonly id: string; readonly name: string }[],
  cluster: string,
): Promise<Remains[]> {
  const tags = await tagsOfThoseThere(
    elb,
    some.map(({ id }) => id),
  )
  return some
    .map((it) => ({ kind, ...it, tags: tags[it.id] ?? {} }))
    .filter((it) => clusterTags(cluster).some(([key, value]) => it.tags[key] === value))
}

async function inEc2({ ec2 }: Clients, cluster: string): Promise<Remains[]> {
  const byTags = clusterTags(cluster).map(([key, value]): Filter[] => [{ Name: `tag:${key}`, Values: [value] }])
  const groupName: Filter[] = [{ Name: 'group-name', Values: [`eks-cluster-sg-${cluster}-*`] }]
  // https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html: those of its control plane.
  const description: Filter[] = [{ Name: 'description', Values: [`Amazon EKS ${cluster}`] }]
  const volumes = await each(byTags, (Filters) =>
    askForAll(
      `DescribeVolumes of ${cluster}`,
      (o) => paginateDescribeVolumes({ client: ec2 }, { Filters }, o),
      (page) => page.Volumes,
    ),
  )
  const groups = await each([...byTags, groupName], (Filters) =>
    askForAll(
      `DescribeSecurityGroups of ${cluster}`,
      (o) => paginateDescribeSecurityGroups({ client: ec2 }, { Filters }, o),
      (page) => page.SecurityGroups,
    ),
  )
  const interfaces = await each([...byTags, description], (Filters) =>
    askForAll(
      `DescribeNetworkInterfaces of ${cluster}`,
      (o) => paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters }, o),
      (page) => page.NetworkInterfaces,
    ),
  )
  const templates = await each(byTags, (Filters) =>
    askForAll(
      `DescribeLaunchTemplates of ${cluster}`,
      (o) => paginateDescribeLaunchTemplates({ client: ec2 }, { Filters }, o),
      (page) => page.LaunchTemplates,
    ),
  )
  return [
    ...volumes.flat().map((v) => ({
      kind: 'volume' as const,
      id: v.VolumeId ?? '',
      tags: read(v.Tags),
      ...(v.Size !== undefined && { gigabytes: v.Size }),
    })),
    ...groups
      .flat()
      .map((g) => ({
        kind: 'security group' as const,
        id: g.GroupId ?? '',
        name: g.GroupName ?? '',
        tags: read(g.Tags),
      }))
      .filter((g) => isGroupOf(cluster, g)),
    ...interfaces.flat().map((i) => ({
      kind: 'network interface' as const,
      id: i.NetworkInterfaceId ?? '',
      name: i.Description ?? '',
      tags: read(i.TagSet),
    })),
    ...templates.flat().map((t) => ({
      kind: 'launch template' as const,
      id: t.LaunchTemplateId ?? '',
      name: t.LaunchTemplateName ?? '',
      tags: read(t.Tags),
    })),
  ]
}

async function logGroups({ logs }: Clients, cluster: string): Promise<Remains[]> {
  const name = logGroupOf(cluster)
  const all = await askForAll(
    `DescribeLogGroups ${name}`,
    (o) => paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix: name }, o),
    (page) => page.logGroups,
  )
  return all
    .filter(({ logGroupName }) => logGroupName === name)
    .map(({ storedBytes = 0, creationTime }) => ({
      kind: 'log group',
      id: name,
      tags: {},
      gigabytes: storedBytes / 1e9,
      ...(creationTime !== undefined && { madeAt: new Date(creationTime).toISOString() }),
    }))
}

const read = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
