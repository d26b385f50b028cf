import type { Issued } from '../domain/certificates.ts'
import { customFinding, unknownKinds, type Custom } from '../domain/custom-resources.ts'
import type { Finding } from '../domain/findings.ts'
import { deploysElsewhere, fluxName, type FluxRef } from '../domain/flux.ts'
import type { Kind, KubernetesObject } from '../domain/kubernetes-objects.ts'
import { madeElsewhere, type Made } from '../domain/made-elsewhere.ts'
import { oneShotJob, type OneShotJob } from '../domain/one-shot-jobs.ts'
import { isForPulling } from '../domain/pull-secrets.ts'
import { referencesOf, type MapReferences, type Services } from '../domain/references.ts'
import type { ServedResource } from '../domain/resources.ts'
import { issuedIn } from './certificates.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { KubernetesPort } from './ports.ts'

/** What is looked for in all objects of a kind, page by page: of each only what was looked for is kept. */
async function found<T>(
  cluster: KubernetesPort,
  kind: Kind,
  look: (object: KubernetesObject) => readonly T[],
  namespace?: string,
): Promise<T[]> {
  const all: T[] = []
  for await (const page of cluster.pages(kind, namespace === undefined ? {} : { namespace }))
    all.push(...page.flatMap(look))
  return all
}

/** Pods that no controller makes. */
export const podsByThemselves = (cluster: KubernetesPort): Promise<KubernetesObject[]> =>
  found(cluster, 'Pod', (pod) => (pod.metadata.ownerReferences?.some((o) => o.controller) ? [] : [pod]))

/** Jobs that nothing else makes. */
export const oneShotJobs = (cluster: KubernetesPort, namespace?: string): Promise<OneShotJob[]> =>
  found(cluster, 'Job', (job) => [oneShotJob(job)].filter((j) => j !== undefined), namespace)

export interface SecretsFound {
  /** By a controller. */
  readonly made: readonly Made[]
  /** What images are pulled with. */
  readonly pulling: readonly Pick<Made, 'namespace' | 'name'>[]
  readonly issued: readonly Issued[]
}

/** Of Secrets nothing but their names, and the names in their certificates. */
export async function secretsOn(cluster: KubernetesPort): Promise<SecretsFound> {
  const all = await found(cluster, 'Secret', (secret) => {
    const { namespace = '', name } = secret.metadata
    const of = { made: madeElsewhere(secret), pulls: isForPulling(secret), issued: issuedIn(secret) }
    return of.made === undefined && !of.pulls && of.issued === undefined ? [] : [{ ...of, namespace, name }]
  })
  return {
    made: all.flatMap(({ made }) => made ?? []),
    pulling: all.flatMap(({ pulls, namespace, name }) => (pulls ? [{ namespace, name }] : [])),
    issued: all.flatMap(({ issued }) => issued ?? []),
  }
}

/** Secrets that a controller makes in a namespace. */
export const secretsMadeElsewhere = (cluster: KubernetesPort, namespace: string): Promise<Made[]> =>
  found(cluster, 'Secret', (secret) => [madeElsewhere(secret)].filter((m) => m !== undefined), namespace)

export const namesOf = async (cluster: KubernetesPort, kind: Kind, namespace: string): Promise<ReadonlySet<string>> =>
  new Set(await found(cluster, kind, (object) => [object.metadata.name], namespace))

/** Flux objects of this cluster by their names for people: those that deploy to it, and those that deploy to others. */
export async function fluxObjectsOn(
  cluster: KubernetesPort,
): Promise<{ readonly here: ReadonlySet<string>; readonly elsewhere: readonly string[] }> {
  const of = (kind: FluxRef['kind']) =>
    found(cluster, kind, (object) => {
      const { namespace = '', name } = object.metadata
      return [{ name: fluxName({ kind, namespace, name }), elsewhere: deploysElsewhere(object) }]
    })
  const all = (await Promise.all([of('Kustomization'), of('HelmRelease')])).flat()
  const names = (elsewhere: boolean) => all.filter((one) => one.elsewhere === elsewhere).map((one) => one.name)
  return { here: new Set(names(false)), elsewhere: names(true).toSorted() }
}

/** What each ConfigMap says of Services in other namespaces, of those that say anything. */
export const referencesInConfigMaps = (
  cluster: KubernetesPort,
  services: Services,
): Promise<(MapReferences & { readonly in: string })[]> =>
  found(cluster, 'ConfigMap', (map) => {
    const references = referencesOf(map, services)
    return references.length === 0 ? [] : [{ in: map.metadata.namespace ?? '', name: map.metadata.name, references }]
  })

/** A few kinds at a time: each is a list over the whole cluster. */
const KINDS_AT_ONCE = 8

/** Objects of kinds that Norikae knows nothing of, by namespace, and the kinds that it may not list. */
export async function customOn(
  cluster: KubernetesPort,
): Promise<{ readonly findings: ReadonlyMap<string, readonly Finding[]>; readonly hidden: readonly ServedResource[] }> {
  const hidden: ServedResource[] = []
  const findings = new Map<string, Finding[]>()
  await fewAtATime(unknownKinds(await cluster.resources()), KINDS_AT_ONCE, async (resource) => {
    const names = await cluster.names(resource)
    if (names === 'denied') hidden.push(resource)
    else
      for (const custom of byNamespace(resource, names))
        findings.set(custom.namespace, [...(findings.get(custom.namespace) ?? []), customFinding(custom)])
  })
  return { findings, hidden }
}

type Names = Exclude<Awaited<ReturnType<KubernetesPort['names']>>, 'denied'>

const byNamespace = (resource: ServedResource, names: Names): Custom[] =>
  [...Map.groupBy(names, (n) => n.namespace)].map(([namespace, its]) => ({
    resource,
    namespace,
    count: its.length,
    example: its[0]?.name ?? '',
  }))
