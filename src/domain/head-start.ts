/** What Temporal's SDK gives a workflow to do at one time, as far as its order is concerned. */
export interface Turn {
  /** The time of the task that it belongs to. */
  readonly at: string
  /** How many events of the history it goes by. */
  readonly events: number
  readonly replaying: boolean
  /** Only somebody asks how it is. */
  readonly asks: boolean
}

export interface Pace {
  readonly last?: Turn
  /** It has done what no task of the server has told yet. */
  readonly ahead: boolean
}

export const atStart: Pace = { ahead: false }

/**
 * Ahead is who goes by more events under the time of the task before. A query makes it so on a worker that has not run the
 * workflow yet: the history that it is given ends with events of which the task is still to come
 * (@temporalio/worker 1.24; measured in test/full/ahead.test.ts). What runs again from a history is never taken for it, so
 * that nobody who is taken for it wrongly, where two tasks have one time, is so again.
 */
export function paced({ last, ahead }: Pace, turn: Turn): Pace {
  if (turn.asks) return last ? { last, ahead } : { ahead }
  const more = last !== undefined && turn.at === last.at && turn.events > last.events
  return { last: turn, ahead: ahead || (more && !turn.replaying) }
}

/** Whoever is ahead answers queries, and goes on with nothing else: what comes now may have come before it. */
export const mayGoOn = ({ ahead }: Pace, { asks }: Turn): boolean => asks || !ahead
