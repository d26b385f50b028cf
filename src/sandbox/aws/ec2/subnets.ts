import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
} from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes } from './tags.ts'

/** The only ones that there are: those of a seeded cluster. Nothing is behind them. */
const zones: Readonly<Record<string, string>> = {
  'subnet-0a1a1a1a1a1a1a1a1': 'a',
  'subnet-0c2c2c2c2c2c2c2c2': 'c',
  'subnet-0d3d3d3d3d3d3d3d3': 'd',
}

export const subnetIds: readonly string[] = Object.keys(zones)

export const zoneOf = (subnet: string | undefined, region: string): string | undefined => {
  const letter = zones[subnet ?? '']
  return letter === undefined ? undefined : `${region}${letter}`
}

/** AWS keeps five addresses of each. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const FREE = 2 ** 12 - 5

interface Told {
  readonly free?: number
  readonly addresses?: readonly string[]
  readonly prefixes?: readonly string[]
}

/** A /20 each, empty but for what somebody told: how many addresses are free, and what an interface in it has. */
export class Subnets implements Readonly<SandboxAws['subnets']> {
  readonly told = new Map<string, Told>()

  set(id: string, told: Told): void {
    this.told.set(id, told)
  }
}

export const subnetOperations = (region: string, { told }: Subnets) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
    DescribeSubnets: (({ SubnetIds, Filters = [], NextToken, MaxResults }) => {
      const lost = SubnetIds?.find((id) => zones[id] === undefined)
      if (lost !== undefined) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${lost}' does not exist`)
      const matching = (SubnetIds ?? subnetIds).filter((id) =>
        Filters.every((f) => passes('DescribeSubnets', f, new Map(), { 'subnet-id': id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      const Subnets = items.map((SubnetId) => ({
        SubnetId,
        AvailabilityZone: `${region}${zones[SubnetId] ?? ''}`,
        CidrBlock: `10.0.${16 * subnetIds.indexOf(SubnetId)}.0/20`,
        AvailableIpAddressCount: told.get(SubnetId)?.free ?? FREE,
      }))
      return { Subnets, NextToken: next }
    }) satisfies Serve<DescribeSubnetsRequest, DescribeSubnetsResult>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
    DescribeNetworkInterfaces: (({ Filters = [], NextToken, MaxResults }) => {
      const matching = [...told].filter(([id]) =>
        Filters.every((f) => passes('DescribeNetworkInterfaces', f, new Map(), { 'subnet-id': id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      const NetworkInterfaces = items.map(([SubnetId, { addresses = [], prefixes = [] }]) => ({
        SubnetId,
        PrivateIpAddresses: addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
        Ipv4Prefixes: prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
      }))
      return { NetworkInterfaces, NextToken: next }
    }) satisfies Serve<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>,
  }) satisfies Operations
