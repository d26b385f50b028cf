/** Lists: selectors, pages, and the text of each object made once. */
import type { KubernetesObject } from '../types.ts'
import type { Kind } from './kinds.ts'
import { fieldSelector, labelSelector } from './selectors.ts'
import { ApiError, badRequest, expired } from './status.ts'
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

/** A token of any moment: the rest is what is there by then. */
const ANY = -1

const token = (rv: number, start: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url')

function placeIn(text: string): { readonly rv: number; readonly start: string } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string') return { rv, start }
  } catch {
    // Falls through to the refusal: no token of ours.
  }
  throw badRequest('continue key is not valid: the token was not made by this server')
}

/** The body of a list. Pages follow the order of keys, and all are of the moment of the first. */
export function listText(store: Store, kind: Kind, namespace: string | undefined, query: URLSearchParams): string {
  const limit = Number(query.get('limit') ?? 0)
  if (!Number.isInteger(limit) || limit < 0)
    throw new ApiError(400, 'BadRequest', `limit ${query.get('limit')} is no count`)
  const [labels, chosen] = [query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '']
  const byLabels = labels === '' ? undefined : labelSelector(labels)
  const byFields = chosen === '' ? undefined : fieldSelector(kind, chosen)
  const from = query.get('continue')
  const { rv, start } = from === null || from === '' ? { rv: ANY, start: undefined } : placeIn(from)
  const all = rv === ANY ? store.list(kind, namespace) : store.asOf(rv, kind, namespace)
  if (all === undefined) throw expired(token(ANY, start ?? ''))
  const version = rv === ANY ? Number(store.version) : rv
  const found = all
    .filter((object) => start === undefined || keyOf(object) > start)
    .filter((object) => byLabels?.(object.metadata.labels ?? {}) ?? true)
    .filter((object) => byFields?.(object) ?? true)
  const page = limit === 0 ? found : found.slice(0, limit)
  const left = found.length - page.length
  const last = page.at(-1)
  if (left > 0 && rv === ANY) store.keep(kind, namespace)
  const metadata = {
    resourceVersion: String(version),
    ...(left > 0 && last !== undefined ? { continue: token(version, keyOf(last)) } : {}),
    // With a selector the real server does not know how many are left.
    ...(left > 0 && byLabels === undefined && byFields === undefined ? { remainingItemCount: left } : {}),
  }
  const head = JSON.stringify({ kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata })
  return `${head.slice(0, -1)},"items":[${page.map((object) => itemText(kind, object)).join(',')}]}`
}
