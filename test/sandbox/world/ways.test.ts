import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCluster } from '../../../src/sandbox/cluster/server.ts'
import { startGateway, type Gateway } from '../../../src/sandbox/ways/gateway.ts'
import { startMesh } from '../../../src/sandbox/ways/mesh.ts'
import type { KubernetesObject, StandInCluster } from '../../../src/sandbox/types.ts'
import { eventually } from '../../support/eventually.ts'

/** The edge of the sandbox: what a Gateway's controller says of routes, and whose pods it knows. */

const NAMESPACE = 'edge'
const API = 'gateway.networking.k8s.io/v1'
let edge: StandInCluster
let gateway: Gateway

beforeEach(async () => {
  edge = await startCluster({ name: 'edge', version: '1.35', authenticate: async () => 'unauthorized' })
  edge.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  edge.apply({ apiVersion: API, kind: 'Gateway', metadata: { name: 'public', namespace: NAMESPACE }, spec: {} })
  gateway = startGateway(edge)
})
afterEach(async () => {
  gateway.stop()
  await edge.stop()
})

const route = (rules: readonly object[], name = 'web') =>
  edge.apply({
    apiVersion: API,
    kind: 'HTTPRoute',
    metadata: { name, namespace: NAMESPACE },
    spec: { parentRefs: [{ name: 'public' }], hostnames: ['Shop.example.com'], rules: [...rules] },
  })
const to = (...refs: readonly (readonly [string, number])[]) => ({
  backendRefs: refs.map(([name, weight]) => ({ name, weight })),
})

interface Said {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly observedGeneration: number
}
function said(): Readonly<Record<string, Said>> {
  const found = edge.list(API, 'HTTPRoute', NAMESPACE).find(({ metadata }) => metadata.name === 'web')
  const { parents = [] } = (found?.status ?? {}) as { parents?: { conditions: Said[] }[] } // as the controller wrote it
  return Object.fromEntries((parents[0]?.conditions ?? []).map((c) => [c.type, c]))
}
const saidOf = (generation: number) =>
  eventually(`generation ${generation} is told of`, () => said()['Accepted']?.observedGeneration === generation)

/** A cluster with a Service and a pod behind it. */
const cluster = (
  name: string,
  ip: string,
): { name: string; list: (version: string, kind: string) => KubernetesObject[] } => ({
  name,
  list: (_, kind) =>
    kind === 'Service'
      ? [{ apiVersion: 'v1', kind, metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }] } }]
      : [
          {
            apiVersion: 'discovery.k8s.io/v1',
            kind,
            metadata: { name: 'web-x', labels: { 'kubernetes.io/service-name': 'web' } },
            ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
            endpoints: [
              { addresses: [ip], conditions: { ready: true }, nodeName: 'n' },
              { addresses: ['10.9.9.9'], conditions: { ready: false } },
            ],
          },
        ],
})

test('it serves what it has accepted, by the weights that are there, and says of which generation', async () => {
  const clusters = [cluster('blue', '10.1.0.1'), cluster('green', '10.2.0.1')]
  const of = { namespace: 'shop', service: 'web', named: (name: string) => `web-${name}` }
  const mesh = startMesh({ edge, namespace: NAMESPACE, clusters: () => clusters, of })
  try {
    await eventually('both are known', () => edge.list('v1', 'Service', NAMESPACE).length === 2)
    route([to(['web-blue', 100], ['web-green', 0])])
    await saidOf(1)
    expect(said()).toMatchObject({ Accepted: { status: 'True' }, ResolvedRefs: { status: 'True' } })
    const shares = () =>
      gateway.serves
        .rules()[0]
        ?.forward.map((f) => f.weight)
        .join()
    await eventually('it is served', () => shares() === '100,0')
    expect(gateway.serves.rules()[0]?.hosts).toEqual(['shop.example.com'])
    /** What is served when each generation is told of. */
    const served = new Map<number, string | undefined>()
    edge.onChange('HTTPRoute', () => {
      const generation = said()['Accepted']?.observedGeneration ?? 0
      if (!served.has(generation)) served.set(generation, shares())
    })
    route([to(['web-blue', 75], ['web-green', 25])])
    await eventually('it is served', () => shares() === '75,25')
    // Its data plane is behind what it says.
    expect(served.get(2)).toBe('100,0')
    // Only who is ready.
    await eventually('endpoints', () => gateway.serves.serving(`${NAMESPACE}/web-green`).length > 0)
    expect(gateway.serves.serving(`${NAMESPACE}/web-green`)).toEqual([{ id: '10.2.0.1', port: 8080 }])

    clusters.shift()
    await eventually('blue’s Service goes with blue', () => edge.list('v1', 'Service', NAMESPACE).length === 1)
    expect(edge.list('discovery.k8s.io/v1', 'EndpointSlice', NAMESPACE).map((s) => s.metadata.name)).toEqual([
      'web-green',
    ])
    await eventually('and that is told', () => said()['ResolvedRefs']?.reason === 'BackendNotFound')
  } finally {
    await mesh.stop()
  }
})

test.for([
  { says: 'two rules', rules: [to(['a', 1]), to(['b', 1])], why: 'UnsupportedValue' },
  {
    says: 'a header that is matched',
    rules: [{ ...to(['a', 1]), matches: [{ headers: [] }] }],
    why: 'UnsupportedValue',
  },
  { says: 'a filter', rules: [{ ...to(['a', 1]), filters: [{ type: 'RequestRedirect' }] }], why: 'UnsupportedValue' },
])('$says it does not accept, and serves nothing of it', async ({ rules, why }) => {
  route(rules)
  await saidOf(1)
  expect(said()['Accepted']).toMatchObject({ status: 'False', reason: why })
  route([to(['a', 1])], 'another')
  await eventually('what is behind it is served', () => gateway.serves.rules().length > 0)
  expect(gateway.serves.rules().map((rule) => rule.ruleArn)).toEqual([`httproute/${NAMESPACE}/another`])
})
