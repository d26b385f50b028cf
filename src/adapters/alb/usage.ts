import {
  type ElasticLoadBalancingV2,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { BalancingUsage } from '../../domain/quotas.ts'
import { clusterTags } from '../../domain/remains.ts'
import { askForAll } from '../aws-errors.ts'
import { tagsOf } from './tags.ts'

/** ELB counts nothing by itself: all are listed. */
export async function usage(client: ElasticLoadBalancingV2, cluster: string): Promise<BalancingUsage> {
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
  const tags = await tagsOf(
    client,
    balancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []),
  )
  const isOfCluster = (arn = '') => clusterTags(cluster).some(([key, value]) => tags[arn]?.[key] === value)
  const of = (type: 'application' | 'network') => {
    const some = balancers.filter((b) => b.Type === type)
    return { used: some.length, ofCluster: some.filter((b) => isOfCluster(b.LoadBalancerArn)).length }
  }
  return { application: of('application'), network: of('network'), targetGroups: groups.length }
}
