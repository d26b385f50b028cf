/** Puts each new pod on a ready node that its node selector takes, turn by turn. */
import type { KubernetesObject } from '../../types.ts'
import { isTrue, withConditions } from '../conditions.ts'
import { type Fields, strings } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isActive } from './pods.ts'
import { type Controller, type World, split } from './world.ts'

/** May a pod of this spec run on this node? */
export const takes = (node: KubernetesObject, podSpec: Readonly<Fields>): boolean =>
  isTrue(node, 'Ready') &&
  node.spec?.['unschedulable'] !== true &&
  Object.entries(strings(podSpec['nodeSelector'])).every(([label, value]) => node.metadata.labels?.[label] === value)

export const scheduler = (world: World): Controller => {
  const { clock, event, objects, store } = world
  let turn = 0
  return {
    name: 'default-scheduler',
    concerns: ({ kind, after }) => {
      if (kind === k.pod) return after !== undefined && waits(after) ? [keyOf(after)] : []
      // A node has come or become ready: everybody who waits asks again.
      return kind === k.node && after !== undefined ? store.list(k.pod).filter(waits).map(keyOf) : []
    },
    reconcile(key) {
      const pod = store.get(k.pod, ...split(key))
      if (pod === undefined || !waits(pod)) return
      const { namespace, name } = pod.metadata
      const nodes = store.list(k.node)
      const fit = nodes.filter((node) => takes(node, pod.spec ?? {}))
      const node = fit[turn % fit.length]
      if (node === undefined) {
        const why =
          nodes.length === 0
            ? 'no nodes available to schedule pods'
            : `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match Pod's node affinity/selector. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`
        const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: why } as const
        event(pod, 'Warning', 'FailedScheduling', why, 'default-scheduler')
        objects.setStatus(k.pod, pod, {
          ...pod.status,
          phase: 'Pending',
          conditions: withConditions(pod, clock.stamp(), condition),
        })
        return
      }
      turn += 1
      const placed = objects.update(k.pod, namespace, name, (live) => ({
        ...live,
        spec: { ...live.spec, nodeName: node.metadata.name },
      }))
      const condition = { type: 'PodScheduled', status: 'True' } as const
      objects.setStatus(k.pod, placed, {
        ...placed.status,
        phase: 'Pending',
        conditions: withConditions(placed, clock.stamp(), condition),
      })
      event(placed, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${node.metadata.name}`, 'default-scheduler')
    },
  }
}

const waits = (pod: KubernetesObject): boolean => pod.spec?.['nodeName'] === undefined && isActive(pod)
