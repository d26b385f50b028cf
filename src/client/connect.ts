import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { TASK_QUEUE } from '../domain/messages.ts'
import { dataConverter } from './large-payloads.ts'
import { NotReady } from './problems.ts'
import { isLate } from './translate.ts'

/** How long a server may take to answer the first call. */
const CONNECT_WITHIN_MS = 5000
/** https://grpc.io/docs/guides/status-codes */
const UNIMPLEMENTED = 12
const DEFAULT_ADDRESS = 'localhost:7233'

/** A way to Temporal; `await using` closes it. */
export interface Temporal extends AsyncDisposable {
  readonly client: Client
  readonly namespace: string
  readonly taskQueue: string
  /** Longer, and nobody is there to answer. Default: 10 s. */
  readonly answerWithinMs?: number
}

/**
 * Connects as the `temporal` command does: its profiles (`TEMPORAL_PROFILE`), then its variables (`TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, …). Throws `NotReady` when nobody answers: at once where nobody listens, else
 * when the time is up. `withinMs`: the patience with each call, instead of the usual one.
 */
export async function connect(env: NodeJS.ProcessEnv = process.env, withinMs?: number): Promise<Temporal> {
  const { connectionOptions, namespace = 'default' } = configured()
  const address = connectionOptions.address ?? DEFAULT_ADDRESS
  const { apiKey, tls, metadata } = connectionOptions
  let answered = false
  const again = defaultGrpcRetryOptions()
  const connection = Connection.lazy({
    address,
    // A server that has answered comes back; where nobody ever listened, asking again for seconds changes nothing.
    interceptors: [
      makeGrpcRetryInterceptor({
        ...again,
        retryableDecider: (attempt, status) =>
          (answered || !status.details.includes('ECONNREFUSED')) && again.retryableDecider(attempt, status),
      }),
    ],
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
    ...(tls !== undefined && tls !== null && { tls }),
  })
  const patienceMs = withinMs ?? CONNECT_WITHIN_MS
  try {
    await connection.withDeadline(Date.now() + patienceMs, () =>
      connection.workflowService.getSystemInfo({}).catch((error: unknown) => {
        // A server or proxy that does not serve it has answered, and is taken by the SDK too.
        if (!isGrpcServiceError(error) || Number(error.code) !== UNIMPLEMENTED) throw error
      }),
    )
    answered = true
  } catch (error) {
    await connection.close()
    const why = isLate(error) ? `not within ${patienceMs / 1000} s` : reasonOf(error)
    throw new NotReady(
      'no-server',
      `no Temporal server answers at ${address} (${why}).\nSet TEMPORAL_ADDRESS, or make a profile: temporal config set --prop address --value <host:port>`,
      error,
    )
  }
  return {
    client: new Client({ connection, namespace, dataConverter }),
    namespace,
    taskQueue: env['NORIKAE_TASK_QUEUE'] ?? TASK_QUEUE,
    ...(withinMs !== undefined && { answerWithinMs: withinMs }),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

function configured(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig()
  } catch (error) {
    throw new NotReady('no-server', `Temporal's configuration cannot be read: ${reasonOf(error)}`, error)
  }
}

/** Of what gRPC says, only what is the matter: `connect ECONNREFUSED 127.0.0.1:7233`. */
const reasonOf = (error: unknown): string => {
  if (isGrpcServiceError(error))
    return /Last error: (?:Error: )?(.+?)\. Resolution/.exec(error.details)?.[1] ?? error.details
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  return cause instanceof Error ? cause.message : message
}
