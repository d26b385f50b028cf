import { actions, type ActionInput, type ActionName } from './actions.ts'
import type { Calendar } from './calendar.ts'
import type { Duration } from './duration.ts'
import type { GateRule } from './gates.ts'
import type { Check } from './verdict.ts'

/** A path of names, never of positions: `production/route/web/25`. The same in every attempt. */
export type StepId = string

interface Common {
  readonly id: StepId
  readonly title: string
  /** On the way back only: run this when one of these forward steps was started. */
  readonly undoes?: readonly StepId[]
}

export type ActionStep<A extends ActionName = ActionName> = {
  [K in A]: Common & { readonly kind: 'action'; readonly action: K; readonly input: ActionInput<K> }
}[A]

/** People decide. */
export interface GateStep extends Common {
  readonly kind: 'gate'
  readonly gate: GateRule
}

/** Good news is demanded: go on only when the checks pass over the whole window. */
export interface ObserveStep extends Common {
  readonly kind: 'observe'
  readonly for: Duration
  readonly checks: readonly Check[]
}

/**
 * Time passes: for a while, until a calendar is open, until these apps are on green, each of them for so long, or until
 * those that it moves with have come to this point too.
 */
export interface WaitStep extends Common {
  readonly kind: 'wait'
  readonly until:
    | { readonly passed: Duration }
    | { readonly open: Calendar }
    | { readonly onGreen: readonly string[]; readonly since?: Duration }
    | { readonly meets: readonly string[]; readonly at: string }
}

/** A child workflow is told what to do; done when it says that it is there. */
export interface AppStep extends Common {
  readonly kind: 'app'
  readonly app: string
  readonly go: 'cutover' | 'abort' | 'commit'
}

export type LeafStep = ActionStep | GateStep | ObserveStep | WaitStep | AppStep

/** Lanes side by side; each lane in order. Groups do not nest. A lane that fails lets the others end the step they are in. */
export interface GroupStep extends Common {
  readonly kind: 'group'
  readonly atMost: number
  readonly lanes: readonly (readonly LeafStep[])[]
}

export type Step = LeafStep | GroupStep

export const leaves = (steps: readonly Step[]): LeafStep[] =>
  steps.flatMap((step) => (step.kind === 'group' ? step.lanes.flat() : [step]))

/** Such a step must have a way back, before the point of no return. */
export const changes = (step: LeafStep): boolean =>
  step.kind === 'app' || (step.kind === 'action' && actions[step.action].effect === 'write')

// What planners write with ---------------------------------------------------

export function act<A extends ActionName>(id: StepId, action: A, input: ActionInput<A>): ActionStep<A> {
  return { kind: 'action', id, title: actions[action].title(input), action, input }
}

export const wait = (id: StepId, passed: Duration, title: string): WaitStep => ({
  kind: 'wait',
  id,
  title,
  until: { passed },
})

/** Goes on at once where it is open. */
export const waitFor = (id: StepId, open: Calendar, title: string): WaitStep => ({
  kind: 'wait',
  id,
  title,
  until: { open },
})

export const tell = (id: StepId, title: string, app: string, go: AppStep['go']): AppStep => ({
  kind: 'app',
  id,
  title,
  app,
  go,
})

export const ask = (id: StepId, title: string, gate: GateRule): GateStep => ({ kind: 'gate', id, title, gate })
