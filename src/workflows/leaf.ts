import type { Duration } from '../domain/duration.ts'
import { condition, sleep, workflowInfo } from '@temporalio/workflow'
import { actions, CLAIMED, type Because, type Receipt } from '../domain/actions.ts'
import type { ContestEnd } from '../domain/notices.ts'
import { gateOf, urgently } from '../domain/asking.ts'
import type { Calendar } from '../domain/calendar.ts'
import type { Choice } from '../domain/choices.ts'
import type { Point } from '../domain/meetings.ts'
import { milliseconds } from '../domain/duration.ts'
import { scopeOf } from '../domain/platform.ts'
import type { ActionStep, AppStep, LeafStep, ObserveStep, StepId, WaitStep } from '../domain/steps.ts'
import { overall, told as inWords } from '../domain/verdict.ts'
import { perform, question } from './activities.ts'
import { HALTED, type Hands, type LiveRun } from './executor.ts'
import { askedUnless, isOntoBlue, ontoBlue, type Act } from './growing.ts'
import {
  ask,
  mistrust,
  now,
  show,
  tellContested,
  tellDeployed,
  tellToDeploy,
  tellUncontested,
  type Office,
} from './office.ts'
import { awaitOpening } from './openings.ts'
import { failed, problemOf, summary, wasStopped } from './problems.ts'
import { under } from './under.ts'

/** What a cutover tells its upgrade while a step waits for others. */
export type Telling = (is: 'awaited' | 'window' | 'moving', note?: string) => void

/** What only an upgrade can do. */
export interface Apps {
  go(step: AppStep): Promise<void>
  /** Ends when all are there; fails where one is over. */
  onGreen(apps: readonly string[], since?: Duration): Promise<void>
}

const none: Apps = {
  go: (step) => Promise.reject(failed('Unsupported', `${step.title}: only an upgrade speaks to apps`)),
  onGreen: () => Promise.reject(failed('Unsupported', 'only an upgrade waits for apps')),
}

const alone = () => Promise.reject(failed('Unsupported', 'only an app meets others'))

interface More {
  readonly apps?: Apps
  readonly told?: Telling
  /** Until those that it moves with are there too; only an environment of an app has such. */
  readonly meet?: (step: WaitStep, point: Point, attempt: number) => Promise<void>
  /** Whose it is what is made; absent: this run's. */
  readonly made?: string | undefined
  /** Why it goes back, as is known by now. */
  readonly because?: () => Because | undefined
}

/** People deploy in their own time: often enough not to be forgotten. */
const REMIND_EVERY: Duration = '24h'

