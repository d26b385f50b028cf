import { condition, workflowInfo } from '@temporalio/workflow'
import { logged, otherPlan, voided } from '../domain/gates.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import { eventsLeft, tooLong } from '../domain/history-size.ts'
import type { Order, UpgradeRequest } from '../domain/messages.ts'
import { isOver, type Phase } from '../domain/plan.ts'
import { carried, whyNotReplanned, type Replan } from '../domain/replanning.ts'
import { allowed, stateOf } from '../domain/run.ts'
import type { LeafStep } from '../domain/steps.ts'
import { question, type Prepared } from './activities.ts'
import { REPLACED, type Hands, type LiveRun } from './executor.ts'
import type { Fleet } from './fleet.ts'
import { furnish, keep, now, show, type Office } from './office.ts'
import { failed, problemOf, wasStopped } from './problems.ts'
import { under } from './under.ts'

/** Apps that were born, removed or changed on blue since the upgrade was planned, as people say so. */
export interface Replanning {
  order(order: Order): void
  /** Beside whatever is done; never ends by itself. */
  work(): Promise<never>
  /**
   * The first phase that is not over, of the plan as it is now. To be asked while no step of the old one is under way: one
   * that ends later would count as what the new plan asks for.
   */
  next(): Phase | undefined
  /** Ends what waits for people, apps or time as soon as the plan is another one; what acts outside ends its step first. */
  interruptible(hands: Hands): Hands
  told(): { readonly replans?: readonly Replan[] }
}

/** The last of these, in the status. */
const SHOWN = 20

export function replanning(
  office: Office,
  run: LiveRun,
  apps: Pick<Fleet, 'know' | 'letGo' | 'standings'>,
  { request, prepared }: { readonly request: UpgradeRequest; readonly prepared: Prepared },
): Replanning {
  const orders: Order[] = []
  const replans: Replan[] = []
  const { twin: _twin, owned: _owned, ...known } = prepared
  let { platform } = prepared
  let travelled = run.plan
  /** When a wait of this plan began: an interruption does not make it longer. */
  const waits = new Map<string, number>()
  const replaced = () => travelled !== run.plan && !run.goingBack

  const note = (order: Order, became: Replan['became'], because?: string) => {
    const { app = '', by } = order
    const at = replans.findIndex((r) => r.app === app && r.became === 'looking')
    const entry = { app, by, at: now(), became, ...(because !== undefined && { note: because }) }
    if (at < 0) replans.push(entry)
    else replans[at] = entry
    if (became === 'refused')
      office.desk = logged(office.desk, {
        at: entry.at,
        message: 'replan',
        body: order,
        became: 'refused',
        because: because ?? '',
      })
    show(office)
  }

  async function look(order: Order, app: string, n: number): Promise<void> {
    note(order, 'looking')
    const found = await question('replan', `replan/${n}`, `look for ${app} again`, 'survey', {
      ...known,
      platform,
      plan: run.plan,
      request,
      order: { ...order, app },
    })
    if (!('next' in found)) return note(order, found.became, found.note)
    const standing = apps.standings().find((a) => a.app === app)
    const why =
      allowed(run, stateOf(run, false, office.paused), office.paused).replan ?? (standing && whyNotReplanned(standing))
    if (why !== undefined) return note(order, 'refused', why)
    const { plan, platform: next } = found.next
    const left = eventsLeft(plan.phases, next, carried(run.journal, travelled, plan))
    const tooMuch = tooLong(workflowInfo().historyLength, left)
    if (tooMuch !== undefined) return note(order, 'refused', tooMuch)
    replace(found.next)
    if (standing) await apps.letGo(app, `${order.by} replanned it: ${order.reason ?? ''}`)
    note(order, found.became)
  }

  /** At once, so that nobody sees half of it. */
  function replace({ platform: next, plan }: Pick<Prepared, 'platform' | 'plan'>): void {
    const { digest } = run.plan
    const ofIt = ({ gate }: { readonly gate: string }) => gate.includes(`@${digest.slice(0, 8)}.`)
    office.desk = voided(office.desk, ofIt, otherPlan(digest, plan.digest), now())
    run.plan = plan
    platform = next
    // Whose word counts stays as it was agreed to.
    furnish(office, { ...next, trust: office.trust })
    apps.know(next)
    office.replanned = plan.digest
    keep(office)
    show(office)
  }

  /** On the way back nothing is: the plan stays as it is there. */
  async function orNot<T>(work: () => Promise<T>): Promise<T> {
    if (run.goingBack) return work()
    if (replaced()) throw failed(REPLACED, 'the plan was replaced')
    return under(async () => {
      await condition(replaced)
      throw failed(REPLACED, 'the plan was replaced')
    }, work)
  }

  /** As much as is left of it, where it was interrupted. For how long a timer is set is not held against the history. */
  function left(step: LeafStep): LeafStep {
    if (step.kind !== 'wait' || !('passed' in step.until)) return step
    const began = waits.get(step.id) ?? Date.now()
    waits.set(step.id, began)
    const seconds = Math.ceil((began + milliseconds(step.until.passed) - Date.now()) / 1000)
    const passed: Duration = `${Math.max(0, seconds)}s`
    return { ...step, until: { passed } }
  }

  return {
    order: (order) => void orders.push(order),
    async work() {
      for (let n = 1; ; n += 1) {
        await condition(() => orders.length > 0)
        const [order] = orders.splice(0, 1)
        if (order?.app === undefined) continue
        try {
          await look(order, order.app, n)
        } catch (error) {
          if (wasStopped(error)) {
            for (const unheard of [order, ...orders.splice(0)])
              note(unheard, 'refused', 'the upgrade goes back or ends')
            throw error
          }
          note(order, 'refused', problemOf(error).message)
        }
      }
    },
    next: () => {
      if (replaced()) run.journal = carried(run.journal, travelled, run.plan)
      travelled = run.plan
      return run.plan.phases.find((p) => !isOver(p, run.journal))
    },
    interruptible: (hands) => ({
      ...hands,
      mayStart: async () => {
        await hands.mayStart()
        if (replaced()) throw failed(REPLACED, 'the plan was replaced')
      },
      perform: (step, attempt, choice, halted) =>
        step.kind === 'action' || step.kind === 'observe'
          ? hands.perform(step, attempt, choice, halted)
          : orNot(() => hands.perform(left(step), attempt, choice, halted)),
      ask: (gate, step) => orNot(() => hands.ask(gate, step)),
    }),
    told: () => (replans.length === 0 ? {} : { replans: replans.slice(-SHOWN) }),
  }
}
