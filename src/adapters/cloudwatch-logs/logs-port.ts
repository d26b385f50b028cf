import { type CloudWatchLogs, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import type { LogsPort } from '../../activities/ports.ts'
import { unreachable } from '../../activities/errors.ts'
import { ask, askFor, askForAll, isAws } from '../aws-errors.ts'

export const logs = (client: CloudWatchLogs): LogsPort => ({
  async find(name) {
    // Groups are found by how their names begin: others may begin like it.
    const told = await askForAll(
      `DescribeLogGroups ${name}`,
      (o) => paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name }, o),
      (page) => page.logGroups,
    )
    const found = told.find((group) => group.logGroupName === name)
    const { retentionInDays, kmsKeyId, arn = '' } = found ?? {}
    return (
      found && {
        name,
        // What it is tagged by; the other one ends in `:*`, for its streams.
        arn: found.logGroupArn ?? arn.replace(/:\*$/, ''),
        ...(retentionInDays !== undefined && { retentionDays: retentionInDays }),
        ...(kmsKeyId !== undefined && { kmsKey: kmsKeyId }),
      }
    )
  },

  async tags(resourceArn) {
    const told = await askFor(`ListTagsForResource ${resourceArn}`, (o) =>
      client.listTagsForResource({ resourceArn }, o),
    )
    return told?.tags ?? {}
  },

  async create(logGroupName, tags) {
    await ask(`CreateLogGroup ${logGroupName}`, (o) => client.createLogGroup({ logGroupName, tags: { ...tags } }, o))
  },

  async remove(logGroupName) {
    await askFor(`DeleteLogGroup ${logGroupName}`, (o) => client.deleteLogGroup({ logGroupName }, o))
  },

  async setRetention(logGroupName, retentionInDays) {
    await ask(`PutRetentionPolicy ${logGroupName}`, (o) =>
      client.putRetentionPolicy({ logGroupName, retentionInDays }, o),
    )
  },

  async startQuery(logGroupName, queryString, from, to) {
    // Seconds: whole ones, so that both moments are within.
    const [startTime, endTime] = [Math.floor(Date.parse(from) / 1000), Math.ceil(Date.parse(to) / 1000)]
    const { queryId } = await ask(`StartQuery ${logGroupName}`, async (o) => {
      try {
        return await client.startQuery({ logGroupName, queryString, startTime, endTime }, o)
      } catch (error) {
        // So many queries at once: others end by themselves.
        if (isAws(error, 'LimitExceeded'))
          throw unreachable(`CloudWatch Logs runs as many queries as it does at once (StartQuery ${logGroupName})`)
        throw error
      }
    })
    if (queryId === undefined) throw unreachable(`StartQuery ${logGroupName}: it was answered without an id`)
    return queryId
  },

  async queryAnswer(queryId) {
    const told = await askFor(`GetQueryResults ${queryId}`, (o) => client.getQueryResults({ queryId }, o))
    if (told?.status === 'Scheduled' || told?.status === 'Running') return 'running'
    if (told?.status !== 'Complete') return 'ended'
    return (told.results ?? []).map((row) =>
      Object.fromEntries(
        row.flatMap(({ field, value }) => (field === undefined || value === undefined ? [] : [[field, value]])),
      ),
    )
  },
})
