/**
 * The Status bodies of the API, with the words of the real server, since clients read `reason`, `message` and `causes`.
 * Source of the words: apimachinery `api/errors`, `util/validation/field`.
 */
import type { Kind } from './kinds.ts'

export interface Cause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: { readonly continue?: string }
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly causes?: readonly Cause[]
  }
  readonly code: number
}

/** What a request is refused with. `code` is the HTTP status too. */
export class ApiError extends Error {
  readonly status: Status
  constructor(
    code: number,
    reason: string,
    message: string,
    details: Status['details'] = {},
    metadata: Status['metadata'] = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      // An error of the server's own has no reason at all in the body.
      ...(reason === '' ? {} : { reason }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
      code,
    }
  }
}

export const reasonOf = (error: unknown): string | undefined =>
  error instanceof ApiError ? error.status.reason : undefined

const qualified = (kind: Kind): string => (kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`)
const about = (kind: Kind, name: string): NonNullable<Status['details']> => ({
  name,
  ...(kind.group === '' ? {} : { group: kind.group }),
  kind: kind.plural,
})

export const deleted = (kind: Kind, name: string, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { ...about(kind, name), uid },
  code: 200,
})

export const notFound = (kind: Kind, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(kind)} "${name}" not found`, about(kind, name))

export const noSuchResource = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource')

export const alreadyExists = (kind: Kind, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`, about(kind, name))

const modified = 'the object has been modified; please apply your changes to the latest version and try again'

export const conflict = (kind: Kind, name: string, why = modified): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(kind)} "${name}": ${why}`,
    about(kind, name),
  )

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message)

/** `rest`: a token for what is left of the list by now. */
export const expired = (rest: string): ApiError =>
  new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    {},
    { continue: rest },
  )

/** As priority and fairness turns away: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/ */
export const tooManyRequests = (): ApiError =>
  new ApiError(429, 'TooManyRequests', 'too many requests, please try again later')
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized')

export const forbidden = (kind: Kind, name: string, why: string, causes: readonly Cause[] = []): ApiError =>
  new ApiError(403, 'Forbidden', `${qualified(kind)} "${name}" is forbidden: ${why}`, {
    ...about(kind, name),
    ...(causes.length === 0 ? {} : { causes }),
  })

export const invalid = (kind: Pick<Kind, 'group' | 'kind'>, name: string, causes: readonly Cause[]): ApiError => {
  const said = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const what = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  return new ApiError(
    422,
    'Invalid',
    `${what} "${name}" is invalid: ${said.length === 1 ? said.join('') : `[${said.join(', ')}]`}`,
    {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.kind,
      causes,
    },
  )
}

export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

export const notAcceptable = (): ApiError =>
  new ApiError(406, 'NotAcceptable', 'only the following media types are accepted: application/json')

/** The sandbox's own: what a real server would do here and this one does not. */
export const notImplemented = (what: string): ApiError =>
  new ApiError(501, 'NotImplemented', `the sandbox does not implement ${what}`)
