/** The objects of one cluster: by kind and namespace, by uid, by owner. Frozen; a change puts another object in place. */
import type { KubernetesObject } from '../types.ts'
import { frozen } from './json.ts'
import type { Kind } from './kinds.ts'

export interface Change {
  readonly kind: Kind
  readonly before?: KubernetesObject
  readonly after?: KubernetesObject
}

export interface Held {
  readonly kind: Kind
  readonly object: KubernetesObject
}

type Shelf = Map<string, Map<string, KubernetesObject>>

const byKey = (a: KubernetesObject, b: KubernetesObject): number => {
  const [x, y] = [keyOf(a), keyOf(b)]
  return x < y ? -1 : Number(x > y)
}

const keptKey = (version: number, { apiVersion, plural }: Kind, namespace = '*'): string =>
  `${version} ${apiVersion} ${plural} ${namespace}`

/** `namespace/name`, or `/name` without a namespace: the order that lists come in. */
export const keyOf = (object: KubernetesObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

/** How long a list can be gone on with; a real cluster forgets between five and ten minutes later. */
const KEPT_MS = 5 * 60_000

export class Store {
  #version = 1
  readonly #shelves = new Map<Kind, Shelf>()
  readonly #sorted = new Map<Kind, Map<string, readonly KubernetesObject[]>>()
  readonly #byUid = new Map<string, Held>()
  readonly #byOwner = new Map<string, Map<string, Held>>()
  readonly #listeners: ((change: Change) => void)[] = []
  /** Lists of former moments, oldest first. */
  readonly #kept = new Map<string, { readonly atMs: number; readonly objects: readonly KubernetesObject[] }>()

  /** The version of the newest write, as lists carry it. */
  get version(): string {
    return String(this.#version)
  }

  subscribe(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#shelves
      .get(kind)
      ?.get(namespace ?? '')
      ?.get(name)
  }

  /** Of one namespace, or of all; in the order of their keys. */
  list(kind: Kind, namespace?: string): readonly KubernetesObject[] {
    const sorted = this.#sorted.get(kind) ?? new Map<string, readonly KubernetesObject[]>()
    this.#sorted.set(kind, sorted)
    const place = namespace ?? '*'
    const known = sorted.get(place)
    if (known !== undefined) return known
    const shelf = this.#shelves.get(kind)
    const found =
      namespace === undefined
        ? [...(shelf?.values() ?? [])].flatMap((names) => [...names.values()])
        : [...(shelf?.get(namespace)?.values() ?? [])]
    const objects = found.toSorted(byKey)
    sorted.set(place, objects)
    return objects
  }

  /** Its next pages are to be of this moment too. */
  keep(kind: Kind, namespace?: string): void {
    this.forget(Date.now() - KEPT_MS)
    const key = keptKey(this.#version, kind, namespace)
    if (!this.#kept.has(key)) this.#kept.set(key, { atMs: Date.now(), objects: this.list(kind, namespace) })
  }

  /** The list as it was at that version; undefined where it is kept no longer. */
  asOf(version: number, kind: Kind, namespace?: string): readonly KubernetesObject[] | undefined {
    this.forget(Date.now() - KEPT_MS)
    return this.#kept.get(keptKey(version, kind, namespace))?.objects
  }

  /** Former moments are gone, as after a compaction: those until then, or all. */
  forget(untilMs = Infinity): void {
    for (const [key, { atMs }] of this.#kept) if (atMs < untilMs) this.#kept.delete(key)
  }

  byUid(uid: string): Held | undefined {
    return this.#byUid.get(uid)
  }

  ownedBy(uid: string): readonly Held[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])]
  }

  /** Stores the object under the next version and tells everybody. */
  put(kind: Kind, object: KubernetesObject): KubernetesObject {
    this.#version += 1
    const stored = frozen({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    })
    const { namespace = '', name } = stored.metadata
    const shelf = this.#shelves.get(kind) ?? new Map<string, Map<string, KubernetesObject>>()
    this.#shelves.set(kind, shelf)
    const names = shelf.get(namespace) ?? new Map<string, KubernetesObject>()
    shelf.set(namespace, names)
    const before = names.get(name)
    names.set(name, stored)
    this.#index(kind, before, stored)
    this.#tell({ kind, ...(before ? { before } : {}), after: stored })
    return stored
  }

  drop(kind: Kind, object: KubernetesObject): void {
    const { namespace = '', name } = object.metadata
    const names = this.#shelves.get(kind)?.get(namespace)
    const before = names?.get(name)
    if (names === undefined || before === undefined) return
    this.#version += 1
    names.delete(name)
    this.#index(kind, before, undefined)
    this.#tell({ kind, before })
  }

  #index(kind: Kind, before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    const sorted = this.#sorted.get(kind)
    sorted?.delete('*')
    sorted?.delete((after ?? before)?.metadata.namespace ?? '')
    for (const object of [before, after]) {
      const uid = object?.metadata.uid
      if (object === undefined || uid === undefined) continue
      if (object === after) this.#byUid.set(uid, { kind, object })
      else this.#byUid.delete(uid)
      for (const owner of object.metadata.ownerReferences ?? []) {
        const owned = this.#byOwner.get(owner.uid) ?? new Map<string, Held>()
        if (object === after) this.#byOwner.set(owner.uid, owned.set(uid, { kind, object }))
        else owned.delete(uid)
        if (owned.size === 0) this.#byOwner.delete(owner.uid)
      }
    }
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
