import { RetryState } from '@temporalio/common'
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
} from '@temporalio/workflow'
import type { BeganBack } from '../domain/actions.ts'
import type { Moved } from '../domain/contests.ts'
import type { Finding } from '../domain/findings.ts'
import type { Problem } from '../domain/journal.ts'

export const failed = (type: string, message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type)

/**
 * It was cancelled, or its attempt ended in the moment in which it was: then the server does not try again, and tells
 * that attempt's end instead (`NotReady`, where it was a poll).
 */
export const wasStopped = (error: unknown): boolean =>
  isCancellation(error) || (error instanceof ActivityFailure && error.retryState === RetryState.CANCEL_REQUESTED)

/** What other systems say may be pages; the journal, the status and the notices keep this much of it. */
const LONGEST = 2000
const bounded = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

/** One line of a list: at most 400 bytes, the default limit of servers that enforce one, and a character has up to three. */
export const summary = (text: string): string => text.slice(0, 130)

/** Any JSON may have been sent: only a text is shown, and not all of it. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : 'what was sent')

/** For people. An error that is not Temporal's is a bug of ours: it must fail the task, not the step. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TemporalFailure)) throw error
  if ((error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause)
    return problemOf(error.cause)
  const type = error instanceof ApplicationFailure ? (error.type ?? 'Failed') : 'Failed'
  if (type === 'NotReady') return { type: 'Failed', message: bounded(`took too long; last: ${error.message}`) }
  const findings = error instanceof ApplicationFailure ? findingsIn(error.details?.[0]) : []
  return { type, message: bounded(error.message), ...(findings.length > 0 && { findings }) }
}

/** What a watch sent along with `MovedBack`; undefined: it is not of a watch, or was sent before this release. */
export function movedOf(error: unknown): Moved | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error
  const detail = cause instanceof ApplicationFailure ? (cause.details?.[0] as { moved?: Moved } | undefined) : undefined // only `movedBack` writes it
  return detail?.moved
}

/** How the way back of a route began, as `TOO_SMALL` sent it along. */
export function beganOf(error: unknown): BeganBack | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error
  return cause instanceof ApplicationFailure
    ? (cause.details?.[0] as { began?: BeganBack } | undefined)?.began
    : undefined // only `tooSmall` writes it
}

/** As an activity of ours sent them along (`faulty`). */
const findingsIn = (detail: unknown): readonly Finding[] =>
  typeof detail === 'object' && detail !== null && 'findings' in detail && Array.isArray(detail.findings)
    ? detail.findings
    : []
