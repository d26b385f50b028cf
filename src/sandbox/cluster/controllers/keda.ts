/** KEDA's operator: ScaledObjects. Its rules are `../../keda.ts`. */
import type { KubernetesObject } from '../../types.ts'
import { autoscalerName, FINALIZER, kedaWill, saysTheSame, targetOf } from '../../keda.ts'
import { withConditions } from '../conditions.ts'
import { numberAt } from '../json.ts'
import { k, kindNamed } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isEnding } from './pods.ts'
import { controllerOf, type MakeController, split } from './world.ts'

const manager = 'keda-operator'

export const keda: MakeController = ({ clock, objects, store }) => {
  const workloadOf = (scaledObject: KubernetesObject) => {
    const { apiVersion, kind: named, name } = targetOf(scaledObject)
    const kind = kindNamed(apiVersion, named)
    const object = kind?.subresources.includes('scale')
      ? store.get(kind, scaledObject.metadata.namespace, name)
      : undefined
    return kind === undefined || object === undefined ? undefined : { kind, object }
  }

  function follow(scaledObject: KubernetesObject): void {
    const { namespace, name, finalizers = [] } = scaledObject.metadata
    const has = finalizers.includes(FINALIZER)
    if (isEnding(scaledObject)) {
      if (has) objects.release({ kind: k.scaledObject, object: scaledObject }, FINALIZER)
      return
    }
    if (!has) {
      objects.update(k.scaledObject, namespace, name, (live) => withFinalizer(live), { manager })
      return
    }
    const workload = workloadOf(scaledObject)
    const will = kedaWill(scaledObject, workload && (numberAt(workload.object, 'spec', 'replicas') ?? 1))
    if (will.autoscaler !== undefined) settle(scaledObject, will.autoscaler)
    if (workload !== undefined && will.replicas !== undefined) {
      const { replicas } = will
      const { kind, object } = workload
      const scaled = (live: KubernetesObject) => ({ ...live, spec: { ...live.spec, replicas } })
      objects.update(kind, namespace, object.metadata.name, scaled, { manager })
    }
    const conditions = withConditions(scaledObject, clock.stamp(), ...will.conditions)
    objects.setStatus(k.scaledObject, scaledObject, { ...scaledObject.status, conditions })
  }

  function settle(scaledObject: KubernetesObject, wanted: KubernetesObject | 'none'): void {
    const { namespace } = scaledObject.metadata
    const name = autoscalerName(scaledObject)
    const found = store.get(k.autoscaler, namespace, name)
    if (wanted === 'none') {
      if (found !== undefined && !isEnding(found)) objects.delete(k.autoscaler, namespace, name)
    } else if (found === undefined) objects.create(k.autoscaler, wanted, { manager })
    else if (!saysTheSame(found, wanted)) {
      const {
        metadata: { labels = {}, annotations = {} },
        spec = {},
      } = wanted
      objects.update(
        k.autoscaler,
        namespace,
        name,
        (live) => ({ ...live, metadata: { ...live.metadata, labels, annotations }, spec }),
        { manager },
      )
    }
  }

  return {
    name: manager,
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.scaledObject) return after === undefined ? [] : [keyOf(after)]
      if (kind === k.autoscaler) return [controllerOf(object, 'ScaledObject') ?? []].flat()
      if (!kind.subresources.includes('scale')) return []
      return store
        .list(k.scaledObject, object.metadata.namespace)
        .filter((one) => targetOf(one).kind === object.kind && targetOf(one).name === object.metadata.name)
        .map(keyOf)
    },
    reconcile(key) {
      const scaledObject = store.get(k.scaledObject, ...split(key))
      if (scaledObject !== undefined) follow(scaledObject)
    },
  }
}

const withFinalizer = (live: KubernetesObject): KubernetesObject => ({
  ...live,
  metadata: { ...live.metadata, finalizers: [...(live.metadata.finalizers ?? []), FINALIZER] },
})
