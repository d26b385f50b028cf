import { randomUUID } from 'node:crypto'
import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  GetQueryResultsRequest,
  GetQueryResultsResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  PutRetentionPolicyRequest,
  StartQueryRequest,
  StartQueryResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { AwsIdentity, SandboxAws } from '../types.ts'
import { anywhere, tagged, tagging, type Needs } from './authorization/needs.ts'
import { AwsError, invalidParameter } from './errors.ts'
import { understood } from './logs-insights.ts'
import { page, type Given, type Operations, type Serve } from './protocol/operations.ts'

interface Group {
  readonly creationTime: number
  storedBytes?: number
  retentionInDays?: number
  readonly kmsKeyId?: string
}

interface Query {
  /** Looked for while it is asked for the first time: an answer takes seconds there. */
  looked: boolean
  readonly answer: () => GetQueryResultsResponse
}

/** EKS makes one for a cluster that writes any log, and nothing takes it away. Lines are kept by whoever writes them. */
export class LogGroups implements Readonly<SandboxAws['logs']> {
  readonly all = new Map<string, Group>()
  readonly tags = new Map<string, Readonly<Record<string, string>>>()

  inventory() {
    return [...this.all].map(([name, { storedBytes: _stored, creationTime: _made, ...settings }]) => ({
      name,
      ...settings,
      tags: this.tags.get(name) ?? {},
    }))
  }

  make(name: string, { madeAt, ...group }: Parameters<SandboxAws['logs']['make']>[1] = {}): void {
    const creationTime = madeAt === undefined ? Date.now() : Date.parse(madeAt)
    if (!this.all.has(name)) this.all.set(name, { creationTime, storedBytes: 0, ...group })
  }

  untag(name: string, key: string): void {
    const { [key]: _off, ...others } = this.tags.get(name) ?? {}
    this.tags.set(name, others)
  }

  readonly feeds = new Map<string, Parameters<SandboxAws['logs']['feed']>[1]>()
  readonly queries = new Map<string, Query>()

  feed(name: string, lines: Parameters<SandboxAws['logs']['feed']>[1]): void {
    this.feeds.set(name, lines)
  }

  settings(name: string) {
    const group = this.all.get(name)
    if (!group) return undefined
    const { storedBytes: _stored, creationTime: _made, ...settings } = group
    return settings
  }

