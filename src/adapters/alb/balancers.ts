import { type ElasticLoadBalancingV2, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Balancer } from '../../activities/ports.ts'
import { hostOf, sameHost } from '../../domain/weighted-records.ts'
import { askForAll } from '../aws-errors.ts'

/** ELB has no question for the load balancer that answers at a name: all of them are asked for. */
export async function findBalancer(client: ElasticLoadBalancingV2, host: string): Promise<Balancer | undefined> {
  const all = await askForAll(
    'DescribeLoadBalancers',
    (o) => paginateDescribeLoadBalancers({ client }, {}, o),
    (page) => page.LoadBalancers,
  )
  const found = all.find(({ DNSName = '', State }) => sameHost(DNSName, host) && State?.Code === 'active')
  const { LoadBalancerArn: arn, DNSName: name, CanonicalHostedZoneId: zone } = found ?? {}
  return arn === undefined || name === undefined || zone === undefined ? undefined : { arn, name: hostOf(name), zone }
}
