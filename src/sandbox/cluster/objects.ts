/**
 * Every write goes through here, from the wire and from controllers alike: admission, defaults, validation, ownership
 * of fields, generation, finalizers. What comes back is what is stored, or would be with `dryRun`.
 */
import { randomUUID } from 'node:crypto'
import type { KubernetesObject } from '../types.ts'
import { type Addresses, randomName } from './addresses.ts'
import { admitted } from './admission.ts'
import { applied } from './apply.ts'
import type { Clock } from './clock.ts'
import { withDefaults } from './defaults.ts'
import { type DeleteOptions, type Deletion, isOver, markedForDeletion } from './deletion.ts'
import { type Fields, equal, present } from './json.ts'
import { type Kind, type Subresource, k } from './kinds.ts'
import { type Entry, type Manager, afterUpdate, serialised } from './managed-fields.ts'
import { lean, prepared } from './prepared.ts'
import { withinQuotas } from './quotas.ts'
import { alreadyExists, conflict, forbidden, invalid, notFound } from './status.ts'
import { type Held, Store } from './store.ts'
import { problems } from './validation.ts'

export interface WriteOptions {
  /** Whose fields these become. */
  readonly manager: string
  readonly subresource?: Subresource
  readonly dryRun?: boolean
  /** With a status, a controller's annotations: how a Deployment gets its revision without a new generation. */
  readonly annotations?: true
}

const controllers: WriteOptions = { manager: 'kube-controller-manager' }

export class Objects {
  readonly store: Store
  readonly #clock: Clock
  readonly #addresses: Addresses

  constructor(store: Store, clock: Clock, addresses: Addresses) {
    this.store = store
    this.#clock = clock
    this.#addresses = addresses
  }

  /** @throws ApiError 404 */
  read(kind: Kind, namespace: string | undefined, name: string): KubernetesObject {
    const found = this.store.get(kind, namespace, name)
    if (found === undefined) throw notFound(kind, name)
    return found
  }