/** How the steps of one run are done. */
export function handsFor(
  office: Office,
  run: LiveRun,
  { apps = none, told = () => undefined, meet, made, because = () => undefined }: More = {},
): Hands {
  const ordered = () => run.goingBack && because() === 'ordered'

  async function leaf(
    step: LeafStep,
    attempt: number,
    choice: Choice | undefined,
    halted: () => boolean,
  ): Promise<Receipt> {
    switch (step.kind) {
      case 'action': {
        const scope = scopeOf(run.plan.subject)
        const { goingBack } = run
        const act: Act = (more = {}) => {
          const why = goingBack ? because() : undefined
          return perform(step, scope, attempt, {
            goingBack,
            made,
            ...(why && { because: why }),
            ...(choice && { choice }),
            ...more,
          })
        }
        if (goingBack && isOntoBlue(step) && choice === undefined)
          return ontoBlue({ office, run, step, attempt, ordered }, (more) => contesting(step, attempt, act, more))
        return actions[step.action].byOthers ? byOthers(step, attempt, act) : contesting(step, attempt, act)
      }
      case 'observe':
        return observe(step)
      case 'wait':
        return { note: (await wait(step, attempt, halted)) ?? step.title }
      case 'app':
        await apps.go(step)
        return { note: step.title }
      case 'gate': {
        const gate = gateOf(run.plan, step, attempt, now())
        if ((await ask(office, run.plan.subject, gate)) !== 'approve')
          throw failed('Rejected', `${step.title} was rejected`)
        return { note: 'approved' }
      }
    }
  }

  /** Whoever moved what the step is about is asked to stop, and then it is done once more. */
  async function contesting(
    step: ActionStep,
    attempt: number,
    act: Act,
    more: Parameters<Act>[0] = {},
  ): Promise<Receipt> {
    const { subject } = run.plan
    try {
      return await act(more)
    } catch (error) {
      if (wasStopped(error)) throw error
      const { type, message } = problemOf(error)
      if (type !== CLAIMED) throw error
      tellContested(office, subject, step.id, attempt, message)
    }
    const ended = (end: ContestEnd) => tellUncontested(office, subject, step.id, attempt, end)
    try {
      const receipt = await act({ ...more, contest: true })
      ended('stopped')
      return receipt
    } catch (error) {
      ended(wasStopped(error) || problemOf(error).type === 'MovedBack' ? 'goes-back' : 'goes-on')
      throw error
    }
  }

  async function byOthers(step: ActionStep, attempt: number, act: Act): Promise<Receipt> {
    const tellings = { count: 0 }
    const settle = (arrived: boolean) => {
      if (tellings.count > 0) tellDeployed(office, run.plan.subject, step.id, attempt, arrived)
    }
    try {
      const receipt = await under(
        () => remindOf(step, attempt, tellings),
        () => act(),
      )
      settle(true)
      if (tellings.count > 0) told('moving')
      return receipt
    } catch (error) {
      settle(false)
      throw error
    }
  }

  /** Beside the waiting for what people do outside; never ends by itself. */
  async function remindOf(step: ActionStep, attempt: number, tellings: { count: number }): Promise<never> {
    const { title, action } = step
    const { toldAfter } = actions[action]
    if (toldAfter !== undefined) await sleep(milliseconds(toldAfter), { summary: summary(`tell of: ${title}`) })
    told('awaited')
    for (;;) {
      tellToDeploy(office, run.plan.subject, step, attempt, tellings.count)
      tellings.count += 1
      await sleep(milliseconds(REMIND_EVERY), { summary: summary(`remind: ${title}`) })
    }
  }

  async function observe(step: ObserveStep): Promise<Receipt> {
    const { subject } = run.plan
    const judged = await question('observe', step.id, step.title, 'long', {
      subject,
      for: step.for,
      checks: step.checks,
      run: made ?? workflowInfo().firstExecutionRunId,
    })
    const verdict = overall(judged)
    const note = inWords(judged)
    if (verdict !== 'pass') {
      mistrust(office, `${step.title}: ${note}`)
      throw failed(verdict === 'fail' ? 'Unhealthy' : 'Inconclusive', note)
    }
    return { note }
  }

  /** A note, where there is more to say than what was waited for. */
  async function wait(step: WaitStep, attempt: number, halted: () => boolean): Promise<string | undefined> {
    const { title, until } = step
    if ('open' in until) return whenOpen(step, until.open, attempt, halted)
    if ('passed' in until) await sleep(milliseconds(until.passed), { summary: summary(title) })
    else if ('meets' in until) await (meet ?? alone)(step, until.at, attempt)
    else await apps.onGreen(until.onGreen, until.since)
    return undefined
  }

  /** Steps that wait for their hours, side by side. */
  const shut = new Set<StepId>()
  async function whenOpen(step: WaitStep, calendar: Calendar, attempt: number, halted: () => boolean): Promise<string> {
    const opens = () =>
      awaitOpening(office, run.plan, step, calendar, attempt, (until) => {
        shut.add(step.id)
        told('window', `it opens ${until}`)
      })
    try {
      // What failed beside it goes back now, and not when the window comes.
      const note = await under(async () => {
        await condition(halted)
        throw failed(HALTED, 'another failed beside it')
      }, opens)
      if (shut.delete(step.id) && shut.size === 0) told('moving')
      return note
    } finally {
      // Also where it is taken back, which tells of itself.
      shut.delete(step.id)
    }
  }

  return {
    run,
    now,
    perform: leaf,
    mayStart: () => condition(() => !office.paused),
    ask: (gate, step) => {
      const { subject } = run.plan
      if (!run.goingBack || !isOntoBlue(step)) return ask(office, subject, gate)
      return askedUnless(ordered, () => ask(office, subject, urgently(gate, office.platformTeam)))
    },
    wrote: () => show(office),
  }
}
