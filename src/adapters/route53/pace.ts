import { setTimeout } from 'node:timers/promises'
import type { Route53 } from '@aws-sdk/client-route-53'
import { askedToWait } from '../../activities/errors.ts'

/**
 * Route 53 takes five requests a second of an account, whoever sends them: external-dns and people need some too.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
const PER_SECOND = 3

/** Who would wait longer than this takes no turn: a call ends after 25 s, and still has to be served. */
const MOST_MS = 15_000

/** What is only looked at has so much of that, and waits for nothing: 1500 records once in 25 minutes. */
const LOOKS_PER_SECOND = 1

/** Says how long whoever asks now waits, in milliseconds; where that is more than `mostMs`, no turn is taken. */
type Turn = (nowMs: number, mostMs?: number) => number

/** Turns are evenly apart, and first come, first served. `mostMs`: 15 s, where left out. */
export function turns(perSecond = PER_SECOND): Turn {
  let nextMs = 0
  return (nowMs, mostMs = MOST_MS) => {
    const atMs = Math.max(nowMs, nextMs)
    if (atMs - nowMs <= mostMs) nextMs = atMs + 1000 / perSecond
    return atMs - nowMs
  }
}

/** For what is only looked at: a turn that nobody else wants just now, or none. So no step stands in line behind looks. */
export function spare(turn: Turn, perSecond = LOOKS_PER_SECOND): Turn {
  const own = turns(perSecond)
  return (nowMs) => own(nowMs, 0) || turn(nowMs, 0)
}

/**
 * Waits for its turn before each request, and before each that the SDK tries again; no longer than the call's own signal lets
 * it. Throws `askedToWait` where it would take longer than `mostMs`.
 */
export function paced(client: Route53, turn: Turn, mostMs = MOST_MS): Route53 {
  // Middleware would not be told of the signal.
  const { requestHandler } = client.config
  const handle = requestHandler.handle.bind(requestHandler)
  requestHandler.handle = async (request, options) => {
    const waitMs = turn(performance.now(), mostMs)
    if (waitMs > mostMs)
      throw askedToWait('too many requests of Route 53 wait for their turn', Math.ceil((waitMs - mostMs) / 1000))
    // The handler refuses by itself what was ended before.
    const { abortSignal: signal } = (options ?? {}) as { readonly abortSignal?: AbortSignal } // as `ask` passes it
    if (waitMs > 0) await setTimeout(waitMs, undefined, { ...(signal && { signal }) })
    return handle(request, options)
  }
  return client
}
