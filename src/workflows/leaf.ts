import type { Duration } from '../domain/duration.ts'
import { condition, sleep } from '@temporalio/workflow'
import { actions, type Receipt } from '../domain/actions.ts'
import { gateOf } from '../domain/asking.ts'
import type { Choice } from '../domain/choices.ts'
import { milliseconds } from '../domain/duration.ts'
import type { ActionStep, AppStep, LeafStep, ObserveStep, WaitStep } from '../domain/steps.ts'
import { overall, told as inWords } from '../domain/verdict.ts'
import { perform, question } from './activities.ts'
import type { Hands, LiveRun } from './executor.ts'
import { ask, mistrust, now, show, tellToDeploy, type Office } from './office.ts'
import { failed, summary } from './problems.ts'
import { under } from './under.ts'

/** What a cutover tells its upgrade while a step waits for others. */
export type Telling = (is: 'awaited' | 'moving') => void

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

interface More {
  readonly apps?: Apps
  readonly told?: Telling
}

/** People deploy in their own time: often enough not to be forgotten. */
const REMIND_EVERY: Duration = '24h'

/** How the steps of one run are done. */
export function handsFor(office: Office, run: LiveRun, { apps = none, told = () => undefined }: More = {}): Hands {
  async function leaf(step: LeafStep, attempt: number, choice?: Choice): Promise<Receipt> {
    switch (step.kind) {
      case 'action': {
        const { platform, account, region, blue, green } = run.plan.subject
        const scope = { platform, account, region, blue, green }
        const act = () => perform(step, scope, attempt, run.goingBack, choice)
        return actions[step.action].byOthers ? byOthers(step, attempt, act) : act()
      }
      case 'observe':
        return observe(step)
      case 'wait':
        await wait(step)
        return { note: step.title }
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

  async function byOthers(step: ActionStep, attempt: number, act: () => Promise<Receipt>): Promise<Receipt> {
    told('awaited')
    const receipt = await under(() => remindOf(step, attempt), act)
    told('moving')
    return receipt
  }

  /** Beside the waiting for what people do outside; never ends by itself. */
  async function remindOf({ id, title, action }: ActionStep, attempt: number): Promise<never> {
    const { toldAfter } = actions[action]
    if (toldAfter !== undefined) await sleep(milliseconds(toldAfter), { summary: summary(`tell of: ${title}`) })
    for (let n = 0; ; n += 1) {
      tellToDeploy(office, run.plan.subject, id, attempt, n)
      await sleep(milliseconds(REMIND_EVERY), { summary: summary(`remind: ${title}`) })
    }
  }

  async function observe(step: ObserveStep): Promise<Receipt> {
    const { subject } = run.plan
    const judged = await question('observe', step.id, step.title, 'long', {
      subject,
      for: step.for,
      checks: step.checks,
    })
    const verdict = overall(judged)
    const note = inWords(judged)
    if (verdict !== 'pass') {
      mistrust(office, `${step.title}: ${note}`)
      throw failed(verdict === 'fail' ? 'Unhealthy' : 'Inconclusive', note)
    }
    return { note }
  }

  async function wait({ title, until }: WaitStep): Promise<void> {
    if ('passed' in until) await sleep(milliseconds(until.passed), { summary: summary(title) })
    else await apps.onGreen(until.onGreen, until.since)
  }

  return {
    run,
    now,
    perform: leaf,
    mayStart: () => condition(() => !office.paused),
    ask: (gate) => ask(office, run.plan.subject, gate),
    wrote: () => show(office),
  }
}
