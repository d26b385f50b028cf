import { CancellationScope, condition, getExternalWorkflowHandle } from '@temporalio/workflow'
import type { Because } from '../domain/actions.ts'
import { phaseGate } from '../domain/asking.ts'
import { isPageUp } from '../domain/behind-page.ts'
import { unlikeBefore } from '../domain/both-sides.ts'
import { givenBy, isLess } from '../domain/contests.ts'
import { OTHER_IMAGE, otherPlan, voided } from '../domain/gates.ts'
import { isAlone } from '../domain/groups.ts'
import { begun, nextAttempt, write, type Problem } from '../domain/journal.ts'
import { followsBecause } from '../domain/meetings.ts'
import {
  cutoverId,
  FOLLOW,
  TOLD,
  upgradeId,
  type CutoverRequest,
  type Follow,
  type Outcome,
  type Pass,
  type Told,
} from '../domain/messages.ts'
import { blockers, type Phase } from '../domain/plan.ts'
import type { Environment } from '../domain/platform.ts'
import type { WentBack } from '../domain/report.ts'
import { leaves } from '../domain/steps.ts'
import { ALONG, ALONG_ORDERED, becauseOf, isAlong } from '../domain/why-back.ts'
import { question } from './activities.ts'
import type { AppWatch } from './app-watch.ts'
import { executor, type LiveRun } from './executor.ts'
import { handsFor } from './leaf.ts'
import { meet } from './meeting.ts'
import { ask, bothSides, mistrust, now, show, tellWentBack, type Office } from './office.ts'
import { failed, movedOf, problemOf, wasStopped } from './problems.ts'
import { under } from './under.ts'
import { whyHold } from './why-hold.ts'

/** What an app's environments know of one another, and what they were told. */
export interface Journey {
  readonly office: Office
  readonly request: CutoverRequest
  /** Environments that may start. */
  readonly turns: Set<string>
  /** Environments on green. */
  readonly arrived: Set<string>
  /** Environments that breach and stay where they are until people say something. */
  readonly held: Set<string>
  /** Environments that were told to go back, and why. */
  readonly leaving: Map<string, string>
  /** Environments of which others went back that they move with, and why. */
  readonly following: Map<string, Follow>
  /** Where they may go on, since all that they move with are there too. */
  readonly passes: Map<string, Pass>
  readonly rollbacks: WentBack[]
  readonly watch: AppWatch
  ending: string | undefined
  /** It ends because the upgrade says so, which knows it by then. */
  calledBack: boolean
  /** Told to let go of blue; only once none of them is watched any more does one begin, so that all do or none. */
  committing: boolean
  readonly unwatched: Set<string>
}

export interface EnvironmentLife {
  readonly name: string
  live(run: LiveRun): Promise<Outcome>
  /** False: the upgrade is gone. */
  told(is: Told['is'], note?: string, at?: string, more?: More): Promise<boolean>
}

type More = Pick<Told, 'onBlue' | 'ordered'>

/** Why a journey ended on blue, and whether people are asked before it begins again. */
type BackOnBlue = { readonly why: string; readonly until: 'people' | 'others' }

