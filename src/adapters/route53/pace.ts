import { setTimeout } from 'node:timers/promises'
import type { Route53 } from '@aws-sdk/client-route-53'
import { askedToWait } from '../../activities/errors.ts'
import { ownFrom, type Place } from '../../domain/clock-turns.ts'

/**
 * Route 53 takes five requests a second of an account, whoever sends them: external-dns and people need some too.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
const PER_SECOND = 3

/** Who would wait longer than this takes no turn: a call ends after 25 s, and still has to be served. */
const MOST_MS = 15_000

/** What is only looked at has so much of that: 1500 records once in 25 minutes. */
const LOOKS_PER_SECOND = 1

/** How long whoever asks now waits for its turn; or it has none, and after how long it had better ask again. */
type Taken = { readonly waitMs: number } | { readonly againMs: number }

/** By the wall clock, in milliseconds, with the place that this worker has now. `only`: its very next turn, or none. */
type Turn = (nowMs: number, place: Place, only?: 'next') => Taken

/** Ends when a request may go out, as one of these turns. Throws `askedToWait` where there is none for it. */
type Wait = (place: () => Promise<Place>, signal?: AbortSignal) => Promise<void>

/** Every slot is one turn of one of all workers; of a worker's own turns, first come, first served. */
export function turns(perSecond = PER_SECOND): Turn {
  const slotMs = 1000 / perSecond
  let next = 0
  return (nowMs, place, only) => {
    const now = Math.ceil(nowMs / slotMs)
    // Nobody was ever told to wait for so long: the clock has gone back.
    if ((next - now) * slotMs > MOST_MS + slotMs) next = now
    const slot = ownFrom(Math.max(now, next), place)
    const waitMs = slot * slotMs - nowMs
    const mostMs = only === 'next' ? place.of * slotMs : MOST_MS
    if (waitMs > mostMs) return { againMs: waitMs - mostMs }
    next = slot + 1
    return { waitMs }
  }
}

/** For what is only looked at: the very next turn where nobody in line has taken it, or none. What waits `behind` lets it by. */
export function spare(turn: Turn, perSecond = LOOKS_PER_SECOND): Turn {
  let lookedMs = -Infinity
  return (nowMs, place) => {
    const againMs = lookedMs + (place.of * 1000) / perSecond - nowMs
    if (againMs > 0 && lookedMs <= nowMs) return { againMs }
    const taken = turn(nowMs, place, 'next')
    if ('waitMs' in taken) lookedMs = nowMs
    return taken
  }
}

/** Whoever asks has its turn at once, after all who are in line. */
export const inLine =
  (turn: Turn): Wait =>
  async (place, signal) => {
    const its = await place()
    const taken = turn(Date.now(), its)
    if ('againMs' in taken) throw tooMany(taken.againMs)
    await passed(taken.waitMs, signal)
  }

/**
 * For what can wait: they wait for one another first, and one of them at a time is in line. So whoever is in it stands behind
 * one of these at most, however many there are.
 */
export function behind(turn: Turn): Wait {
  const wait = inLine(turn)
  let last: Promise<unknown> = Promise.resolve()
  return (place, signal) => {
    const sinceMs = performance.now()
    const mine = last.then(() => {
      signal?.throwIfAborted()
      if (performance.now() - sinceMs > MOST_MS) throw tooMany(0)
      return wait(place, signal)
    })
    last = mine.catch(() => undefined)
    return mine
  }
}

const tooMany = (againMs: number) =>
  askedToWait('too many requests of Route 53 wait for their turn', Math.ceil(againMs / 1000))

const passed = async (ms: number, signal?: AbortSignal): Promise<void> => {
  if (ms > 0) await setTimeout(ms, undefined, { ...(signal && { signal }) })
}

/** Waits before each request, and before each that the SDK tries again; no longer than the call's own signal lets it. */
export function paced(client: Route53, wait: Wait, place: () => Promise<Place>): Route53 {
  // Middleware would not be told of the signal.
  const { requestHandler } = client.config
  const handle = requestHandler.handle.bind(requestHandler)
  requestHandler.handle = async (request, options) => {
    // The handler refuses by itself what was ended before.
    const { abortSignal: signal } = (options ?? {}) as { readonly abortSignal?: AbortSignal } // as `ask` passes it
    await wait(place, signal)
    return handle(request, options)
  }
  return client
}
