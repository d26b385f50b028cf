import { ApplicationFailure } from '@temporalio/common'
import {
  denied,
  failed,
  inUse,
  invalidInput,
  isNotFound,
  notFound,
  quotaExceeded,
  unreachable,
} from '../activities/errors.ts'
import { isTimeout, spoken, whyNoAnswer } from './words.ts'

type Throw = (message: string) => ApplicationFailure

/**
 * Which of our errors each name of AWS's is; the first row that fits wins, so that `TooManyRequests` and
 * `RequestLimitExceeded` are patience asked for and no quota. Names come with and without `Exception` at their end.
 *
 * https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const table: readonly { readonly name: RegExp; readonly is: Throw }[] = [
  { name: /^(Request|EC2)?Throttl|^RequestLimitExceeded|^TooManyRequests|^SlowDown|^BandwidthLimit/, is: unreachable },
  // So many snapshots at once: others end by themselves.
  { name: /^ConcurrentSnapshotLimit|^SnapshotCreationPerVolumeRate/, is: unreachable },
  { name: /^Server$|^Internal|^ServiceUnavailable|^ResourcePropagationDelay|^PriorRequestNot/, is: unreachable },
  // IAM and CloudWatch Logs: somebody else changes the same thing at this moment.
  { name: /^ConcurrentModification|^EntityTemporarilyUnmodifiable|^OperationAborted|^ServiceFailure/, is: unreachable },
  // STS, of an issuer that it asks for its keys: it says itself that it passes, and its status says otherwise.
  { name: /^IDPCommunicationError/, is: unreachable },
  // A worker's credentials are renewed while it runs, so the next try has new ones.
  { name: /^ExpiredToken|^RequestExpired|^RequestTimeTooSkewed|^CredentialsProvider|^TokenProvider/, is: unreachable },
  { name: /^AccessDenied|^Unauthorized|^NotAuthorized|^OptInRequired|^AuthFailure/, is: denied },
  { name: /^InvalidClientTokenId|^UnrecognizedClient|^InvalidAccessKeyId|^MissingAuthenticationToken/, is: denied },
  { name: /^SignatureDoesNotMatch|^InvalidSignature|^IncompleteSignature/, is: denied },
  // There or at work already, as ours or as another's; or EC2 does not know its next state everywhere yet.
  {
    name: /^ResourceInUse|^VolumeInUse|AlreadyExists|^IncorrectState|^CapacityReservationPending|^PriorityInUse/,
    is: inUse,
  },
  { name: /NotFound|^NoSuch/, is: notFound },
  { name: /LimitExceeded|^TooMany|^TargetGroupAssociationLimit|^InsufficientCapacity/, is: quotaExceeded },
  { name: /^InvalidParameter|^Validation|^InvalidConfigurationRequest|^MissingParameter|^Malformed/, is: invalidInput },
  { name: /^UnsupportedAvailabilityZone|^IncompatibleProtocols|^UnsupportedProtocol|^InvalidTarget/, is: invalidInput },
  { name: /^InvalidRequest|^InvalidState|^OperationNotPermitted|^Duplicate/, is: failed },
]

/** What of an SDK error is looked at; `$metadata` is there when an answer was. */
interface Told extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/**
 * An error of the SDK as one of ours. `operation` says what was asked of whom, as in `CreateCluster chatwork-prod-1-36`.
 * AWS's own words come first, then operation, name and request id.
 */
export function awsError(operation: string, error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  if (!(error instanceof Error)) return unreachable(`${operation}: ${spoken(String(error))}`)
  const { $metadata: { httpStatusCode: status, requestId } = {} }: Told = error
  const name = errorName(error)
  const known = table.find((row) => row.name.test(name))
  if (status === undefined && known === undefined)
    return unreachable(`${operation}: ${isTimeout(error) ? 'no answer in time' : whyNoAnswer(error)}`)
  // Below its first line, a refused signature shows the whole request that was signed.
  const [line = ''] = error.message.trim().split('\n')
  const words = spoken(line) || `status ${status ?? 'unknown'}`
  const request = requestId === undefined ? '' : `, request ${requestId}`
  const message = `${words} (${operation}: ${error.name}${request})`
  return (known?.is ?? byStatus(status))(message)
}

export const isAws = (error: unknown, ...names: readonly string[]): boolean => names.includes(errorName(error))

/** Without its `Exception` or `Error` at the end: services differ in whether they add it. */
const errorName = (error: unknown): string =>
  error instanceof Error ? error.name.replace(/(?<=.)(Exception|Error)$/, '') : ''

/** A name that the table does not have. An answer that cannot be read has the status that it came with. */
const byStatus = (status = 500): Throw => (status >= 400 && status < 500 && status !== 429 ? failed : unreachable)

/**
 * One call, in full: with its retries by the SDK it ends here, before the activity around it is ended without a word
 * (`startToCloseTimeout` of quick activities is 30 s).
 */
const ANSWER_MS = 25_000

type Options = { readonly abortSignal: AbortSignal }

/** Asks, and says what failed in our words. `answered`: that so much has come, and the next answer has as long again. */
export async function ask<T>(
  operation: string,
  request: (options: Options, answered: () => void) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(new DOMException('no answer in time', 'TimeoutError')), ANSWER_MS).unref()
  try {
    return await request({ abortSignal: end.signal }, () => timer.refresh())
  } catch (error) {
    if (end.signal.aborted && isTimeout(error)) throw unreachable(`${operation}: no answer in ${ANSWER_MS / 1000}s`)
    throw awsError(operation, error)
  } finally {
    clearTimeout(timer)
  }
}

/** Asks, and answers undefined where AWS says that there is no such thing. */
export const askFor = <T>(operation: string, request: (options: Options) => Promise<T>): Promise<T | undefined> =>
  ask(operation, async (options) => {
    try {
      return await request(options)
    } catch (error) {
      if (awsError(operation, error).type === 'NotFound') return undefined
      throw error
    }
  })

/** Asks for every page, each with an end of its own: a long list may take minutes, where each page is told in time. */
export const askForAll = <Page, Item>(
  operation: string,
  pages: (options: Options) => AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> =>
  ask(operation, async (options, answered) => {
    const all: Item[] = []
    for await (const page of pages(options)) {
      all.push(...(items(page) ?? []))
      answered()
    }
    return all
  })

/** Of what has gone since it was listed, nothing: in an account somebody always removes something. */
export const whatIsThere = <Item>(all: Promise<Item[]>): Promise<Item[]> =>
  all.catch((error: unknown) => {
    if (!isNotFound(error)) throw error
    return []
  })
