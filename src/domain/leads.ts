import { hostOf, type RecordSet } from './weighted-records.ts'

/**
 * Where names of hosted zones lead: record sets as the edges of a graph. Of a zone of ten thousand records only those are
 * kept that may be a part of a way to some place (`mayMatter`).
 */
export interface Lead {
  readonly name: string
  readonly type: string
  /** The name of its hosted zone. */
  readonly zone: string
  /** Host names and addresses. */
  readonly targets: readonly string[]
  readonly weight?: number
}

/** What of a record's value is a host, by its type; types that lead nobody anywhere are not here. */
const targetIn: Readonly<Record<string, (value: string) => string | undefined>> = {
  A: (value) => value,
  AAAA: (value) => value,
  CNAME: (value) => value,
  // Preference and host; priority, weight, port and host; priority and host, with parameters after it.
  MX: (value) => value.split(/\s+/)[1],
  SRV: (value) => value.split(/\s+/)[3],
  HTTPS: (value) => value.split(/\s+/)[1],
  SVCB: (value) => value.split(/\s+/)[1],
}

/** Undefined: it leads nowhere. */
export function leadOf({ name, type, alias, values = [], weight }: RecordSet, zone: string): Lead | undefined {
  const target = targetIn[type]
  if (!target) return undefined
  // `.` is the name itself.
  const targets = (alias ? [alias.name] : values.map(target)).flatMap((it) => (it && it !== '.' ? [hostOf(it)] : []))
  return targets.length === 0 ? undefined : { name, type, zone, targets, ...(weight !== undefined && { weight }) }
}

/** What decides whether a record can be a part of a way. */
export interface Sought {
  /** Host names and addresses that are looked for. */
  readonly places: ReadonlySet<string>
  /** Names that are asked about, wherever they lead. */
  readonly names: ReadonlySet<string>
  /** Of all hosted zones: what leads into one of them goes on there. */
  readonly zones: readonly string[]
}

/** A weighted one counts for the others of its name, which share its traffic. */
export const mayMatter = ({ name, targets, weight }: Lead, { places, names, zones }: Sought): boolean =>
  weight !== undefined ||
  targets.some((it) => places.has(it) || isKeptIn(it, zones)) ||
  names.has(name) ||
  (name.startsWith('*.') && [...names].some((it) => it.endsWith(name.slice(1))))

/** Would a record of this name be in one of these zones? */
export const isKeptIn = (name: string, zones: readonly string[]): boolean =>
  zones.some((zone) => name === zone || name.endsWith(`.${zone}`))

/**
 * Those that Route 53 answers with. One at weight 0 is none, unless all of its name and type are: then each has the same
 * share. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
 */
export function answered(leads: readonly Lead[]): readonly Lead[] {
  const key = ({ name, type, zone }: Lead) => [zone, type, name].join(' ')
  const weighed = new Set(leads.filter(({ weight = 0 }) => weight > 0).map(key))
  return leads.filter((lead) => lead.weight !== 0 || !weighed.has(key(lead)))
}

/** A name that leads to one of the places, with all that is between them: `www.…`, `app.…`, `k8s-….elb.amazonaws.com`. */
export interface Chain {
  readonly lead: Lead
  readonly through: readonly string[]
}

/** Names by which these lead to one of these places, over however many others; each once, by its shortest way, in order. */
export function leadingTo(all: readonly Lead[], places: ReadonlySet<string>): readonly Chain[] {
  const names = namesOf(all)
  const chainOf = (target: string, chains: ReadonlyMap<string, Chain>) => chains.get(nameOver(target, names) ?? '')
  const found = new Map<string, Chain>()
  for (let further = true; further;) {
    further = false
    const before = new Map(found)
    for (const lead of all) {
      if (found.has(lead.name)) continue
      const direct = lead.targets.find((it) => places.has(it))
      const next = lead.targets.find((it) => chainOf(it, before))
      if (direct !== undefined) found.set(lead.name, { lead, through: [direct] })
      else if (next !== undefined)
        found.set(lead.name, { lead, through: [next, ...(chainOf(next, before)?.through ?? [])] })
      else continue
      further = true
    }
  }
  return [...found.values()].toSorted((a, b) => (a.lead.name < b.lead.name ? -1 : 1))
}

/** Of these leads, where a name ends: none of these has records here. Empty: nowhere, as it has no record. */
export function endsOf(leads: readonly Lead[]): (name: string) => readonly string[] {
  const byName = Map.groupBy(answered(leads), (lead) => lead.name)
  return (name) => {
    const [ends, seen] = [new Set<string>(), new Set<string>()]
    const follow = (at: string): void => {
      const here = nameOver(at, byName)
      if (here === undefined) {
        if (at !== name) ends.add(at)
        return
      }
      if (seen.has(here)) return
      seen.add(here)
      for (const lead of byName.get(here) ?? []) lead.targets.forEach(follow)
    }
    follow(hostOf(name))
    return [...ends]
  }
}

const namesOf = (leads: readonly Lead[]): ReadonlySet<string> => new Set(leads.map(({ name }) => name))

/** The record that answers for a name: its own, else that of the wildcard closest to it. Undefined: none does. */
function nameOver(name: string, names: { readonly has: (name: string) => boolean }): string | undefined {
  const labels = name.split('.')
  const candidates = [name, ...labels.slice(1).map((_, n) => ['*', ...labels.slice(n + 1)].join('.'))]
  return candidates.find((candidate) => names.has(candidate))
}
