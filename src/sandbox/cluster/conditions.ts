/** Conditions of a status: the time of a condition moves only when its answer does. */
import type { KubernetesObject } from '../types.ts'
import { type Fields, fields, list } from './json.ts'

export interface Condition {
  readonly type: string
  readonly status: 'False' | 'True' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

export const conditionOf = (object: KubernetesObject | undefined, type: string): Readonly<Fields> | undefined =>
  list(object?.status?.['conditions'])
    .map(fields)
    .find((condition) => condition['type'] === type)

export const isTrue = (object: KubernetesObject | undefined, type: string): boolean =>
  conditionOf(object, type)?.['status'] === 'True'

/** The object's conditions with these ones put in or changed; others stay as they are. */
export function withConditions(object: KubernetesObject, time: string, ...wanted: readonly Condition[]): Fields[] {
  const before = list(object.status?.['conditions']).map((condition) => ({ ...fields(condition) }))
  const kept = before.filter((condition) => !wanted.some(({ type }) => type === condition['type']))
  const now = wanted.map((condition) => {
    const old = conditionOf(object, condition.type)
    const since = old?.['status'] === condition.status ? old['lastTransitionTime'] : time
    const extra = old?.['lastUpdateTime'] === undefined ? {} : { lastUpdateTime: old['lastUpdateTime'] }
    return { ...condition, ...extra, lastTransitionTime: since }
  })
  return [...kept, ...now]
}
