import type { Finding } from './findings.ts'
import { no, type Desk, type Refusal } from './gates.ts'
import { begun, type Journal } from './journal.ts'
import type { Command, Order, Outcome } from './messages.ts'
import { isOver, type Phase, type Plan } from './plan.ts'
import { leaves } from './steps.ts'

/** All that is remembered of one plan; everything else is derived. */
export interface Run {
  readonly plan: Plan
  readonly journal: Journal
  readonly goingBack: boolean
  /** Blue is being let go of. */
  readonly letGo?: boolean
  readonly ended?: Outcome
}

export type RunState =
  | 'pending'
  | 'moving'
  | 'waiting'
  | 'paused'
  | 'going-back'
  | 'stuck'
  | 'rolled-back'
  | 'on-green'
  | Outcome

export function stateOf({ plan, journal, goingBack, ended }: Run, asks: boolean, paused: boolean): RunState {
  if (ended) return ended
  if (goingBack) return asks ? 'stuck' : 'going-back'
  const forward = plan.phases.flatMap((p) => leaves(p.forward))
  if (!forward.some((s) => begun(journal, s.id))) return journal.archive.length > 0 ? 'rolled-back' : 'pending'
  if (asks) return 'waiting'
  if (plan.phases.every((p) => isOver(p, journal))) return 'on-green'
  return paused ? 'paused' : 'moving'
}

/** The first phase that is not over. */
export const phaseOf = ({ plan, journal }: Run): Phase | undefined =>
  plan.phases.find((p) => !isOver(p, journal)) ?? plan.phases.at(-1)

/** What steps of these phases noticed when they ran last, there, back and at commit. */
export const noticedBy = (phases: readonly Phase[], { steps, archive }: Journal): Finding[] =>
  phases
    .flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))
    .flatMap(({ id }) => {
      const record = steps[id] ?? archive.findLast((r) => r.step === id)
      return record?.receipt?.findings ?? record?.problem?.findings ?? []
    })

/** Undefined: allowed. A string: why not. One table for workflow, CLI and console. */
export type Allowed = Readonly<Record<Command, string | undefined>>

export function allowed(run: Run, state: RunState, paused: boolean): Allowed {
  const ended = run.ended && `it is ${run.ended} already`
  const back = ended ?? noReturn(run) ?? (run.goingBack ? 'it is going back already' : undefined)
  const isApp = run.plan.subject.environment !== undefined
  const onBlue = state === 'pending' || state === 'rolled-back'
  return {
    pause: ended ?? (paused ? 'it is paused already' : undefined),
    resume: ended ?? (paused ? undefined : 'it is not paused'),
    abort: back,
    replan: back ?? (isApp ? 'replan is for the upgrade: send it there' : undefined),
    rollback:
      back ??
      (!isApp
        ? 'rollback is for an app: send it to its cutover; abort takes all back'
        : onBlue
          ? 'it is on blue'
          : undefined),
  }
}

function noReturn({ plan, journal, letGo }: Run): string | undefined {
  if (letGo) return 'it is committed: there is no way back'
  const beyond = plan.phases.find((p) => p.pointOfNoReturn && leaves(p.forward).some((s) => begun(journal, s.id)))
  return beyond && `${beyond.name} has begun: there is no way back`
}

/** May this person order this, now? One run is enough: an app goes back as far as it can. */
export function orderRefusal(
  runs: readonly Run[],
  desk: Desk,
  platformTeam: string,
  name: Command,
  order: Order,
  paused: boolean,
): Refusal | undefined {
  if (runs.length === 0) return no('not-now', 'it has not planned yet; try again in a moment')
  if (order.environment !== undefined && name !== 'rollback')
    return no('malformed', `${name} is for all environments; leave environment out, or send rollback for one`)
  if (order.app !== undefined && name !== 'replan')
    return no('malformed', `${name} is not for one app; leave app out, or send it to the app's own cutover`)
  const mine = runs.filter((r) => order.environment === undefined || r.plan.subject.environment === order.environment)
  if (mine.length === 0) {
    const known = runs.flatMap((r) => r.plan.subject.environment ?? [])
    return no(
      'no-such-environment',
      `there is no environment ${order.environment} here; there is ${known.join(', ') || 'none'}`,
    )
  }
  const teams = name === 'rollback' ? [platformTeam, ...mine.map((r) => r.plan.subject.team)] : [platformTeam]
  if (!teams.some((team) => desk.members[team]?.includes(order.by))) {
    return no('not-allowed', `${order.by} is not of ${[...new Set(teams)].join(', ')}, who may ${name}`)
  }
  const reasons = mine.map((r) => allowed(r, stateOf(r, false, paused), paused)[name])
  return reasons.every((r) => r !== undefined) ? no('not-now', reasons[0] ?? '') : undefined
}
