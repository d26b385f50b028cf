import type { RecordSet } from './weighted-records.ts'

/** What Route 53 has of the records that external-dns makes, beside what it was told. All of one name, of types that move. */

/** Is anybody served by records that are neither side's? One without an identifier has all. */
export const othersServe = (sets: readonly RecordSet[], identifiers: readonly string[]): boolean =>
  sets.some(
    ({ setIdentifier, weight }) =>
      setIdentifier === undefined || (!identifiers.includes(setIdentifier) && (weight ?? 1) > 0),
  )

const of = (sets: readonly RecordSet[], identifier: string): readonly RecordSet[] =>
  sets.filter((set) => set.setIdentifier === identifier)

/** Has this side a weight in each type of the name? */
export function serves(sets: readonly RecordSet[], identifier: string): boolean {
  const mine = of(sets, identifier)
  return mine.length === typesOf(sets).size && mine.every(({ weight = 0 }) => weight > 0)
}

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
    return left && `its ${left.type} record ${identifier} is still there, at weight ${left.weight ?? 1}`
  }
  const missing = [...typesOf(sets)].find((type) => mine.every((set) => set.type !== type))
  if (missing !== undefined) return `there is no ${missing} record ${identifier} yet`
  const wrong = mine.find((set) => set.weight !== weight)
  return wrong && `its ${wrong.type} record ${identifier} reads ${wrong.weight ?? 'no weight'}, not ${weight}`
}
