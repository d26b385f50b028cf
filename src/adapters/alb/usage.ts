import {
  type ElasticLoadBalancingV2,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { BalancingUsage } from '../../domain/quotas.ts'
import { clusterTags } from '../../domain/remains.ts'
import { askForAll } from '../aws-errors.ts'
import { tagsOfThoseThere } from './tags.ts'

/** ELB counts nothing by itself: all are listed. */
export async function usage(client: ElasticLoadBalancingV2, blue: string, green: string): Promise<BalancingUsage> {
  const [balancers, groups] = await Promise.all([
    askForAll(
      'DescribeLoadBalancers',
      (o) => paginateDescribeLoadBalancers({ client }, {}, o),
      (page) => page.LoadBalancers,
    ),
    askForAll(
      'DescribeTargetGroups',
      (o) => paginateDescribeTargetGroups({ client }, {}, o),
      (page) => page.TargetGroups,
    ),
  ])
  const arnsOf = (type: 'application' | 'network') =>
    balancers.flatMap(({ LoadBalancerArn, Type }) => (Type === type ? (LoadBalancerArn ?? []) : []))
  const [application, network] = [arnsOf('application'), arnsOf('network')]
  const targetGroups = groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? [])
  const tags = await tagsOfThoseThere(client, [...application, ...network, ...targetGroups])
  const of = (arns: readonly string[]) => {
    const its = (cluster: string) =>
      arns.filter((arn) => clusterTags(cluster).some(([key, value]) => tags[arn]?.[key] === value))
    return { used: arns.length, ofBlue: its(blue), ofGreen: its(green).length }
  }
  return { application: of(application), network: of(network), targetGroups: of(targetGroups) }
}