  keep(name: string, bytes: number): void {
    this.all.set(name, { creationTime: Date.now(), ...this.all.get(name), storedBytes: bytes })
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const DAYS: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

/** 1 to 512 of these: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/

const noSuchGroup = () => new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')

/** The end of an ARN, with or without its streams. */
const nameIn = (arn: string): string => arn.replace(/^.*:log-group:/, '').replace(/:\*$/, '')

export const logOperations = (
  { all, tags: tagsOf, feeds, queries }: LogGroups,
  { account, region }: Pick<AwsIdentity, 'account' | 'region'>,
) =>
  ({
    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
    CreateLogGroup: (({ logGroupName: name, kmsKeyId, tags }) => {
      if (!NAME.test(name)) throw invalidParameter(`${name} is no name of a log group`)
      if (all.has(name)) throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists')
      all.set(name, { creationTime: Date.now(), storedBytes: 0, ...(kmsKeyId !== undefined && { kmsKeyId }) })
      if (tags) tagsOf.set(name, { ...tags })
      return {}
    }) satisfies Serve<CreateLogGroupRequest, object>,

    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html */
    DeleteLogGroup: (({ logGroupName: name }) => {
      if (!all.delete(name)) throw noSuchGroup()
      tagsOf.delete(name)
      return {}
    }) satisfies Serve<DeleteLogGroupRequest, object>,

    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
    ListTagsForResource: (({ resourceArn }) => {
      const name = nameIn(resourceArn)
      if (!all.has(name)) throw noSuchGroup()
      return { tags: { ...tagsOf.get(name) } }
    }) satisfies Serve<ListTagsForResourceRequest, ListTagsForResourceResponse>,

    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
    DescribeLogGroups: (({ logGroupNamePrefix = '', nextToken, limit }) => {
      const matching = [...all].filter(([name]) => name.startsWith(logGroupNamePrefix))
      const { items, next } = page(matching, nextToken, limit, 50)
      return {
        logGroups: items.map(([logGroupName, group]) => ({
          logGroupName,
          ...group,
          arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*`,
          logGroupArn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`,
        })),
        nextToken: next,
      }
    }) satisfies Serve<DescribeLogGroupsRequest, DescribeLogGroupsResponse>,

    PutRetentionPolicy: (({ logGroupName, retentionInDays }) => {
      const group = all.get(logGroupName)
      if (!group) throw noSuchGroup()
      if (!DAYS.has(retentionInDays)) throw invalidParameter(`retentionInDays cannot be ${retentionInDays}`)
      group.retentionInDays = retentionInDays
      return {}
    }) satisfies Serve<PutRetentionPolicyRequest, object>,

    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
    StartQuery: (({ logGroupName: name = '', queryString, startTime, endTime }) => {
      if (!all.has(name)) throw new AwsError('ResourceNotFoundException', `Log group '${name}' does not exist`)
      if (startTime > endTime) throw invalidParameter('End time should not be less than Start time')
      const run = understood(queryString)
      const queryId = randomUUID()
      queries.set(queryId, {
        looked: false,
        answer() {
          const lines = feeds.get(name)?.(startTime * 1000, endTime * 1000) ?? []
          const results = run(lines).map((row) =>
            Object.entries(row).flatMap(([field, value]) =>
              value === undefined ? [] : [{ field, value: String(value) }],
            ),
          )
          return { status: 'Complete', results, statistics: { recordsScanned: lines.length } }
        },
      })
      return { queryId }
    }) satisfies Serve<StartQueryRequest, StartQueryResponse>,

    GetQueryResults: (({ queryId }) => {
      const query = queries.get(queryId)
      if (!query) throw new AwsError('ResourceNotFoundException', `Query ${queryId} does not exist`)
      if (query.looked) return query.answer()
      query.looked = true
      return { status: 'Running', results: [] }
    }) satisfies Serve<GetQueryResultsRequest, GetQueryResultsResponse>,
  }) satisfies Operations

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export const logNeeds = (
  { tags: tagsOf }: Pick<LogGroups, 'tags'>,
  { account, region }: Pick<AwsIdentity, 'account' | 'region'>,
): Needs => {
  const group = (action: string, name: string) => [
    { action: `logs:${action}`, resource: `arn:aws:logs:${region}:${account}:log-group:${name}:log-stream:` },
  ]
  const there = (action: string, name: string) =>
    group(action, name).map((need) => ({ ...need, context: tagged(tagsOf.get(name)) }))
  return {
    // "To assign tags when you create a log group, you must have either the logs:TagResource or logs:TagLogGroup permission."
    CreateLogGroup: ({ logGroupName, tags }: Given<CreateLogGroupRequest>) =>
      ['CreateLogGroup', ...(tags ? ['TagResource'] : [])].flatMap((action) =>
        group(action, logGroupName).map((need) => ({ ...need, context: tagging(tags) })),
      ),
    DeleteLogGroup: ({ logGroupName }: Given<DeleteLogGroupRequest>) => there('DeleteLogGroup', logGroupName),
    ListTagsForResource: ({ resourceArn }: Given<ListTagsForResourceRequest>) =>
      there('ListTagsForResource', nameIn(resourceArn)),
    DescribeLogGroups: ({ logGroupNamePrefix = '' }: DescribeLogGroupsRequest) =>
      group('DescribeLogGroups', logGroupNamePrefix),
    PutRetentionPolicy: ({ logGroupName }: Given<PutRetentionPolicyRequest>) =>
      group('PutRetentionPolicy', logGroupName),
    StartQuery: ({ logGroupName = '' }: Given<StartQueryRequest>) => group('StartQuery', logGroupName),
    ...anywhere('logs', 'GetQueryResults'),
  } satisfies Needs
}
