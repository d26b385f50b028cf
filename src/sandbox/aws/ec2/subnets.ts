import type { DescribeSubnetsRequest, DescribeSubnetsResult } from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, told } from './tags.ts'

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

/** A /20 each, with the tags that somebody told, and as full as somebody told. */
export class Subnets implements Readonly<SandboxAws['subnets']> {
  readonly free = new Map<string, number>()
  readonly tags = new Map<string, Map<string, string>>()

  set(id: string, { free }: { readonly free: number }): void {
    this.free.set(id, free)
  }

  tag(id: string, tags: Readonly<Record<string, string>>): void {
    this.tags.set(id, new Map([...(this.tags.get(id) ?? []), ...Object.entries(tags)]))
  }

  untag(id: string, key: string): void {
    this.tags.get(id)?.delete(key)
  }

  inventory() {
    return subnetIds.map((id) => ({ id, tags: Object.fromEntries(this.tags.get(id) ?? []) }))
  }
}

export const subnetOperations = (region: string, subnets: Subnets) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
    DescribeSubnets: (({ SubnetIds, Filters = [], NextToken, MaxResults }) => {
      const lost = SubnetIds?.find((id) => zones[id] === undefined)
      if (lost !== undefined) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${lost}' does not exist`)
      const matching = (SubnetIds ?? subnetIds).filter((id) =>
        Filters.every((f) => passes('DescribeSubnets', f, subnets.tags.get(id) ?? new Map(), { 'subnet-id': id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      const Subnets = items.map((SubnetId) => ({
        SubnetId,
        AvailabilityZone: `${region}${zones[SubnetId] ?? ''}`,
        CidrBlock: `10.0.${16 * subnetIds.indexOf(SubnetId)}.0/20`,
        AvailableIpAddressCount: subnets.free.get(SubnetId) ?? FREE,
        Tags: told(subnets.tags.get(SubnetId) ?? new Map()),
      }))
      return { Subnets, NextToken: next }
    }) satisfies Serve<DescribeSubnetsRequest, DescribeSubnetsResult>,
  }) satisfies Operations
