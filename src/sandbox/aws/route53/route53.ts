/** Route 53: hosted zones that somebody seeded, their record sets, and two of the servers that answer for them. */
import { randomBytes } from 'node:crypto'
import type {
  Change,
  ChangeInfo,
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse,
  GetChangeRequest,
  GetChangeResponse,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
  ListResourceRecordSetProtectionsRequest,
  ListResourceRecordSetProtectionsResponse,
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
  ResourceRecordSet,
} from '@aws-sdk/client-route-53'
import type { SandboxAws } from '../../types.ts'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import type { AwsTimes } from '../times.ts'
import { createNameServer, type Answer } from './answers.ts'
import { checkRecord, conflict, inWords, isSame, keyOf, kept, placeOf, spoken } from './records.ts'

interface HostedZone {
  readonly name: string
  /** By name, type and set identifier. */
  sets: ReadonlyMap<string, ResourceRecordSet>
  /** `legacy.example.com. A`. */
  readonly protected: Set<string>
  /** What it was before changes that not all servers have yet, oldest first. */
  readonly past: { readonly untilMs: number; readonly sets: ReadonlyMap<string, ResourceRecordSet> }[]
}

/** Of an account, over all zones. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests */
const PER_SECOND = 5

export class HostedZones implements Readonly<SandboxAws['route53']> {
  readonly zones = new Map<string, HostedZone>()
  readonly changes = new Map<string, Omit<ChangeInfo, 'Status'> & { readonly atMs: number }>()
  readonly #recordsMs: number
  #asked: number[] = []

  readonly #perSecond: number
  /** Both deal out by turns of their own together, so that a small weight is told evenly. */
  readonly #tell = createNameServer()

  constructor({ times }: { readonly times: AwsTimes }, perSecond = PER_SECOND) {
    this.#recordsMs = times.recordsMs
    this.#perSecond = perSecond
  }

  seedZone(name: string, id = `Z${randomBytes(10).toString('hex').toUpperCase()}`): string {
    this.zones.set(id, { name: spoken(name), sets: new Map(), protected: new Set(), past: [] })
    return id
  }

  seedRecord(zone: string, record: ResourceRecordSet): void {
    this.apply(zone, [{ Action: 'CREATE', ResourceRecordSet: record }])
  }

  protect(zone: string, name: string, type: string): void {
    this.zone(zone).protected.add(`${spoken(name)} ${type}`)
  }

  records(zone: string): readonly ResourceRecordSet[] {
    return [...this.zone(zone).sets.values()].toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  }

  answer(id: string, name: string, server: 'first' | 'last'): Answer | undefined {
    const { past, sets } = this.zone(id)
    const at = performance.now() - this.#recordsMs
    const known = server === 'first' ? sets : (past.find(({ untilMs }) => untilMs > at)?.sets ?? sets)
    return this.#tell([...known.values()], name)
  }

  zone(id: string): HostedZone {
    const found = this.zones.get(id)
    if (!found) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
    return found
  }

