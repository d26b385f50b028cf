import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppFaults } from '../../src/sandbox/traffic/app-faults.ts'
import { startPodNetwork, type PodNetwork } from '../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../src/sandbox/traffic/proxy.ts'
import { ROLE } from '../../src/sandbox/traffic/roles.ts'
import type { Route } from '../../src/domain/platform.ts'
import type { Listening } from '../../src/sandbox/listen.ts'
import { aGatewayRoute } from '../support/a-gateway-route.ts'
import { aRoute } from '../support/a-route.ts'
import { anEdge, type Edge } from '../support/an-edge-route.ts'
import { anIngressRoute } from '../support/an-ingress-route.ts'
import { startCallers } from '../support/callers.ts'
import { driven } from '../support/driven.ts'
import { call, scope, twoClusters, type TwoClusters } from '../support/small-world.ts'

let world: TwoClusters
let network: PodNetwork
/** Of the load balancer's rules, and of the edge's HTTPRoutes. */
let proxy: Listening
let atEdge: Listening
let edge: Edge
beforeAll(async () => {
  network = await startPodNetwork({ faults: new AppFaults(() => scope.blue), answered: () => undefined })
  world = await twoClusters()
  for (const cluster of [world.blue, world.green])
    // Of a pod that says nothing of itself nobody serves.
    cluster.onPod((pod, is) => network.see({ ...pod, annotations: { [ROLE]: 'web' } }, is))
  edge = await anEdge(world)
  const pods = { pods: network.url, listens: network.listens }
  proxy = await startProxy({ elbv2: world.aws.elbv2, ...pods })
  atEdge = await startProxy({ elbv2: edge.gateway.serves, ...pods })
})
afterAll(async () => {
  await proxy?.stop()
  await atEdge?.stop()
  await edge?.stop()
  await world?.stop()
  await network?.stop()
})

const UP = [5, 25, 50, 100]

test.for<{ kind: string; make: () => Promise<{ readonly route: Route }>; by: () => Listening }>([
  { kind: 'listener rules', make: () => aRoute(world), by: () => proxy },
  { kind: 'an Ingress', make: () => anIngressRoute(world), by: () => proxy },
  { kind: 'an HTTPRoute of blue', make: () => aGatewayRoute(world), by: () => proxy },
  { kind: 'an HTTPRoute on a third cluster', make: () => edge.route(), by: () => atEdge },
])(
  'a route of $kind drops no request and no message of a WebSocket, whichever way it goes and however often',
  async ({ make, by }) => {
    const acts = world.activities
    const { route } = await make()
    const callers = startCallers({
      url: by().url,
      host: `${route.namespace}.test`,
      connections: 20,
      rate: 200,
      sockets: 5,
      lifeMs: 300,
    })
    const open = () => driven(acts.openRoute, call<'openRoute'>({ route }))
    const weigh = (to: number) => driven(acts.setWeight, call<'setWeight'>({ route, to, expect: [0, ...UP] }))
    await open()
    for (let n = 0; n < 5; n += 1) for (const to of [...UP, 0]) await weigh(to)
    await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'blue' }))
    await open()
    for (const to of UP) await weigh(to)
    await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
    const { requests, messages, failed, dropped, by: served } = await callers.stop()
    expect({ dropped, failed }).toEqual({ dropped: [], failed: 0 })
    expect(requests).toBeGreaterThan(300)
    expect(messages).toBeGreaterThan(50)
    expect(Object.keys(served).toSorted()).toEqual([scope.blue, scope.green])
  },
)
