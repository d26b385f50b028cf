import { LEFT_RUNNING, RERUN } from './annotations.ts'
import type { Choice } from './choices.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import type { Side } from './platform.ts'
import { iso, jobState, type Slot } from './slots.ts'

/** What people decided of the Jobs of a schedule that did not end, by name, as its CronJob keeps it. */
export interface Decided {
  /** They end by themselves, count as run, and nobody waits for them. */
  readonly left: readonly string[]
  /** They were ended, or are being: they run again where the schedule goes on. */
  readonly rerun: readonly string[]
}

export const decidedOf = ({ metadata }: KubernetesObject): Decided => ({
  left: namesIn(metadata.annotations?.[LEFT_RUNNING]),
  rerun: namesIn(metadata.annotations?.[RERUN]),
})

const namesIn = (text = ''): string[] => text.split(' ').filter((name) => name !== '')

/** As annotations; what is empty is taken away. */
export const asAnnotations = ({ left, rerun }: Decided): Readonly<Record<string, string | null>> => ({
  [LEFT_RUNNING]: left.join(' ') || null,
  [RERUN]: rerun.join(' ') || null,
})

interface Standing {
  readonly decided: Decided
  /** To be deleted now. */
  readonly toEnd: readonly KubernetesObject[]
  /** Deleted, and not gone yet. */
  readonly ending: readonly KubernetesObject[]
  /** Nobody has decided anything of them. */
  readonly running: readonly KubernetesObject[]
}

/**
 * Where the Jobs of a schedule stand, and what a choice makes of those that run. One that ended by itself before it was
 * deleted has run, whatever was decided; one that is being deleted is run again, and waited for until it is gone.
 */
export function standingOf(jobs: readonly KubernetesObject[], before: Decided, choice: Choice | undefined): Standing {
  const ending = jobs.filter(isDeleted)
  const active = jobs.filter((job) => !isDeleted(job) && jobState(job) === 'active')
  const over = names(jobs.filter((job) => !isDeleted(job) && jobState(job) !== 'active'))
  const isIn = (some: readonly string[]) => (job: KubernetesObject) => some.includes(job.metadata.name)
  const undecided = active.filter((job) => !isIn(before.left)(job) && !isIn(before.rerun)(job))
  const [leave, end] = [choice === 'skip' ? undecided : [], choice === 'rerun' ? undecided : []]
  const decided: Decided = {
    left: [...before.left.filter((name) => names(active).includes(name)), ...names(leave)],
    rerun: [...before.rerun.filter((name) => !over.includes(name)), ...names(end)],
  }
  return {
    decided,
    toEnd: active.filter(isIn(decided.rerun)),
    ending: ending.filter(isIn(decided.rerun)),
    running: [...(choice === undefined ? undecided : []), ...ending.filter((job) => !isIn(decided.rerun)(job))],
  }
}

const isDeleted = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined
const names = (jobs: readonly KubernetesObject[]): string[] => jobs.map((job) => job.metadata.name)

export const sameDecided = (a: Decided, b: Decided): boolean =>
  a.left.join(' ') === b.left.join(' ') && a.rerun.join(' ') === b.rerun.join(' ')

/** What people can answer while a job does not end on this side, and what becomes of it then. */
export function waysOn(on: Side): string {
  const [here, there] = on === 'blue' ? ['blue', 'green'] : ['green', 'blue']
  const left =
    on === 'blue'
      ? `it ends on ${here} by itself and counts as run, and ${there} starts the next slot beside it, whatever its concurrencyPolicy says`
      : `it counts as run, and ends with what is withdrawn from ${here}; where somebody else deployed that, it ends by itself`
  return `retry: wait on. rerun: it is deleted on ${here}, and its slot runs again on ${there}. skip: ${left}`
}

/** What the controller would have made for this slot; without one as `kubectl create job --from` makes it. */
export function jobFor(cronJob: KubernetesObject, job: string, slot: Slot | undefined): KubernetesObject {
  const { apiVersion, kind, metadata, spec = {} } = cronJob
  const template = (spec['jobTemplate'] ?? {}) as {
    metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
    spec?: Record<string, unknown>
  }
  return {
    apiVersion,
    kind: 'Job',
    metadata: {
      name: job,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: { ...template.metadata?.labels },
      annotations: {
        ...template.metadata?.annotations,
        ...(slot !== undefined && { 'batch.kubernetes.io/cronjob-scheduled-timestamp': iso(slot) }),
      },
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: { ...template.spec },
  }
}
