import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppFaults } from '../../src/sandbox/traffic/app-faults.ts'
import { createLoad } from '../../src/sandbox/traffic/load.ts'
import { startPodNetwork, type PodNetwork } from '../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../src/sandbox/traffic/proxy.ts'
import { ROLE } from '../../src/sandbox/traffic/roles.ts'
import type { Listening } from '../../src/sandbox/listen.ts'
import { aGatewayRoute } from '../support/a-gateway-route.ts'
import { aRoute } from '../support/a-route.ts'
import { anIngressRoute } from '../support/an-ingress-route.ts'
import { driven } from '../support/driven.ts'
import { call, scope, twoClusters, type TwoClusters } from '../support/small-world.ts'

let world: TwoClusters
let network: PodNetwork
let proxy: Listening
const served = new Map<string, number>()
beforeAll(async () => {
  network = await startPodNetwork({
    faults: new AppFaults(() => scope.blue),
    answered: ({ pod }) => void served.set(pod.cluster, (served.get(pod.cluster) ?? 0) + 1),
  })
  world = await twoClusters()
  for (const cluster of [world.blue, world.green])
    // Of a pod that says nothing of itself nobody serves.
    cluster.onPod((pod, is) => network.see({ ...pod, annotations: { [ROLE]: 'web' } }, is))
  proxy = await startProxy({ elbv2: world.aws.elbv2, pods: network.url, listens: network.listens })
})
afterAll(async () => {
  await proxy?.stop()
  await world?.stop()
  await network?.stop()
})

const UP = [5, 25, 50, 100]

test.for([
  { kind: 'listener rules', make: aRoute },
  { kind: 'an Ingress', make: anIngressRoute },
  { kind: 'an HTTPRoute of blue', make: aGatewayRoute },
])('a route of $kind drops no request, whichever way it goes and however often', async ({ make }) => {
  const acts = world.activities
  const { route } = await make(world)
  served.clear()
  const load = createLoad({ to: proxy.url, streams: [{ host: `${route.namespace}.test`, perSecond: 200 }] })
  load.start()
  await driven(acts.openRoute, call<'openRoute'>({ route }))
  for (let n = 0; n < 5; n += 1)
    for (const to of [...UP, 0]) await driven(acts.setWeight, call<'setWeight'>({ route, to, expect: [0, ...UP] }))
  await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'blue' }))
  await driven(acts.openRoute, call<'openRoute'>({ route }))
  for (const to of UP) await driven(acts.setWeight, call<'setWeight'>({ route, to, expect: [0, ...UP] }))
  await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
  await load.stop()
  const { sent, dropped, failed, lastDropped } = load.report()
  expect({ dropped, failed, because: lastDropped[0]?.because }).toEqual({ dropped: 0, failed: 0 })
  expect(sent).toBeGreaterThan(300)
  expect([...served.keys()].toSorted()).toEqual([scope.blue, scope.green])
})
