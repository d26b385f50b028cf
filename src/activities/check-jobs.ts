import { activityInfo } from '@temporalio/activity'
import {
  CHECK,
  checkJob,
  goneUnseen,
  hadPods,
  isEarlierCheck,
  isRunningCheck,
  outcomeOf,
} from '../domain/check-jobs.ts'
import { record } from '../domain/fields.ts'
import { controllerOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { jobState } from '../domain/slots.ts'
import type { Check, CheckSource, Sample } from '../domain/verdict.ts'
import { isFailure, notFound } from './errors.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { sha256 } from './tokens.ts'
import { noteAside, notedAside } from './waiting.ts'

/** What is known of one: where it was made, or that there is nothing more to hear of it. */
type Noted = { readonly in: string; readonly hadPods?: true } | 'told'

const keyOf = ({ name }: Pick<Check, 'name'>): string => `job ${name}`
const notedOf = (check: Pick<Check, 'name'>) => notedAside(keyOf(check)) as Noted | undefined // only this file notes there

/**
 * Runs it on green, once for the activity that asks, whichever attempt does: its name is made of what the attempts have in
 * common; after one of an earlier window is ended. None while it runs, and none once it was told. Throws `notFound` where there
 * is no CronJob to make it from.
 */
export async function ran(
  world: Proven,
  check: Pick<Check, 'name'>,
  { job, namespaces }: Extract<CheckSource, { readonly kind: 'job' }>,
  run: string | undefined,
): Promise<readonly Pick<Sample, 'value' | 'saw'>[]> {
  const noted = notedOf(check)
  if (noted === 'told') return []
  const green = await world.on('green')
  const name = nameFor(check)
  const template = !noted && 'cronJob' in job ? await templateOf(green, job.cronJob, namespaces) : undefined
  const namespace = noted?.in ?? template?.namespace ?? namespaces[0] ?? ''
  const found = await green.find('Job', namespace, name)
  const last = <T>(sample: T): readonly T[] => {
    noteAside(keyOf(check), 'told' satisfies Noted)
    return [sample]
  }
  // Made once more it would run twice, whatever it does.
  if (!found && noted) return last(goneUnseen(namespace, name))
  if (!found) {
    // Without a run nobody's Jobs can be told from others'.
    if (run !== undefined && (await ended(green, namespaces, (of) => isEarlierCheck(of, run, check.name))) > 0)
      return []
    await green.create(checkJob(job, { name, in: namespace, check: check.name, run }, template?.jobTemplate))
    noteAside(keyOf(check), { in: namespace } satisfies Noted)
    return []
  }
  const pods = (await green.list('Pod', { namespace })).filter((p) => controllerOf(p)?.uid === found.metadata.uid)
  const had = noted?.hadPods === true || hadPods(found, pods)
  noteAside(keyOf(check), { in: namespace, ...(had && { hadPods: true }) } satisfies Noted)
  const outcome = outcomeOf(found, pods, job, Date.now(), had)
  return outcome ? last(outcome) : []
}

/**
 * The window is over: what still runs for it would go on while its environment goes back. One that has ended stays for people
 * to look at. Kubernetes ends at its time what cannot be ended now, so that keeps no verdict back.
 */
export async function stopped(world: Proven, checks: readonly Check[]): Promise<void> {
  for (const check of checks.filter(({ source }) => source.kind === 'job')) {
    const noted = notedOf(check)
    if (noted === undefined || noted === 'told') continue
    try {
      const green = await world.on('green')
      const found = await green.find('Job', noted.in, nameFor(check))
      if (found && jobState(found) === 'active')
        await green.remove('Job', noted.in, found.metadata.name, found.metadata.uid)
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
}

/**
 * Its window ended without it: people took the environment back meanwhile, and an attempt that waits for its next one hears
 * nothing of that. Starts it; nothing waits.
 */
export const endChecks = (green: KubernetesPort, namespaces: readonly string[], run: string): Promise<number> =>
  ended(green, namespaces, (job) => isRunningCheck(job, run))

/** How many of these there still are, each of which is to end by now. */
async function ended(
  green: KubernetesPort,
  namespaces: readonly string[],
  which: (job: KubernetesObject) => boolean,
): Promise<number> {
  const jobs = await Promise.all(namespaces.map((namespace) => green.list('Job', { namespace })))
  const running = jobs.flat().filter(which)
  for (const { metadata } of running)
    if (metadata.deletionTimestamp === undefined)
      await green.remove('Job', metadata.namespace, metadata.name, metadata.uid)
  return running.length
}

/** The same in all attempts of one activity, and in no other's. */
function nameFor({ name: check }: Pick<Check, 'name'>): string {
  const { workflowExecution, activityId, scheduledTimestampMs } = activityInfo()
  const { workflowId = '', runId = '' } = workflowExecution ?? {}
  return `${CHECK}${sha256([workflowId, runId, activityId, scheduledTimestampMs, check].join(' ')).slice(0, 10)}`
}

async function templateOf(green: KubernetesPort, name: string, namespaces: readonly string[]) {
  for (const namespace of namespaces) {
    const found = await green.find('CronJob', namespace, name)
    if (found) return { namespace, jobTemplate: record(found.spec?.['jobTemplate']) }
  }
  throw notFound(
    `there is no CronJob ${name} on green in ${namespaces.join(', ')} to make a Job from. Deploy it with the app, or name another in the check`,
  )
}
