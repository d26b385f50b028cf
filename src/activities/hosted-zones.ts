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
  /**
   * What was read stays so in later attempts, and is all there is once it took too long: for who looks once, before anything
   * moves. Left out: the next look is at what is there then, and takes as long as it takes.
   */
  readonly once?: boolean | undefined
}

export interface Looked {
  readonly leads: readonly Lead[]
  readonly names: Names
  readonly owned: Owned
  /** What was not read, as it took too long. */
  readonly unread?: string
}

/**
 * What all hosted zones of the account say of these places and names. Throws `notReady` where an attempt gets too long: the
 * next one goes on where it stopped.
 */
export async function lookedThrough(
  records: RecordsPort,
  { places, served, others, once = false }: Looking,
): Promise<Looked> {
  const isLong = attemptIsLong()
  const noted = notedAside(ZONES) as Noted | undefined // only this function notes under that name
  const now = Date.now()
  let at: Noted =
    noted && now - noted.readAtMs < FRESH_MS
      ? noted
      : {
          beganAtMs: now,
          readAtMs: now,
          zones: await records.zones(),
          done: 0,
          leads: [],
          owned: {},
          pages: 0,
          asked: [],
        }
  const { zones } = at
  const names: Names = { served, zones: zones.map(({ name }) => name), known: new Set([...places, ...others]) }
  const wanted: Sought = { places, names: new Set(served.keys()), zones: names.zones }
  const isTooLong = () => once && Date.now() - at.beganAtMs > ONCE_MS
  try {
    while (at.ended !== true && !isTooLong()) {
      at = await further(records, at, { wanted, names })
      if (at.ended !== true && isLong()) throw notReady(`${readOf(at)} for names that lead there`, '1s')
    }
  } catch (error) {
    noteAside(ZONES, at)
    throw error
  }
  if (once) noteAside(ZONES, at)
  else if (noted) noteAside(ZONES, undefined)
  return { leads: at.leads, names, owned: at.owned, ...(at.ended !== true && { unread: readOf(at) }) }
}

const readOf = ({ done, pages, zones }: Noted): string =>
  `${done} of ${zones.length} hosted zones were looked through (${pages} ${pages === 1 ? 'answer' : 'answers'} of Route 53)`

/** With one more answer: a page of a zone, and once all were read, a name between; or ended, as there is nothing more to ask. */
async function further(
  records: RecordsPort,
  at: Noted,
  { wanted, names }: { readonly wanted: Sought; readonly names: Names },
): Promise<Noted> {
  const zone = at.zones[at.done]
  if (zone) {
    const { from, pages, ...before } = at
    const { sets, next } = await records.page(zone.id, from).catch(nothingWhereGone)
    const leads = [...at.leads, ...leadsIn(sets, zone.name).filter((lead) => mayMatter(lead, wanted))]
    const read = { ...before, readAtMs: Date.now(), leads, owned: ownedBy(at.owned, sets), pages: pages + 1 }
    return next ? { ...read, from: next } : { ...read, done: at.done + 1 }
  }
  const [name, ...toAsk] = at.toAsk?.length ? at.toAsk : unasked(at, names)
  if (name === undefined) return { ...at, ended: true }
  const leads = [...at.leads]
  for (const it of at.zones.filter((one) => isKeptIn(name, [one.name])))
    leads.push(...leadsIn(await records.named(it.id, name), it.name))
  return { ...at, readAtMs: Date.now(), leads, pages: at.pages + 1, asked: [...at.asked, name], toAsk }
}

function unasked({ leads, asked }: Noted, names: Names): string[] {
  const before = new Set(asked)
  return unresolved(leads, names).filter((it) => !before.has(it))
}

const leadsIn = (sets: readonly RecordSet[], zone: string): Lead[] => sets.flatMap((set) => leadOf(set, zone) ?? [])

/** What attempts of a step note of the zones that they have looked through. */
interface Noted {
  readonly beganAtMs: number
  /** When the last answer came. */
  readonly readAtMs: number
  readonly zones: readonly HostedZone[]
  /** How many of them were, from the first on. */
  readonly done: number
  /** Where the next page of the one after these begins. */
  readonly from?: RecordsFrom
  readonly leads: readonly Lead[]
  readonly owned: Owned
  /** How many answers that took. */
  readonly pages: number
  /** Names between that were asked for by themselves, and those that are to be. */
  readonly asked: readonly string[]
  readonly toAsk?: readonly string[]
  readonly ended?: true
}
const ZONES = 'hosted-zones'
/**
 * Whose last answer is so old begins anew: people may have changed what was read. It is not counted from the first one, or
 * an account with so many pages that they take longer would be begun anew for ever.
 */
const FRESH_MS = 1_800_000
/** Who looks once has others to wait for it; that is some five thousand pages. What is not read then is told. */
const ONCE_MS = 1_800_000

/** A zone that was deleted meanwhile leads nowhere. */
function nothingWhereGone(error: unknown): { readonly sets: []; readonly next?: undefined } {
  if (!isNotFound(error)) throw error
  return { sets: [] }
}
