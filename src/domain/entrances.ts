import { record, records } from './fields.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { hostOf } from './weighted-records.ts'

/**
 * Where requests get into a cluster by what its own controllers made: load balancers of Services and Ingresses, and what
 * Gateways answer at. They go with the cluster, and so does every name that leads to one.
 */
export interface Entrance {
  /** A host name, or an address. */
  readonly at: string
  /** Whose it is: `Ingress/monitoring/grafana`. */
  readonly of: string
}

/** As their status tells it. https://gateway-api.sigs.k8s.io/reference/spec/#gatewaystatus */
export const entrancesOf = (objects: readonly KubernetesObject[]): Entrance[] =>
  objects.flatMap((object) => placesOf(object).map((at) => ({ at: hostOf(at), of: nameOf(object) })))

function placesOf({ status }: KubernetesObject): readonly string[] {
  const made = records(record(status?.['loadBalancer'])['ingress']).flatMap(({ hostname, ip }) => [hostname, ip])
  const addresses = records(status?.['addresses']).map(({ value }) => value)
  return [...made, ...addresses].filter(isText)
}

/** https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/ */
const BY_EXTERNAL_DNS = 'external-dns.alpha.kubernetes.io/hostname'

/** Names that clients are to reach these by, as whoever made them wrote them; each with what says so first. */
export function namesServedBy(objects: readonly KubernetesObject[]): ReadonlyMap<string, string> {
  const served = new Map<string, string>()
  for (const object of objects)
    for (const name of namesIn(object).map(hostOf)) if (!served.has(name)) served.set(name, nameOf(object))
  return served
}

/** Names that this cluster serves and the other one does not: its own, which nobody was led by before it was there. */
export const servedAlone = (
  here: ReadonlyMap<string, string>,
  there: ReadonlyMap<string, string>,
): ReadonlySet<string> => new Set([...here.keys()].filter((name) => !there.has(name)))

function namesIn({ metadata, spec = {} }: KubernetesObject): readonly string[] {
  const annotated = metadata.annotations?.[BY_EXTERNAL_DNS]?.split(',').map((name) => name.trim()) ?? []
  const rules = records(spec['rules']).map(({ host }) => host)
  const listeners = records(spec['listeners']).map(({ hostname }) => hostname)
  return [...annotated, ...rules, ...listeners].filter(isText)
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
