import type { Path } from './problem.ts'

/**
 * Reading data whose shape is not known to be right: rules run beside the shape's own check, so that all errors come at
 * once, and take what they can read.
 */
export type Mapping = Readonly<Record<string, unknown>>

export interface Found {
  readonly path: Path
  readonly value: unknown
}

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mapping = (value: unknown): Mapping => (isMapping(value) ? value : {})

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

export const isText = (value: unknown): value is string => typeof value === 'string'

/** Own keys only: a team may be called `constructor`. */
export const get = (value: unknown, key: string): unknown =>
  isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** Everything that is written at a pattern, in the order of the file: `apps.*.workloads.*`; `*` is any key or item. */
export function find(data: unknown, pattern: string): Found[] {
  return pattern
    .split('.')
    .reduce<Found[]>((found, part) => found.flatMap((f) => children(f, part)), [{ path: [], value: data }])
}

function children({ path, value }: Found, part: string): Found[] {
  if (part === '*' && Array.isArray(value)) return list(value).map((item, i) => ({ path: [...path, i], value: item }))
  if (part === '*') return Object.entries(mapping(value)).map(([key, item]) => ({ path: [...path, key], value: item }))
  return isMapping(value) && Object.hasOwn(value, part) ? [{ path: [...path, part], value: value[part] }] : []
}