  /** All of it, or nothing: every fault at once. */
  apply(id: string, changes: readonly Change[]): void {
    const zone = this.zone(id)
    const sets = new Map(zone.sets)
    const faults = changes.flatMap(({ Action = '', ResourceRecordSet: given }) => {
      if (!given) return []
      checkRecord(given)
      const fault = faultOf(zone, sets, Action, given)
      if (fault !== undefined) return [fault]
      if (Action === 'DELETE') sets.delete(keyOf(given))
      else sets.set(keyOf(given), kept(given))
      return []
    })
    // In a batch the order is Route 53's matter: what is left at its end has to fit together.
    const together = [...sets.values()].flatMap((set) => conflict(set, [...sets.values()]) ?? [])
    const all = [...new Set([...faults, ...together])]
    if (all.length > 0) throw new AwsError('InvalidChangeBatch', `[${all.join(', ')}]`)
    const now = performance.now()
    const told = zone.past.findIndex(({ untilMs }) => untilMs > now - this.#recordsMs)
    zone.past.splice(0, told === -1 ? zone.past.length : told)
    zone.past.push({ untilMs: now, sets: zone.sets })
    zone.sets = sets
  }

  note(Comment: string | undefined): ChangeInfo {
    const Id = `/change/C${randomBytes(10).toString('hex').toUpperCase()}`
    const noted = { Id, SubmittedAt: new Date(), atMs: performance.now(), ...(Comment !== undefined && { Comment }) }
    this.changes.set(Id, noted)
    return this.told(noted)
  }

  told({ atMs, ...info }: Omit<ChangeInfo, 'Status'> & { readonly atMs: number }): ChangeInfo {
    return { ...info, Status: performance.now() - atMs < this.#recordsMs ? 'PENDING' : 'INSYNC' }
  }

  /** Throws Throttling where the account has asked so often within this second. */
  ask(): void {
    const now = performance.now()
    this.#asked = this.#asked.filter((at) => now - at < 1000)
    if (this.#asked.length >= this.#perSecond) throw new AwsError('Throttling', 'Rate exceeded')
    this.#asked.push(now)
  }
}

function faultOf(
  { name, protected: shielded }: HostedZone,
  sets: ReadonlyMap<string, ResourceRecordSet>,
  action: string,
  given: ResourceRecordSet,
): string | undefined {
  const found = sets.get(keyOf(given))
  const its = spoken(given.Name)
  if (its !== name && !its.endsWith(`.${name}`)) return `RRSet with DNS name ${its} is not permitted in zone ${name}`
  if (shielded.has(`${its} ${given.Type}`)) return `The resource record set ${inWords(given)} is protected`
  switch (action) {
    case 'CREATE':
      return found && `Tried to create resource record set ${inWords(given)} but it already exists`
    case 'DELETE':
      if (!found) return `Tried to delete resource record set ${inWords(given)} but it was not found`
      return isSame(found, given)
        ? undefined
        : `Tried to delete resource record set ${inWords(given)} but the values provided do not match the current values`
    default:
      return undefined
  }
}

export function recordOperations(zones: HostedZones) {
  const paced =
    <I, O>(serve: Serve<I, O>): Serve<I, O> =>
    (input, caller) => {
      zones.ask()
      return serve(input, caller)
    }
  return {
    ChangeResourceRecordSets: paced<ChangeResourceRecordSetsRequest, ChangeResourceRecordSetsResponse>(
      ({ HostedZoneId, ChangeBatch }) => {
        zones.apply(HostedZoneId, ChangeBatch.Changes ?? [])
        return { ChangeInfo: zones.note(ChangeBatch.Comment) }
      },
    ),

    GetChange: paced<GetChangeRequest, GetChangeResponse>(({ Id }) => {
      const found = zones.changes.get(Id.startsWith('/change/') ? Id : `/change/${Id}`)
      if (!found) throw new AwsError('NoSuchChange', `No change found with ID: ${Id}`, 404)
      return { ChangeInfo: zones.told(found) }
    }),

    ListHostedZones: paced<ListHostedZonesRequest, ListHostedZonesResponse>(({ Marker, MaxItems }) => {
      const all = [...zones.zones].map(([Id, { name, sets }]) => ({
        Id: `/hostedzone/${Id}`,
        Name: name,
        CallerReference: Id,
        Config: { PrivateZone: false },
        ResourceRecordSetCount: sets.size,
      }))
      const { items, next } = page(all, Marker, MaxItems)
      return {
        HostedZones: items,
        // Required by the model, also of a first page.
        Marker: Marker ?? '',
        IsTruncated: next !== undefined,
        NextMarker: next,
        MaxItems: Math.min(MaxItems ?? 100, 100),
      }
    }),

    ListResourceRecordSets: paced<ListResourceRecordSetsRequest, ListResourceRecordSetsResponse>(
      ({ HostedZoneId, StartRecordName, StartRecordType, StartRecordIdentifier, MaxItems = 300 }) => {
        const from =
          StartRecordName === undefined
            ? ''
            : placeOf({ Name: StartRecordName, Type: StartRecordType, SetIdentifier: StartRecordIdentifier }).trimEnd()
        const all = zones.records(HostedZoneId).filter((set) => placeOf(set) >= from)
        const most = Math.min(MaxItems, 300)
        const next = all[most]
        return {
          ResourceRecordSets: all.slice(0, most),
          IsTruncated: next !== undefined,
          MaxItems: most,
          NextRecordName: next?.Name,
          NextRecordType: next?.Type,
          NextRecordIdentifier: next?.SetIdentifier,
        }
      },
    ),

    ListResourceRecordSetProtections: paced<
      ListResourceRecordSetProtectionsRequest,
      ListResourceRecordSetProtectionsResponse
    >(({ HostedZoneId, StartRecordName, MaxResults, NextToken }) => {
      const all = [...zones.zone(HostedZoneId).protected].toSorted().map((it) => {
        const [RecordName = '', RecordType = ''] = it.split(' ')
        return { RecordName, RecordType: RecordType as ResourceRecordSet['Type'] & string } // as it was seeded
      })
      const from = StartRecordName === undefined ? all : all.filter((p) => p.RecordName >= spoken(StartRecordName))
      const { items, next } = page(from, NextToken, MaxResults, 300)
      return { ResourceRecordSetProtections: items, NextToken: next }
    }),
  } satisfies Operations
}
