import {
  type ElasticLoadBalancingV2,
  type LoadBalancer,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Balancer } from '../../activities/ports.ts'
import { hostOf, sameHost } from '../../domain/weighted-records.ts'
import { askForAll } from '../aws-errors.ts'

/** ELB has no question for the load balancer that answers at a name: all of them are asked for. */
const allOf = (client: ElasticLoadBalancingV2): Promise<readonly LoadBalancer[]> =>
  askForAll(
    'DescribeLoadBalancers',
    (o) => paginateDescribeLoadBalancers({ client }, {}, o),
    (page) => page.LoadBalancers,
  )

export async function findBalancer(client: ElasticLoadBalancingV2, host: string): Promise<Balancer | undefined> {
  const all = await allOf(client)
  const found = all.find(({ DNSName = '', State }) => sameHost(DNSName, host) && State?.Code === 'active')
  const { LoadBalancerArn: arn, DNSName: name, CanonicalHostedZoneId: zone } = found ?? {}
  const zones = found?.AvailabilityZones?.length ?? 0
  return arn === undefined || name === undefined || zone === undefined
    ? undefined
    : { arn, name: hostOf(name), zone, zones }
}

/**
 * ELB tells those that were chosen for it alone, which are those that do not change.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAddress.html
 */
export async function addressesOf(client: ElasticLoadBalancingV2, hosts: readonly string[]) {
  const wanted = new Set(hosts.map(hostOf))
  return (await allOf(client)).flatMap(({ DNSName = '', AvailabilityZones = [] }) => {
    const host = hostOf(DNSName)
    if (!wanted.has(host)) return []
    const chosen = AvailabilityZones.flatMap((zone) => zone.LoadBalancerAddresses ?? [])
    return chosen
      .flatMap(({ IpAddress, PrivateIPv4Address, IPv6Address }) => [IpAddress, PrivateIPv4Address, IPv6Address])
      .flatMap((address) => (address === undefined ? [] : [{ host, address }]))
  })
}
