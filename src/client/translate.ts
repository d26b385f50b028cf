import {
  ApplicationFailure,
  CancelledFailure,
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { NamespaceNotFoundError } from '@temporalio/common'
import type { Temporal } from './connect.ts'
import { BadInput, Failed, NotReady, Refused } from './problems.ts'

// https://grpc.io/docs/guides/status-codes/
const CANCELLED = 1
const UNKNOWN = 2
const INVALID_ARGUMENT = 3
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const FAILED_PRECONDITION = 9
const ABORTED = 10
const INTERNAL = 13
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16

/** Temporal's errors in our words. `what`: the workflow that was spoken to. What is ours already passes. */
export function translated(error: unknown, { taskQueue, namespace }: Temporal, what: string): unknown {
  if (error instanceof WorkflowNotFoundError)
    return new NotReady('not-found', `there is no open ${what} in namespace ${namespace}; see: norikae status`, error)
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error.cause) ?? new Failed(error.message)
  if (error instanceof WorkflowFailedError) return endOf(error, what)
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return noWorker(taskQueue, error)
  if (error instanceof QueryNotRegisteredError || error instanceof QueryRejectedError)
    return new Failed(`${what} does not tell its status: ${error.message}`)
  const grpc = grpcIn(error)
  if (error instanceof NamespaceNotFoundError) return noNamespace(namespace, error)
  if (!isGrpcServiceError(grpc)) return error
  switch (Number(grpc.code)) {
    case NOT_FOUND:
      return /namespace/i.test(grpc.details) ? noNamespace(namespace, error) : error
    // At a deadline whichever side is first says so: the client by DEADLINE_EXCEEDED, the server by CANCELLED.
    case CANCELLED:
    case DEADLINE_EXCEEDED:
    case FAILED_PRECONDITION:
      return noWorker(taskQueue, error)
    // One query of a workflow waits for a worker at a time; the server refuses the second.
    case RESOURCE_EXHAUSTED:
      return /query buffer/i.test(grpc.details)
        ? noWorker(taskQueue, error)
        : noServer('is too busy', grpc.details, error)
    case UNAVAILABLE:
      return noServer('does not answer', grpc.details, error)
    case UNKNOWN:
    case ABORTED:
    case INTERNAL:
      return noServer('could not answer', grpc.details, error)
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return noServer(
        `does not let you in namespace ${namespace}`,
        `${grpc.details}; see the profile, API key or certificate that you use: temporal config get`,
        error,
      )
    case INVALID_ARGUMENT:
      return /search attribute/i.test(grpc.details)
        ? new NotReady(
            'no-search-attributes',
            `namespace ${namespace} lacks Norikae's search attributes (${grpc.details}): start a worker, which makes them`,
            error,
          )
        : error
    default:
      return error
  }
}

/** The time was up that was given for an answer. */
export function isLate(error: unknown): boolean {
  const grpc = grpcIn(error)
  return isGrpcServiceError(grpc) && [CANCELLED, DEADLINE_EXCEEDED].includes(Number(grpc.code))
}

const grpcIn = (error: unknown): unknown =>
  error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error

const noServer = (how: string, details: string, cause: unknown): NotReady =>
  new NotReady('no-server', `the Temporal server ${how}: ${details}`, cause)

const noNamespace = (namespace: string, cause: unknown): NotReady =>
  new NotReady(
    'no-namespace',
    `this Temporal server has no namespace ${namespace}.\nSet TEMPORAL_NAMESPACE, or make it: temporal operator namespace create --namespace ${namespace}`,
    cause,
  )

export const noWorker = (taskQueue: string, cause?: unknown): NotReady =>
  new NotReady('no-worker', `no worker answers on task queue ${taskQueue}: start one with npm run worker`, cause)

/** The type of a refusal is its code. */
function refusalOf(cause: unknown): Refused | undefined {
  return cause instanceof ApplicationFailure ? new Refused(cause.type ?? 'refused', cause.message) : undefined
}

/** Through the activity or child that failed, to what it said. */
function endOf(error: WorkflowFailedError, what: string): Error {
  let cause: unknown = error.cause
  while (cause instanceof Error && !(cause instanceof ApplicationFailure) && cause.cause instanceof Error)
    cause = cause.cause
  if (cause instanceof TerminatedFailure)
    return new Failed(`${what} was terminated; its apps stay where they are. See: norikae status`)
  if (cause instanceof CancelledFailure) return new Failed(`${what} was cancelled`)
  if (cause instanceof TimeoutFailure) return new Failed(`${what} took too long and was ended`)
  if (!(cause instanceof ApplicationFailure)) return new Failed(`${what} failed: ${error.message}`)
  switch (cause.type) {
    case 'InvalidInput':
    case 'Unsupported':
    case 'NotFound': // what was named
      return new BadInput(cause.message)
    case 'Denied':
      return new Refused('denied', cause.message)
    default:
      return new Failed(`${what} failed: ${cause.message}`)
  }
}
