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

/** Their tags, as somebody told them. */
export class SubnetTags implements Readonly<SandboxAws['subnets']> {
  readonly all = new Map<string, Map<string, string>>()

  tag(id: string, tags: Readonly<Record<string, string>>): void {
    this.all.set(id, new Map([...(this.all.get(id) ?? []), ...Object.entries(tags)]))
  }
}

export const subnetOperations = (region: string, tags: SubnetTags) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
    DescribeSubnets: (({ SubnetIds, Filters = [], NextToken, MaxResults }) => {
      const lost = SubnetIds?.find((id) => zones[id] === undefined)
      if (lost !== undefined) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${lost}' does not exist`)
      const matching = (SubnetIds ?? subnetIds).filter((id) =>
        Filters.every((f) => passes('DescribeSubnets', f, tags.all.get(id) ?? new Map(), { 'subnet-id': id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      const Subnets = items.map((SubnetId) => ({
        SubnetId,
        AvailabilityZone: `${region}${zones[SubnetId] ?? ''}`,
        Tags: told(tags.all.get(SubnetId) ?? new Map()),
      }))
      return { Subnets, NextToken: next }
    }) satisfies Serve<DescribeSubnetsRequest, DescribeSubnetsResult>,
  }) satisfies Operations
