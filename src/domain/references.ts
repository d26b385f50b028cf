import { records, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { configMapsOf } from './needs.ts'
import { podSpecOf } from './workload-state.ts'

/** Something in one namespace names a Service of another by its address in the cluster. */
export interface Reference {
  /** `ConfigMap/shop/settings` */
  readonly from: string
  readonly namespace: string
  readonly service: string
  /** It stands in a ConfigMap that no pod of its namespace takes anything from. */
  readonly unread?: true
}

/** `namespace/service` of each Service there is: words with a dot in them that name none are no references. */
export type Services = ReadonlySet<string>

const HOST = /[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+/g

/**
 * What an object calls in other namespaces: from the environment and the arguments of its containers, a ConfigMap's texts
 * or an ExternalName. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
export function referencesOf(object: KubernetesObject, services: Services): Reference[] {
  const { kind, metadata } = object
  const from = `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
  const found = textsOf(object)
    .flatMap((text) => text.toLowerCase().match(HOST) ?? [])
    .flatMap((host) => serviceIn(host.split('.'), services))
    .filter((to) => to.namespace !== metadata.namespace)
  return [...new Map(found.map((to) => [`${to.namespace}/${to.service}`, { from, ...to }])).values()]
}

/**
 * What ConfigMaps of one namespace say, with whether anybody reads it there. `pods`: their specs. Old copies stay behind where
 * names end with a hash of the content, and some are for people or for what reads them over the API.
 */
export function withReaders(maps: readonly MapReferences[], pods: readonly Fields[]): Reference[] {
  const read = new Set(pods.flatMap(configMapsOf))
  return maps.flatMap(({ name, references }) =>
    read.has(name) ? references : references.map((reference) => ({ ...reference, unread: true as const })),
  )
}

/** What one ConfigMap says. */
export interface MapReferences {
  readonly name: string
  readonly references: readonly Reference[]
}

/** `<service>.<namespace>`, with `.svc` and more after it or not; with `.svc`, one pod's name may stand before it. */
function serviceIn(labels: readonly string[], services: Services): { namespace: string; service: string }[] {
  const svc = labels.indexOf('svc')
  const [service, namespace] = svc >= 2 ? labels.slice(svc - 2, svc) : labels.length === 2 ? labels : []
  return service !== undefined && namespace !== undefined && services.has(`${namespace}/${service}`)
    ? [{ namespace, service }]
    : []
}

function textsOf(object: KubernetesObject): string[] {
  const { kind, spec = {}, data } = object
  if (kind === 'ConfigMap') return typeof data === 'object' && data !== null ? Object.values(data).map(String) : []
  if (kind === 'Service') return spec['type'] === 'ExternalName' ? [String(spec['externalName'])] : []
  const pod = podSpecOf(object)
  return ['initContainers', 'containers'].flatMap((field) =>
    records(pod[field]).flatMap((c) => [
      ...records(c['env']).flatMap(({ value }) => (typeof value === 'string' ? [value] : [])),
      ...[c['command'], c['args']].flatMap((words) => (Array.isArray(words) ? words.map(String) : [])),
    ]),
  )
}
