import { setTimeout } from 'node:timers/promises'
import type { Route53 } from '@aws-sdk/client-route-53'

/**
 * Route 53 takes five requests a second of an account, whoever sends them: external-dns and people need some too.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
const PER_SECOND = 3

/** How long whoever asks now waits for its turn, in milliseconds: turns are evenly apart, and first come, first served. */
export function turns(perSecond = PER_SECOND): (nowMs: number) => number {
  let nextMs = 0
  return (nowMs) => {
    const atMs = Math.max(nowMs, nextMs)
    nextMs = atMs + 1000 / perSecond
    return atMs - nowMs
  }
}

/** Waits for its turn before each request, and before each that the SDK tries again. */
export function paced(client: Route53, turn: (nowMs: number) => number): Route53 {
  client.middlewareStack.add(
    (next) => async (args) => {
      const waitMs = turn(performance.now())
      if (waitMs > 0) await setTimeout(waitMs)
      return next(args)
    },
    // After the SDK's retries, which have a high priority in this step.
    { name: 'pace', step: 'finalizeRequest', priority: 'low' },
  )
  return client
}
