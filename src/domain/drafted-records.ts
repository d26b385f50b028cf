import type { Entrance } from './entrances.ts'
import type { Lead } from './leads.ts'
import { hostOf } from './weighted-records.ts'

/** A name in DNS that leads to a load balancer of an app, as a platform file lists it. */
export interface DraftedRecord {
  readonly name: string
  /** Ids of its hosted zones: more than one where zones of one name have it, as a public and a private one. */
  readonly zones: readonly string[]
  /** `Service/<namespace>/<name>` */
  readonly target: string
}

/** What a record is moved by: of other types, and of wildcards, nobody is moved. */
const TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME'])

/** Those that lead there themselves; a name that leads to one of these goes along. */
export function draftedRecords(
  leads: readonly Lead[],
  entrances: readonly Entrance[],
  zones: readonly { readonly id: string; readonly name: string }[],
): readonly DraftedRecord[] {
  const at = new Map(entrances.map((it) => [hostOf(it.at), it.of]))
  const found = leads.flatMap(({ name, type, zone, targets }) => {
    const target = targets.map((it) => at.get(hostOf(it))).find((it) => it !== undefined)
    return target === undefined || !TYPES.has(type) || name.startsWith('*') ? [] : [{ name, zone, target }]
  })
  const byName = Map.groupBy(found, ({ name }) => name)
  return [...byName]
    .map(([name, its]) => ({
      name,
      zones: zones.filter((zone) => its.some((it) => it.zone === zone.name)).map(({ id }) => id),
      target: its[0]?.target ?? '',
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
