import type { Refusal } from './gates.ts'
import { upgradeId, type UpgradeRequest } from './messages.ts'
import { proofRefusal, timeRefusal } from './proofs.ts'
import { BY_SCHEDULE, scheduleId } from './scheduled.ts'
import type { Trust } from './trust.ts'

/** Whoever starts an upgrade is excluded from gates by their name, so it is proven as every other word. */

/** As which message a start is proven. */
export const START = 'start'

/** In place of a run, which nobody knows before it is there: such a proof counts for one start only. */
export const NEXT_RUN = 'next'

/**
 * Why nothing is started as this person; undefined where it may be. Of a token only what surrounds it is judged here.
 * `now`: an ISO time. `used`: whether another run was started with a proof of this header.
 */
export function startRefusal(
  trust: Trust | undefined,
  request: UpgradeRequest,
  now: string,
  used: (header: string) => boolean,
): Refusal | undefined {
  // That no person says so was seen by the workflow: `originFault`.
  if (request.by === BY_SCHEDULE && request.proof === undefined) return undefined
  const place = { workflow: upgradeId(request.platform), run: NEXT_RUN, plansOf: () => [], used }
  const body = { ...request }
  return proofRefusal(trust, START, body, place) ?? (trust === undefined ? undefined : timeRefusal(body, now))
}

/**
 * Nobody is excluded where a schedule asks, so nobody may say that they are one. `by`: whatever was sent. `parent`: the
 * workflow that started this one, which Temporal tells and nobody can write. Undefined: it is as it says.
 */
export const originFault = (platform: unknown, by: unknown, parent: string | undefined): string | undefined =>
  by !== BY_SCHEDULE || (typeof platform === 'string' && parent?.startsWith(`${scheduleId(platform)}-`) === true)
    ? undefined
    : `by "${BY_SCHEDULE}" is what a schedule starts; say who you are, or let the schedule of the platform do it: norikae schedule trigger. Nothing was started`
