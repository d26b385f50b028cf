import { notFound, unreachable } from '../../activities/errors.ts'
import type { EksPort, KubernetesPort } from '../../activities/ports.ts'
import type { ClusterDescription } from '../../domain/eks-objects.ts'
import type { CredentialsProvider } from '../aws-client.ts'
import { ApiServer } from './api-server.ts'
import { kubernetes } from './kubernetes-port.ts'

/** How long a cluster's endpoint is taken as known: activities ask many times a minute. */
const KNOWN_MS = 60_000

interface Options {
  readonly eks: (region: string) => Pick<EksPort, 'findCluster'>
  readonly credentials: (region: string) => CredentialsProvider
  readonly timeoutMs?: number
  readonly version?: string
  readonly now?: () => number
}

interface Open {
  readonly identity: string
  readonly server: ApiServer
  readonly port: KubernetesPort
}

export interface KubernetesClusters {
  /** Throws `notFound`; `unreachable` while the cluster has no endpoint. */
  open(region: string, name: string): Promise<KubernetesPort>
  close(): Promise<void>
}

/**
 * Clusters by region and name, each with one pool of connections. A cluster that was deleted and made again has another
 * identity, so its old authority and endpoint are not used again: it is described anew each minute, and at once after a
 * connection that failed.
 */
export function kubernetesClusters({
  eks,
  credentials,
  timeoutMs,
  version,
  now = Date.now,
}: Options): KubernetesClusters {
  const open = new Map<string, Open>()
  const known = new Map<string, { readonly until: number; readonly open: Promise<Open> }>()

  async function connect(region: string, name: string, key: string): Promise<Open> {
    const cluster = await eks(region).findCluster(name)
    if (!cluster) throw notFound(`there is no EKS cluster ${name} in ${region}`)
    const identity = identityOf(cluster)
    const before = open.get(key)
    if (before?.identity === identity) return before
    const { endpoint: server, certificateAuthority: caData } = cluster
    if (server === undefined || caData === undefined)
      throw unreachable(`${name} is ${cluster.status} and has no endpoint yet`)
    const onLost = () => {
      if (open.get(key)?.server === api) known.delete(key)
    }
    const given = { ...(timeoutMs && { timeoutMs }), ...(version !== undefined && { version }) }
    const access = { region, credentials: credentials(region), now, onLost, ...given }
    const api: ApiServer = new ApiServer({ name, server, caData, ...access })
    const made = { identity, server: api, port: kubernetes(api) }
    open.set(key, made)
    void before?.server.close()
    return made
  }

  return {
    async open(region, name) {
      const key = `${region} ${name}`
      const last = known.get(key)
      if (last && now() < last.until) return (await last.open).port
      const entry = { until: now() + KNOWN_MS, open: connect(region, name, key) }
      known.set(key, entry)
      try {
        return (await entry.open).port
      } catch (error) {
        if (known.get(key) === entry) known.delete(key)
        throw error
      }
    },
    async close() {
      known.clear()
      await Promise.all([...open.values()].map(({ server }) => server.close()))
      open.clear()
    },
  }
}

const identityOf = ({ arn, createdAt, endpoint, certificateAuthority }: ClusterDescription): string =>
  [arn, createdAt, endpoint, certificateAuthority].join(' ')
