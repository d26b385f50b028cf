/**
 * ResourceQuotas, as far as numbers of objects go: `count/<plural>.<group>`, and the older names of some kinds. What one
 * says of CPU, memory or storage is stored and not held against anything, as no node here has an end of them.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-on-object-count
 */
import type { KubernetesObject } from '../types.ts'
import { at, list, strings, textAt } from './json.ts'
import { type Kind, k } from './kinds.ts'
import { forbidden } from './status.ts'
import type { Store } from './store.ts'

/** Kinds that are counted by their bare name too (pkg/quota/v1/evaluator/core). */
const byBareName: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'resourcequotas',
  'secrets',
  'services',
])

const isOver = (pod: KubernetesObject): boolean =>
  ['Failed', 'Succeeded'].includes(textAt(pod, 'status', 'phase') ?? '')

/** How much of this resource there is in the namespace; undefined where it is no number of objects of this kind. */
function used(store: Store, kind: Kind, namespace: string, resource: string): number | undefined {
  const counted = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
  if (resource === `count/${counted}`) return store.list(kind, namespace).length
  if (kind.group !== '' || resource !== kind.plural || !byBareName.has(resource)) return undefined
  // A pod that has ended takes no place, by its bare name.
  return store.list(kind, namespace).filter((object) => kind !== k.pod || !isOver(object)).length
}

/**
 * Is there room for one more?
 * @throws ApiError 403 where there is not, in the words of plugin/resourcequota/controller.go.
 */
export function withinQuotas(store: Store, kind: Kind, { metadata }: KubernetesObject): void {
  const { name, namespace } = metadata
  if (namespace === undefined) return
  for (const quota of store.list(k.resourceQuota, namespace)) {
    // One with scopes counts some pods only; the stand-in obeys none of these.
    if (list(quota.spec?.['scopes']).length > 0 || at(quota, 'spec', 'scopeSelector')) continue
    const full = Object.entries(strings(quota.spec?.['hard']))
      .map(([resource, hard]) => ({ resource, hard, used: used(store, kind, namespace, resource) }))
      .filter((one) => one.used !== undefined && one.used + 1 > Number(one.hard))
      .toSorted((a, b) => a.resource.localeCompare(b.resource))
    if (full.length === 0) continue
    const told = (of: (one: (typeof full)[number]) => unknown) =>
      full.map((one) => `${one.resource}=${String(of(one))}`).join(',')
    throw forbidden(
      kind,
      name,
      `exceeded quota: ${quota.metadata.name}, requested: ${told(() => 1)}, used: ${told((one) => one.used)}, limited: ${told((one) => one.hard)}`,
    )
  }
}
