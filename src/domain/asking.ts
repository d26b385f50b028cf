import { actions } from './actions.ts'
import type { Opening } from './calendar.ts'
import { choicesOf } from './choices.ts'
import { gateId, type Answer, type Gate, type GateRule } from './gates.ts'
import { begun, nextAttempt, type Problem } from './journal.ts'
import type { Phase, Plan } from './plan.ts'
import type { Run } from './run.ts'
import { leaves, type LeafStep, type StepId, type WaitStep } from './steps.ts'

/** Which gates a run opens: those of its plan, and those that a failure opens. */

export const isOf = ({ digest }: Pick<Plan, 'digest'>, gate: Pick<Gate, 'id'>): boolean =>
  gate.id.includes(`@${digest.slice(0, 8)}.`)

interface Asked {
  readonly step: StepId
  readonly attempt: number
  readonly title: string
  readonly rule: GateRule
  readonly offers: readonly Answer[]
  readonly openedAt: string
}

/** A title goes into notices and lists; what a system says about its failure may be a page. */
const LONGEST_TITLE = 1000

const gate = ({ digest, images }: Plan, { step, attempt, title, rule, offers, openedAt }: Asked): Gate => ({
  id: gateId(step, digest, attempt),
  title: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}…` : title,
  rule,
  offers,
  openedAt,
  images,
  given: [],
})

/** The gate of a plan, open or to come. */
export const gateOf = (plan: Plan, step: LeafStep & { kind: 'gate' }, attempt: number, now: string): Gate =>
  gate(plan, {
    step: step.id,
    attempt,
    title: step.title,
    rule: step.gate,
    offers: ['approve', 'reject'],
    openedAt: now,
  })

/** What may be approved ahead. */
export const plannedGates = ({ plan, journal, ended }: Run, now: string): Gate[] =>
  ended !== undefined
    ? []
    : plan.phases
        .flatMap((p) => leaves(p.forward))
        .flatMap((s) =>
          s.kind === 'gate' && !begun(journal, s.id) ? [gateOf(plan, s, nextAttempt(journal, s.id), now)] : [],
        )

/**
 * A step failed for good. An undo may always be skipped, by name, but for what people have to say themselves; a forward
 * step only where nothing can be lost by it.
 */
export function failureGate(
  { plan, goingBack }: Run,
  step: LeafStep,
  attempt: number,
  problem: Problem,
  now: string,
): Gate {
  const choices = choicesOf(step, problem)
  const skippable =
    (goingBack && step.kind !== 'gate') ||
    step.kind === 'observe' ||
    (step.kind === 'wait' && 'meets' in step.until) ||
    (step.kind === 'action' && actions[step.action].skippable)
  return gate(plan, {
    step: step.kind === 'gate' ? `${step.id}/again` : step.id,
    attempt,
    title: `could not ${step.title}${!choices && goingBack && isWeight(step) ? LEFT : ''}: ${problem.message}`,
    rule: { ...asked(plan.subject.team), ...(choices?.typed !== undefined && { typed: choices.typed }) },
    offers: choices ? ['retry', ...choices.offers] : skippable ? ['retry', 'skip'] : ['retry'],
    openedAt: now,
  })
}

/** What `skip` says to another problem of the same step is the contrary: all of it goes to blue. */
const LEFT = ' (skip leaves it as it is)'
const isWeight = (step: LeafStep): boolean => step.kind === 'action' && step.action === 'setWeight'

/** An app is failing while it is asked: the platform team may answer too, and all are reminded soon. */
export const urgently = (it: Gate, platformTeam: string): Gate => ({
  ...it,
  rule: { ...joinedBy(platformTeam, it.rule), remindEvery: '15m' },
})

/** A step of the way back goes on as blue gets ready: people may say that it does not wait for that. */
export const growingGate = (
  { plan }: Run,
  step: LeafStep,
  attempt: number,
  { message }: Problem,
  platformTeam: string,
  now: string,
): Gate =>
  urgently(
    gate(plan, {
      step: `${step.id}/small`,
      attempt,
      title: `${message} (as of ${now})`,
      rule: asked(plan.subject.team),
      offers: ['skip'],
      openedAt: now,
    }),
    platformTeam,
  )

/** A phase is back on blue, or holds although it breaches. */
export const phaseGate = (plan: Plan, phase: Phase, attempt: number, why: string, now: string): Gate =>
  gate(plan, {
    step: phase.name,
    attempt,
    title: why,
    rule: asked(plan.subject.team),
    offers: ['retry'],
    openedAt: now,
  })

/**
 * A step waits for its hours: nobody has to answer, but whoever owns it, and the platform team, may say that it goes on
 * now. `times`: how often it was asked for in this attempt, for its hours may be over when it is resumed. `opening`: not
 * open, and when that changes.
 */
export const openingGate = (
  plan: Plan,
  step: WaitStep,
  { attempt, times }: { readonly attempt: number; readonly times: number },
  opening: Opening,
  platformTeam: string,
  now: string,
): Gate => ({
  ...gate(plan, {
    step: times === 1 ? step.id : `${step.id}/${times}`,
    attempt,
    title: `${step.title}; it opens ${opening.onTheWall ?? ''}. skip: go on now`,
    rule: joinedBy(platformTeam, asked(plan.subject.team)),
    offers: ['skip'],
    openedAt: now,
  }),
  ...(opening.changes !== undefined && { opensAt: opening.changes }),
  ...(opening.onTheWall !== undefined && { onTheWall: opening.onTheWall }),
})

/** Nobody is left who knows how far those are that it moves with. */
export const ALONE = 'Alone'

const asked = (team: string): GateRule => ({ teams: [team], approvals: 1, exclude: [], remindEvery: '4h' })

const joinedBy = (team: string, rule: GateRule): GateRule => ({
  ...rule,
  teams: [...new Set([...rule.teams, team])],
})

/** Contested, unknown, what does not end or drain, and who still calls are for people, not for undoing; the rest is the phase's rule. */
export const afterFailure = (phase: Phase, problem: Problem): Phase['onFailure'] =>
  ['Contested', 'Inconclusive', 'Busy', 'Stuck', 'Undelivered', 'Called', ALONE].includes(problem.type) &&
  phase.onFailure === 'rollback'
    ? 'ask'
    : phase.onFailure
