/**
 * CronJobs, rule for rule as kube-controller-manager's v2 controller (pkg/controller/cronjob: syncCronJob,
 * mostRecentScheduleTime): a slot is a Job by name, so that it runs once whoever made it, and of the slots that were
 * missed only the last one runs, and at once.
 */
import type { KubernetesObject } from '../../types.ts'
import { isTrue } from '../conditions.ts'
import { type Slots, slotsOf } from '../cron.ts'
import { type Fields, at, fields, list, numberAt, present, strings, textAt } from '../json.ts'
import { scheduledAt } from '../job-runs.ts'
import { k } from '../kinds.ts'
import { reasonOf } from '../status.ts'
import { keyOf } from '../store.ts'
import { finishedAt, isFinished } from './jobs.ts'
import { isEnding } from './pods.ts'
import { type MakeController, controllerOf, ownerReference, split } from './world.ts'

const component = 'cronjob-controller'

/** More missed slots than this are worth a warning, no more. */
const manyMissed = 100

export const jobName = (cronJob: string, slot: number): string => `${cronJob}-${Math.floor(slot / 60_000)}`

const earliestOf = ({ metadata, status }: KubernetesObject): number =>
  Date.parse(textAt(status, 'lastScheduleTime') ?? metadata.creationTimestamp ?? '')

const slots = (cronJob: KubernetesObject): Slots =>
  slotsOf(textAt(cronJob, 'spec', 'schedule') ?? '', textAt(cronJob, 'spec', 'timeZone'))

interface Due {
  readonly slot: number | undefined
  readonly missed: number
}

/** The last slot since it ran, was made, or its starting deadline reaches back; and about how many there were. */
export function dueSlot(cronJob: KubernetesObject, now: number): Due {
  const deadline = numberAt(cronJob, 'spec', 'startingDeadlineSeconds')
  const since = Math.max(earliestOf(cronJob), deadline === undefined ? 0 : now - deadline * 1000)
  const { latest, next } = slots(cronJob)
  const slot = latest(now)
  const first = next(since)
  if (slot === undefined || first === undefined || slot <= since) return { slot: undefined, missed: 0 }
  const second = next(first) ?? Number.POSITIVE_INFINITY
  return { slot, missed: Math.floor((now - first) / (second - first)) + 1 }
}

