import { record } from './fields.ts'
import { controllerOf, nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { selectorOf } from './workload-state.ts'

/**
 * What holds up the draining of nodes: EKS evicts their pods before it ends them, and for so long a budget that allows no
 * disruption, or a pod that takes its time to end, keeps a node.
 * https://docs.aws.amazon.com/eks/latest/userguide/delete-managed-node-group.html
 */

/** Budgets that allow no disruption now. */
export const strictBudgets = (budgets: readonly KubernetesObject[]): KubernetesObject[] =>
  budgets.filter(({ status }) => status?.['disruptionsAllowed'] === 0)

/** As a labelSelector; undefined: it is for no pod. An empty selector is for all of its namespace. */
export const budgeted = (budget: KubernetesObject): string | undefined =>
  budget.spec?.['selector'] === undefined ? undefined : selectorOf(budget)

/** What stays on a node until the node goes is not waited for. */
export const isDrained = (pod: KubernetesObject): boolean =>
  controllerOf(pod)?.kind !== 'DaemonSet' && !['Succeeded', 'Failed'].includes(String(pod.status?.['phase']))

export const isEnding = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined

export const nodeOf = ({ spec }: KubernetesObject): string => {
  const { nodeName } = record(spec)
  return typeof nodeName === 'string' ? nodeName : ''
}

/** https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html */
export const NODE_GROUP = 'eks.amazonaws.com/nodegroup'

export interface Holding {
  readonly pod: KubernetesObject
  /** Which keeps it from being evicted; absent: it is ending. */
  readonly budget?: KubernetesObject
}

const FEW = 5

/** In words, with what ends it; empty where nothing holds it up. */
export function holdingInWords(all: readonly Holding[]): string {
  const first = all.slice(0, FEW).map(({ pod, budget }) => {
    const where = `${nameOf({ ...pod, kind: 'Pod' })} on ${nodeOf(pod)}`
    return budget
      ? `${nameOf({ ...budget, kind: 'PodDisruptionBudget' })} allows no disruption, so ${where} is not evicted`
      : `${where} was told to end at ${pod.metadata.deletionTimestamp} and has not${finalizersOf(pod)}`
  })
  const more = all.length - first.length
  return first.length === 0 ? '' : `: ${first.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

const finalizersOf = ({ metadata: { finalizers = [] } }: KubernetesObject): string =>
  finalizers.length === 0 ? '' : ` (finalizers ${finalizers.join(', ')})`
