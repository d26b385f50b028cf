import { placeAmong, type Place } from '../domain/clock-turns.ts'
import { workersOf } from './ask.ts'
import type { Temporal } from './connect.ts'

/** Who came or went is known after this. */
const KNOWN_FOR_MS = 10_000
/** A request of somebody else waits for it. */
const ANSWER_WITHIN_MS = 2_000
/** Of how many a worker takes itself to be one where Temporal has never told it: few have more. */
const UNTOLD: Place = { at: 0, of: 3 }

/**
 * The place of the worker `identity` among those that ask for work on the same task queue, which Temporal knows. Asked for at most
 * every ten seconds, and only when somebody wants to know. Where Temporal does not answer it is what it was.
 */
export function placeAmongWorkers(temporal: Temporal, identity: string): () => Promise<Place> {
  let known: { readonly untilMs: number; readonly place: Promise<Place> } | undefined
  let last = UNTOLD
  const look = async (): Promise<Place> => {
    const workers = await workersOf({ ...temporal, answerWithinMs: ANSWER_WITHIN_MS }).catch(() => undefined)
    if (workers)
      last = placeAmong(
        identity,
        workers.map((worker) => worker.identity),
      )
    return last
  }
  return () => {
    if (known === undefined || performance.now() > known.untilMs)
      known = { untilMs: performance.now() + KNOWN_FOR_MS, place: look() }
    return known.place
  }
}
