import type { ActionCall, Receipt } from '../domain/actions.ts'
import { growingGate } from '../domain/asking.ts'
import type { Problem } from '../domain/journal.ts'
import type { ActionStep } from '../domain/steps.ts'
import type { LiveRun } from './executor.ts'
import { ask, now, type Office } from './office.ts'
import { failed, problemOf, wasStopped } from './problems.ts'
import { under } from './under.ts'

/** One more try of a step. */
export type Act = (
  more?: Pick<ActionCall, 'choice' | 'contest' | 'told'> & { readonly as?: string },
) => Promise<Receipt>

interface Small {
  readonly office: Office
  readonly run: LiveRun
  readonly step: ActionStep
  readonly attempt: number
  readonly problem: Problem
}

const ALL_THE_SAME = 'AllTheSame'

/**
 * Blue cannot take more of a route back yet. People are asked, and it goes on as blue gets ready while they think: what comes first
 * ends the other. Nobody who is asleep keeps an app from going back.
 */
export async function growing({ office, run, step, attempt, problem }: Small, act: Act): Promise<Receipt> {
  const said = async (): Promise<never> => {
    await ask(office, run.plan.subject, growingGate(run, step, attempt, problem, now()))
    throw failed(ALL_THE_SAME, 'people say so')
  }
  try {
    return await under(said, () => act({ told: true }))
  } catch (error) {
    if (wasStopped(error) || problemOf(error).type !== ALL_THE_SAME) throw error
    // Of its own name: a server may not have let go of that of the one that was just stopped.
    return act({ choice: 'skip', as: `${step.id}/skip` })
  }
}
