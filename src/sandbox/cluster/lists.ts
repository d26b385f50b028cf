/** Lists: selectors, pages, and the text of each object made once. */
import type { KubernetesObject } from '../types.ts'
import type { Kind } from './kinds.ts'
import { fieldSelector, labelSelector } from './selectors.ts'
import { ApiError, badRequest } from './status.ts'
import { type Store, keyOf } from './store.ts'

const texts = new WeakMap<KubernetesObject, string>()

/** An object as it stands in a list: of built-in kinds the real server leaves out kind and apiVersion there. */
function itemText(kind: Kind, object: KubernetesObject): string {
  const known = texts.get(object)
  if (known !== undefined) return known
  const { apiVersion: _, kind: __, ...bare } = object
  const text = JSON.stringify(kind.model === undefined ? object : bare)
  texts.set(object, text)
  return text
}

const token = (rv: string, start: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(rv), start })).toString('base64url')

function startOf(text: string): string {
  try {
    const { v, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { v?: unknown; start?: unknown }
    if (v === 'meta.k8s.io/v1' && typeof start === 'string') return start
  } catch {
    // Falls through to the refusal: no token of ours.
  }
  throw badRequest('continue key is not valid: the token was not made by this server')
}

/**
 * The body of a list. Pages follow the order of keys: what is created or deleted meanwhile may be seen or not, but
 * nothing is seen twice.
 */
export function listText(store: Store, kind: Kind, namespace: string | undefined, query: URLSearchParams): string {
  const limit = Number(query.get('limit') ?? 0)
  if (!Number.isInteger(limit) || limit < 0)
    throw new ApiError(400, 'BadRequest', `limit ${query.get('limit')} is no count`)
  const [labels, chosen] = [query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '']
  const byLabels = labels === '' ? undefined : labelSelector(labels)
  const byFields = chosen === '' ? undefined : fieldSelector(kind, chosen)
  const from = query.get('continue')
  const start = from === null || from === '' ? undefined : startOf(from)
  const found = store
    .list(kind, namespace)
    .filter((object) => start === undefined || keyOf(object) > start)
    .filter((object) => byLabels?.(object.metadata.labels ?? {}) ?? true)
    .filter((object) => byFields?.(object) ?? true)
  const page = limit === 0 ? found : found.slice(0, limit)
  const left = found.length - page.length
  const last = page.at(-1)
  const metadata = {
    resourceVersion: store.version,
    ...(left > 0 && last !== undefined ? { continue: token(store.version, keyOf(last)) } : {}),
    // With a selector the real server does not know how many are left.
    ...(left > 0 && byLabels === undefined && byFields === undefined ? { remainingItemCount: left } : {}),
  }
  const head = JSON.stringify({ kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata })
  return `${head.slice(0, -1)},"items":[${page.map((object) => itemText(kind, object)).join(',')}]}`
}
