import {
  type EC2,
  type IpPermission,
  paginateDescribeNetworkInterfaces,
  type Tag,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  type Subnet,
} from '@aws-sdk/client-ec2'
import type { NetworkPort } from '../../activities/ports.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'
import { askForAll } from '../aws-errors.ts'
import { FILTER_VALUES } from './filters.ts'

export const network = (client: EC2): NetworkPort => ({
  async zonesOf(subnets) {
    const told = await subnetsOf(client, subnets)
    return new Set(told.flatMap(({ AvailabilityZone }) => AvailabilityZone ?? []))
  },

  async subnets(ids) {
    const told = await subnetsOf(client, ids)
    return told.map(
      ({
        SubnetId: id = '',
        AvailabilityZone: zone = '',
        CidrBlock: cidr = '',
        AvailableIpAddressCount: free = 0,
      }) => ({
        id,
        zone,
        cidr,
        free,
      }),
    )
  },

  async taken(subnets) {
    const told = await each(batches([...new Set(subnets)], FILTER_VALUES), (Values) =>
      askForAll(
        `DescribeNetworkInterfaces ${Values.join(' ')}`,
        (o) => paginateDescribeNetworkInterfaces({ client }, { Filters: [{ Name: 'subnet-id', Values }] }, o),
        (page) => page.NetworkInterfaces,
      ),
    )
    return told.flat().map(({ SubnetId: subnet = '', PrivateIpAddresses = [], Ipv4Prefixes = [] }) => ({
      subnet,
      addresses: PrivateIpAddresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
      prefixes: Ipv4Prefixes.flatMap(({ Ipv4Prefix }) => Ipv4Prefix ?? []),
    }))
  },

  async rulesNaming(group) {
    const told = await each(['in', 'out'] as const, async (direction) => {
      const Name = direction === 'in' ? 'ip-permission.group-id' : 'egress.ip-permission.group-id'
      const groups = await askForAll(
        `DescribeSecurityGroups ${group}`,
        (o) => paginateDescribeSecurityGroups({ client }, { Filters: [{ Name, Values: [group] }] }, o),
        (page) => page.SecurityGroups,
      )
      return groups.flatMap(
        ({ GroupId = '', GroupName = '', IpPermissions, IpPermissionsEgress }) =>
          (direction === 'in' ? IpPermissions : IpPermissionsEgress)?.filter(isAbout(group)).map((rule) => ({
            group: GroupId,
            name: GroupName,
            direction,
            protocol: rule.IpProtocol ?? '-1',
            ...(rule.FromPort !== undefined && { from: rule.FromPort }),
            ...(rule.ToPort !== undefined && { to: rule.ToPort }),
          })) ?? [],
      )
    })
    return told.flat()
  },

  async letInto(group) {
    const groups = await askForAll(
      `DescribeSecurityGroups ${group}`,
      (o) => paginateDescribeSecurityGroups({ client }, { Filters: [{ Name: 'group-id', Values: [group] }] }, o),
      (page) => page.SecurityGroups,
    )
    return groups
      .flatMap(({ IpPermissions = [] }) => IpPermissions)
      .flatMap((rule) =>
        sourcesOf(rule).map((source) => ({
          ...source,
          protocol: rule.IpProtocol ?? '-1',
          ...(rule.FromPort !== undefined && { from: rule.FromPort }),
          ...(rule.ToPort !== undefined && { to: rule.ToPort }),
        })),
      )
  },

  async tagged(key, value) {
    const Filters = [value === undefined ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] }]
    const [subnets, groups] = await Promise.all([
      askForAll(
        `DescribeSubnets ${key}`,
        (o) => paginateDescribeSubnets({ client }, { Filters }, o),
        (page) => page.Subnets,
      ),
      askForAll(
        `DescribeSecurityGroups ${key}`,
        (o) => paginateDescribeSecurityGroups({ client }, { Filters }, o),
        (page) => page.SecurityGroups,
      ),
    ])
    return [
      ...subnets.map(({ SubnetId = '', Tags }) => ({ id: SubnetId, name: '', tags: tagsOf(Tags) })),
      ...groups.map(({ GroupId = '', GroupName = '', Tags }) => ({ id: GroupId, name: GroupName, tags: tagsOf(Tags) })),
    ]
  },
})

async function subnetsOf(client: EC2, ids: readonly string[]): Promise<Subnet[]> {
  const told = await each(batches([...new Set(ids)], FILTER_VALUES), (Values) =>
    // By a filter: one id that is gone would fail the whole list.
    askForAll(
      `DescribeSubnets ${Values.join(' ')}`,
      (o) => paginateDescribeSubnets({ client }, { Filters: [{ Name: 'subnet-id', Values }] }, o),
      (page) => page.Subnets,
    ),
  )
  return told.flat()
}
const tagsOf = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))

const sourcesOf = ({ UserIdGroupPairs = [], IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] }: IpPermission) =>
  [
    ...UserIdGroupPairs.map(({ GroupId, Description }) => ({ source: GroupId, description: Description })),
    ...IpRanges.map(({ CidrIp, Description }) => ({ source: CidrIp, description: Description })),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => ({ source: CidrIpv6, description: Description })),
    ...PrefixListIds.map(({ PrefixListId, Description }) => ({ source: PrefixListId, description: Description })),
  ].map(({ source = 'nobody named', description = '' }) => ({ source, description }))

const isAbout =
  (group: string) =>
  ({ UserIdGroupPairs = [] }: IpPermission): boolean =>
    UserIdGroupPairs.some((pair) => pair.GroupId === group)
