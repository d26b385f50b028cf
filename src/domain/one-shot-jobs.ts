import { JOB } from './annotations.ts'
import { record, type Fields } from './fields.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import { controllerOf, nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { jobState } from './slots.ts'

/**
 * A Job that nothing else makes ran because somebody wanted it to, and whether it may do so again only they know. `once`:
 * never on green. `repeatable`: on green too, with its app.
 */
export const jobKinds = ['once', 'repeatable'] as const
export type JobKind = (typeof jobKinds)[number]

/** By name: what the platform file declares of an app's Jobs. */
export type DeclaredJobs = Readonly<Record<string, JobKind>>

/** What of a Job tells whether it is in the way. `active`: it has neither succeeded nor failed. */
export interface OneShotJob {
  readonly namespace: string
  readonly name: string
  readonly active: boolean
  /** What its annotation says, whatever that is. */
  readonly says?: string
}

/** Undefined: a controller makes it. */
export function oneShotJob(job: KubernetesObject): OneShotJob | undefined {
  if (job.kind !== 'Job' || controllerOf(job) !== undefined) return undefined
  const { namespace = '', name, annotations = {} } = job.metadata
  const says = annotations[JOB]
  return { namespace, name, active: jobState(job) === 'active', ...(says !== undefined && { says }) }
}

/** `contradicted`: file and annotation say different things. */
function kindOf({ name, says }: OneShotJob, declared: DeclaredJobs): JobKind | 'undeclared' | 'contradicted' {
  const noted = jobKinds.find((kind) => kind === says)
  const written = Object.hasOwn(declared, name) ? declared[name] : undefined
  if (noted !== undefined && written !== undefined && noted !== written) return 'contradicted'
  return written ?? noted ?? 'undeclared'
}

/** Is it made on green with its app? */
export function isRepeatable(job: KubernetesObject, declared: DeclaredJobs): boolean {
  const oneShot = oneShotJob(job)
  return oneShot !== undefined && kindOf(oneShot, declared) === 'repeatable'
}

/** Before green is there. `copied`: Norikae brings the app there. */
export const jobFindings = (jobs: readonly OneShotJob[], declared: DeclaredJobs, copied: boolean): Finding[] => [
  ...undecided(jobs, declared, false),
  ...(copied ? jobs.filter((job) => kindOf(job, declared) === 'repeatable').map(repeats) : []),
]

/**
 * Those of which nobody knows what to do with them. `now`: their app moves next, so that has to be known, or they have to
 * have ended.
 */
export const undecided = (jobs: readonly OneShotJob[], declared: DeclaredJobs, now: boolean): Finding[] =>
  jobs.flatMap((job) => {
    const kind = kindOf(job, declared)
    if (kind === 'contradicted') return [contradicted(job, declared)]
    return kind === 'undeclared' && job.active ? [undeclared(job, now)] : []
  })

const aboutOf = ({ namespace, name }: OneShotJob): string => nameOf({ kind: 'Job', metadata: { namespace, name } })

const undeclared = (job: OneShotJob, now: boolean): Finding =>
  (now ? blocker : warning)(
    'job-undeclared',
    aboutOf(job),
    `nothing makes it again, it has not ended, and ${job.says === undefined ? 'nothing tells' : `"${job.says}" does not tell`} whether it may run once more on green`,
    `let it end before its app moves, or say what it is: apps.<app>.jobs: { ${job.name}: once | repeatable }, or the annotation ${JOB}`,
  )

const contradicted = (job: OneShotJob, declared: DeclaredJobs): Finding =>
  blocker(
    'job-contradicted',
    aboutOf(job),
    `its annotation ${JOB} says ${job.says ?? ''}, and the platform file says ${declared[job.name] ?? ''}`,
    'keep one of them',
  )

const repeats = (job: OneShotJob): Finding =>
  info(
    'job-repeats',
    aboutOf(job),
    'it is repeatable, and is made on green with its app, where it runs at once',
    'declare it once where it should not',
  )

/** What a Job has from the server that made it, by which it knows its own pods. */
const given: ReadonlySet<string> = new Set([
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
])

/**
 * As its owner wrote it: the server gives a Job a selector and labels by its own uid, and refuses another's.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector
 */
export function ownJobSpec(spec: Fields): Fields {
  if (spec['manualSelector'] === true) return spec
  const { selector: _, ...rest } = spec
  const template = record(rest['template'])
  const metadata = record(template['metadata'])
  return {
    ...rest,
    template: { ...template, metadata: { ...metadata, labels: withoutGiven(record(metadata['labels'])) } },
  }
}

export const withoutGiven = <T>(labels: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !given.has(key)))
