import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { AwsIdentity, SandboxAws } from '../types.ts'
import type { Needs } from './authorization/needs.ts'
import { AwsError, invalidParameter } from './errors.ts'
import { page, type Given, type Operations, type Serve } from './protocol/operations.ts'

interface Group {
  storedBytes?: number
  retentionInDays?: number
  readonly kmsKeyId?: string
}

/** Log groups without logs: EKS makes one for a cluster that writes any, and nothing takes it away. */
export class LogGroups implements Readonly<SandboxAws['logs']> {
  readonly all = new Map<string, Group>()

  make(name: string, group: Group = {}): void {
    if (!this.all.has(name)) this.all.set(name, { storedBytes: 0, ...group })
  }

  settings(name: string) {
    const { storedBytes: _stored, ...settings } = this.all.get(name) ?? {}
    return this.all.has(name) ? settings : undefined
  }

  keep(name: string, bytes: number): void {
    this.all.set(name, { ...this.all.get(name), storedBytes: bytes })
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const DAYS: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

export const logOperations = ({ all }: LogGroups, { account, region }: Pick<AwsIdentity, 'account' | 'region'>) =>
  ({
    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
    DescribeLogGroups: (({ logGroupNamePrefix = '', nextToken, limit }) => {
      const matching = [...all].filter(([name]) => name.startsWith(logGroupNamePrefix))
      const { items, next } = page(matching, nextToken, limit, 50)
      return {
        logGroups: items.map(([logGroupName, group]) => ({
          logGroupName,
          ...group,
          arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*`,
        })),
        nextToken: next,
      }
    }) satisfies Serve<DescribeLogGroupsRequest, DescribeLogGroupsResponse>,

    PutRetentionPolicy: (({ logGroupName, retentionInDays }) => {
      const group = all.get(logGroupName)
      if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
      if (!DAYS.has(retentionInDays)) throw invalidParameter(`retentionInDays cannot be ${retentionInDays}`)
      group.retentionInDays = retentionInDays
      return {}
    }) satisfies Serve<PutRetentionPolicyRequest, object>,
  }) satisfies Operations

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export const logNeeds = ({ account, region }: Pick<AwsIdentity, 'account' | 'region'>): Needs => {
  const group = (action: string, name: string) => [
    { action: `logs:${action}`, resource: `arn:aws:logs:${region}:${account}:log-group:${name}:log-stream:` },
  ]
  return {
    DescribeLogGroups: ({ logGroupNamePrefix = '' }: DescribeLogGroupsRequest) =>
      group('DescribeLogGroups', logGroupNamePrefix),
    PutRetentionPolicy: ({ logGroupName }: Given<PutRetentionPolicyRequest>) =>
      group('PutRetentionPolicy', logGroupName),
  } satisfies Needs
}
