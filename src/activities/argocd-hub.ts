import {
  CLUSTER_SECRETS,
  isOn,
  makerAmong,
  placesOf,
  registered,
  type ArgoHub,
  type Registered,
} from '../domain/argocd.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { scalerKinds } from '../domain/scalers.ts'
import { failed } from './errors.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** Argo CD as it is now: read from its own cluster, never through its own server. */
export interface ArgoView {
  readonly port: KubernetesPort
  readonly sets: readonly KubernetesObject[]
  readonly projects: readonly KubernetesObject[]
  /** Undefined: Argo CD does not know this cluster. */
  known(cluster: string): Promise<Registered | undefined>
  /** The ApplicationSet that makes it, as it is now. */
  makerOf(application: KubernetesObject): KubernetesObject | undefined
  /** Those that deploy to one of these clusters and are asked for, by cluster; a hub may have thousands of others. */
  applicationsOn<K extends string>(
    clusters: Readonly<Record<K, Registered | undefined>>,
    asked: (application: KubernetesObject) => boolean,
  ): Promise<Readonly<Record<K, readonly KubernetesObject[]>>>
}

/** Throws `notFound` where EKS has no such cluster, `denied` where the worker may not look. */
export async function viewOf(world: Pick<Proven, 'eks' | 'cluster'>, hub: ArgoHub): Promise<ArgoView> {
  const port = await world.cluster(hub.cluster)
  const { namespace } = hub
  const places = placesOf(hub)
  const everywhere = async <T>(look: (namespace: string) => Promise<readonly T[]>): Promise<T[]> =>
    (await Promise.all(places.map(look))).flat()
  const [sets, projects, secrets] = await Promise.all([
    everywhere((namespace) => port.list('ApplicationSet', { namespace })),
    port.list('AppProject', { namespace }),
    port.list('Secret', { namespace, labels: CLUSTER_SECRETS }),
  ])
  return {
    port,
    sets,
    projects,
    async known(cluster) {
      const found = await world.eks.findCluster(cluster)
      return found && registered(secrets, found, hub.cluster === cluster)
    },
    makerOf: (application) => makerAmong(sets, application),
    async applicationsOn(clusters, asked) {
      const all = await everywhere(async (namespace) => {
        const found: KubernetesObject[] = []
        for await (const page of port.pages('Application', { namespace }))
          found.push(...page.filter(asked).map(withoutManagers))
        return found
      })
      const entries = Object.entries<Registered | undefined>(clusters)
      const mine = entries.map(([name, cluster]) => [name, cluster ? all.filter((a) => isOn(a, cluster)) : []])
      return Object.fromEntries(mine) as Record<keyof typeof clusters, KubernetesObject[]> // its keys are theirs
    },
  }
}

/** The larger half of an Application, of which nothing is read. */
function withoutManagers({ metadata, ...rest }: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...kept } = metadata
  return { ...rest, metadata: kept }
}

/** Between two looks at all Applications of a hub, which may have thousands; Argo CD takes longer for a sync. */
export const LOOK_EVERY = '10s'

export const placeOf = ({ cluster, namespace }: ArgoHub): string => `Argo CD (namespace ${namespace} on ${cluster})`

export const nameOf = ({ metadata: { namespace = '', name } }: KubernetesObject): string =>
  `Application ${namespace}/${name}`

export function knownOr(cluster: Registered | undefined, hub: ArgoHub, name: string): Registered {
  if (cluster) return cluster
  throw failed(
    `${placeOf(hub)} does not know ${name}: no Secret of a cluster has its endpoint or ARN as server. Register it, then retry`,
  )
}

/** What sizes workloads in these namespaces. */
export async function scalersOn(
  cluster: KubernetesPort,
  namespaces: readonly string[],
): Promise<readonly KubernetesObject[]> {
  const lists = namespaces.flatMap((namespace) => scalerKinds.map((kind) => cluster.list(kind, { namespace })))
  return (await Promise.all(lists)).flat()
}
