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

/**
 * How long whoever asks now waits for its turn, in milliseconds: turns are evenly apart, and first come, first served. A wait
 * of more than 15 s is told, and no turn is taken.
 */
export function turns(perSecond = PER_SECOND): (nowMs: number) => number {
  let nextMs = 0
  return (nowMs) => {
    const atMs = Math.max(nowMs, nextMs)
    if (atMs - nowMs <= MOST_MS) nextMs = atMs + 1000 / perSecond
    return atMs - nowMs
  }
}

/**
 * Waits for its turn before each request, and before each that the SDK tries again; no longer than the call's own signal lets
 * it. Throws `askedToWait` where too many wait already.
 */
export function paced(client: Route53, turn: (nowMs: number) => number): Route53 {
  // Middleware would not be told of the signal.
  const { requestHandler } = client.config
  const handle = requestHandler.handle.bind(requestHandler)
  requestHandler.handle = async (request, options) => {
    const waitMs = turn(performance.now())
    if (waitMs > MOST_MS)
      throw askedToWait('too many requests of Route 53 wait for their turn', Math.ceil((waitMs - MOST_MS) / 1000))
    // The handler refuses by itself what was ended before.
    const { abortSignal: signal } = (options ?? {}) as { readonly abortSignal?: AbortSignal } // as `ask` passes it
    if (waitMs > 0) await setTimeout(waitMs, undefined, { ...(signal && { signal }) })
    return handle(request, options)
  }
  return client
}
