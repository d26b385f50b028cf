import { ApplicationFailure } from '@temporalio/common'
import { z } from 'zod'
import { askedToWait, contested, denied, failed, invalidInput, notFound, unreachable } from '../../activities/errors.ts'
import { isOfSilentWebhook, type Refusal } from '../../domain/dry-run.ts'
import { secondsIn } from '../patience.ts'
import { spoken } from '../words.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
const text = z.string().default('')
const cause = z.object({ reason: text, message: text, field: text })
const status = z.object({
  message: text,
  reason: text,
  details: z.object({ causes: z.array(cause).default([]) }).default({ causes: [] }),
})
type Status = z.infer<typeof status>

/** A no that is meant: it would be the same the next time. Of a silent webhook whoever asks decides how long to wait. */
export function refusalIn(failure: ApplicationFailure, code: number, body: unknown): Refusal | undefined {
  const told = read(body)
  const refusal = { code, message: wordsOf(told, code, body), causes: told.details.causes }
  return failure.nonRetryable === true || isOfSilentWebhook(refusal) ? refusal : undefined
}

const read = (body: unknown): Status => status.safeParse(body).data ?? status.parse({})

/** What an API server says itself, be it of what it was to pass on; undefined where another answered. */
export function ownWords(body: unknown): string | undefined {
  const told = ofItsOwn.safeParse(body)
  return told.success ? spoken(told.data.message) || told.data.reason : undefined
}
const ofItsOwn = status.extend({ kind: z.literal('Status'), apiVersion: z.literal('v1') })

const wordsOf = ({ message }: Status, code: number, body: unknown): string =>
  spoken(message) || (typeof body === 'string' && spoken(body)) || `status ${code}`

/**
 * An answer of an API server that is no success. `what` says what was asked of which cluster; `retryAfter`: the header of
 * that name.
 */
export function fromStatus(what: string, code: number, body: unknown, retryAfter?: string): ApplicationFailure {
  const told = read(body)
  const busy = (message: string) => tooBusy(message, secondsIn(retryAfter))
  const message = `${what}: ${wordsOf(told, code, body)}`
  switch (code) {
    case 403:
      // A namespace on its way out forbids new objects until it is gone: time helps, and no permission is missing.
      return causes(told, 'NamespaceTerminating').length > 0 ? unreachable(message) : denied(message)
    case 404:
      return notFound(message)
    case 409:
      return fromConflict(what, message, told)
    case 422:
      return invalidInput(message)
    case 408:
    case 410: // the next page of a list is gone, and its beginning with it (see pages.ts)
      return unreachable(message)
    case 429:
      return busy(message)
    default:
      if (isUnknownField(told)) return invalidInput(message)
      return code >= 500 ? busy(message) : failed(message)
  }
}

/** Below it a try is repeated later than it asks for, by the back-off; beyond it somebody should be told. */
const [LEAST_S, MOST_S] = [5, 120]

/**
 * A server that asks to be left alone is. It says 1 second whatever happens to it (apf_filter.go), for which the back-off,
 * which grows, is the better answer. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
const tooBusy = (message: string, asked = 0): ApplicationFailure =>
  asked < LEAST_S ? unreachable(message) : askedToWait(message, asked, MOST_S)

/**
 * Another manager's fields stay contested until people agree; an object that changed since it was read is read anew by a
 * retry. https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
 */
function fromConflict(what: string, message: string, told: Status): ApplicationFailure {
  const others = causes(told, 'FieldManagerConflict').map(
    ({ field, message }) => `${field} by ${spoken(message).replace(/^conflict with /, '')}`,
  )
  if (others.length > 0)
    return contested(`${what}: also written: ${others.join(', ')}. Agree who owns these fields, then retry`)
  return ApplicationFailure.create({ type: 'Conflict', message, details: [told.reason] })
}

/** Apply says so with status 500 (kubernetes/kubernetes#122480, #139253), and would say it again. */
const isUnknownField = ({ message }: Status) => /failed to create typed patch object|field not declared/.test(message)

const causes = (told: Status, reason: string) => told.details.causes.filter((c) => c.reason === reason)

export const isNotFound = (error: unknown): boolean => is(error, 'NotFound')
export const isConflict = (error: unknown): boolean => is(error, 'Conflict')
export const isAlreadyThere = (error: unknown): boolean => is(error, 'Conflict', 'AlreadyExists')

const is = (error: unknown, type: string, reason?: string): boolean =>
  error instanceof ApplicationFailure && error.type === type && (reason === undefined || error.details?.[0] === reason)
