/** A request on objects, and what its query and body mean. */
import { parse } from 'yaml'
import type { KubernetesObject } from '../types.ts'
import { isFields, textAt } from './json.ts'
import type { Kind } from './kinds.ts'
import type { Objects, WriteOptions } from './objects.ts'
import type { Target } from './routes.ts'
import { conform } from './schema.ts'
import { badRequest, invalid, unsupportedMediaType } from './status.ts'

export interface Request {
  readonly target: Target
  readonly query: URLSearchParams
  readonly contentType: string
  readonly body: string
  readonly userAgent: string
}

export interface Answer {
  readonly code: number
  /** An object, or text that is JSON already. */
  readonly body: object | string
  readonly warnings?: readonly string[]
}

export type Handler = (objects: Objects, request: Request) => Answer

export function parsed(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text)
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function writeOptions({ query, userAgent, target }: Request): WriteOptions {
  const dryRun = query.getAll('dryRun')
  const wrong = dryRun.find((one) => one !== 'All')
  if (wrong !== undefined) {
    const message = `Unsupported value: ${JSON.stringify([wrong])}: supported values: "All"`
    const meta = { group: 'meta.k8s.io', kind: 'CreateOptions' }
    throw invalid(meta, '', [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }])
  }
  const { subresource } = target
  const manager = query.get('fieldManager') || userAgent.split('/')[0] || 'unknown'
  return { manager, dryRun: dryRun.length > 0, ...(subresource === undefined ? {} : { subresource }) }
}

/** The body as an object of the target's kind; `name` is the URL's, where it has one. */
export function objectOf({ kind, namespace, name }: Target, value: unknown): KubernetesObject {
  if (!isFields(value)) throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind})`)
  const { apiVersion = kind.apiVersion, kind: named = kind.kind } = value
  if (apiVersion !== kind.apiVersion || named !== kind.kind) {
    throw badRequest(
      `${String(named)} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${kind.kind}: the URL is of ${kind.kind} in version ${JSON.stringify(kind.apiVersion)}`,
    )
  }
  const metadata = isFields(value['metadata']) ? value['metadata'] : {}
  const given = textAt(metadata, 'name')
  if (name !== undefined && given !== undefined && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  }
  const place = textAt(metadata, 'namespace')
  if (kind.namespaced && place !== undefined && place !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const full = { ...metadata, name: given ?? name ?? '', ...(namespace === undefined ? {} : { namespace }) }
  return { ...value, apiVersion: kind.apiVersion, kind: kind.kind, metadata: full }
}

/** Unknown fields are refused, or dropped with a warning, or dropped: as `fieldValidation` says. */
export function strictly(
  { target: { kind }, query }: Request,
  object: KubernetesObject,
): { object: KubernetesObject; warnings: readonly string[] } {
  const mode = query.get('fieldValidation') ?? 'Warn'
  const found = conform(kind, object)
  const said = found.unknown.map(({ strict }) => `unknown field "${strict}"`)
  if (said.length > 0 && mode === 'Strict') {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${said.join(', ')}`,
    )
  }
  return { object: found.object as KubernetesObject, warnings: mode === 'Warn' ? said : [] }
}

export const place = ({ target: { kind, namespace, name = '' } }: Request): [Kind, string | undefined, string] => [
  kind,
  namespace,
  name,
]

export function needsType({ contentType }: Request, accepted: readonly string[]): void {
  if (contentType !== '' && !accepted.includes(contentType)) throw unsupportedMediaType(accepted)
}
