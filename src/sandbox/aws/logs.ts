import type { DescribeLogGroupsRequest, DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsIdentity, SandboxAws } from '../types.ts'
import { page, type Operations, type Serve } from './protocol/operations.ts'

/** Log groups with what they keep, as somebody told of them: nothing of the sandbox logs there. */
export class LogGroups implements Readonly<SandboxAws['logs']> {
  readonly all = new Map<string, number>()

  keep(name: string, bytes: number): void {
    this.all.set(name, bytes)
  }
}

export const logOperations = ({ all }: LogGroups, { account, region }: Pick<AwsIdentity, 'account' | 'region'>) =>
  ({
    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
    DescribeLogGroups: (({ logGroupNamePrefix = '', nextToken, limit }) => {
      const matching = [...all].filter(([name]) => name.startsWith(logGroupNamePrefix))
      const { items, next } = page(matching, nextToken, limit, 50)
      return {
        logGroups: items.map(([logGroupName, storedBytes]) => ({
          logGroupName,
          storedBytes,
          arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*`,
        })),
        nextToken: next,
      }
    }) satisfies Serve<DescribeLogGroupsRequest, DescribeLogGroupsResponse>,
  }) satisfies Operations
