/** Small helpers for plain JSON. Stored objects are frozen: whoever changes one makes a new one. */
import { isDeepStrictEqual } from 'node:util'

export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fields = (value: unknown): Readonly<Fields> => (isFields(value) ? value : {})

export const strings = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields(value)).map(([key, text]) => [key, String(text)]))

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What stands at a path, or undefined where the path ends early. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((here, key) => (isFields(here) ? here[key] : undefined), value)

export const numberAt = (value: unknown, ...path: readonly string[]): number | undefined => {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

/** The same value with another one at the path. Nothing that was handed in changes. */
export const withAt = (value: unknown, path: readonly string[], to: unknown): Fields => {
  const [head, ...rest] = path
  const here = { ...fields(value) }
  if (head === undefined) return here
  const next = rest.length === 0 ? to : withAt(here[head], rest, to)
  if (next === undefined) delete here[head]
  else here[head] = next
  return here
}

export const equal = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b)

export const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

export type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the members that are undefined, so that nobody sees a field that is not there. */
export const present = <T extends object>(value: T): Present<T> =>
  // Only what the type leaves out as optional is left out.
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Present<T>

/** As `present`, and without zeros: `omitempty` drops those too, so a status of nothing has no count at all. */
export const omitEmpty = (value: Readonly<Record<string, number | string | boolean | undefined>>): Fields =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined && part !== 0))
