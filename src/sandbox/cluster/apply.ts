/** Server-side apply: what one manager wants is merged in, what it no longer wants goes, others' fields are theirs. */
import type { KubernetesObject } from '../types.ts'
import { type Fields, equal, fields, isFields, list } from './json.ts'
import type { Kind } from './kinds.ts'
import { type Entry, type FieldSet, type Manager, entriesOf, isBy, leavesOf, pathText } from './managed-fields.ts'
import { type Shape, isAtomic, keyOf, memberOf, rootOf, shapeOf } from './schema.ts'
import { ApiError, type Cause } from './status.ts'

function merge(live: unknown, wanted: unknown, shape: Shape, depth: number): unknown {
  if (Array.isArray(wanted) && shape.is === 'list') {
    const { keys, of, set } = shape
    if (set) return [...new Set([...list(live), ...wanted])]
    if (keys === undefined) return wanted
    const items = new Map(list(live).map((item) => [keyOf(item, keys), item]))
    for (const item of wanted) {
      const key = keyOf(item, keys)
      items.set(key, merge(items.get(key), item, shapeOf(of), depth + 1))
    }
    return [...items.values()]
  }
  if (!isFields(wanted) || isAtomic(shape) || shape.is === 'list') return wanted
  const merged: Fields = isFields(live) ? { ...live } : {}
  for (const [field, value] of Object.entries(wanted)) {
    if (value === null) continue
    merged[field] = merge(merged[field], value, memberOf(shape, field, depth) ?? { is: 'open' }, depth + 1)
  }
  return merged
}

/** The value without what a path points to; a map or list that gets empty by it goes too. */
function without(value: unknown, [element, ...rest]: readonly string[]): unknown {
  if (element === undefined || element === '.') return undefined
  if (element.startsWith('f:')) {
    if (!isFields(value)) return value
    const { [element.slice(2)]: old, ...others } = value
    if (old === undefined) return value
    const part = without(old, rest)
    if (part !== undefined) return { ...value, [element.slice(2)]: part }
    return Object.keys(others).length === 0 ? undefined : others
  }
  // An item that stays keeps what it is known by.
  const known = element.startsWith('k:') && rest.length === 1 ? fields(JSON.parse(element.slice(2))) : {}
  if (!Array.isArray(value) || (rest[0] ?? '').slice(2) in known) return value
  const key = element.slice(2)
  const is = (item: unknown): boolean =>
    element.startsWith('v:')
      ? JSON.stringify(item) === key
      : keyOf(item, Object.keys(JSON.parse(key) as object)) === key
  const items = value
    .map((item: unknown) => (is(item) ? without(item, rest) : item))
    .filter((item) => item !== undefined)
  return items.length === 0 ? undefined : items
}

function refusal(conflicts: readonly { entry: Entry; path: string }[]): ApiError {
  const who = ({ entry }: { entry: Entry }): string =>
    [
      JSON.stringify(entry.manager),
      ...(entry.subresource === undefined ? [] : [`with subresource ${JSON.stringify(entry.subresource)}`]),
      ...(entry.operation === 'Update' ? [`using ${entry.apiVersion}`] : []),
    ].join(' ')
  const causes = conflicts.map((one): Cause => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who(one)}`,
    field: pathText(one.path),
  }))
  const [first] = conflicts
  const byManager = Object.entries(Object.groupBy(conflicts, who)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const said =
    first !== undefined && conflicts.length === 1
      ? `Apply failed with 1 conflict: conflict with ${who(first)}: ${pathText(first.path)}`
      : `Apply failed with ${conflicts.length} conflicts: ${byManager
          .flatMap(([name, its = []]) => [`conflicts with ${name}:`, ...its.map((one) => `- ${pathText(one.path)}`)])
          .join('\n')}`
  return new ApiError(409, 'Conflict', said, { causes })
}

export interface Applied {
  readonly object: KubernetesObject
  readonly entries: readonly Entry[]
}

/**
 * Merges a manager's wish into the live object, or into nothing.
 * @throws ApiError 409 with each field that somebody else owns and that would change, unless forced.
 */
export function applied(
  kind: Kind,
  live: KubernetesObject | undefined,
  wanted: KubernetesObject,
  by: Manager,
  options: { readonly force: boolean; readonly time: string },
): Applied {
  const own = by.subresource === 'status' ? 'f:status' : ''
  const counts = (path: string): boolean => (own === '' ? !/^f:status(\n|$)/.test(path) : path.startsWith(own))
  const wish = new Map([...leavesOf(kind, wanted)].filter(([path]) => counts(path)))
  const now = leavesOf(kind, live)
  const entries = entriesOf(live)
  const others = entries.filter((entry) => !isBy(entry, by))
  const changed: FieldSet = new Set([...wish].filter(([path, to]) => !equal(now.get(path), to)).map(([path]) => path))
  const conflicts = others.flatMap((entry) =>
    [...entry.fields].filter((path) => changed.has(path)).map((path) => ({ entry, path })),
  )
  if (conflicts.length > 0 && !options.force) throw refusal(conflicts)

  const before = entries.find((entry) => isBy(entry, by))
  const anothers = (path: string): boolean => {
    const item = path.endsWith('\n.') ? path.slice(0, -1) : undefined
    return others.some((entry) => {
      if (entry.fields.has(path)) return true
      return item !== undefined && [...entry.fields].some((field) => field.startsWith(item))
    })
  }
  const dropped = [...(before?.fields ?? [])].filter((path) => !wish.has(path) && !anothers(path))
  // Whole items first: without its key none would be found again.
  const inOrder = [...dropped.filter((path) => path.endsWith('\n.')), ...dropped]
  const trimmed = inOrder.reduce<unknown>((value, path) => without(value, path.split('\n')), live ?? {})
  // The wish is the whole of an object's identity, so the merged value is an object of this kind again.
  const object = merge(trimmed, wanted, rootOf(kind), 0) as KubernetesObject

  const wishSet: FieldSet = new Set(wish.keys())
  const same = before !== undefined && equal(before.fields, wishSet) && changed.size === 0
  const mine: Entry = same ? before : { ...by, apiVersion: kind.apiVersion, time: options.time, fields: wishSet }
  const left = others.map((entry) =>
    [...entry.fields].some((path) => changed.has(path))
      ? { ...entry, fields: new Set([...entry.fields].filter((path) => !changed.has(path))) }
      : entry,
  )
  return { object, entries: [...left, mine].filter((entry) => entry.fields.size > 0) }
}
