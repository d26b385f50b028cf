import { type CloudWatchLogs, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import type { LogsPort } from '../../activities/ports.ts'
import { ask, askForAll } from '../aws-errors.ts'

export const logs = (client: CloudWatchLogs): LogsPort => ({
  async find(name) {
    // Groups are found by how their names begin: others may begin like it.
    const told = await askForAll(
      `DescribeLogGroups ${name}`,
      (o) => paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name }, o),
      (page) => page.logGroups,
    )
    const found = told.find((group) => group.logGroupName === name)
    const { retentionInDays, kmsKeyId } = found ?? {}
    return (
      found && {
        name,
        ...(retentionInDays !== undefined && { retentionDays: retentionInDays }),
        ...(kmsKeyId !== undefined && { kmsKey: kmsKeyId }),
      }
    )
  },

  async setRetention(logGroupName, retentionInDays) {
    await ask(`PutRetentionPolicy ${logGroupName}`, (o) =>
      client.putRetentionPolicy({ logGroupName, retentionInDays }, o),
    )
  },
})
