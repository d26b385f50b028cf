import { heard, nobody, placeOf, type Place } from '../domain/clock-turns.ts'
import { workersOf } from './ask.ts'
import type { Temporal } from './connect.ts'

/** Who came or went is known after this. */
const KNOWN_FOR_MS = 10_000
/** A request of somebody else waits for it. */
const ANSWER_WITHIN_MS = 2_000

/**
 * The place of the worker `identity` among those that ask for work on the same task queue, which Temporal knows. Asked for at most
 * every ten seconds, and only when somebody wants to know. Where Temporal does not answer, or has forgotten who asks it for
 * work, it is what it was.
 */
export function placeAmongWorkers(temporal: Temporal, identity: string): () => Promise<Place> {
  let known: { readonly untilMs: number; readonly place: Promise<Place> } | undefined
  let told = nobody
  const look = async (): Promise<Place> => {
    const workers = await workersOf({ ...temporal, answerWithinMs: ANSWER_WITHIN_MS }).catch(() => [])
    told = heard(
      told,
      identity,
      workers.map((worker) => worker.identity),
    )
    return placeOf(told, identity)
  }
  return () => {
    if (known === undefined || performance.now() > known.untilMs)
      known = { untilMs: performance.now() + KNOWN_FOR_MS, place: look() }
    return known.place
  }
}
