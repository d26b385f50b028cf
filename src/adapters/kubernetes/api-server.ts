import {
  createConfiguration,
  HttpMethod,
  type PatchStrategy,
  type ResponseContext,
  ServerConfiguration,
} from '@kubernetes/client-node'
import type { ApplicationFailure } from '@temporalio/common'
import { denied, unreachable } from '../../activities/errors.ts'
import { OWN_AGENT } from '../../domain/api-callers.ts'
import { codeOf, isTimeout, whyNoAnswer } from '../words.ts'
import { EksKubeConfig, type Endpoint } from './eks-kube-config.ts'
import { EksToken, type TokenOptions } from './eks-token.ts'
import { fromStatus } from './errors.ts'
import { undiciLibrary } from './http-library.ts'
import type { Resource } from './paths.ts'
import { warningsIn } from './warnings.ts'

/** client-node has no time-out of its own. A quick activity ends after 30 s, and should end with these words instead. */
const TIMEOUT_MS = 20_000

/**
 * A new access entry takes seconds to reach the API server, which says 401 until then
 * (https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html). Beyond this it has none, and says so.
 */
const PATIENCE_MS = 60_000

/**
 * A server that has just started says 403 to everybody until it has read its roles, though it listens already (measured).
 * Beyond this, after its first answer since it was gone, it means it. Of how long it was gone nothing follows.
 */
const STARTING_MS = 30_000

export interface Request {
  readonly method: keyof typeof HttpMethod
  readonly resource: Resource
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly contentType?: (typeof PatchStrategy)[keyof typeof PatchStrategy]
  readonly accept?: string
  /** Left out: as long as everything else. */
  readonly timeoutMs?: number
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  /** What it is told as, where it is no success. */
  readonly failure?: ApplicationFailure
  /** Texts of `Warning` headers: deprecated APIs, unknown fields, policies that only warn. */
  readonly warnings: readonly string[]
}

export interface ApiServerOptions extends Endpoint, Omit<TokenOptions, 'cluster'> {
  /** No connection, or not with this authority: the endpoint may be another by now. */
  readonly onLost?: () => void
  readonly timeoutMs?: number
  /** Norikae's own, as audit logs tell it. */
  readonly version?: string
}

/**
 * One API server, request by request, as JSON. Not client-node's `KubernetesObjectApi`: that looks kinds up and keeps what
 * it found, drops fields that its models do not know, and turns times into `Date`s, so that what was read cannot be
 * written back as it was.
 */
export class ApiServer {
  readonly #options: ApiServerOptions
  readonly #token: EksToken
  readonly #config: EksKubeConfig
  readonly #configuration
  #refusedSince: number | undefined
  #lost = false
  #backAt: number | undefined

  constructor(options: ApiServerOptions) {
    this.#options = options
    this.#token = new EksToken({ ...options, cluster: options.name })
    this.#config = new EksKubeConfig(options, this.#token)
    this.#configuration = createConfiguration({
      baseServer: new ServerConfiguration(options.server, {}),
      authMethods: { default: this.#config },
      httpApi: undiciLibrary,
    })
  }

  close(): Promise<void> {
    return this.#config.close()
  }

  /**
   * Throws what `errors.ts` beside this makes of an answer that is no success, and `unreachable` where there is none or
   * where the token is not taken (yet).
   */
  async ask(request: Request): Promise<Answer> {
    const answer = await this.answer(request)
    if (answer.failure) throw answer.failure
    return answer
  }

  /** The same, where a no is an answer too. */
  async answer(request: Request): Promise<Answer> {
    const what = `${request.method} ${request.resource.says} on ${this.#options.name}`
    const { response, text } = await this.#send(request, what)
    const status = response.httpStatusCode
    if (this.#lost) [this.#lost, this.#backAt] = [false, this.#now()]
    if (status === 401) throw this.#refused(what)
    this.#refusedSince = undefined
    if (status === 403 && this.#isStarting())
      throw unreachable(`${what}: 403, and it was gone a moment ago: it may not have read its roles yet`)
    const [body, warnings] = [json(text), warningsIn(response.headers['warning'])]
    const failed = () => fromStatus(what, status, body, response.headers['retry-after'])
    return { status, body, warnings, ...(status >= 300 && { failure: failed() }) }
  }

  async #send(request: Request, what: string): Promise<{ response: ResponseContext; text: string }> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS
    const context = this.#configuration.baseServer.makeRequestContext(request.resource.path, HttpMethod[request.method])
    context.setHeaderParam('User-Agent', `${OWN_AGENT}${this.#options.version ?? 'unknown'}`)
    context.setHeaderParam('Accept', request.accept ?? 'application/json')
    for (const [name, value] of Object.entries(request.query ?? {})) context.setQueryParam(name, value)
    if (request.body !== undefined) {
      context.setHeaderParam('Content-Type', request.contentType ?? 'application/json')
      context.setBody(JSON.stringify(request.body))
    }
    try {
      await this.#config.applySecurityAuthentication(context)
      context.setSignal(AbortSignal.timeout(timeoutMs))
      const response = await this.#configuration.httpApi.send(context).toPromise()
      return { response, text: await response.body.text() }
    } catch (error) {
      if (isTimeout(error)) throw unreachable(`${what}: no answer in ${timeoutMs / 1000}s`)
      this.#lost = true
      if (codeOf(error) !== undefined) this.#options.onLost?.()
      throw unreachable(`${what}: ${whyNoAnswer(error)}`)
    }
  }

  #now = (): number => (this.#options.now ?? Date.now)()

  #isStarting = (): boolean => this.#backAt !== undefined && this.#now() - this.#backAt < STARTING_MS

  #refused(what: string) {
    this.#token.drop()
    const now = this.#now()
    this.#refusedSince ??= now
    const message = `${what}: 401, it does not know who asks`
    if (now - this.#refusedSince < PATIENCE_MS) return unreachable(`${message} (yet): the next try signs anew`)
    this.#refusedSince = undefined // whoever retries has given it access a moment ago
    return denied(`${message}. Give the worker's role an access entry of ${this.#options.name}, then retry`)
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
