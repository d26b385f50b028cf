import { condition } from '@temporalio/workflow'
import { TOO_SMALL, type ActionCall, type Receipt } from '../domain/actions.ts'
import { growingGate } from '../domain/asking.ts'
import type { Answer } from '../domain/gates.ts'
import type { ActionStep, LeafStep } from '../domain/steps.ts'
import type { LiveRun } from './executor.ts'
import { ask, now, type Office } from './office.ts'
import { beganOf, failed, problemOf, wasStopped } from './problems.ts'
import { under } from './under.ts'

/** One more try of a step. */
export type Act = (
  more?: Pick<ActionCall, 'choice' | 'contest' | 'told'> & { readonly as?: string },
) => Promise<Receipt>

interface WayBack {
  readonly office: Office
  readonly run: LiveRun
  readonly step: ActionStep
  readonly attempt: number
  /** Whether people have ordered it back by now. */
  readonly ordered: () => boolean
}

/** Does this step take a route back to a blue that may have to grow, and is looked at? */
export const isOntoBlue = (step: LeafStep): step is ActionStep<'setWeight'> =>
  step.kind === 'action' && step.action === 'setWeight' && step.input.onto !== undefined

/** People do not wait for blue, or have ordered it back meanwhile. */
const ALL_OF_IT_NOW = 'AllOfItNow'
const IS_ORDERED = 'IsOrdered'
const is = (error: unknown, type: string): boolean => !wasStopped(error) && problemOf(error).type === type

/**
 * A route back to blue. While blue cannot take all of it people are asked, and it goes on as blue gets ready while they think: nobody
 * who is asleep keeps an app from going back. An order that comes meanwhile ends the look at blue's checks, and no wait for its pods:
 * what sends all of it to a blue that cannot carry it is said at that question alone.
 */
export async function ontoBlue(it: WayBack, act: Act): Promise<Receipt> {
  // Names of their own: a server may not have let go of that of the one that was just stopped.
  const as =
    (name: string): Act =>
    (more) =>
      act({ as: `${it.step.id}/${name}`, ...more })
  try {
    return await asOrdered(it, act, as('ordered'))
  } catch (error) {
    if (!is(error, ALL_OF_IT_NOW)) throw error
    return as('skip')({ choice: 'skip' })
  }
}

/** `again`: once it is ordered meanwhile. */
async function asOrdered(it: WayBack, act: Act, again: Act): Promise<Receipt> {
  if (it.ordered()) return asItGrows(it, act)
  try {
    return await under(
      () => onceOrdered(it.ordered),
      () => asItGrows(it, act),
    )
  } catch (error) {
    if (!is(error, IS_ORDERED)) throw error
    return asItGrows(it, again, '/ordered')
  }
}

async function asItGrows({ office, run, step, attempt }: WayBack, act: Act, after = ''): Promise<Receipt> {
  try {
    return await act()
  } catch (error) {
    if (!is(error, TOO_SMALL)) throw error
    const gate = growingGate(
      run,
      { ...step, id: step.id + after },
      attempt,
      problemOf(error),
      office.platformTeam,
      now(),
    )
    const asked = async (): Promise<never> => {
      await ask(office, run.plan.subject, gate)
      throw failed(ALL_OF_IT_NOW, 'people say so')
    }
    return await under(asked, () => act({ told: { began: beganOf(error) } }))
  }
}

/** Asks, unless an order comes that answers it: then the step is done once more, as ordered. */
export async function askedUnless(ordered: () => boolean, asks: () => Promise<Answer>): Promise<Answer> {
  if (ordered()) return asks()
  try {
    return await under(() => onceOrdered(ordered), asks)
  } catch (error) {
    if (!is(error, IS_ORDERED)) throw error
    return 'retry'
  }
}

async function onceOrdered(ordered: () => boolean): Promise<never> {
  await condition(ordered)
  throw failed(IS_ORDERED, 'it is ordered')
}
