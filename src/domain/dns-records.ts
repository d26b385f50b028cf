import { warning, type Finding } from './findings.ts'
import type { RecordSet } from './weighted-records.ts'

/** What Route 53 has of the records that external-dns makes, beside what it was told. All of one name, of types that move. */

/** Is anybody served by records that are neither side's? One without an identifier has all. */
export const othersServe = (sets: readonly RecordSet[], identifiers: readonly string[]): boolean =>
  sets.some(
    ({ setIdentifier, weight }) =>
      setIdentifier === undefined || (!identifiers.includes(setIdentifier) && (weight ?? 1) > 0),
  )

/** The weight of a side, where all its types have the same. */
export function weightIn(sets: readonly RecordSet[], identifier: string): number | undefined {
  const weights = new Set(of(sets, identifier).map(({ weight }) => weight))
  return weights.size === 1 ? [...weights][0] : undefined
}

const of = (sets: readonly RecordSet[], identifier: string): readonly RecordSet[] =>
  sets.filter((set) => set.setIdentifier === identifier)

/**
 * Has this side the weight that it was told, in each type of the name? One that was told before it may be on its way to zero.
 * `back`: then in each type that it has. Whoever asks for one of green alone gets green at every weight, and must not keep all
 * others there.
 */
export function serves(
  sets: readonly RecordSet[],
  identifier: string,
  told: number | undefined,
  { back }: { readonly back: boolean },
): boolean {
  const mine = of(sets, identifier)
  const isWhole = back ? mine.length > 0 : mine.length === typesOf(sets).size
  return isWhole && mine.every(({ weight = 0 }) => weight > 0 && weight === told)
}

/** Records that nobody deletes: `left`, with the TXT records beside them. */
export function leftAtZero(
  name: string,
  identifier: string,
  left: readonly RecordSet[],
  { cluster, isGivenUp }: { readonly cluster: string; readonly isGivenUp: boolean },
): Finding {
  const records = left.map((set) => `${set.type} ${set.name}`).join(', ')
  return warning(
    'record-of-external-dns',
    name,
    `external-dns of ${cluster} deletes nothing, so its record ${identifier} stays at weight 0`,
    `delete what has the set identifier ${identifier} in Route 53 (${records})${isGivenUp ? `: before that an abort does not empty ${cluster}, which it leads to` : ''}`,
  )
}

/** Records of one side of types that nobody else has: whoever asks for such a one is sent there, at whatever weight. */
export const loneOf = (all: readonly RecordSet[], identifier: string): readonly RecordSet[] =>
  all.filter(
    ({ type, setIdentifier }) =>
      type !== 'TXT' &&
      setIdentifier === identifier &&
      all.every((other) => other.type !== type || other.setIdentifier === identifier),
  )

/** Where all of a type are at 0, all are answered with alike. */
const answersAll = (sets: readonly RecordSet[], { type }: RecordSet): boolean =>
  sets.every((set) => set.type !== type || set.weight === 0)

const typesOf = (sets: readonly RecordSet[]): ReadonlySet<string> => new Set(sets.map(({ type }) => type))

/**
 * What is not as the object of a side says, in words; undefined: it is. `weight`: what it says; undefined: it publishes nothing.
 * `deletes`: then its records go, and do not only serve nobody.
 */
export function notAsTold(
  sets: readonly RecordSet[],
  identifier: string,
  { weight, deletes }: { readonly weight: number | undefined; readonly deletes: boolean },
): string | undefined {
  const mine = of(sets, identifier)
  if (weight === undefined) {
    const left = mine.find((set) => deletes || (set.weight ?? 1) > 0)
    if (left) return `its ${left.type} record ${identifier} is still there, at weight ${left.weight ?? 1}`
    const answering = mine.find((set) => answersAll(sets, set))
    return (
      answering &&
      `its ${answering.type} record ${identifier} is alone of its type, so whoever asks for it is sent there at weight 0 too. Delete it in Route 53, with its TXT record`
    )
  }
  const missing = [...typesOf(sets)].find((type) => mine.every((set) => set.type !== type))
  if (missing !== undefined)
    return `there is no ${missing} record ${identifier} yet, so whoever asks for it is sent to the other side`
  const wrong = mine.find((set) => set.weight !== weight)
  return wrong && `its ${wrong.type} record ${identifier} reads ${wrong.weight ?? 'no weight'}, not ${weight}`
}
