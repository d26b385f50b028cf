import { conditionOf, withConditions } from '../conditions.ts'
import { omitEmpty } from '../json.ts'
import { k } from '../kinds.ts'
import { byWorth, createPod, deletePod, isActive, isEnding, isReadyPod, podsOf } from './pods.ts'
import { type Controller, type World, controllerOf, split } from './world.ts'
import { keyOf } from '../store.ts'

/** That the API server refuses its pods, which its Deployment says too. */
export const FAILURE = 'ReplicaFailure'

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
    const { clock, objects, store } = world
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
    const missing = wanted - active.length
    const failure = conditionOf(set, FAILURE)
    const status = {
      ...(failure !== undefined && missing > 0 && { conditions: [failure] }),
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
    try {
      for (let n = 0; n < missing; n += 1) createPod(world, set, 'replicaset-controller')
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      const why = { type: FAILURE, status: 'True', reason: 'FailedCreate', message } as const
      // The first failure is told until all its pods are there (pkg/controller/replicaset/replica_set_utils.go).
      if (failure === undefined)
        objects.setStatus(k.replicaSet, set, { ...status, conditions: withConditions(set, clock.stamp(), why) })
      throw error
    }
  },
})
