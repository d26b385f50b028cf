import type { Desk } from './gates.ts'
import { begun, settled } from './journal.ts'
import { textIn } from './messages.ts'
import type { Run } from './run.ts'
import { leaves, type LeafStep, type StepId } from './steps.ts'

/** Who paused it, as the log has it. */
export interface Pause {
  readonly by: string
  /** ISO time. */
  readonly at: string
  readonly reason?: string
}

/** The pause that is on; undefined where none is. */
export function pauseOf({ log }: Pick<Desk, 'log'>, paused: boolean): Pause | undefined {
  const last = paused ? log.findLast((l) => l.message === 'pause' && l.became === 'counted') : undefined
  const [by, reason] = [textIn(last?.body, 'by'), textIn(last?.body, 'reason') ?? '']
  if (last === undefined || by === undefined) return undefined
  return { by, at: last.at, ...(reason !== '' && { reason }) }
}

const stops: ReadonlySet<string> = new Set(['stopWorkload', 'suspendSchedule'])
const starts: ReadonlySet<string> = new Set(['startWorkload', 'resumeSchedule'])
const shows: ReadonlySet<string> = new Set(['showPage'])
const removes: ReadonlySet<string> = new Set(['removePage'])

/**
 * Whether a pause may hold it before this step of its way forward. Not while the workload that the step is of was stopped
 * on one side and is not started on the other, nor while visitors get a page: whoever pauses at night must not take a
 * singleton down until the morning.
 */
export function mayRest({ plan, journal }: Pick<Run, 'plan' | 'journal'>, step: Pick<LeafStep, 'id'>): boolean {
  // Handovers are of environments. An upgrade may have thousands of steps, and is asked before each.
  if (plan.subject.environment === undefined) return true
  const all = plan.phases.flatMap((p) => leaves(p.forward))
  // A page that people passed over leaves visitors with errors, which is no better.
  if (isBetween(journal, all, shows, removes)) return false
  const its = all.filter((s) => laneOf(s.id) === laneOf(step.id))
  return !isBetween(journal, its, stops, starts)
}

type Doing = ReadonlySet<string>

/** Has one of these begun, and is one of those still to be done? */
function isBetween(journal: Run['journal'], steps: readonly LeafStep[], these: Doing, those: Doing): boolean {
  const doing = (what: Doing) => steps.filter((s) => s.kind === 'action' && what.has(s.action))
  return doing(these).some((s) => begun(journal, s.id)) && !doing(those).every((s) => settled(journal, s.id))
}

/** Steps of one handover have one path but for their verb. */
const laneOf = (id: StepId): string => id.slice(0, id.lastIndexOf('/'))
