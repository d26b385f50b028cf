/** HTTP: who asks, what for, and the answer; every request goes into the record. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Disturbance, Rule } from '../disturbances.ts'
import type { KubernetesCall } from '../types.ts'
import { discovery, isHealth } from './discovery.ts'
import type { Objects } from './objects.ts'
import { proxied } from './proxy.ts'
import { type Signer, tokenRequested } from './service-account-tokens.ts'
import { type Target, target } from './routes.ts'
import { ApiError, notAcceptable, tooManyRequests, unauthorized } from './status.ts'
import type { Answer } from './request.ts'
import { serve, verbOf } from './verbs.ts'

export interface User {
  readonly username: string
  readonly groups: readonly string[]
}

export interface WireOptions {
  readonly version: string
  readonly objects: Objects
  readonly signer: Signer
  readonly authenticate: (bearer: string) => Promise<User | 'unauthorized' | 'forbidden'>
  /** While it says true, requests are taken and never answered. */
  readonly silent: () => boolean
  /** What becomes of a request on its way. */
  readonly disturb: Rule
  readonly record: (call: Omit<KubernetesCall, 'at' | 'cluster'>) => void
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts).toString()
}

/** The words of RBAC for somebody who may do nothing. The authenticator does not say who it turned away. */
function refused(method: string, path: string): ApiError {
  const user = 'User "unknown"'
  let asked: Target | undefined
  try {
    asked = path.startsWith('/api/v1/') || path.split('/').length > 4 ? target(path) : undefined
  } catch {
    asked = undefined
  }
  const verb = asked === undefined ? method.toLowerCase() : verbOf(method, asked)
  if (asked === undefined) return new ApiError(403, 'Forbidden', `forbidden: ${user} cannot ${verb} path "${path}"`)
  const { kind, name, namespace, subresource } = asked
  const what = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const subject = `${kind.plural}${kind.group === '' ? '' : `.${kind.group}`}`
  return new ApiError(
    403,
    'Forbidden',
    `${subject}${name === undefined ? '' : ` "${name}"`} is forbidden: ${user} cannot ${verb} resource "${what}" in API group "${kind.group}" ${where}`,
    {
      ...(name === undefined ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.plural,
    },
  )
}

const bearerOf = (request: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]

const mediaType = (header: string | undefined): string => (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

async function answer(
  options: WireOptions,
  request: IncomingMessage,
  url: URL,
  name: (user: string) => void,
): Promise<Answer> {
  const { method = 'GET' } = request
  const path = url.pathname
  const body = await bodyOf(request)
  if (isHealth(path)) return { code: 200, body: '' }
  const bearer = bearerOf(request)
  const user = bearer === undefined ? 'unauthorized' : await options.authenticate(bearer)
  if (user === 'unauthorized') throw unauthorized()
  if (user === 'forbidden') throw refused(method, path)
  name(user.username)
  const { accept = '*/*' } = request.headers
  if (!/json|\*\/\*|application\/\*/.test(accept)) throw notAcceptable()
  const known = discovery(path, options.version, accept)
  if (known !== undefined) return { code: 200, body: known }
  const behind = await proxied(options.objects.store, method, url)
  if (behind !== undefined) return behind
  const token = tokenRequested(options.objects, options.signer, { method, path, body })
  if (token !== undefined) return token
  const answered = serve(options.objects, method, {
    target: target(path),
    query: url.searchParams,
    contentType: mediaType(request.headers['content-type']),
    body,
    userAgent: request.headers['user-agent'] ?? '',
  })
  return accept.includes('as=PartialObjectMetadataList') ? { ...answered, body: metadataOf(answered.body) } : answered
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/ */
function metadataOf(body: Answer['body']): object {
  const { metadata, items } = (typeof body === 'string' ? JSON.parse(body) : body) as {
    readonly metadata: object
    readonly items: readonly { readonly metadata: object }[]
  } // a list of ours
  const meta = { apiVersion: 'meta.k8s.io/v1' }
  return {
    ...meta,
    kind: 'PartialObjectMetadataList',
    metadata,
    items: items.map((item) => ({ ...meta, kind: 'PartialObjectMetadata', metadata: item.metadata })),
  }
}

function send(response: ServerResponse, { body, code, warnings = [] }: Answer, plain: boolean): void {
  const text = plain ? 'ok' : typeof body === 'string' ? body : JSON.stringify(body)
  if (warnings.length > 0) {
    response.setHeader(
      'Warning',
      warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
    )
  }
  response.writeHead(code, {
    'Content-Type': plain ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-cache, private',
    ...(code === 429 && { 'Retry-After': '1' }),
  })
  response.end(text)
}

async function handle(options: WireOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://sandbox')
  const record = (user: string, status: number): void =>
    options.record({
      user,
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.search.slice(1),
      status,
      userAgent: request.headers['user-agent'] ?? '',
    })
  // Status 0 says that no answer went out.
  if (options.silent()) return record('', 0)
  const disturbed = options.disturb({
    service: 'kubernetes',
    operation: operationOf(request.method ?? 'GET', url.pathname),
    headers: request.headers,
  })
  let user = ''
  let result: Answer
  try {
    if (typeof disturbed === 'string' && disturbed !== 'lost')
      throw instead(disturbed, request.method ?? 'GET', url.pathname)
    result = await answer(options, request, url, (name) => {
      user = name
    })
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError(500, 'InternalError', wordsOf(error))
    result = { code: known.status.code, body: known.status }
  }
  if (typeof disturbed === 'object') await disturbed.late()
  if (options.silent()) return record(user, 0)
  if (disturbed === 'lost') {
    record(user, 0)
    return void response.destroy()
  }
  record(user, result.code)
  send(response, result, isHealth(url.pathname))
}

function instead(is: Exclude<Disturbance, 'lost' | object>, method: string, path: string): ApiError {
  switch (is) {
    case 'throttled':
      return tooManyRequests()
    case 'expired':
      return unauthorized()
    case 'forbidden':
      return refused(method, path)
    case 'failing':
      return new ApiError(500, 'InternalError', 'Internal error occurred: the sandbox was told to fail it')
  }
}

/** `patch apps/deployments/scale`; of what is no object its path. */
function operationOf(method: string, path: string): string {
  try {
    const asked = target(path)
    const { group, plural } = asked.kind
    return [
      verbOf(method, asked),
      [group, plural, asked.subresource].filter((p) => p !== undefined && p !== '').join('/'),
    ].join(' ')
  } catch {
    return `${method.toLowerCase()} ${path.includes('/proxy') ? 'proxy' : path}`
  }
}

const wordsOf = (error: unknown): string =>
  `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`

export const listener =
  (options: WireOptions): RequestListener =>
  (request, response) => {
    // A client that hangs up while it sends is no failure of the server.
    handle(options, request, response).catch(() => response.destroy())
  }