  create(kind: Kind, given: KubernetesObject, options: WriteOptions = controllers): KubernetesObject {
    return this.#create(kind, given, options, (object, time) =>
      afterUpdate(kind, undefined, object, { manager: options.manager, operation: 'Update' }, time),
    )
  }

  #create(
    kind: Kind,
    given: KubernetesObject,
    options: WriteOptions,
    owners: (object: KubernetesObject, time: string) => readonly Entry[],
  ): KubernetesObject {
    const { generateName } = given.metadata
    const name = given.metadata.name || (typeof generateName === 'string' ? `${generateName}${randomName()}` : '')
    if (name === '') {
      const message = 'Required value: name or generateName is required'
      throw invalid(kind, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }])
    }
    this.#admit(kind, given.metadata.namespace, name)
    const { status, ...rest } = given
    const { resourceVersion: _, deletionTimestamp: __, managedFields: ___, ...metadata } = given.metadata
    const bare: KubernetesObject = lean({
      ...(kind.subresources.includes('status') ? rest : { ...rest, ...(status ? { status } : {}) }),
      metadata: {
        ...metadata,
        name,
        uid: randomUUID(),
        creationTimestamp: this.#clock.stamp(),
        ...(kind.generation === undefined ? {} : { generation: 1 }),
      },
    })
    const object = this.#checked(kind, withDefaults(bare, undefined, this.#addresses), undefined)
    admitted(this.store, kind, object)
    withinQuotas(this.store, kind, object)
    if (this.store.get(kind, metadata.namespace, name) !== undefined) throw alreadyExists(kind, name)
    const managed = withEntries(object, owners(object, this.#clock.stamp()))
    return options.dryRun ? managed : this.store.put(kind, managed)
  }

  /**
   * Replaces an object by what `change` makes of the live one.
   * @throws ApiError 404, 409 where the new one names another resourceVersion or uid, 422.
   */
  update(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    change: (live: KubernetesObject) => KubernetesObject,
    options: WriteOptions = controllers,
  ): KubernetesObject {
    const live = this.read(kind, namespace, name)
    const by: Manager = present({
      manager: options.manager,
      operation: 'Update' as const,
      subresource: options.subresource,
    })
    return this.#replace(kind, live, change(live), options, (next) =>
      afterUpdate(kind, live, next, by, this.#clock.stamp()),
    )
  }

  /** A controller's word on an object. Nothing is written where it says nothing new. */
  setStatus(kind: Kind, live: KubernetesObject, status: Fields): void {
    const { namespace, name } = live.metadata
    if (this.store.get(kind, namespace, name)?.metadata.uid !== live.metadata.uid) return
    this.update(kind, namespace, name, (now) => ({ ...now, status }), { ...controllers, subresource: 'status' })
  }

  /** Server-side apply; creates what is not there. */
  apply(
    kind: Kind,
    wanted: KubernetesObject,
    options: WriteOptions & { readonly force: boolean },
  ): { readonly object: KubernetesObject; readonly created: boolean } {
    const { namespace, name, uid, resourceVersion } = wanted.metadata
    const by: Manager = present({
      manager: options.manager,
      operation: 'Apply' as const,
      subresource: options.subresource,
    })
    const live = this.store.get(kind, namespace, name)
    const merged = applied(kind, live, wanted, by, { force: options.force, time: this.#clock.stamp() })
    if (live === undefined) {
      if (options.subresource !== undefined) throw notFound(kind, name)
      if (resourceVersion !== undefined) throw conflict(kind, name)
      return { object: this.#create(kind, merged.object, options, () => merged.entries), created: true }
    }
    const versioned = {
      ...merged.object,
      metadata: { ...merged.object.metadata, ...present({ uid, resourceVersion }) },
    }
    return { object: this.#replace(kind, live, versioned, options, () => merged.entries), created: false }
  }

  #replace(
    kind: Kind,
    live: KubernetesObject,
    next: KubernetesObject,
    options: WriteOptions,
    owners: (next: KubernetesObject) => readonly Entry[],
  ): KubernetesObject {
    const { name } = live.metadata
    const { uid, resourceVersion } = next.metadata
    if (uid !== undefined && uid !== live.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`
      throw conflict(kind, name, why)
    }
    if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(kind, name)
    }
    const checked = this.#checked(kind, prepared(kind, live, next, { ...options, addresses: this.#addresses }), live)
    const managed = withEntries(checked, owners(checked))
    if (equal(managed, live)) return live
    if (options.dryRun) return managed
    if (isOver(managed)) {
      this.store.drop(kind, managed)
      return managed
    }
    return this.store.put(kind, managed)
  }

  /**
   * Deletes, or marks for deletion what has finalizers, a grace period or, as a namespace, content.
   * @throws ApiError 404, 409 where a precondition does not hold.
   */
  delete(kind: Kind, namespace: string | undefined, name: string, options: DeleteOptions = {}): Deletion {
    const live = this.read(kind, namespace, name)
    const { uid } = live.metadata
    if (options.uid !== undefined && options.uid !== uid) {
      throw conflict(kind, name, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`)
    }
    if (options.resourceVersion !== undefined && options.resourceVersion !== live.metadata.resourceVersion) {
      const why = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${live.metadata.resourceVersion}`
      throw conflict(kind, name, why)
    }
    const hasDependents = this.store.ownedBy(uid ?? '').length > 0
    const marked = markedForDeletion(kind, live, options, { now: this.#clock.now(), hasDependents })
    const gone = isOver(marked)
    if (options.dryRun) return { object: marked, gone }
    if (gone) this.store.drop(kind, live)
    else if (!equal(marked, live)) return { object: this.store.put(kind, marked), gone }
    return { object: marked, gone }
  }

  /** Takes a finalizer off an object that is being deleted; the last one ends it. */
  release({ kind, object }: Held, finalizer: string): void {
    const { namespace, name } = object.metadata
    this.update(kind, namespace, name, (live) => {
      const { finalizers = [], ...metadata } = live.metadata
      const left = finalizers.filter((one) => one !== finalizer)
      return { ...live, metadata: { ...metadata, ...(left.length === 0 ? {} : { finalizers: left }) } }
    })
  }

  /** A grace period is over, or a namespace is empty: nothing holds the object any more but its finalizers. */
  end(kind: Kind, live: KubernetesObject): void {
    const over: KubernetesObject = {
      ...live,
      metadata: { ...live.metadata, deletionGracePeriodSeconds: 0 },
      ...(kind === k.namespace ? { spec: { ...live.spec, finalizers: [] } } : {}),
    }
    if (isOver(over)) this.store.drop(kind, live)
    else if (!equal(over, live)) this.store.put(kind, over)
  }

  /** NamespaceLifecycle: nothing new in a namespace that is not there, or that is going. */
  #admit(kind: Kind, namespace: string | undefined, name: string): void {
    if (!kind.namespaced || namespace === undefined) return
    const place = this.store.get(k.namespace, undefined, namespace)
    if (place === undefined) throw notFound(k.namespace, namespace)
    if (place.metadata.deletionTimestamp === undefined) return
    throw forbidden(
      kind,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    )
  }

  #checked(kind: Kind, object: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
    const causes = problems(kind, object, live)
    if (causes.length > 0) throw invalid(kind, object.metadata.name, causes)
    return object
  }
}

const withEntries = (object: KubernetesObject, entries: readonly Entry[]): KubernetesObject => {
  const { managedFields: _, ...metadata } = object.metadata
  return entries.length === 0
    ? { ...object, metadata }
    : { ...object, metadata: { ...metadata, managedFields: serialised(entries) } }
}
