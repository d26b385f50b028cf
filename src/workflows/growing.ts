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

const ALL_OF_IT_NOW = 'AllOfItNow'
const isSaidSo = (error: unknown): boolean => !wasStopped(error) && problemOf(error).type === ALL_OF_IT_NOW

/**
 * A route back to blue. While blue cannot take all of it people are asked, and it goes on as blue gets ready while they think: nobody
 * who is asleep keeps an app from going back. What they answer, and an order that comes meanwhile, ends the waiting.
 */
export async function ontoBlue(it: WayBack, act: Act): Promise<Receipt> {
  try {
    return await under(
      () => saidSo(it.ordered),
      () => asItGrows(it, act),
    )
  } catch (error) {
    if (!isSaidSo(error)) throw error
    // Of its own name: a server may not have let go of that of the one that was just stopped.
    return act({ choice: 'skip', as: `${it.step.id}/skip` })
  }
}

async function asItGrows({ office, run, step, attempt }: WayBack, act: Act): Promise<Receipt> {
  try {
    return await act()
  } catch (error) {
    if (wasStopped(error) || problemOf(error).type !== TOO_SMALL) throw error
    const problem = problemOf(error)
    const asked = async (): Promise<never> => {
      await ask(office, run.plan.subject, growingGate(run, step, attempt, problem, office.platformTeam, now()))
      throw failed(ALL_OF_IT_NOW, 'people say so')
    }
    return await under(asked, () => act({ told: { began: beganOf(error) } }))
  }
}

/** Asks, unless an order comes that answers it: then the step is done once more, as ordered. */
export async function askedUnless(ordered: () => boolean, asks: () => Promise<Answer>): Promise<Answer> {
  if (ordered()) return asks()
  try {
    return await under(() => saidSo(ordered), asks)
  } catch (error) {
    if (!isSaidSo(error)) throw error
    return 'retry'
  }
}

async function saidSo(ordered: () => boolean): Promise<never> {
  await condition(ordered)
  throw failed(ALL_OF_IT_NOW, 'it is ordered')
}
