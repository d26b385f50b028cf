/** Jobs: pods until enough have ended well, or too many badly. */
import type { KubernetesObject } from '../../types.ts'
import { type Condition, conditionOf, isTrue, withConditions } from '../conditions.ts'
import { type Fields, numberAt, omitEmpty, present, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { createPod, deletePod, isActive, isEnding, isReadyPod, phaseOf, podsOf } from './pods.ts'
import { type MakeController, controllerOf, split } from './world.ts'

export const isFinished = (job: KubernetesObject): boolean => isTrue(job, 'Complete') || isTrue(job, 'Failed')

export const finishedAt = (job: KubernetesObject): string | undefined =>
  textAt(conditionOf(job, isTrue(job, 'Complete') ? 'Complete' : 'Failed'), 'lastTransitionTime')

const component = 'job-controller'

export const jobs: MakeController = (world, again) => {
  const { clock, event, objects, store, times } = world
  /** How many failures of a Job have had their pause, and whether one is on. */
  const pauses = new Map<string, { readonly after: number; readonly on: boolean }>()
  /** Jobs that wait for a time of theirs. */
  const waiting = new Set<string>()

  const lookAt = (job: KubernetesObject, time: number): void => {
    const mark = `${job.metadata.uid} ${time}`
    if (waiting.has(mark)) return
    waiting.add(mark)
    clock.at(time, () => {
      waiting.delete(mark)
      again(keyOf(job))
    })
  }

  const finish = (
    job: KubernetesObject,
    counts: Fields,
    type: 'Complete' | 'Failed',
    reason: string,
    message: string,
  ): void => {
    const time = clock.stamp()
    const why = { status: 'True', reason, message } as const
    const first: Condition = { type: type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', ...why }
    const { active: _, ...rest } = counts
    for (const pod of podsOf(world, job).filter(isActive)) deletePod(world, pod)
    objects.setStatus(k.job, job, {
      ...rest,
      ready: 0,
      ...(type === 'Complete' ? { completionTime: time } : {}),
      conditions: withConditions(job, time, first, { type, ...why }),
    })
    if (type === 'Complete') event(job, 'Normal', 'Completed', 'Job completed', component)
    else event(job, 'Warning', reason, message, component)
  }

  /** Deletes a finished Job once its time has come. */
  const retire = (job: KubernetesObject): void => {
    const ttl = numberAt(job, 'spec', 'ttlSecondsAfterFinished')
    if (ttl === undefined) return
    const over = Date.parse(finishedAt(job) ?? '') + ttl * 1000
    if (clock.now() < over) return lookAt(job, over)
    objects.delete(k.job, job.metadata.namespace, job.metadata.name, { propagation: 'Background' })
  }

  /** After each failure a pause, twice as long as the one before. */
  const paused = (key: string, failures: number): boolean => {
    const pause = pauses.get(key) ?? { after: 0, on: false }
    if (failures > pause.after) {
      pauses.set(key, { after: failures, on: true })
      clock.after(times.jobBackoffMs * 2 ** (failures - 1), () => {
        pauses.set(key, { after: failures, on: false })
        again(key)
      })
      return true
    }
    return pause.on
  }

  return {
    name: component,
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.job) return [keyOf(object)]
      const owner = kind === k.pod ? controllerOf(object, 'Job') : undefined
      return owner === undefined ? [] : [owner]
    },
    reconcile(key) {
      const job = store.get(k.job, ...split(key))
      if (job === undefined || isEnding(job)) return void pauses.delete(key)
      if (isFinished(job)) return retire(job)
      const { spec, status } = job
      const pods = podsOf(world, job)
      const suspended = spec?.['suspend'] === true
      const active = pods.filter(isActive)
      const succeeded = pods.filter((pod) => phaseOf(pod) === 'Succeeded').length
      const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length
      const startTime = textAt(status, 'startTime') ?? (suspended ? undefined : clock.stamp())
      const counts = {
        ...present({ conditions: status?.['conditions'] }),
        ...omitEmpty({ active: active.length, succeeded, failed, startTime }),
        ready: active.filter(isReadyPod).length,
        terminating: pods.filter(isEnding).length,
        uncountedTerminatedPods: {},
      }
      const completions = numberAt(spec, 'completions') ?? 1
      if (succeeded >= completions) {
        return finish(job, counts, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods')
      }
      if (failed > (numberAt(spec, 'backoffLimit') ?? 6)) {
        return finish(job, counts, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')
      }
      const deadline = numberAt(spec, 'activeDeadlineSeconds')
      if (deadline !== undefined && startTime !== undefined) {
        const over = Date.parse(startTime) + deadline * 1000
        if (clock.now() >= over) {
          return finish(job, counts, 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline')
        }
        lookAt(job, over)
      }
      objects.setStatus(k.job, job, counts)
      if (suspended) return active.forEach((pod) => deletePod(world, pod))
      if (paused(key, failed)) return
      const wanted = Math.min(numberAt(spec, 'parallelism') ?? 1, completions - succeeded)
      for (let missing = wanted - active.length; missing > 0; missing -= 1) createPod(world, job, component)
    },
  }
}
