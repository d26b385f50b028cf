/**
 * Who owns which field. A set of fields is a set of paths, each path the elements of FieldsV1 joined by a line feed:
 * `f:spec`, `k:{"name":"app"}`, `v:"x"`, and a last `.` for a list item itself. Atomic values are one leaf.
 */
import type { KubernetesObject } from '../types.ts'
import { type Fields, equal, isFields, list } from './json.ts'
import type { Kind } from './kinds.ts'
import { type Shape, isAtomic, keyOf, keyText, memberOf, rootOf, shapeOf } from './schema.ts'

export type FieldSet = ReadonlySet<string>

export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly subresource?: string
}

export interface Entry extends Manager {
  readonly apiVersion: string
  readonly time: string
  readonly fields: FieldSet
}

const join = (path: string, element: string): string => (path === '' ? element : `${path}\n${element}`)

/** Never owned by anybody (managedfields/internal/stripmeta.go). */
const ownerless: FieldSet = new Set(
  ['apiVersion', 'kind']
    .map((field) => `f:${field}`)
    .concat(
      [
        'name',
        'namespace',
        'creationTimestamp',
        'selfLink',
        'uid',
        'generation',
        'managedFields',
        'resourceVersion',
      ].map((field) => `f:metadata\nf:${field}`),
    ),
)

/** Every leaf of an object with its value. */
export function leavesOf(kind: Kind, object: unknown): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>()
  const walk = (value: unknown, shape: Shape, path: string, depth: number): void => {
    if (value === undefined || value === null || ownerless.has(path)) return
    if (Array.isArray(value) && shape.is === 'list' && value.length > 0) {
      const { keys, of, set } = shape
      if (keys !== undefined) {
        for (const item of value) {
          const here = join(path, `k:${keyOf(item, keys)}`)
          leaves.set(join(here, '.'), true)
          walk(item, shapeOf(of), here, depth + 1)
        }
        return
      }
      if (set) return value.forEach((item) => leaves.set(join(path, `v:${JSON.stringify(item)}`), item))
    }
    if (!isFields(value) || isAtomic(shape) || shape.is === 'list' || Object.keys(value).length === 0) {
      if (path !== '') leaves.set(path, value)
      return
    }
    for (const [field, part] of Object.entries(value)) {
      walk(part, memberOf(shape, field, depth) ?? { is: 'open' }, join(path, `f:${field}`), depth + 1)
    }
  }
  walk(object, rootOf(kind), '', 0)
  leaves.delete('f:metadata')
  return leaves
}

/** A path as the API's messages write it: `.spec.template.spec.containers[name="app"].image`. */
export const pathText = (path: string): string =>
  path
    .split('\n')
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`
      if (element.startsWith('k:')) return `[${keyText(element.slice(2))}]`
      return element.startsWith('v:') ? `[=${element.slice(2)}]` : ''
    })
    .join('')

function toFieldsV1(set: FieldSet): Fields {
  const root: Fields = {}
  for (const path of [...set].toSorted()) {
    let here = root
    for (const element of path.split('\n')) {
      const next = here[element]
      const child = isFields(next) ? next : {}
      here[element] = child
      here = child
    }
  }
  return root
}

function fromFieldsV1(tree: unknown, path = '', into = new Set<string>()): Set<string> {
  if (!isFields(tree)) return into
  const members = Object.entries(tree)
  if (members.length === 0 && path !== '') into.add(path)
  for (const [element, child] of members) fromFieldsV1(child, join(path, element), into)
  return into
}

// What was read of an object's managedFields; objects are frozen, so their lists of entries never change.
const read = new WeakMap<object, readonly Entry[]>()

export function entriesOf(object: KubernetesObject | undefined): readonly Entry[] {
  const raw = object?.metadata['managedFields']
  if (!Array.isArray(raw)) return []
  const known = read.get(raw)
  if (known !== undefined) return known
  const entries = list(raw)
    .filter(isFields)
    .map((entry): Entry => ({
      manager: String(entry['manager']),
      operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      ...(typeof entry['subresource'] === 'string' ? { subresource: entry['subresource'] } : {}),
      apiVersion: String(entry['apiVersion']),
      time: String(entry['time']),
      fields: fromFieldsV1(entry['fieldsV1']),
    }))
  read.set(raw, entries)
  return entries
}

export const serialised = (entries: readonly Entry[]): readonly Fields[] => {
  const raw = entries.map(({ fields, manager, operation, subresource, apiVersion, time }) => ({
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === undefined ? {} : { subresource }),
  }))
  read.set(raw, entries)
  return raw
}

export const isBy = (entry: Manager, by: Manager): boolean =>
  entry.manager === by.manager && entry.operation === by.operation && entry.subresource === by.subresource

/** The entries after an update by `by`: what it changed is its own, and nobody owns what is gone. */
export function afterUpdate(
  kind: Kind,
  live: KubernetesObject | undefined,
  next: KubernetesObject,
  by: Manager,
  time: string,
): readonly Entry[] {
  const before = leavesOf(kind, live)
  const after = leavesOf(kind, next)
  const changed = new Set([...after].filter(([path, value]) => !equal(before.get(path), value)).map(([path]) => path))
  const entries = entriesOf(live)
  const gone = [...before.keys()].some((path) => !after.has(path))
  if (changed.size === 0 && !gone) return entries
  const mine = entries.find((entry) => isBy(entry, by))
  const others = entries
    .filter((entry) => entry !== mine)
    .map((entry) => ({
      ...entry,
      fields: new Set([...entry.fields].filter((path) => after.has(path) && !changed.has(path))),
    }))
  const own = new Set([...(mine?.fields ?? []), ...changed].filter((path) => after.has(path)))
  const moved = mine === undefined || changed.size > 0
  return [...others, { ...by, apiVersion: kind.apiVersion, time: moved ? time : mine.time, fields: own }].filter(
    (entry) => entry.fields.size > 0,
  )
}
