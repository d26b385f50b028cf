import type { Receipt } from './actions.ts'
import type { Finding } from './findings.ts'
import type { StepId } from './steps.ts'

export type StepState = 'running' | 'done' | 'skipped' | 'failed' | 'stopped'

export interface Problem {
  readonly type: string
  readonly message: string
  /** Each fault by itself, where there are several. */
  readonly findings?: readonly Finding[]
}

export interface StepRecord {
  readonly step: StepId
  /** Counts on over every way back, so that an old decision never fits. */
  readonly attempt: number
  readonly state: StepState
  readonly startedAt: string
  readonly endedAt?: string
  readonly receipt?: Receipt
  readonly problem?: Problem
}

/** What happened. Plain JSON, so it may be carried anywhere. */
export interface Journal {
  /** What counts now; a step that is not here is pending. */
  readonly steps: Readonly<Record<StepId, StepRecord>>
  /** Earlier attempts, and what was taken back: for the report. */
  readonly archive: readonly StepRecord[]
}

export const blank: Journal = { steps: {}, archive: [] }

/** Written before the step's first command, so a step that may have touched the world is always begun. */
export const begun = (journal: Journal, id: StepId): boolean => journal.steps[id] !== undefined

export const settled = (journal: Journal, id: StepId): boolean =>
  journal.steps[id]?.state === 'done' || journal.steps[id]?.state === 'skipped'

export const nextAttempt = (journal: Journal, id: StepId): number =>
  1 + (journal.steps[id] ?? journal.archive.findLast((r) => r.step === id) ?? { attempt: 0 }).attempt

export function write({ steps, archive }: Journal, record: StepRecord): Journal {
  const before = steps[record.step]
  const again = before !== undefined && before.attempt < record.attempt
  return { steps: { ...steps, [record.step]: record }, archive: again ? [...archive, before] : archive }
}

/** Makes the steps pending again. */
export function archived(journal: Journal, ids: Iterable<StepId>): Journal {
  const gone = new Set(ids)
  const records = Object.values(journal.steps)
  return {
    steps: Object.fromEntries(records.filter((r) => !gone.has(r.step)).map((r) => [r.step, r])),
    archive: [...journal.archive, ...records.filter((r) => gone.has(r.step))],
  }
}
