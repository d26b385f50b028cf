/** From a URL to what is asked for. */
import { absent } from './discovery.ts'
import { type Kind, type Subresource, kindAt } from './kinds.ts'
import { badRequest, noSuchResource, notImplemented } from './status.ts'

export interface Target {
  readonly kind: Kind
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: Subresource
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    throw badRequest(`the path segment ${part} is not encoded well`)
  }
}

/** @throws ApiError 404 or 501 where no such resource is served. */
export function target(path: string): Target {
  const [root, ...parts] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const rest = [...parts]
  const apiVersion = root === 'api' ? rest.shift() : rest.splice(0, 2).join('/')
  // `namespaces/x` is a Namespace itself unless a resource follows that is none of its subresources.
  const within =
    rest[0] === 'namespaces' &&
    rest.length > 2 &&
    !(apiVersion === 'v1' && ['status', 'finalize'].includes(rest[2] ?? ''))
  const namespace = within ? rest.splice(0, 2)[1] : undefined
  const [plural = '', name, subresource, ...more] = rest
  if (apiVersion === undefined || plural === '') throw noSuchResource()
  const kind = kindAt(apiVersion, plural)
  if (kind === undefined) throw absent(apiVersion, plural)
  if (kind.namespaced !== (namespace !== undefined) && (name !== undefined || within)) throw noSuchResource()
  if (more.length > 0) throw notImplemented(`the path ${path}`)
  const known = kind.subresources.find((one) => one === subresource)
  if (subresource !== undefined && known === undefined) {
    throw notImplemented(`the subresource ${plural}/${subresource}`)
  }
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(known === undefined ? {} : { subresource: known }),
  }
}
