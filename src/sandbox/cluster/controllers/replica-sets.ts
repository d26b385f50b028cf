import { omitEmpty } from '../json.ts'
import { k } from '../kinds.ts'
import { byWorth, createPod, deletePod, isActive, isEnding, isReadyPod, podsOf } from './pods.ts'
import { type Controller, type World, controllerOf, split } from './world.ts'
import { keyOf } from '../store.ts'

/** Keeps as many pods as a ReplicaSet says. */
export const replicaSets = (world: World): Controller => ({
  name: 'replicaset-controller',
  concerns: ({ kind, before, after }) => {
    const object = after ?? before
    if (object === undefined) return []
    if (kind === k.replicaSet) return [keyOf(object)]
    const owner = kind === k.pod ? controllerOf(object, 'ReplicaSet') : undefined
    return owner === undefined ? [] : [owner]
  },
  reconcile(key) {
    const { objects, store } = world
    const set = store.get(k.replicaSet, ...split(key))
    if (set === undefined) return
    const pods = podsOf(world, set)
    const wanted = Number(set.spec?.['replicas'] ?? 1)
    const active = pods.filter(isActive)
    // What has failed or was evicted is replaced and goes.
    for (const pod of pods) if (!isActive(pod) && !isEnding(pod)) deletePod(world, pod)
    if (!isEnding(set)) {
      for (const pod of active.toSorted(byWorth).slice(0, Math.max(active.length - wanted, 0))) deletePod(world, pod)
    }
    const now = podsOf(world, set).filter(isActive)
    const ready = now.filter(isReadyPod).length
    const status = {
      replicas: now.length,
      ...omitEmpty({
        fullyLabeledReplicas: now.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: set.metadata.generation,
      }),
    }
    objects.setStatus(k.replicaSet, set, status)
    if (isEnding(set)) return
    for (let missing = wanted - active.length; missing > 0; missing -= 1) createPod(world, set, 'replicaset-controller')
  },
})