export function environmentLife(journey: Journey, environment: Environment): EnvironmentLife {
  const { office, request } = journey
  const { platform, app } = request
  const { name } = environment
  const names = app.environments.map((e) => e.name)
  const earlier = names.slice(0, names.indexOf(name))
  const around = { office, request, environment, breaching: (why: string) => told('breaching', why) }
  const alongOrdered = () => journey.following.get(name)?.ordered === true
  const earlierAreThere = () => earlier.every((e) => journey.arrived.has(e))

  async function live(run: LiveRun): Promise<Outcome> {
    const end = async (outcome: Outcome): Promise<Outcome> => {
      run.ended = outcome
      show(office)
      // The end of the workflow tells the same. An upgrade that commits an app, or takes it back, waits for that end, and
      // for nothing before it.
      const isLast = office.runs.every((r) => r.ended !== undefined)
      if (outcome !== 'done' && !journey.calledBack && !isLast) await told('back')
      return outcome
    }
    try {
      await condition(() => journey.turns.has(name) || journey.ending !== undefined)
      for (let tries = 0; ; tries += 1) {
        if (journey.ending !== undefined) return await end('rolled-back')
        if (tries > 0) await told('moving')
        const back = await attempt(run)
        // Not where one begins: that may have come with its turn, and nobody says it twice.
        journey.following.delete(name)
        if (back === undefined) return await end('done')
        if (journey.ending !== undefined || CancellationScope.current().consideredCancelled)
          return await end('rolled-back')
        if (back.until === 'others') {
          // It rests again and stands in line again; where no upgrade is left to say so, it goes when it can.
          // Before it is told: the answer may be a turn already.
          journey.turns.delete(name)
          if (!(await told('behind', back.why))) journey.turns.add(name)
          await condition(() => (journey.turns.has(name) && earlierAreThere()) || journey.ending !== undefined)
          continue
        }
        await told('trouble', back.why, now(), { onBlue: true })
        await askOn(run, `${app.name} ${name} is on blue: ${back.why}`, true)
        journey.following.delete(name) // to where it was already
      }
    } catch (error) {
      // Cancelled while nothing had begun, or while people were asked on blue.
      if (CancellationScope.current().consideredCancelled) return end('rolled-back')
      throw error
    }
  }

  /** Undefined: committed. */
  async function attempt(run: LiveRun): Promise<BackOnBlue | undefined> {
    journey.leaving.delete(name) // said of an earlier try
    try {
      await replan(run)
    } catch (error) {
      if (wasStopped(error)) throw error
      return { why: `it cannot be planned: ${problemOf(error).message}`, until: 'people' }
    }
    const bad = blockers(run.plan)
    if (bad.length > 0)
      return { why: bad.map((f) => `${f.code} ${f.about}: ${f.message}. ${f.remedy}`).join('; '), until: 'people' }
    const [phase] = run.plan.phases
    return phase && travel(run, phase)
  }

  /** Until committed, or back on blue: then why. */
  async function travel(run: LiveRun, phase: Phase): Promise<BackOnBlue | undefined> {
    let because: Because | undefined
    const { forward, back, commit } = executor(
      handsFor(office, run, {
        told: (is, note) => void told(is, note),
        meet: async (_step, point, attempt) =>
          isAlone(phase.forward, run.journal)
            ? undefined
            : meet(platform.name, { app: app.name, environment: name, point, attempt, at: now() }, journey.passes),
        made: request.made,
        because: () => (journey.leaving.has(name) || alongOrdered() ? 'ordered' : because),
      }),
    )
    let stayedSince: number | undefined
    const subject = run.plan.subject

    const ordered = async () => {
      await condition(() => journey.leaving.has(name) || (stayedSince === undefined && !earlierAreThere()))
      const why = journey.leaving.get(name)
      if (why !== undefined) throw failed('Ordered', why)
      throw failed('Behind', `${earlier.join(' or ')} went back to blue before it moved`)
    }
    const watched = async () => {
      const { health } = phase
      if (!health || (health.checks.length === 0 && environment.routes.length === 0)) return
      await condition(() => begun(run.journal, health.from))
      for (;;) {
        try {
          await journey.watch.over(name, givenBy(phase, run.journal), () => journey.committing)
        } catch (error) {
          const moved = movedOf(error)
          // What others wrote ahead of the plan, and Norikae took back: it looks on, and knows what was given by now.
          if (moved && !isLess(moved, givenBy(phase, run.journal))) continue
          // Not to see is no breach.
          const said = ['Unhealthy', 'MovedBack'].includes(problemOf(error).type)
          if (!said && wasStopped(error)) return
          throw said ? error : failed('Blind', `health cannot be watched: ${problemOf(error).message}`)
        }
      }
    }
    const moveAndStay = async () => {
      await forward(phase)
      stayedSince ??= Date.now()
      journey.arrived.add(name)
      await told('on-green', '', new Date(stayedSince).toISOString())
      await condition(() => journey.committing)
    }
    try {
      do {
        journey.unwatched.delete(name)
        await under(ordered, () =>
          holding(
            run,
            () =>
              under(
                () => followed(run, phase),
                () => under(watched, moveAndStay),
              ),
            () => stayedSince,
          ),
        )
        journey.unwatched.add(name)
        await condition(() => !journey.committing || names.every((e) => journey.unwatched.has(e)))
      } while (!journey.committing)
      await commit(phase)
      return undefined
    } catch (error) {
      const cancelled = CancellationScope.current().consideredCancelled
      const problem = cancelled ? { type: 'Ordered', message: 'it was cancelled' } : problemOf(error)
      const arrived = journey.arrived.delete(name)
      because = becauseOf[problem.type]
      stay()
      // Asked for ahead of what has happened now.
      office.desk = voided(office.desk, () => true, `${app.name} ${name} went back`, now())
      const moved = leaves(phase.forward).some((step) => begun(run.journal, step.id))
      // Before the others of this app say that they are behind it.
      const saying = journey.calledBack ? undefined : tellLeaving(problem, arrived)
      // Beside the way back, which waits for nothing: what was served meanwhile is told.
      const looking = CancellationScope.nonCancellable(() => bothSides(office, subject, `${name}/images/back`))
      await under(
        () => tellOnceOrdered(because),
        () => back(phase),
      )
      // Else what is told next might be heard before.
      await saying
      journey.leaving.delete(name)
      const seen = await looking
      const unlike = seen ? unlikeBefore(seen) : ''
      const why = unlike === '' ? problem.message : `${problem.message}; ${unlike}`
      if (moved) {
        journey.rollbacks.push({ app: app.name, environment: name, at: now(), why })
        const times = journey.rollbacks.filter((r) => r.environment === name).length
        tellWentBack(office, subject, times, `${app.name} ${name} went back to blue: ${why}`)
      }
      return { why, until: problem.type === 'Behind' || isAlong(problem) ? 'others' : 'people' }
    }
  }

  /** Those that move with it go back too, and where no upgrade is left to say so to them, it does. */
  async function tellLeaving(problem: Problem, arrived: boolean): Promise<void> {
    const { type, message } = problem
    const others = environment.group?.others ?? []
    if (others.length === 0 || isAlong(problem)) {
      if (arrived) await told('trouble', `goes back: ${message}`)
      return
    }
    const ordered = ['ordered', 'moved'].includes(becauseOf[type] ?? '') && ({ ordered: true } as const)
    if (await told('leaving', message, now(), { ...ordered })) return
    const follow: Follow = { environment: name, reason: followsBecause(app.name, message), app: app.name, ...ordered }
    for (const other of others)
      await CancellationScope.nonCancellable(() =>
        getExternalWorkflowHandle(cutoverId(platform.name, other.app)).signal(FOLLOW, follow),
      ).catch(() => undefined)
  }

  /** Those that move with it hear of an order too that comes while it goes back by itself. Ends with the way back. */
  async function tellOnceOrdered(because: Because | undefined): Promise<void> {
    if (because === 'ordered' || !environment.group) return
    await condition(() => journey.leaving.has(name))
    const message = journey.leaving.get(name) ?? ''
    if (!journey.calledBack) await tellLeaving({ type: 'Ordered', message }, false)
  }

  /** Half a commit helps nobody: when one goes back, or asks, all stay. */
  function stay(): void {
    journey.committing = false
    for (const each of office.runs) each.letGo = false
  }

  /** Ends when one went back that it moves with, and nobody has to look at a page for it. `answered`: but not because of that. */
  async function followed(run: LiveRun, phase: Phase, answered?: Follow): Promise<never> {
    const news = () => {
      const follow = journey.following.get(name)
      return !answered || (follow?.ordered && !answered.ordered) ? follow : undefined
    }
    await condition(() => news() !== undefined && !isPageUp(phase.forward, run.journal))
    const { reason = '', ordered } = news() ?? {}
    throw failed(ordered ? ALONG_ORDERED : ALONG, reason)
  }

  /** A breach that must not go back by itself asks, and goes on where it was when people say so. */
  async function holding(run: LiveRun, work: () => Promise<void>, since: () => number | undefined): Promise<void> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        await stayHeld(run, error, since)
        // One that is on green says so itself, as soon as it stays there again.
        if (since() === undefined) await told('moving')
      }
    }
  }

  /** Until people say that it goes on. Who has to go back after all, because another went meanwhile, does not wait for them. */
  async function stayHeld(run: LiveRun, error: unknown, since: () => number | undefined): Promise<void> {
    const answered = isAlong(problemOf(error)) ? journey.following.get(name) : undefined
    const hold = await whyHold(error, { ...around, run, since: since() })
    if (hold === undefined) throw error
    mistrust(office, hold)
    journey.held.add(name)
    stay()
    const asked = async () => {
      await told('trouble', hold)
      await askOn(run, hold, false)
    }
    try {
      const [phase] = run.plan.phases
      await (phase ? under(() => followed(run, phase, answered), asked) : asked())
      journey.following.delete(name)
    } catch (next) {
      if (!isAlong(problemOf(next))) throw next
      await stayHeld(run, next, since)
    } finally {
      journey.held.delete(name)
    }
  }

  /** Equal digests and images: what was approved ahead stays good. */
  async function replan(run: LiveRun): Promise<void> {
    const { digest, images } = run.plan
    const next = await question('planCutover', `${name}/plan`, `plan ${app.name} ${name}`, 'quick', {
      platform,
      app: { ...app, environments: [environment] },
      by: request.by,
      environment: name,
      known: { digest, images },
    })
    if ('same' in next) {
      run.plan = { ...run.plan, findings: next.findings }
      return
    }
    office.desk = voided(
      office.desk,
      (g) => g.gate.includes(`@${digest.slice(0, 8)}.`),
      next.digest === digest ? OTHER_IMAGE : otherPlan(digest, next.digest),
      now(),
    )
    run.plan = next
  }

  /** Waits for `retry`; where it may end meanwhile, for that too. */
  async function askOn(run: LiveRun, why: string, mayEnd: boolean): Promise<void> {
    const [phase] = run.plan.phases
    if (!phase) return
    const attempt = nextAttempt(run.journal, phase.name)
    run.journal = write(run.journal, { step: phase.name, attempt, state: 'running', startedAt: now() })
    const asking = () => ask(office, run.plan.subject, phaseGate(run.plan, phase, attempt, why, now()))
    const ends = async () => {
      await condition(() => journey.ending !== undefined)
      throw failed('Ordered', 'it ends')
    }
    if (!mayEnd) return void (await asking())
    await under(ends, asking).catch((error: unknown) => {
      if (journey.ending === undefined) throw error
    })
  }

  async function told(is: Told['is'], note = '', at = now(), more: More = {}): Promise<boolean> {
    const message: Told = {
      app: app.name,
      environment: name,
      is,
      at,
      note: note.slice(0, 300),
      ...more,
    }
    // The upgrade may be gone: apps outlive it.
    return CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(upgradeId(platform.name)).signal(TOLD, message),
    ).then(
      () => true,
      () => false,
    )
  }

  return { name, live, told }
}
