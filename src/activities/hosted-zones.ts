import { leadOf, mayMatter, type Lead, type Sought } from '../domain/leads.ts'
import { unresolved, type Names } from '../domain/ways.ts'
import { ownedBy, type Owned } from '../domain/weighted-records.ts'
import { isNotFound, notReady } from './errors.ts'
import type { HostedZone, RecordsFrom, RecordsPort } from './ports.ts'
import { attemptIsLong, notedAside, noteAside } from './waiting.ts'

export interface Looking {
  /** Host names and addresses that are looked for. */
  readonly places: ReadonlySet<string>
  /** Names that are asked about, wherever they lead, with what says so. */
  readonly served: ReadonlyMap<string, string>
  /** Places that are known too. */
  readonly others: ReadonlySet<string>
}

/**
 * What all hosted zones of the account say of these places and names. Throws `notReady` where an attempt gets too long: the
 * next one goes on where it stopped.
 */
export async function lookedThrough(
  records: RecordsPort,
  { places, served, others }: Looking,
): Promise<{ readonly leads: readonly Lead[]; readonly names: Names; readonly owned: Owned }> {
  const isLong = attemptIsLong()
  const { zones, leads, owned } = await leadsOfZones(records, isLong, (of) => ({
    places,
    names: new Set(served.keys()),
    zones: of,
  }))
  const names: Names = { served, zones: zones.map(({ name }) => name), known: new Set([...places, ...others]) }
  const all = [...leads]
  const asked = new Set<string>()
  const open = () => unresolved(all, names).filter((name) => !asked.has(name))
  for (let left = open(); left.length > 0; left = open())
    for (const name of left) {
      asked.add(name)
      for (const zone of zones.filter((it) => name === it.name || name.endsWith(`.${it.name}`)))
        all.push(...leadsIn(await records.named(zone.id, name), zone.name))
    }
  return { leads: all, names, owned }
}

const leadsIn = (sets: Awaited<ReturnType<RecordsPort['named']>>, zone: string): Lead[] =>
  sets.flatMap((set) => leadOf(set, zone) ?? [])

/** What attempts of a step note of the zones that they have looked through. */
interface Noted {
  readonly beganAtMs: number
  readonly zones: readonly HostedZone[]
  /** How many of them were, from the first on. */
  readonly done: number
  /** Where the next page of the one after these begins. */
  readonly from?: RecordsFrom
  readonly leads: readonly Lead[]
  readonly owned: Owned
}
const ZONES = 'hosted-zones'
/** Who began so long ago begins anew: people may have changed what was read first. */
const FRESH_MS = 1_800_000

async function leadsOfZones(
  records: RecordsPort,
  isLong: () => boolean,
  sought: (zones: readonly string[]) => Sought,
): Promise<Pick<Noted, 'zones' | 'leads' | 'owned'>> {
  const noted = notedAside(ZONES) as Noted | undefined // only this function notes under that name
  let at: Noted =
    noted && Date.now() - noted.beganAtMs < FRESH_MS
      ? noted
      : { beganAtMs: Date.now(), zones: await records.zones(), done: 0, leads: [], owned: {} }
  const wanted = sought(at.zones.map(({ name }) => name))
  for (let zone = at.zones[at.done]; zone !== undefined; zone = at.zones[at.done]) {
    if (isLong()) {
      noteAside(ZONES, at)
      throw notReady(
        `${at.done} of ${at.zones.length} hosted zones were looked through for names that lead there`,
        '1s',
      )
    }
    const { from, ...before } = at
    const { sets, next } = await records.page(zone.id, from).catch(nothingWhereGone)
    const leads = [...at.leads, ...leadsIn(sets, zone.name).filter((lead) => mayMatter(lead, wanted))]
    const read = { ...before, leads, owned: ownedBy(at.owned, sets) }
    at = next ? { ...read, from: next } : { ...read, done: at.done + 1 }
  }
  // The next look is at what is there then.
  if (noted) noteAside(ZONES, undefined)
  return at
}

/** A zone that was deleted meanwhile leads nowhere. */
function nothingWhereGone(error: unknown): { readonly sets: []; readonly next?: undefined } {
  if (!isNotFound(error)) throw error
  return { sets: [] }
}
