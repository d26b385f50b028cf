import type { DescribeSubnetsRequest, DescribeSubnetsResult } from '@aws-sdk/client-ec2'
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

export const subnetOperations = (region: string) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
    DescribeSubnets: (({ SubnetIds, Filters = [], NextToken, MaxResults }) => {
      const lost = SubnetIds?.find((id) => zones[id] === undefined)
      if (lost !== undefined) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${lost}' does not exist`)
      const matching = (SubnetIds ?? subnetIds).filter((id) =>
        Filters.every((f) => passes('DescribeSubnets', f, new Map(), { 'subnet-id': id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      const Subnets = items.map((SubnetId) => ({ SubnetId, AvailabilityZone: `${region}${zones[SubnetId] ?? ''}` }))
      return { Subnets, NextToken: next }
    }) satisfies Serve<DescribeSubnetsRequest, DescribeSubnetsResult>,
  }) satisfies Operations
