/** HPAs without metrics: they hold a workload between its bounds, and keep their hands off one that is scaled to zero. */
import type { KubernetesObject } from '../../types.ts'
import { type Condition, withConditions } from '../conditions.ts'
import { numberAt, omitEmpty, present, textAt } from '../json.ts'
import { type Kind, k, kindNamed } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isEnding } from './pods.ts'
import { type MakeController, split } from './world.ts'

const isScalable = (kind: Kind | undefined): kind is Kind => kind?.subresources.includes('scale') ?? false

const target = (autoscaler: KubernetesObject): readonly [Kind | undefined, string] => {
  const ref = autoscaler.spec?.['scaleTargetRef']
  return [kindNamed(textAt(ref, 'apiVersion') ?? '', textAt(ref, 'kind') ?? ''), textAt(ref, 'name') ?? '']
}

export const autoscalers: MakeController = ({ clock, event, objects, store }) => ({
  name: 'horizontal-pod-autoscaler',
  concerns: ({ kind, before, after }) => {
    const object = after ?? before
    if (object === undefined) return []
    if (kind === k.autoscaler) return [keyOf(object)]
    if (!isScalable(kind)) return []
    return store
      .list(k.autoscaler, object.metadata.namespace)
      .filter((one) => target(one)[0] === kind && target(one)[1] === object.metadata.name)
      .map(keyOf)
  },
  reconcile(key) {
    const autoscaler = store.get(k.autoscaler, ...split(key))
    if (autoscaler === undefined || isEnding(autoscaler)) return
    const { namespace } = autoscaler.metadata
    const [kind, name] = target(autoscaler)
    const workload = isScalable(kind) ? store.get(kind, namespace, name) : undefined
    const time = clock.stamp()
    const report = (counts: Readonly<Record<string, number>>, ...conditions: readonly Condition[]): void =>
      objects.setStatus(k.autoscaler, autoscaler, {
        ...present({ lastScaleTime: autoscaler.status?.['lastScaleTime'] }),
        ...counts,
        currentMetrics: null,
        conditions: withConditions(autoscaler, time, ...conditions),
      })
    if (kind === undefined || workload === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${name} not found`
      return report({ desiredReplicas: 0 }, { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message })
    }
    const asked = numberAt(workload, 'spec', 'replicas') ?? 1
    const current = numberAt(workload, 'status', 'replicas') ?? 0
    const able: Condition = {
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    }
    if (asked === 0) {
      const message = 'scaling is disabled since the replica count of the target is zero'
      const off: Condition = { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message }
      return report({ ...counted(current), desiredReplicas: 0 }, able, off)
    }
    const min = numberAt(autoscaler, 'spec', 'minReplicas') ?? 1
    const max = numberAt(autoscaler, 'spec', 'maxReplicas') ?? min
    const desired = Math.min(Math.max(asked, min), max)
    const bound = desired === asked ? undefined : desired === min ? 'TooFewReplicas' : 'TooManyReplicas'
    report(
      { ...counted(current), desiredReplicas: desired },
      able,
      {
        type: 'ScalingActive',
        status: 'True',
        reason: 'ValidMetricFound',
        message: 'the HPA was able to successfully calculate a replica count',
      },
      {
        type: 'ScalingLimited',
        status: bound === undefined ? 'False' : 'True',
        reason: bound ?? 'DesiredWithinRange',
        message: 'the desired count is held between the minimum and maximum replica count',
      },
    )
    if (desired === asked) return
    objects.update(kind, namespace, name, (live) => ({ ...live, spec: { ...live.spec, replicas: desired } }), {
      manager: 'kube-controller-manager',
    })
    event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}`, 'horizontal-pod-autoscaler')
  },
})

const counted = (current: number) => omitEmpty({ currentReplicas: current }) as Readonly<Record<string, number>>
