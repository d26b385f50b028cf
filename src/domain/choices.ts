import { TOO_SMALL } from './actions.ts'
import type { Answer } from './gates.ts'
import type { Problem } from './journal.ts'
import type { LeafStep } from './steps.ts'

/**
 * What people may say to a step that tells that something does not end, beside `retry`, which waits on. The action does it
 * in its next attempt, and keeps what must be remembered of it on the object itself: one that is only passed over would be
 * waited for again by the next step.
 */
export type Choice = Extract<Answer, 'skip' | 'rerun'>

interface Choices {
  readonly offers: readonly Choice[]
  /** Must be typed by who skips, because something is lost by it. */
  readonly typed?: string
}

/** Undefined: the action has no choice to offer, and what may be skipped is just passed over. */
export function choicesOf(step: LeafStep, { type }: Problem): Choices | undefined {
  if (step.kind !== 'action') return undefined
  if (step.action === 'suspendSchedule' && type === 'Busy') return { offers: ['skip', 'rerun'] }
  if ((step.action === 'drainBuffer' || step.action === 'awaitInFlight') && type === 'Undelivered')
    return { offers: ['skip'], typed: step.input.workload.name }
  if (step.action === 'proveIdle' && type === 'Called') return { offers: ['skip'], typed: step.input.cluster }
  // Going back: all of it goes to blue, whatever it looks like there.
  if (step.action === 'setWeight' && (type === TOO_SMALL || type === 'BadlyToo')) return { offers: ['skip'] }
  // Green serves already: what is lost is what these still ask of the other side.
  if (step.action === 'confirmQuiet' && type === 'Called') return { offers: ['skip'] }
  return undefined
}

export const isChoice = (answer: Answer, step: LeafStep, problem: Problem): answer is Choice =>
  choicesOf(step, problem)?.offers.some((offered) => offered === answer) ?? false
