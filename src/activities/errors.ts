import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common'
import { CLAIMED, TOO_SMALL, type BeganBack } from '../domain/actions.ts'
import type { Moved } from '../domain/contests.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Finding } from '../domain/findings.ts'
import type { WatchEnd } from '../domain/watching.ts'

/**
 * What an activity may throw. Everything else is transient and retried by its policy. Messages are for people: what is,
 * what was expected, who can end it and how.
 */

/** Temporal's server ends an activity whose delay is zero, as if its time were up: at once is a millisecond. */
const delay = (lookAgainIn: Duration | number): Duration | number => {
  const ms = typeof lookAgainIn === 'number' ? Math.ceil(lookAgainIn) : milliseconds(lookAgainIn)
  return ms >= 1 && typeof lookAgainIn === 'string' ? lookAgainIn : Math.max(1, ms)
}

/** Not so yet: asked again after `lookAgainIn` (a number: milliseconds). Benign, so it is no error in logs and metrics. */
export const notReady = (message: string, lookAgainIn: Duration | number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'NotReady',
    message,
    nextRetryDelay: delay(lookAgainIn),
    category: ApplicationFailureCategory.BENIGN,
  })

const final = (type: string) => (message: string) => ApplicationFailure.nonRetryable(message, type)

/** What was asked for cannot be read as meant. */
export const invalidInput = final('InvalidInput')
/** Understood, and not there in this release. */
export const unsupported = final('Unsupported')
/** AWS, Kubernetes or a policy said no. */
export const denied = final('Denied')
export const notFound = final('NotFound')
/** Somebody else writes what Norikae was about to write. */
export const contested = final('Contested')
/** The same, towards green: its owner is asked to stop, and it is written once more (`ActionCall.contest`). */
export const claimed = final(CLAIMED)
/** Somebody else has moved traffic back to blue: what they began is gone on with. `moved`: which route, where a watch says so. */
export const movedBack = (message: string, moved?: Moved): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'MovedBack', ...(moved ? [{ moved }] : []))
/** What runs there does not end: only people know whether it may be ended. */
export const busy = final('Busy')
/** What was told to end does not go: only people can find out why. */
export const stuck = final('Stuck')
/** What should be empty is not: only people know whether it may be given up. */
export const undelivered = final('Undelivered')
/** Somebody still uses what is to go: only people know whether they may lose it. */
export const called = final('Called')
export const quotaExceeded = final('QuotaExceeded')
/** Blue cannot take more of a route back than it has: it goes on as it can, and people may say that it has to take all of it. */
export const tooSmall = (message: string, began: BeganBack): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, TOO_SMALL, { began })
/** Blue, to which a route goes back by itself, does worse than green. */
export const badlyToo = final('BadlyToo')
/** The world answers, and the answer is bad. */
export const unhealthy = final('Unhealthy')
/** Trying again will not help. */
export const failed = final('Failed')

/** Several faults: in the message as far as a line takes them, and each by itself. */
export const faulty = (message: string, findings: readonly Finding[]): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'Failed', { findings })

/** The other side did not answer, or is too busy to: retried with back-off, or after `lookAgainIn` (a number: milliseconds). */
export const unreachable = (message: string, lookAgainIn?: Duration | number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'Unreachable',
    message,
    ...(lookAgainIn !== undefined && { nextRetryDelay: delay(lookAgainIn) }),
  })

/** What a watch says of some of its environments; it is asked anew for the others. */
export const watchEnded = (type: string, message: string, end: WatchEnd): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type, end)

export const isUnreachable = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'Unreachable'

/**
 * AWS has a thing of this name, or is at work on the one that is meant, as ours or as another's: which it is, the next look
 * tells. Retried with back-off.
 */
export const inUse = (message: string): ApplicationFailure => ApplicationFailure.create({ type: 'InUse', message })

/**
 * `unreachable`, where the other side said for how long it wants to be left alone: the same activity asks no sooner, but within
 * `most` seconds (left out: an hour). An activity that is scheduled after it starts anew, and may ask at once.
 */
export const askedToWait = (message: string, seconds: number, most = 3600): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'Unreachable',
    message: `${message}, and asks for ${seconds}s`,
    nextRetryDelay: `${Math.min(Math.max(1, seconds), most)}s`,
  })

/** One of ours, and no bug. */
export const isFailure = (error: unknown): error is ApplicationFailure => error instanceof ApplicationFailure

/** What was asked for cannot be read as meant. */
export const isInvalidInput = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'InvalidInput'

export const isDenied = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'Denied'

export const isQuotaExceeded = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'QuotaExceeded'

export const isInUse = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'InUse'

export const isNotFound = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'NotFound'
