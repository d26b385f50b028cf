import { Cron } from 'croner'
import { DUE_WHILE_BUSY, LEFT_RUNNING, OWNER_SUSPEND, SUSPENDED_AT } from '../domain/annotations.ts'
import type { Duration } from '../domain/duration.ts'
import { givenToFlux, heldBack } from '../domain/flux.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import { decidedOf, jobFor } from '../domain/running-jobs.ts'
import {
  belongsTo,
  dueWhileBusy,
  dueWhileRunning,
  isHeld,
  isSettled,
  isSuspended,
  iso,
  jobName,
  lastSlotOf,
  missed,
  MOST_MISSED,
  oneAtATime,
  owed,
  ownerSuspends,
  slotOf,
  suspendedAt,
  type Slot,
} from '../domain/slots.ts'
import { busy, failed, invalidInput, notFound } from './errors.ts'
import { close, isClosed, open } from './fences.ts'
import { inWords, jobsEnd, reran, runAgain, waitedFor } from './running-jobs.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { freshened } from './releases-asleep.ts'
import { tokenOf } from './tokens.ts'
import { budgets, hasWaited, notYet } from './waiting.ts'

export const scheduleActions = (outside: Outside) => {
  const suspendSchedule: Deed<'suspendSchedule'> = async ({ input, scope, choice }) => {
    const { workload, on } = input
    const here = await (await proven(outside, scope)).ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and ${workload.name} with it` }
    const found = await cronJob(here, workload, scope, on)
    await close(here, scope, on, workload)
    const since = suspendedAt(found)
    if (since === undefined) {
      await here.patch('CronJob', workload.namespace, workload.name, {
        metadata: {
          resourceVersion: found.metadata.resourceVersion,
          annotations: {
            [OWNER_SUSPEND]: String(ownerSuspends(found)),
            [SUSPENDED_AT]: new Date().toISOString(),
            ...heldBack(found),
          },
        },
        spec: { suspend: true },
      })
      throw notYet(`${workload.name} was just suspended on ${scope[on]}`, budgets.jobs, '1s')
    }
    // Somebody else let it go on: the fence holds it, and since when it stands is known.
    if (!isSuspended(found)) await suspend(here, found)
    const jobs = await jobsOf(here, workload)
    await noteBusy(here, found, scheduleOf(found).between(since, Date.now() / 1000), jobs)
    const decided = await jobsEnd(here, found, jobs, { scope, on, choice })
    const due = scheduleOf(found).previous(since)
    if (!ownerSuspends(found) && !isSettled(since, due, ranOn(found, jobs, workload.name), Date.now() / 1000)) {
      throw notYet(
        `the slot that was due when ${workload.name} was suspended may still start on ${scope[on]}`,
        budgets.jobs,
        '1s',
      )
    }
    return { note: `${workload.name} is suspended on ${scope[on]}, and ${inWords(decided)}` }
  }

  const resumeSchedule: Deed<'resumeSchedule'> = async (call) => {
    const { input, scope } = call
    const { workload, on } = input
    const world = await proven(outside, scope)
    const [here, there] = [await world.on(on), await world.ifThere(otherSide(on))]
    const found = await cronJob(here, workload, scope, on)
    const other = await there?.find('CronJob', workload.namespace, workload.name)
    if (there && other) await close(there, scope, otherSide(on), workload)
    if (other && !isSuspended(other) && !isHeld(other))
      throw failed(`${workload.name} is not suspended on ${scope[otherSide(on)]}: it would run on both sides`)
    const sides = [{ cluster: here, found }, ...(there && other ? [{ cluster: there, found: other }] : [])]
    const again = [...new Set(sides.flatMap((side) => decidedOf(side.found).rerun))]
    if (ownerSuspends(found)) {
      await open(here, scope, on, workload)
      await runAgain(here, found, again, sides)
      await letGo(here, found, true)
      return { note: `${workload.name} stays suspended on ${scope[on]}, as its owner has it` }
    }
    if (!isSuspended(found)) {
      if (!isHeld(found) && !(await isClosed(here, workload))) return { note: `${workload.name} runs on ${scope[on]}` }
      await suspend(here, found)
      throw notYet(`somebody let ${workload.name} go on before its turn on ${scope[on]}`, budgets.jobs, '1s')
    }

    // What was missed is run from its template.
    const stale = await freshened(here, found, other, tokenOf(call))
    if (stale !== undefined) throw notYet(`${stale} on ${scope[on]}`, budgets.jobs, '1s')
    const jobs = await jobsOf(here, workload)
    const elsewhere = there ? await jobsOf(there, workload) : []
    const ran = new Set([...ranOn(found, jobs, workload.name), ...ranOn(other, elsewhere, workload.name)])
    const now = Math.floor(Date.now() / 1000)
    const schedule = scheduleOf(found)
    const begin = beginOf(found, other, ran, schedule)
    const left = begin === undefined ? [] : missed(schedule.between(begin, now), ran)
    const busy = [...(await noteBusy(here, found, left, jobs)), ...(other ? dueWhileBusy(other) : [])]
    const due = owed(left, schedule.previous(now), new Set(busy))
    // Where its owner allows one at a time, what was missed runs one after the other; else all of it at once.
    const most = oneAtATime(found) ? 1 : Number.POSITIVE_INFINITY
    const toRunAgain = again.slice(0, most)
    const toRun = due.slice(0, most - toRunAgain.length)
    if (toRunAgain.length + toRun.length > 0 && oneAtATime(found)) {
      const active = [...waitedFor(jobs, found), ...waitedFor(elsewhere, other)]
      if (active.length > 0) throw stillRuns(workload, active, 'either side, and its policy allows one at a time', '1s')
    }
    await open(here, scope, on, workload)
    await runAgain(here, found, toRunAgain, sides)
    for (const slot of toRun) {
      await here.create(jobFor(found, jobName(workload.name, slot), slot))
      // Told at once: a short history may forget the Job as soon as it ends.
      await tell(here, found, slot)
    }
    if (toRun.length + toRunAgain.length < due.length + again.length)
      throw notYet(
        `${due.length + again.length - toRun.length - toRunAgain.length} more slots of ${workload.name} were missed or are to run again`,
        budgets.jobs,
        '1s',
      )
    const done = schedule.previous(now)
    if (done !== undefined) await tell(here, found, done)
    // Of several that came due while this went on, the controller would start the newest only.
    if (schedule.between(done ?? now, Date.now() / 1000).length > 0)
      throw notYet(`another slot of ${workload.name} came due meanwhile`, budgets.jobs, '1s')
    await letGo(here, found, false)
    return { note: `${workload.name} runs on ${scope[on]}; ${caughtUp(toRun, left)}${reran(toRunAgain)}` }
  }

  return { suspendSchedule, resumeSchedule }
}

/** Jobs of this side, or of both, that keep the next one from starting. */
function stillRuns(
  { namespace, name }: WorkloadRef,
  active: readonly KubernetesObject[],
  where: string,
  every?: Duration,
) {
  const names = active.map((job) => job.metadata.name)
  const why = `${names.join(', ')} still ${names.length > 1 ? 'run' : 'runs'} on ${where}`
  if (!hasWaited(budgets.jobs)) return notYet(why, budgets.jobs, every)
  return busy(
    `${why}, after ${budgets.jobs}. To wait on, retry. To end it, kubectl delete job ${names.join(' ')} --namespace ${namespace}, then retry; what it did not finish runs again with kubectl create job --from=cronjob/${name}, on the side where ${name} goes on. To leave it to blue, roll back`,
  )
}

function caughtUp(ran: readonly Slot[], left: readonly Slot[]): string {
  if (ran.length === 0) return 'no slot fell in between'
  const slots = ran.map((s) => new Date(s * 1000).toISOString()).join(', ')
  return left.length > MOST_MISSED
    ? `more than ${MOST_MISSED} slots fell in between, and of them ${slots} was run`
    : `ran ${slots}, which fell in between`
}

/**
 * Where one job may run at a time: which of these slots came due while one did, with what was noted before. Noted while
 * it is known: a short history forgets a Job as soon as it ends.
 */
async function noteBusy(
  cluster: KubernetesPort,
  found: KubernetesObject,
  slots: readonly Slot[],
  jobs: readonly KubernetesObject[],
): Promise<readonly Slot[]> {
  if (!oneAtATime(found)) return []
  const known = dueWhileBusy(found)
  const all = [...new Set([...known, ...dueWhileRunning(slots, jobs)])].toSorted((a, b) => a - b)
  if (all.length > known.length)
    await cluster.patch('CronJob', found.metadata.namespace, found.metadata.name, {
      metadata: { annotations: { [DUE_WHILE_BUSY]: all.join(' ') } },
    })
  return all
}

/**
 * The slots up to `done` are told to the controller as its own last schedule, in a write before the one that lets it
 * go on: it counts from there, and starts none of them again.
 */
async function tell(cluster: KubernetesPort, found: KubernetesObject, done: Slot): Promise<void> {
  const { namespace, name } = found.metadata
  if ((lastSlotOf(found) ?? 0) < done)
    await cluster.patch('CronJob', namespace, name, { status: { lastScheduleTime: iso(done) } }, 'status')
}

const suspend = (cluster: KubernetesPort, found: KubernetesObject): Promise<KubernetesObject> =>
  cluster.patch('CronJob', found.metadata.namespace, found.metadata.name, {
    metadata: {
      resourceVersion: found.metadata.resourceVersion,
      annotations: { [OWNER_SUSPEND]: String(ownerSuspends(found)), ...heldBack(found) },
    },
    spec: { suspend: true },
  })

const letGo = (cluster: KubernetesPort, found: KubernetesObject, suspend: boolean): Promise<KubernetesObject> =>
  cluster.patch('CronJob', found.metadata.namespace, found.metadata.name, {
    metadata: {
      annotations: {
        [OWNER_SUSPEND]: null,
        [SUSPENDED_AT]: null,
        [DUE_WHILE_BUSY]: null,
        [LEFT_RUNNING]: null,
        ...givenToFlux(found),
      },
    },
    spec: { suspend },
  })

/**
 * After the newest slot that is known to have run. Where none has, from when the schedule was stopped, or from right
 * before the slot that was due then: its controller may have been about to start it.
 */
function beginOf(
  found: KubernetesObject,
  other: KubernetesObject | undefined,
  ran: ReadonlySet<Slot>,
  schedule: Schedule,
): Slot | undefined {
  if (ran.size > 0) return Math.max(...ran)
  const stopped = [found, other].find((side) => side && suspendedAt(side) !== undefined)
  const since = stopped && suspendedAt(stopped)
  if (stopped === undefined || since === undefined) return undefined
  const due = schedule.previous(since)
  const made = Date.parse(stopped.metadata.creationTimestamp ?? '') / 1000
  return due !== undefined && due > made ? due - 1 : since
}

const ranOn = (cronJob: KubernetesObject | undefined, jobs: readonly KubernetesObject[], name: string): Set<Slot> =>
  new Set(
    [cronJob && lastSlotOf(cronJob), ...jobs.map((job) => slotOf(job, name))].filter((slot) => slot !== undefined),
  )

const jobsOf = async (cluster: KubernetesPort, { namespace, name }: WorkloadRef): Promise<KubernetesObject[]> =>
  (await cluster.list('Job', { namespace })).filter((job) => belongsTo(job, name))

async function cronJob(
  cluster: KubernetesPort,
  { namespace, name }: WorkloadRef,
  scope: Scope,
  on: Side,
): Promise<KubernetesObject> {
  const found = await cluster.find('CronJob', namespace, name)
  if (!found) throw notFound(`CronJob ${namespace}/${name} is not on ${scope[on]}`)
  return found
}

interface Schedule {
  previous(at: Slot): Slot | undefined
  between(after: Slot, until: Slot): Slot[]
}

/** In the time zone of the CronJob; without one the controller's own, which is UTC on EKS. */
function scheduleOf({ metadata, spec = {} }: KubernetesObject): Schedule {
  const expression = String(spec['schedule'])
  const timezone = typeof spec['timeZone'] === 'string' ? spec['timeZone'] : 'Etc/UTC'
  let cron: Cron
  try {
    // To croner `?` is the present minute, and it has no @midnight: https://pkg.go.dev/github.com/robfig/cron/v3
    cron = new Cron(expression.replaceAll('?', '*').replace('@midnight', '@daily'), { timezone, paused: true })
  } catch (error) {
    throw invalidInput(
      `CronJob ${metadata.namespace ?? ''}/${metadata.name}: its schedule "${expression}" cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
  const after = (slot: Slot): Slot | undefined => {
    const next = cron.nextRun(new Date(slot * 1000))
    return next === null ? undefined : next.getTime() / 1000
  }
  return {
    // `previousRuns` is strictly before: a slot at this very second counts as due.
    previous: (at) => {
      const [last] = cron.previousRuns(1, new Date((Math.floor(at) + 1) * 1000))
      return last === undefined ? undefined : last.getTime() / 1000
    },
    between: (from, until) => {
      const slots: Slot[] = []
      for (
        let slot = after(from);
        slot !== undefined && slot <= until && slots.length <= MOST_MISSED;
        slot = after(slot)
      )
        slots.push(slot)
      return slots
    },
  }
}
