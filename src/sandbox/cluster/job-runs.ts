/** Every run of a CronJob's Jobs, remembered after the Jobs themselves are gone: what the judge counts slots by. */
import type { JobRun, KubernetesObject } from '../types.ts'
import { type Clock, stamp } from './clock.ts'
import { conditionOf, isTrue } from './conditions.ts'
import { present, textAt } from './json.ts'
import { k } from './kinds.ts'
import type { Store } from './store.ts'

export const scheduledAt = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** Which CronJob's run this is: by owner, or by a name as the controller would give it. */
function cronJobOf(store: Store, job: KubernetesObject): string | undefined {
  const owner = job.metadata.ownerReferences?.find(({ kind }) => kind === 'CronJob')
  if (owner !== undefined) return owner.name
  const [, name] = /^(.+)-\d{7,9}$/.exec(job.metadata.name) ?? []
  return name !== undefined && store.get(k.cronJob, job.metadata.namespace, name) !== undefined ? name : undefined
}

/** The annotation may carry an offset of its zone; the name has unix minutes; a run by hand has only its start. */
function slotOf(job: KubernetesObject, startedAt: string): string {
  const annotated = Date.parse(job.metadata.annotations?.[scheduledAt] ?? '')
  if (!Number.isNaN(annotated)) return stamp(annotated)
  const [, minutes] = /-(\d{7,9})$/.exec(job.metadata.name) ?? []
  return minutes === undefined ? `${startedAt.slice(0, 16)}:00Z` : stamp(Number(minutes) * 60_000)
}

export function jobRunsOf(cluster: string, store: Store, clock: Clock): () => readonly JobRun[] {
  const runs = new Map<string, JobRun>()
  store.subscribe(({ kind, before, after }) => {
    const job = after ?? before
    const uid = job?.metadata.uid
    if (kind !== k.job || job === undefined || uid === undefined) return
    const known = runs.get(uid)
    const cronJob = known?.cronJob ?? cronJobOf(store, job)
    if (cronJob === undefined || known?.endedAt !== undefined) return
    const startedAt = textAt(job, 'status', 'startTime') ?? job.metadata.creationTimestamp ?? clock.stamp()
    const failed = isTrue(job, 'Failed') ? textAt(conditionOf(job, 'Failed'), 'lastTransitionTime') : undefined
    const done = isTrue(job, 'Complete') ? textAt(job, 'status', 'completionTime') : undefined
    // A Job that is deleted while it runs has ended, neither well nor badly.
    const endedAt = done ?? failed ?? (after === undefined ? clock.stamp() : undefined)
    const succeeded = done === undefined ? (failed === undefined ? undefined : false) : true
    runs.set(uid, {
      cluster,
      namespace: job.metadata.namespace ?? '',
      cronJob,
      job: job.metadata.name,
      slot: slotOf(job, startedAt),
      startedAt,
      ...present({ endedAt, succeeded }),
    })
  })
  return () => [...runs.values()]
}
