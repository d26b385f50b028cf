/** What every controller works with, and the queue that it works off. */
import type { KubernetesObject } from '../../types.ts'
import type { Addresses } from '../addresses.ts'
import type { Clock, ClusterTimes } from '../clock.ts'
import type { RecordEvent } from '../events.ts'
import type { Objects } from '../objects.ts'
import { ApiError } from '../status.ts'
import type { Change, Store } from '../store.ts'

export interface World {
  readonly cluster: string
  readonly store: Store
  readonly objects: Objects
  readonly clock: Clock
  readonly times: ClusterTimes
  readonly addresses: Addresses
  /** PEM, for `kube-root-ca.crt`. */
  readonly ca: string
  readonly event: RecordEvent
}

/** One controller: which keys a change concerns, and what to do for a key. Reconciling twice changes nothing. */
export interface Controller {
  readonly name: string
  concerns(change: Change): readonly string[]
  reconcile(key: string): void
}

/** `again` puts a key back into the queue: what a controller's timers end in. */
export type MakeController = (world: World, again: (key: string) => void) => Controller

/** The namespace and name of a key. */
export const split = (key: string): readonly [string, string] => {
  const [namespace = '', ...name] = key.split('/')
  return [namespace, name.join('/')]
}

/** The owner that manages an object, if it is of this kind. */
export const controllerOf = (object: KubernetesObject | undefined, kind: string): string | undefined => {
  const owner = object?.metadata.ownerReferences?.find((one) => one.controller === true && one.kind === kind)
  return owner === undefined ? undefined : `${object?.metadata.namespace ?? ''}/${owner.name}`
}

export const ownerReference = (owner: KubernetesObject) => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})

/** How many keys are worked off before requests get their turn. */
const lump = 50

/**
 * Runs a controller: keys queue once, and what the API refuses is tried again, later each time. Any other error is a
 * mistake of the sandbox and ends the process.
 */
export function run(make: MakeController, world: World): void {
  const { clock, store, times } = world
  const queue = new Set<string>()
  const failures = new Map<string, number>()
  let busy = false

  const work = (): void => {
    busy = false
    if (clock.stopped) return
    for (const key of [...queue].slice(0, lump)) {
      queue.delete(key)
      try {
        controller.reconcile(key)
        failures.delete(key)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const count = (failures.get(key) ?? 0) + 1
        failures.set(key, count)
        clock.after(Math.min(times.retryMs * 2 ** (count - 1), times.retryMs * 100), () => add(key))
      }
    }
    if (queue.size > 0) wake()
  }
  const wake = (): void => {
    if (busy || clock.stopped) return
    busy = true
    setImmediate(work)
  }
  const add = (key: string): void => {
    queue.add(key)
    wake()
  }
  const controller = make(world, add)
  store.subscribe((change) => {
    for (const key of controller.concerns(change)) add(key)
  })
}