export const cronJobs: MakeController = (world, again) => {
  const { clock, event, objects, store } = world
  const timers = new Map<string, () => void>()

  const lookAtNext = (key: string, cronJob: KubernetesObject): void => {
    const next = slots(cronJob).next(clock.now())
    if (next !== undefined)
      timers.set(
        key,
        clock.at(next, () => again(key)),
      )
  }

  const jobsOf = (cronJob: KubernetesObject): readonly KubernetesObject[] =>
    store
      .ownedBy(cronJob.metadata.uid ?? '')
      .filter(({ kind }) => kind === k.job)
      .map(({ object }) => object)

  const reference = (job: KubernetesObject): Fields => {
    const { name, namespace, resourceVersion, uid } = job.metadata
    return { apiVersion: job.apiVersion, kind: job.kind, ...present({ name, namespace, resourceVersion, uid }) }
  }

  /** What the Jobs that are there say: who is still active, when one last ended well. */
  const review = (cronJob: KubernetesObject, jobs: readonly KubernetesObject[]): Fields => {
    const active = list(cronJob.status?.['active'])
      .map(fields)
      .filter((one) => jobs.some((job) => job.metadata.uid === one['uid'] && !isFinished(job)))
    const ended = jobs
      .filter((job) => isTrue(job, 'Complete'))
      .map((job) => textAt(job, 'status', 'completionTime') ?? '')
      .concat(textAt(cronJob, 'status', 'lastSuccessfulTime') ?? '')
      .toSorted()
      .at(-1)
    for (const job of jobs) {
      const counted = active.some((one) => one['uid'] === job.metadata.uid)
      if (isFinished(job) || counted) continue
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`
      event(cronJob, 'Warning', 'UnexpectedJob', message, component)
    }
    return statusOf(cronJob, active, ended === '' ? undefined : ended)
  }

  /** The oldest of the finished ones beyond the limits go. */
  const prune = (cronJob: KubernetesObject, jobs: readonly KubernetesObject[]): void => {
    const limits = [
      ['Complete', numberAt(cronJob, 'spec', 'successfulJobsHistoryLimit') ?? 3],
      ['Failed', numberAt(cronJob, 'spec', 'failedJobsHistoryLimit') ?? 1],
    ] as const
    for (const [type, kept] of limits) {
      const newestFirst = jobs
        .filter((job) => isTrue(job, type) && !isEnding(job))
        .toSorted((a, b) => ((finishedAt(a) ?? '') < (finishedAt(b) ?? '') ? 1 : -1))
      for (const { metadata } of newestFirst.slice(kept)) {
        objects.delete(k.job, metadata.namespace, metadata.name, { propagation: 'Background' })
      }
    }
  }

  const createJob = (cronJob: KubernetesObject, slot: number): KubernetesObject => {
    const template = fields(cronJob.spec?.['jobTemplate'])
    const { name, namespace } = cronJob.metadata
    const zone = textAt(cronJob, 'spec', 'timeZone')
    return objects.create(k.job, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: jobName(name, slot),
        ...(namespace === undefined ? {} : { namespace }),
        labels: strings(at(template, 'metadata', 'labels')),
        annotations: { ...strings(at(template, 'metadata', 'annotations')), [scheduledAt]: inZone(slot, zone) },
        ownerReferences: [ownerReference(cronJob)],
      },
      spec: { ...fields(template['spec']) },
    })
  }

  const start = (cronJob: KubernetesObject, status: Fields, slot: number): void => {
    const active = list(status['active']).map(fields)
    const name = jobName(cronJob.metadata.name, slot)
    const policy = textAt(cronJob, 'spec', 'concurrencyPolicy')
    const known = active.some((job) => job['name'] === name)
    if (known || Date.parse(String(status['lastScheduleTime'])) === slot) return
    if (policy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
      return event(cronJob, 'Normal', 'JobAlreadyActive', message, component)
    }
    if (policy === 'Replace') {
      for (const job of active) {
        objects.delete(k.job, cronJob.metadata.namespace, String(job['name']), { propagation: 'Background' })
      }
    }
    try {
      const job = createJob(cronJob, slot)
      const live = objects.read(k.cronJob, cronJob.metadata.namespace, cronJob.metadata.name)
      const left = policy === 'Replace' ? [] : active
      objects.setStatus(k.cronJob, live, {
        ...status,
        active: [...left, reference(job)],
        lastScheduleTime: clock.stamp(slot),
      })
      event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`, component)
    } catch (error) {
      // Somebody has run this slot already.
      if (reasonOf(error) === 'AlreadyExists') return
      const message = `Error creating job: ${error instanceof Error ? error.message : String(error)}`
      event(cronJob, 'Warning', 'FailedCreate', message, component)
      throw error
    }
  }

  return {
    name: component,
    concerns: ({ kind, before, after }) => {
      const object = after ?? before
      if (object === undefined) return []
      if (kind === k.cronJob) return [keyOf(object)]
      const owner = kind === k.job ? controllerOf(object, 'CronJob') : undefined
      return owner === undefined ? [] : [owner]
    },
    reconcile(key) {
      timers.get(key)?.()
      timers.delete(key)
      const cronJob = store.get(k.cronJob, ...split(key))
      if (cronJob === undefined) return
      const jobs = jobsOf(cronJob)
      prune(cronJob, jobs)
      const status = review(cronJob, jobs)
      objects.setStatus(k.cronJob, cronJob, status)
      if (isEnding(cronJob) || cronJob.spec?.['suspend'] === true) return
      lookAtNext(key, cronJob)
      const { missed, slot } = dueSlot(cronJob, clock.now())
      if (missed > manyMissed) {
        const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
        event(cronJob, 'Warning', 'TooManyMissedTimes', message, component)
      }
      if (slot !== undefined) start(cronJob, status, slot)
    },
  }
}

/** The annotation has the slot in the CronJob's own time zone, with its offset (RFC 3339). */
function inZone(slot: number, timeZone = 'UTC'): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(slot)
  const local = Date.parse(`${parts.replace(' ', 'T')}Z`)
  const minutes = Math.round((local - slot) / 60_000)
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const offset = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
  return `${parts.replace(' ', 'T')}${minutes === 0 ? 'Z' : offset}`
}

const statusOf = (
  cronJob: KubernetesObject,
  active: readonly Fields[],
  lastSuccessfulTime: string | undefined,
): Fields => ({
  ...(active.length === 0 ? {} : { active }),
  ...present({ lastScheduleTime: cronJob.status?.['lastScheduleTime'], lastSuccessfulTime }),
})
