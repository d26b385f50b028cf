import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesObject, SandboxCluster } from '../types.ts'

const EVERY_MS = 100
const MESH = 'sandbox.norikae.io/mesh'
const SERVICE_NAME = 'kubernetes.io/service-name'

/** The Service of each cluster that has it, which the edge gets under a name of that cluster's own. */
interface Export {
  readonly namespace: string
  readonly service: string
  /** What it is called on the edge. */
  readonly named: (cluster: string) => string
}

/**
 * What a mesh over clusters does: for each cluster that has the Service, another one on the edge, with the endpoints of that
 * cluster's pods. It comes with the Service and goes with the cluster, by itself.
 */
export function startMesh(options: {
  readonly edge: Pick<SandboxCluster, 'list' | 'apply' | 'remove'>
  readonly namespace: string
  readonly clusters: () => readonly Pick<SandboxCluster, 'name' | 'list'>[]
  readonly of: Export
}): { stop(): Promise<void> } {
  const { edge, namespace, clusters, of } = options
  /** As it was written last, by kind and name. */
  const written = new Map<string, string>()
  const end = new AbortController()

  async function round(): Promise<void> {
    const wanted = clusters().flatMap((cluster) => onEdge(cluster, of, namespace))
    for (const object of wanted) {
      const words = JSON.stringify(object)
      if (written.get(keyOf(object)) === words) continue
      await edge.apply(object)
      written.set(keyOf(object), words)
    }
    const names = new Set(wanted.map(keyOf))
    const there = [
      ...edge.list('v1', 'Service', namespace),
      ...edge.list('discovery.k8s.io/v1', 'EndpointSlice', namespace),
    ]
    for (const object of there.filter((o) => o.metadata.labels?.[MESH] !== undefined && !names.has(keyOf(o)))) {
      await edge.remove(object)
      written.delete(keyOf(object))
    }
  }

  const loop = (async () => {
    while (!end.signal.aborted) {
      // What was refused is tried again in the next round.
      await round().catch(() => undefined)
      await sleep(EVERY_MS)
    }
  })()
  return {
    async stop() {
      end.abort()
      await loop
    },
  }
}

const keyOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`

/** What the edge has of a cluster: nothing, where that has no such Service. */
function onEdge(
  cluster: Pick<SandboxCluster, 'name' | 'list'>,
  { namespace: from, service, named }: Export,
  namespace: string,
): KubernetesObject[] {
  const found = cluster.list('v1', 'Service', from).find((s) => s.metadata.name === service)
  if (!found || found.metadata.deletionTimestamp !== undefined) return []
  const slices = cluster
    .list('discovery.k8s.io/v1', 'EndpointSlice', from)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === service)
  const name = named(cluster.name)
  const ports = (found.spec?.['ports'] ?? []) as { name?: string; port: number; protocol?: string }[] // as its API says
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { [MESH]: cluster.name } },
      spec: {
        ports: ports.map(({ name: port = 'http', port: number, protocol = 'TCP' }) => ({
          name: port,
          port: number,
          protocol,
        })),
      },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace, labels: { [MESH]: cluster.name, [SERVICE_NAME]: name } },
      addressType: 'IPv4',
      endpoints: slices.flatMap((slice) => (slice['endpoints'] ?? []) as Endpoint[]).map(untied), // as its API says
      ports: slices[0]?.['ports'] ?? [],
    },
  ]
}

interface Endpoint {
  readonly addresses: readonly string[]
  readonly conditions?: object
}

/** The edge knows neither its pod nor its node. */
const untied = ({ addresses, conditions = {} }: Endpoint) => ({ addresses, conditions })
