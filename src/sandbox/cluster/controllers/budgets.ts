/** PodDisruptionBudgets: how many of the selected pods may be missed now. */
import { equal, numberAt, present } from '../json.ts'
import { k } from '../kinds.ts'
import { selects } from '../selectors.ts'
import { keyOf } from '../store.ts'
import { withConditions } from '../conditions.ts'
import { isActive, isReadyPod } from './pods.ts'
import { type MakeController, split } from './world.ts'

const share = (value: unknown, of: number): number =>
  typeof value === 'string' ? Math.ceil((Number(value.replace('%', '')) * of) / 100) : Number(value)

export const budgets: MakeController = ({ clock, objects, store }) => ({
  name: 'disruption-controller',
  concerns: ({ kind, before, after }) => {
    const object = after ?? before
    if (object === undefined) return []
    if (kind === k.budget) return [keyOf(object)]
    if (kind !== k.pod || equal(before?.status, after?.status)) return []
    return store
      .list(k.budget, object.metadata.namespace)
      .filter((budget) => selects(budget.spec?.['selector'], object.metadata.labels))
      .map(keyOf)
  },
  reconcile(key) {
    const budget = store.get(k.budget, ...split(key))
    if (budget === undefined) return
    const pods = store
      .list(k.pod, budget.metadata.namespace)
      .filter((pod) => isActive(pod) && selects(budget.spec?.['selector'], pod.metadata.labels))
    const healthy = pods.filter(isReadyPod).length
    const { maxUnavailable, minAvailable } = budget.spec ?? {}
    const desired =
      maxUnavailable === undefined
        ? share(minAvailable ?? 1, pods.length)
        : Math.max(pods.length - share(maxUnavailable, pods.length), 0)
    const allowed = Math.max(healthy - desired, 0)
    objects.setStatus(k.budget, budget, {
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: pods.length,
      ...present({ observedGeneration: numberAt(budget, 'metadata', 'generation') }),
      conditions: withConditions(budget, clock.stamp(), {
        type: 'DisruptionAllowed',
        status: allowed > 0 ? 'True' : 'False',
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
      }),
    })
  },
})
