import {
  type ListResourceRecordSetsRequest,
  type ListResourceRecordSetsResponse,
  paginateListHostedZones,
  type ResourceRecordSet,
  type Route53,
  type RRType,
} from '@aws-sdk/client-route-53'
import { contested } from '../../activities/errors.ts'
import type { RecordsFrom, RecordsPort } from '../../activities/ports.ts'
import type { RecordSet } from '../../domain/weighted-records.ts'
import { ask, askFor, askForAll, isAws } from '../aws-errors.ts'

/**
 * `once`: a client that sends each request once. A change has no token: sent again after its answer was lost, it is refused as
 * if somebody else had made it. The next attempt reads first.
 */
export const records = (client: Route53, once: Route53): RecordsPort => ({
  async zones() {
    const told = await askForAll(
      'ListHostedZones',
      (o) => paginateListHostedZones({ client }, {}, o),
      (page) => page.HostedZones,
    )
    return told.map(({ Id = '', Name = '' }) => ({ id: Id.replace(/^\/hostedzone\//, ''), name: spoken(Name) }))
  },

  async page(HostedZoneId, from) {
    const told = await page(client, HostedZoneId, startOf(from))
    const sets = (told.ResourceRecordSets ?? []).map(recordOf)
    const { NextRecordName: name, NextRecordType: type, NextRecordIdentifier: identifier } = told
    if (told.IsTruncated !== true || name === undefined) return { sets }
    return { sets, next: { name, ...(type && { type }), ...(identifier !== undefined && { identifier }) } }
  },

  async named(HostedZoneId, name) {
    const found: RecordSet[] = []
    // Names come in their own order, so those of one name stand together.
    let from: Start | undefined = { StartRecordName: name }
    while (from) {
      const told = await page(client, HostedZoneId, from)
      found.push(...(told.ResourceRecordSets ?? []).map(recordOf).filter((s) => s.name === name))
      from = nextOf(told, name)
    }
    return found
  },

  change: (HostedZoneId, changes, Comment) =>
    ask(`ChangeResourceRecordSets ${HostedZoneId}`, async (o) => {
      try {
        const Changes = changes.map(({ action, record }) => ({ Action: action, ResourceRecordSet: toSet(record) }))
        const { ChangeInfo } = await once.changeResourceRecordSets(
          { HostedZoneId, ChangeBatch: { Changes, Comment } },
          o,
        )
        return ChangeInfo?.Id ?? ''
      } catch (error) {
        if (!isAws(error, 'InvalidChangeBatch') || !(error instanceof Error)) throw error
        throw contested(
          `Route 53 refused to change the records: ${error.message}. Somebody else has changed them, or protects them: agree who owns them, then retry`,
        )
      }
    }),

  async isInSync(Id) {
    const { ChangeInfo } = await ask(`GetChange ${Id}`, (o) => client.getChange({ Id }, o))
    return ChangeInfo?.Status === 'INSYNC'
  },

  async protectedTypes(HostedZoneId, name) {
    const told = await askFor(`ListResourceRecordSetProtections ${HostedZoneId}`, (o) =>
      client.listResourceRecordSetProtections({ HostedZoneId, StartRecordName: name }, o),
    )
    const all = told?.ResourceRecordSetProtections ?? []
    return all.flatMap(({ RecordName = '', RecordType }) =>
      spoken(RecordName) === name && RecordType !== undefined ? [RecordType] : [],
    )
  },
})

type Start = Pick<ListResourceRecordSetsRequest, 'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'>

const page = (client: Route53, HostedZoneId: string, start: Start): Promise<ListResourceRecordSetsResponse> =>
  ask(['ListResourceRecordSets', HostedZoneId, start.StartRecordName ?? ''].join(' ').trimEnd(), (o) =>
    client.listResourceRecordSets({ HostedZoneId, ...start }, o),
  )

const startOf = ({ name, type, identifier }: Partial<RecordsFrom> = {}): Start => ({
  StartRecordName: name,
  StartRecordType: type as RRType | undefined, // as Route 53 told it
  StartRecordIdentifier: identifier,
})

/** Where the next page begins; undefined: nothing of this name is on it. */
const nextOf = (told: ListResourceRecordSetsResponse, name: string): Start | undefined =>
  told.IsTruncated === true && spoken(told.NextRecordName ?? '') === name
    ? {
        StartRecordName: name,
        StartRecordType: told.NextRecordType,
        StartRecordIdentifier: told.NextRecordIdentifier,
      }
    : undefined

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
function recordOf(told: ResourceRecordSet): RecordSet {
  const { SetIdentifier, Weight, TTL, ResourceRecords, AliasTarget, HealthCheckId } = told
  const policy = policies.find((p) => told[p] !== undefined)
  return {
    name: spoken(told.Name ?? ''),
    type: told.Type ?? '',
    ...(SetIdentifier !== undefined && { setIdentifier: SetIdentifier }),
    ...(Weight !== undefined && { weight: Weight }),
    ...(TTL !== undefined && { ttl: TTL }),
    ...(ResourceRecords?.length && { values: ResourceRecords.map((r) => r.Value ?? '') }),
    ...(AliasTarget && {
      alias: {
        zone: AliasTarget.HostedZoneId ?? '',
        name: AliasTarget.DNSName ?? '',
        evaluatesHealth: AliasTarget.EvaluateTargetHealth ?? false,
      },
    }),
    ...(HealthCheckId !== undefined && { healthCheck: HealthCheckId }),
    ...(policy !== undefined && { policy }),
  }
}

/** Beside simple and weighted; a traffic policy makes records that only it may change. */
const policies = [
  'Region',
  'GeoLocation',
  'Failover',
  'MultiValueAnswer',
  'CidrRoutingConfig',
  'GeoProximityLocation',
  'TrafficPolicyInstanceId',
] as const

/** A change that takes a record away names all of it. */
const toSet = (record: RecordSet): ResourceRecordSet => ({
  Name: record.name,
  Type: record.type as RRType, // as Route 53 told it
  SetIdentifier: record.setIdentifier,
  Weight: record.weight,
  TTL: record.ttl,
  ResourceRecords: record.values?.map((Value) => ({ Value })),
  AliasTarget: record.alias && {
    HostedZoneId: record.alias.zone,
    DNSName: record.alias.name,
    EvaluateTargetHealth: record.alias.evaluatesHealth,
  },
  HealthCheckId: record.healthCheck,
})

/** Route 53 tells names with a dot at their end, and `\052` for an asterisk. */
const spoken = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(String.raw`\052`, '*')
