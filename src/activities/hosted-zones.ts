import { isKeptIn, leadOf, mayMatter, type Lead, type Sought } from '../domain/leads.ts'
import { unresolved, type Names } from '../domain/ways.ts'
import { ownedBy, type Owned, type RecordSet } from '../domain/weighted-records.ts'
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
  /** What was read stays so in later attempts: for who looks once. Left out: the next look is at what is there then. */
  readonly once?: boolean | undefined
}

/**
 * What all hosted zones of the account say of these places and names. Throws `notReady` where an attempt gets too long: the
 * next one goes on where it stopped.
 */
export async function lookedThrough(
  records: RecordsPort,
  { places, served, others, once = false }: Looking,
): Promise<{ readonly leads: readonly Lead[]; readonly names: Names; readonly owned: Owned }> {
  const isLong = attemptIsLong()
  const noted = notedAside(ZONES) as Noted | undefined // only this function notes under that name
  let at: Noted =
    noted && Date.now() - noted.beganAtMs < FRESH_MS
      ? noted
      : { beganAtMs: Date.now(), zones: await records.zones(), done: 0, leads: [], owned: {}, asked: [] }
  const { zones } = at
  const names: Names = { served, zones: zones.map(({ name }) => name), known: new Set([...places, ...others]) }
  const wanted: Sought = { places, names: new Set(served.keys()), zones: names.zones }
  try {
    for (
      let next = await further(records, at, { wanted, names });
      next;
      next = await further(records, at, { wanted, names })
    ) {
      at = next
      if (isLong())
        throw notReady(`${at.done} of ${zones.length} hosted zones were looked through for names that lead there`, '1s')
    }
  } catch (error) {
    noteAside(ZONES, at)
    throw error
  }
  if (once) noteAside(ZONES, at)
  else if (noted) noteAside(ZONES, undefined)
  return { leads: at.leads, names, owned: at.owned }
}

/** With one more answer: a page of a zone, and once all were read, a name between. Undefined: there is nothing more to ask. */
async function further(
  records: RecordsPort,
  at: Noted,
  { wanted, names }: { readonly wanted: Sought; readonly names: Names },
): Promise<Noted | undefined> {
  const zone = at.zones[at.done]
  if (zone) {
    const { from, ...before } = at
    const { sets, next } = await records.page(zone.id, from).catch(nothingWhereGone)
    const leads = [...at.leads, ...leadsIn(sets, zone.name).filter((lead) => mayMatter(lead, wanted))]
    const read = { ...before, leads, owned: ownedBy(at.owned, sets) }
    return next ? { ...read, from: next } : { ...read, done: at.done + 1 }
  }
  const name = unresolved(at.leads, names).find((it) => !at.asked.includes(it))
  if (name === undefined) return undefined
  const leads = [...at.leads]
  for (const it of at.zones.filter((one) => isKeptIn(name, [one.name])))
    leads.push(...leadsIn(await records.named(it.id, name), it.name))
  return { ...at, leads, asked: [...at.asked, name] }
}

const leadsIn = (sets: readonly RecordSet[], zone: string): Lead[] => sets.flatMap((set) => leadOf(set, zone) ?? [])

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
  /** Names between that were asked for by themselves. */
  readonly asked: readonly string[]
}
const ZONES = 'hosted-zones'
/** Who began so long ago begins anew: people may have changed what was read first. */
const FRESH_MS = 1_800_000

/** A zone that was deleted meanwhile leads nowhere. */
function nothingWhereGone(error: unknown): { readonly sets: []; readonly next?: undefined } {
  if (!isNotFound(error)) throw error
  return { sets: [] }
}
