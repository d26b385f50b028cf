/** DaemonSets: one pod on each node that the template's selector takes. */
import type { KubernetesObject } from '../../types.ts'
import { hashName } from '../addresses.ts'
import { fields, omitEmpty } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { createPod, deletePod, isActive, isEnding, isReadyPod, podsOf } from './pods.ts'
import { takes } from './scheduler.ts'
import { type Controller, type World, controllerOf, split } from './world.ts'

const hashLabel = 'controller-revision-hash'
const nodeOf = (pod: KubernetesObject): unknown => pod.spec?.['nodeName']

export const daemonSets = (world: World): Controller => ({
  name: 'daemonset-controller',
  concerns: ({ kind, before, after }) => {
    const object = after ?? before
    if (object === undefined) return []
    if (kind === k.daemonSet) return [keyOf(object)]
    if (kind === k.node) return world.store.list(k.daemonSet).map(keyOf)
    const owner = kind === k.pod ? controllerOf(object, 'DaemonSet') : undefined
    return owner === undefined ? [] : [owner]
  },
  reconcile(key) {
    const { objects, store } = world
    const set = store.get(k.daemonSet, ...split(key))
    if (set === undefined) return
    const hash = hashName(JSON.stringify(set.spec?.['template']))
    const nodes = store.list(k.node).filter((node) => takes(node, fields(fields(set.spec?.['template'])['spec'])))
    const pods = podsOf(world, set)
    const active = pods.filter(isActive)
    const ready = active.filter(isReadyPod).length
    const fresh = active.filter((pod) => pod.metadata.labels?.[hashLabel] === hash)
    objects.setStatus(k.daemonSet, set, {
      currentNumberScheduled: active.length,
      desiredNumberScheduled: nodes.length,
      numberMisscheduled: 0,
      numberReady: ready,
      ...omitEmpty({
        observedGeneration: set.metadata.generation,
        updatedNumberScheduled: fresh.length,
        numberAvailable: ready,
        numberUnavailable: nodes.length - ready,
      }),
    })
    if (isEnding(set)) return
    for (const pod of active) if (!nodes.some((node) => node.metadata.name === nodeOf(pod))) deletePod(world, pod)
    for (const node of nodes) {
      const { name } = node.metadata
      if (pods.some((pod) => nodeOf(pod) === name)) continue
      createPod(world, set, 'daemonset-controller', { labels: { [hashLabel]: hash }, spec: { nodeName: name } })
    }
    // One node after the other, as maxUnavailable 1 has it.
    const stale = active.find((pod) => !fresh.includes(pod))
    if (stale !== undefined && ready === nodes.length) deletePod(world, stale)
  },
})
