import type { LookupEventsRequest, LookupEventsResponse } from '@aws-sdk/client-cloudtrail'
import type { AwsCall } from '../types.ts'
import type { Needs } from './authorization/needs.ts'
import type { Calls } from './calls.ts'
import { AwsError } from './errors.ts'
import { page, type Operations, type Serve } from './protocol/operations.ts'

/**
 * Of services that are one for all regions, whatever region a client has signed for.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
const GLOBAL: ReadonlySet<AwsCall['service']> = new Set(['iam', 'route53'])
const GLOBAL_REGION = 'us-east-1'

/** Every request that the sandbox's AWS answered, told at once: AWS takes some minutes. */
export const trailOperations = (calls: Calls) =>
  ({
    /** Of the region that is asked, the newest first: IAM's and Route 53's are in us-east-1 alone. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
    LookupEvents: (({ LookupAttributes = [], StartTime, MaxResults = 50, NextToken }, { region }) => {
      const [attribute, ...more] = LookupAttributes
      if (more.length > 0 || (attribute && attribute.AttributeKey !== 'EventName'))
        throw new AwsError('InvalidLookupAttributesException', 'the sandbox looks up by one EventName')
      // In JSON it is seconds.
      const since = StartTime === undefined ? 0 : Number(StartTime) * 1000
      const found = calls
        .all()
        .filter((c) => (GLOBAL.has(c.service) ? GLOBAL_REGION : c.region) === region)
        .filter((c) => attribute === undefined || c.operation === attribute.AttributeValue)
        .filter((c) => Date.parse(c.at) >= since)
        .toReversed()
      const { items, next } = page(found, NextToken, MaxResults, 50)
      return { Events: items.map(eventOf), NextToken: next }
    }) satisfies Serve<LookupEventsRequest, LookupEventsResponse>,
  }) satisfies Operations

const eventOf = ({ at, by, error, operation, parameters, service }: AwsCall) => ({
  EventName: operation,
  EventSource: `${service}.amazonaws.com`,
  EventTime: new Date(at),
  Username: by?.split('/').at(-1),
  CloudTrailEvent: JSON.stringify({
    eventTime: at,
    eventName: operation,
    userIdentity: { type: 'AssumedRole', arn: by },
    requestParameters: lowered(parameters),
    ...(error !== undefined && { errorCode: error }),
  }),
})

/** CloudTrail's names of parameters begin in lower case. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [`${key.charAt(0).toLowerCase()}${key.slice(1)}`, lowered(it)]),
  )
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html */
export const trailNeeds = {
  LookupEvents: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
} satisfies Needs
