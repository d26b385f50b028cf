/** StatefulSets: pods with an ordinal, one after the other, each with its claims. */
import type { KubernetesObject } from '../../types.ts'
import { hashName } from '../addresses.ts'
import { at, fields, list, numberAt, omitEmpty, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { createPod, deletePod, isActive, isEnding, isReadyPod, podsOf } from './pods.ts'
import { type Controller, type World, controllerOf, split } from './world.ts'

const hashLabel = 'controller-revision-hash'
const ordinalOf = (pod: KubernetesObject): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1)

function createClaims({ objects, store }: World, set: KubernetesObject, pod: string): readonly object[] {
  const { namespace } = set.metadata
  return list(set.spec?.['volumeClaimTemplates']).map((template) => {
    const volume = textAt(template, 'metadata', 'name') ?? 'data'
    const name = `${volume}-${pod}`
    if (store.get(k.claim, namespace, name) === undefined) {
      const labels = { ...fields(at(set.spec, 'selector', 'matchLabels')) } as Record<string, string>
      const metadata = { name, labels, ...(namespace === undefined ? {} : { namespace }) }
      objects.create(k.claim, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec: { ...fields(at(template, 'spec')) },
      })
    }
    return { name: volume, persistentVolumeClaim: { claimName: name } }
  })
}

export const statefulSets = (world: World): Controller => ({
  name: 'statefulset-controller',
  concerns: ({ kind, before, after }) => {
    const object = after ?? before
    if (object === undefined) return []
    if (kind === k.statefulSet) return [keyOf(object)]
    const owner = kind === k.pod ? controllerOf(object, 'StatefulSet') : undefined
    return owner === undefined ? [] : [owner]
  },
  reconcile(key) {
    const { objects, store } = world
    const set = store.get(k.statefulSet, ...split(key))
    if (set === undefined) return
    const { name } = set.metadata
    const hash = hashName(JSON.stringify(set.spec?.['template']))
    const revision = `${name}-${hash}`
    const wanted = numberAt(set, 'spec', 'replicas') ?? 1
    const pods = podsOf(world, set)
    const active = pods.filter(isActive)
    const fresh = active.filter((pod) => pod.metadata.labels?.[hashLabel] === revision)
    const ready = active.filter(isReadyPod).length
    const updated = fresh.length === active.length
    objects.setStatus(k.statefulSet, set, {
      replicas: active.length,
      availableReplicas: ready,
      collisionCount: 0,
      currentRevision: updated ? revision : (textAt(set, 'status', 'currentRevision') ?? revision),
      updateRevision: revision,
      ...omitEmpty({
        observedGeneration: set.metadata.generation,
        readyReplicas: ready,
        updatedReplicas: fresh.length,
        currentReplicas: updated ? active.length : active.length - fresh.length,
      }),
    })
    if (isEnding(set)) return
    for (const pod of pods) if (!isActive(pod)) deletePod(world, pod)
    const parallel = set.spec?.['podManagementPolicy'] === 'Parallel'
    const surplus = active.filter((pod) => ordinalOf(pod) >= wanted).toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
    // One at a time, from the highest, and only once the one before has gone.
    if (surplus.length > 0 && (parallel || pods.every((pod) => !isEnding(pod)))) {
      return surplus.slice(0, parallel ? surplus.length : 1).forEach((pod) => deletePod(world, pod))
    }
    for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
      const pod = pods.find((one) => ordinalOf(one) === ordinal)
      if (pod === undefined) {
        const podName = `${name}-${ordinal}`
        const volumes = createClaims(world, set, podName)
        const own = list(at(set.spec, 'template', 'spec', 'volumes'))
        createPod(world, set, 'statefulset-controller', {
          name: podName,
          labels: {
            [hashLabel]: revision,
            'statefulset.kubernetes.io/pod-name': podName,
            'apps.kubernetes.io/pod-index': String(ordinal),
          },
          spec: { hostname: podName, ...(volumes.length === 0 ? {} : { volumes: [...own, ...volumes] }) },
        })
      }
      if (!parallel && (pod === undefined || !isReadyPod(pod))) return
    }
    const rolls = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete'
    const [last] = active.filter((pod) => !fresh.includes(pod)).toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
    if (rolls && last !== undefined) deletePod(world, last)
  },
})
