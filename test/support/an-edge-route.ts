import { rulesOf } from '../../src/domain/http-routes.ts'
import type { HttpRoute, Side } from '../../src/domain/platform.ts'
import { GATEWAY_API } from '../../src/sandbox/balanced.ts'
import type { KubernetesObject, StandInCluster } from '../../src/sandbox/types.ts'
import { startGateway, type Gateway } from '../../src/sandbox/ways/gateway.ts'
import { startMesh } from '../../src/sandbox/ways/mesh.ts'
import { eventually } from './eventually.ts'
import { aDeployment, aPlace, aService, scope, type TwoClusters } from './small-world.ts'

export interface Edge {
  readonly cluster: StandInCluster
  readonly gateway: Gateway
  /** An HTTPRoute with a backend of blue's there, whose pods a mesh brings, and pods on either side that could. */
  route(): Promise<EdgeRoute>
  stop(): Promise<void>
}

interface EdgeRoute {
  readonly route: HttpRoute
  weights(): Readonly<Record<string, number>>
  /** As somebody else would, who applies it from elsewhere. */
  write(weights: Readonly<Record<Side, number>>): void
}

const EDGE = 'edge-1-35'
const backendOf = (cluster: string) => `web-${cluster}`

/** A third cluster, with a Gateway that serves. */
export async function anEdge(world: TwoClusters): Promise<Edge> {
  await world.aws.eks.seedCluster({ name: EDGE, version: '1.35', nodegroups: [], addons: [], tags: {} })
  const cluster = world.cluster(EDGE)
  const gateway = startGateway(cluster)
  const meshes: { stop(): Promise<void> }[] = []
  return {
    cluster,
    gateway,
    async stop() {
      gateway.stop()
      for (const mesh of meshes) await mesh.stop()
    },
    async route() {
      const { blue, green } = world
      const namespace = aPlace(blue, green, cluster)
      for (const side of [blue, green]) {
        side.apply(aDeployment('web', namespace, 2))
        side.apply(aService('web', namespace))
      }
      const clusters = [
        { name: scope.blue, list: blue.list.bind(blue) },
        { name: scope.green, list: green.list.bind(green) },
      ]
      const of = { namespace, service: 'web', named: backendOf }
      meshes.push(startMesh({ edge: cluster, namespace, clusters: () => clusters, of }))
      cluster.apply({
        apiVersion: GATEWAY_API,
        kind: 'Gateway',
        metadata: { name: 'public', namespace },
        spec: { gatewayClassName: 'sandbox', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      })
      const put = (weights: Partial<Record<Side, number>>) => cluster.apply(anHttpRoute(namespace, weights))
      put({ blue: 1 })
      const serving = () => gateway.serves.rules().find((rule) => rule.hosts.includes(`${namespace}.test`))?.forward
      await eventually('both are there, and blue serves', () => {
        const [backend] = serving() ?? []
        const two = (name: string) => gateway.serves.serving(`${namespace}/${backendOf(name)}`).length === 2
        return backend !== undefined && two(scope.blue) && two(scope.green)
      })
      const backend = (side: Side) => ({ kind: 'Service' as const, namespace, name: backendOf(scope[side]) })
      return {
        route: {
          kind: 'http-route',
          name: `httproute.${namespace}.web`,
          cluster: EDGE,
          namespace,
          httpRoute: 'web',
          blue: backend('blue'),
          green: backend('green'),
        },
        weights() {
          const [found] = cluster.list(GATEWAY_API, 'HTTPRoute', namespace)
          const refs = (found ? rulesOf(found)[0]?.['backendRefs'] : []) as { name: string; weight?: number }[] // as applied
          return Object.fromEntries(
            refs.map(({ name, weight = 1 }) => [
              name === backendOf(scope.blue) ? 'blue' : name === backendOf(scope.green) ? 'green' : 'other',
              refs.length === 1 ? 100 : weight,
            ]),
          )
        },
        write: put,
      }
    },
  }
}

const anHttpRoute = (namespace: string, weights: Partial<Record<Side, number>>): KubernetesObject => ({
  apiVersion: GATEWAY_API,
  kind: 'HTTPRoute',
  metadata: { name: 'web', namespace },
  spec: {
    parentRefs: [{ name: 'public' }],
    hostnames: [`${namespace}.test`],
    rules: [
      {
        backendRefs: Object.entries(weights).map(([side, weight]) => ({
          kind: 'Service',
          name: backendOf(scope[side as Side]), // its own keys
          port: 80,
          weight,
        })),
      },
    ],
  },
})
