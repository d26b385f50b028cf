import type { CloudTrail, Event } from '@aws-sdk/client-cloudtrail'
import type { TrailPort } from '../../activities/ports.ts'
import { record } from '../../domain/fields.ts'
import type { Written } from '../../domain/writers.ts'
import { ask } from '../aws-errors.ts'

/** The most that one answer has. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
const PAGE = 50

export const trail = (client: CloudTrail): TrailPort => ({
  async *calls(operation, since) {
    let from: string | undefined
    do {
      const { Events = [], NextToken } = await ask(`LookupEvents ${operation}`, (o) =>
        client.lookupEvents(
          {
            LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: operation }],
            StartTime: new Date(since),
            MaxResults: PAGE,
            NextToken: from,
          },
          o,
        ),
      )
      yield Events.flatMap(writtenOf)
      from = NextToken
    } while (from !== undefined)
  },
})

/** Of what CloudTrail tells as text. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
function writtenOf({ CloudTrailEvent: text = '{}', EventTime, Username = '' }: Event): Written[] {
  const event = record(JSON.parse(text))
  const { arn } = record(event['userIdentity'])
  if (EventTime === undefined || event['errorCode'] !== undefined) return []
  return [
    {
      at: EventTime.toISOString(),
      by: typeof arn === 'string' ? arn : Username,
      parameters: record(event['requestParameters']),
    },
  ]
}
