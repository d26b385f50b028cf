/** What a Deployment says of itself: counts over its ReplicaSets, and whether it is available and moving. */
import type { KubernetesObject } from '../../types.ts'
import { stamp } from '../clock.ts'
import { type Condition, conditionOf, withConditions } from '../conditions.ts'
import { type Fields, at, numberAt, omitEmpty } from '../json.ts'
import { FAILURE } from './replica-sets.ts'

export const countOf = (set: KubernetesObject, field: string): number => numberAt(set, 'status', field) ?? 0

export const sum = (sets: readonly KubernetesObject[], count: (set: KubernetesObject) => number): number =>
  sets.reduce((total, set) => total + count(set), 0)

/** A count or a share of the replicas. */
export const share = (value: unknown, of: number, round: (value: number) => number): number =>
  typeof value === 'string' && value.endsWith('%') ? round((Number(value.slice(0, -1)) * of) / 100) : Number(value ?? 0)

const deadlineSeconds = (deployment: KubernetesObject): number =>
  numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600

/** When a Deployment that moves will be given up, unless it moves again. */
export function givenUpAt(deployment: KubernetesObject): number | undefined {
  const progressing = conditionOf(deployment, 'Progressing')
  if (progressing?.['reason'] !== 'ReplicaSetUpdated') return undefined
  return Date.parse(String(progressing['lastUpdateTime'])) + 1000 * deadlineSeconds(deployment)
}

const movesBy = ['updatedReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']
const moved = (live: KubernetesObject, counts: Fields): boolean =>
  movesBy.some((field) => at(live.status, field) !== counts[field])

/** Whether anything moves; after `progressDeadlineSeconds` of nothing, that it has failed. */
function progress(live: KubernetesObject, set: string, counts: Fields, complete: boolean, now: number): Condition {
  const type = 'Progressing'
  if (complete) {
    const message = `ReplicaSet "${set}" has successfully progressed.`
    return { type, status: 'True', reason: 'NewReplicaSetAvailable', message }
  }
  const failed = conditionOf(live, type)?.['reason'] === 'ProgressDeadlineExceeded'
  if (!moved(live, counts) && (failed || now >= (givenUpAt(live) ?? Number.POSITIVE_INFINITY))) {
    const message = `ReplicaSet "${set}" has timed out progressing.`
    return { type, status: 'False', reason: 'ProgressDeadlineExceeded', message }
  }
  return { type, status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${set}" is progressing.` }
}

const availability = (enough: boolean): Condition => ({
  type: 'Available',
  status: enough ? 'True' : 'False',
  reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
  message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
})

/** `lastUpdateTime` is that of the last movement, which the deadline counts from. */
function touched(live: KubernetesObject, condition: Fields, moves: boolean, time: string): Fields {
  const before = conditionOf(live, String(condition['type']))
  const same = before?.['reason'] === condition['reason'] && before?.['status'] === condition['status']
  return { ...condition, lastUpdateTime: before !== undefined && same && !moves ? before['lastUpdateTime'] : time }
}

/** The status by its ReplicaSets; `fresh` is the one of the present template, if there is one. */
export function deploymentStatus(
  live: KubernetesObject,
  sets: readonly KubernetesObject[],
  fresh: KubernetesObject | undefined,
  now: number,
): Fields {
  const wanted = numberAt(live, 'spec', 'replicas') ?? 1
  const missing = share(at(live.spec, 'strategy', 'rollingUpdate', 'maxUnavailable'), wanted, Math.floor)
  const replicas = sum(sets, (set) => countOf(set, 'replicas'))
  const available = sum(sets, (set) => countOf(set, 'availableReplicas'))
  const updated = fresh === undefined ? 0 : countOf(fresh, 'replicas')
  const counts = omitEmpty({
    observedGeneration: live.metadata.generation,
    replicas,
    updatedReplicas: updated,
    readyReplicas: sum(sets, (set) => countOf(set, 'readyReplicas')),
    availableReplicas: available,
    unavailableReplicas: Math.max(wanted - available, 0),
  })
  const complete = updated === wanted && replicas === wanted && available === wanted
  const time = stamp(now)
  const said = [
    availability(available >= wanted - missing),
    ...(fresh === undefined ? [] : [progress(live, fresh.metadata.name, counts, complete, now)]),
  ]
  const failure = sets.map((set) => conditionOf(set, FAILURE)).find((condition) => condition !== undefined)
  const conditions = [
    ...withConditions(live, time, ...said).filter((condition) => condition['type'] !== FAILURE),
    ...(failure === undefined ? [] : [{ ...failure }]),
  ].map((condition) => touched(live, condition, condition['type'] === 'Progressing' && moved(live, counts), time))
  return { ...counts, conditions }
}
