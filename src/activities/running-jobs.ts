import type { Choice } from '../domain/choices.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Scope, Side } from '../domain/platform.ts'
import {
  asAnnotations,
  decidedOf,
  jobFor,
  sameDecided,
  standingOf,
  waysOn,
  type Decided,
} from '../domain/running-jobs.ts'
import { jobState, slotNamed } from '../domain/slots.ts'
import { busy, notReady, stuck } from './errors.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, hasWaited, notYet } from './waiting.ts'

/**
 * Returns once no Job of this schedule runs, but those that people let end by themselves. What they chose is written down
 * before anything is deleted: a Job that is gone without a note would be a slot that is lost.
 */
export async function jobsEnd(
  cluster: KubernetesPort,
  found: KubernetesObject,
  jobs: readonly KubernetesObject[],
  { scope, on, choice }: { readonly scope: Scope; readonly on: Side; readonly choice: Choice | undefined },
): Promise<Decided> {
  const before = decidedOf(found)
  const { decided, toEnd, ending, running } = standingOf(jobs, before, choice)
  if (!sameDecided(before, decided)) await note(cluster, found, decided)
  for (const { metadata } of toEnd) {
    // Only as it was seen to run: one that ended since has run, and would run twice.
    await cluster.remove('Job', metadata.namespace, metadata.name, metadata.uid, {
      ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
      foreground: true,
    })
  }
  if (toEnd.length > 0)
    throw notReady(`${named(toEnd)} ${verb(toEnd, 'was', 'were')} just deleted on ${scope[on]}`, '1s')
  if (ending.length > 0) throw stillEnds(ending, scope[on])
  const pods = await podsLeft(cluster, found, decided.rerun)
  if (pods.length > 0) throw stillEnds(pods, scope[on])
  if (running.length > 0) throw stillRuns(running, scope, on)
  return decided
}

/** Deleted in the foreground it is gone after its pods; this holds for those that somebody else deleted too. */
async function podsLeft(
  cluster: KubernetesPort,
  { metadata: { namespace } }: KubernetesObject,
  jobs: readonly string[],
): Promise<readonly KubernetesObject[]> {
  if (jobs.length === 0 || namespace === undefined) return []
  const pods = await cluster.list('Pod', { namespace, labels: `batch.kubernetes.io/job-name in (${jobs.join(',')})` })
  return pods.filter((pod) => !['Succeeded', 'Failed'].includes(String(pod.status?.['phase'])))
}

const note = (cluster: KubernetesPort, { metadata }: KubernetesObject, decided: Decided): Promise<unknown> =>
  cluster.patch('CronJob', metadata.namespace, metadata.name, { metadata: { annotations: asAnnotations(decided) } })

/** What it does is worth more than the time: people say whether it is waited for any longer. */
function stillRuns(jobs: readonly KubernetesObject[], scope: Scope, on: Side) {
  const why = `${named(jobs)} still ${verb(jobs, 'runs', 'run')} on ${scope[on]}`
  if (!hasWaited(budgets.jobs)) return notYet(why, budgets.jobs)
  return busy(`${why}, after ${budgets.jobs}. ${waysOn(on)}`)
}

/** As long as any of it is left it must not run elsewhere, and only people can tell why it does not go. */
function stillEnds(left: readonly KubernetesObject[], where: string) {
  const why = `${named(left)} ${verb(left, 'was', 'were')} deleted on ${where}, and ${verb(left, 'is', 'are')} not gone yet`
  if (!hasWaited(budgets.pods)) return notYet(why, budgets.pods, '1s')
  return stuck(`${why}, after ${budgets.pods}. See what keeps it (its pods, their node, their finalizers), then retry`)
}

const named = (objects: readonly KubernetesObject[]): string => objects.map(({ metadata }) => metadata.name).join(', ')
const verb = (objects: readonly unknown[], one: string, several: string): string => (objects.length > 1 ? several : one)

/** Those that run, but not what people let end by itself: they said that nobody waits for it. */
export function waitedFor(
  jobs: readonly KubernetesObject[],
  cronJob: KubernetesObject | undefined,
): readonly KubernetesObject[] {
  const left = cronJob === undefined ? [] : decidedOf(cronJob).left
  return jobs.filter((job) => jobState(job) === 'active' && !left.includes(job.metadata.name))
}

/**
 * Jobs that were ended before they had, under their own names. Once one is made nobody owes it any more, on whichever side
 * that was noted; told at once, because a short history may forget it as soon as it ends.
 */
export async function runAgain(
  here: KubernetesPort,
  found: KubernetesObject,
  jobs: readonly string[],
  sides: readonly { readonly cluster: KubernetesPort; readonly found: KubernetesObject }[],
): Promise<void> {
  for (const [n, job] of jobs.entries()) {
    await here.create(jobFor(found, job, slotNamed(job, found.metadata.name)))
    for (const side of sides) {
      const { left, rerun } = decidedOf(side.found)
      const owed = rerun.filter((name) => !jobs.slice(0, n + 1).includes(name))
      if (rerun.includes(job)) await note(side.cluster, side.found, { left, rerun: owed })
    }
  }
}

export function inWords({ left, rerun }: Decided): string {
  if (left.length + rerun.length === 0) return 'no job of it runs there'
  return [
    ...(left.length > 0 ? [`${left.join(', ')} may end there by itself`] : []),
    ...(rerun.length > 0 ? [`${rerun.join(', ')} is gone from there, to run again on the other side`] : []),
  ].join('; ')
}

export const reran = (jobs: readonly string[]): string =>
  jobs.length === 0 ? '' : `; ${jobs.join(', ')} runs again, which was ended on the other side`
