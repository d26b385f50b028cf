import type { RunOutcome } from '../client/shapes.ts'

/** What a script may rely on; in `docs/reference` with the same words. */
export const exit = {
  done: 0,
  error: 1,
  /** Usage or bad input; with `plan --exit-code`: there is something to do. */
  badInput: 2,
  changes: 2,
  /** Back on blue, nothing lost. */
  rolledBack: 3,
  needsPerson: 4,
  timedOut: 5,
  refused: 6,
  /** Ctrl-C: the upgrade goes on. */
  detached: 130,
} as const

/** How `watch` ends when the upgrade does. */
export const exitOf = {
  done: exit.done,
  running: exit.done,
  'rolled-back': exit.rolledBack,
  rejected: exit.refused,
  blocked: exit.refused,
  failed: exit.error,
  cancelled: exit.error,
  terminated: exit.error,
  'timed-out': exit.error,
} as const satisfies Record<RunOutcome, number>
