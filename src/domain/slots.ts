import { DUE_WHILE_BUSY, OWNER_SUSPEND, SUSPENDED_AT } from './annotations.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * Which slots of a schedule have run, over both clusters. A slot is the moment at which a CronJob is due; the CronJob
 * controller names its Job `<cronjob>-<unix seconds / 60>`, so one side never runs a slot twice, and what is missing
 * after a handover can be run under the very name that the controller would have given it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/cronjob/utils.go (getJobName)
 */
export type Slot = number // unix seconds

export const jobName = (cronJob: string, slot: Slot): string => `${cronJob}-${Math.floor(slot / 60)}`

/** As the API writes times: without milliseconds. */
export const iso = (slot: Slot): string => new Date(slot * 1000).toISOString().replace('.000', '')

/** Which slot a Job of that name ran; undefined for a name that nobody but people give. */
export const slotNamed = (job: string, cronJob: string): Slot | undefined => {
  const minutes = minutesIn(job, cronJob)
  return minutes === undefined ? undefined : minutes * 60
}

/** Which slot a Job of this CronJob (`belongsTo`) ran; undefined for one that was started by hand, beside the schedule. */
export function slotOf({ metadata }: KubernetesObject, cronJob: string): Slot | undefined {
  const stamp = metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']
  const noted = stamp === undefined ? Number.NaN : Date.parse(stamp) / 1000
  return Number.isNaN(noted) ? slotNamed(metadata.name, cronJob) : noted
}

function minutesIn(job: string, cronJob: string): number | undefined {
  const minutes = job.startsWith(`${cronJob}-`) ? job.slice(cronJob.length + 1) : ''
  return /^\d{6,}$/.test(minutes) ? Number(minutes) : undefined
}

/**
 * Is this a run of that CronJob, and not of a neighbour in its namespace? Its owner says so; a Job without such an owner
 * (its CronJob was deleted and made again, or somebody ran a slot by hand) is known by its name.
 */
export function belongsTo({ metadata }: KubernetesObject, cronJob: string): boolean {
  const owners = (metadata.ownerReferences ?? []).filter((o) => o.kind === 'CronJob')
  return owners.length > 0 ? owners.some((o) => o.name === cronJob) : minutesIn(metadata.name, cronJob) !== undefined
}

export function lastSlotOf({ status = {} }: KubernetesObject): Slot | undefined {
  const last = status['lastScheduleTime']
  return typeof last === 'string' ? Date.parse(last) / 1000 : undefined
}

export const isSuspended = ({ spec = {} }: KubernetesObject): boolean => spec['suspend'] === true

/** Its owner suspended it, so it stays so on both sides. */
export function ownerSuspends(cronJob: KubernetesObject): boolean {
  const noted = cronJob.metadata.annotations?.[OWNER_SUSPEND]
  return noted === undefined ? isSuspended(cronJob) : noted === 'true'
}

/** Norikae keeps it suspended, or will let it go: what `suspend` reads now may be somebody else's word. */
export const isHeld = ({ metadata }: KubernetesObject): boolean => metadata.annotations?.[OWNER_SUSPEND] !== undefined

export const suspendedAt = ({ metadata }: KubernetesObject): Slot | undefined => {
  const noted = metadata.annotations?.[SUSPENDED_AT]
  return noted === undefined ? undefined : Date.parse(noted) / 1000
}

/** The controller acts on what it last saw: for so long after a suspension it may still start a slot that was due before. */
export const SETTLES_AFTER = 10

/**
 * Is it certain which slots this side ran before it was suspended? `due`: its newest slot at or before the suspension.
 */
export const isSettled = (suspended: Slot, due: Slot | undefined, ran: ReadonlySet<Slot>, now: number): boolean =>
  due === undefined || ran.has(due) || suspended - due > SETTLES_AFTER || now - suspended > SETTLES_AFTER

/** Slots after `since` that are due by `now` and that neither side ran, oldest first. */
export const missed = (due: readonly Slot[], ran: ReadonlySet<Slot>): Slot[] =>
  due.filter((slot) => !ran.has(slot)).toSorted((a, b) => a - b)

interface Condition {
  readonly type?: string
  readonly status?: string
  readonly lastTransitionTime?: string
}
const conditionsOf = ({ conditions }: Record<string, unknown>): readonly Condition[] =>
  Array.isArray(conditions) ? (conditions as Condition[]) : [] // as batch/v1 has them

export type JobState = 'active' | 'succeeded' | 'failed'

export function jobState({ status = {} }: KubernetesObject): JobState {
  const conditions = conditionsOf(status)
  if (conditions.some((c) => c.type === 'Complete' && c.status === 'True')) return 'succeeded'
  return conditions.some((c) => c.type === 'Failed' && c.status === 'True') ? 'failed' : 'active'
}

/** May the next slot that was missed begin while another job is active? As the owner's `concurrencyPolicy` says. */
export const oneAtATime = ({ spec = {} }: KubernetesObject): boolean =>
  (spec['concurrencyPolicy'] ?? 'Allow') !== 'Allow'

/** The controller counts no further either: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation */
export const MOST_MISSED = 100

/**
 * Which of the slots that were missed are run, oldest first, as the CronJob's own controller would have: where one job may
 * run at a time, of those that came due while one did the newest only, or a job that takes longer than its interval would
 * never be caught up with. Of more than `MOST_MISSED` the newest alone, as after any long outage: all of them at once
 * would be a storm.
 */
export function owed(left: readonly Slot[], newest: Slot | undefined, busy: ReadonlySet<Slot>): Slot[] {
  if (left.length > MOST_MISSED) return newest === undefined ? [] : [newest]
  const last = left.findLast((slot) => busy.has(slot))
  return left.filter((slot) => !busy.has(slot) || slot === last)
}

/** Of these slots, those that came due while one of these jobs ran. */
export const dueWhileRunning = (slots: readonly Slot[], jobs: readonly KubernetesObject[]): Slot[] =>
  slots.filter((slot) => jobs.some((job) => startedAt(job) < slot && slot <= endedAt(job)))

const startedAt = ({ metadata, status = {} }: KubernetesObject): Slot =>
  timeOf(status['startTime'] ?? metadata.creationTimestamp)

function endedAt({ status = {} }: KubernetesObject): Slot {
  const failed = conditionsOf(status).find((c) => c.type === 'Failed' && c.status === 'True')
  return timeOf(status['completionTime'] ?? failed?.lastTransitionTime)
}

const timeOf = (text: unknown): Slot => (typeof text === 'string' ? Date.parse(text) / 1000 : Number.POSITIVE_INFINITY)

export const dueWhileBusy = ({ metadata }: KubernetesObject): Slot[] =>
  (metadata.annotations?.[DUE_WHILE_BUSY] ?? '').split(' ').flatMap((text) => (text === '' ? [] : [Number(text)]))
