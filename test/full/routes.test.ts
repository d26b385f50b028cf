import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import { routesKeepTheirWord } from '../contract/routes.ts'
import { aGatewayRoute } from '../support/a-gateway-route.ts'
import { aRoute } from '../support/a-route.ts'
import { anEdge, type Edge } from '../support/an-edge-route.ts'
import { anIngressRoute, ORIGINAL } from '../support/an-ingress-route.ts'
import { driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../support/small-world.ts'

/** Beside the tests of listener rules themselves, which `npm test` runs. */
let world: TwoClusters
let edge: Edge
beforeAll(async () => {
  world = await twoClusters()
  edge = await anEdge(world)
})
afterAll(async () => {
  await edge?.stop()
  await world?.stop()
})

routesKeepTheirWord('listener rules', () => world, aRoute)
routesKeepTheirWord('an Ingress', () => world, anIngressRoute)
routesKeepTheirWord('an HTTPRoute of blue', () => world, aGatewayRoute)
routesKeepTheirWord(
  'an HTTPRoute on a third cluster',
  () => world,
  () => edge.route(),
)

describe('rules that a controller makes of an Ingress', () => {
  const acts = () => world.activities

  test('go up and back, and the action is word for word what it was, without a trace of green', async () => {
    const it = await anIngressRoute(world)
    const { route } = it
    const { answer } = await driven(acts().openRoute, call<'openRoute'>({ route }))
    expect(answer.note).toBe('2 targets healthy on green, at 0 %')
    // Its controller would take one with blue's labels for one of its own.
    expect(it.bindings('green').map((b) => [b.metadata.name, b.metadata.labels])).toEqual([
      [route.greenTargetGroup, { 'norikae.io/run': 'run-1' }],
    ])
    const set = await driven(acts().setWeight, call<'setWeight'>({ route, to: 25, expect: [0] }))
    expect([set.answer.note, it.weights()]).toEqual(['25 % read back', { blue: 75, green: 25 }])
    await driven(acts().setWeight, call<'setWeight'>({ route, to: 0, expect: [0, 25] }))
    await driven(acts().settleRoute, call<'settleRoute'>({ route, on: 'blue' }))
    expect([it.action(), it.group(), it.bindings('green')]).toEqual([ORIGINAL, undefined, []])
    expect(Object.keys(it.ingress()?.metadata.annotations ?? {})).toHaveLength(1)
  })

  test('keep blue from being removed for as long as they serve green', async () => {
    // Nothing else serves from blue.
    const alone = await twoClusters()
    const acts = alone.activities
    const it = await anIngressRoute(alone)
    const { route } = it
    await driven(acts.openRoute, call<'openRoute'>({ route }))
    await driven(acts.setWeight, call<'setWeight'>({ route, to: 100, expect: [0] }))
    const { answer } = await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
    expect(answer.note).toBe(
      `only green is served, by the load balancer of Ingress ${route.namespace}/web of demo-1-35, which goes with it. Binding ${route.namespace}/${route.greenTargetGroup} on demo-1-36 and target group ${route.greenTargetGroup} are in no rule then: delete both, or put them in one`,
    )
    const { arn = '', createdAt = '' } = (await alone.theirs.eks(scope.region).findCluster(scope.blue)) ?? {}
    const empty = call<'emptyCluster'>({ cluster: scope.blue, identity: { arn, createdAt } })
    const kept = await ending(acts.emptyCluster, empty)
    expect(kept.message).toContain('load balancers that the controller of demo-1-35 made send requests to demo-1-36')
    await alone.stop()
  })
})

describe('rules that a controller makes of an HTTPRoute of blue', () => {
  test('keep blue from being removed for as long as they serve green, and no longer', async () => {
    // Nothing else serves from blue.
    const alone = await twoClusters()
    const acts = alone.activities
    const it = await aGatewayRoute(alone)
    const { route } = it
    const { namespaces } = await discover(
      await alone.ports.kubernetes(scope.region, scope.blue),
      alone.ports.loadBalancing(scope.region),
      { name: scope.blue, pools: [] },
    )
    expect(namespaces.find((n) => n.name === route.namespace)?.routes).toMatchObject([
      {
        binding: route.binding,
        gateway: { httpRoute: 'shop', service: 'web', found: [{ code: 'http-route-written-back' }] },
      },
    ])
    await driven(acts.openRoute, call<'openRoute'>({ route }))
    // The controller on green would take one with blue's labels for one of its own.
    expect(it.bindings('green').map((b) => [b.metadata.name, b.metadata.labels])).toEqual([
      [route.greenTargetGroup, { 'norikae.io/run': 'run-1' }],
    ])
    await driven(acts.setWeight, call<'setWeight'>({ route, to: 100, expect: [0] }))
    const { answer } = await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
    expect(answer.note).toBe(
      `only green is served, by the load balancer of the Gateway of HTTPRoute ${route.namespace}/shop of demo-1-35, which goes with it. Binding ${route.namespace}/${route.greenTargetGroup} on demo-1-36 and target group ${route.greenTargetGroup} are in no rule then: delete both, or put them in one`,
    )
    await eventually('the controller takes its own away', () => it.bindings('blue').length === 0)
    const { arn = '', createdAt = '' } = (await alone.theirs.eks(scope.region).findCluster(scope.blue)) ?? {}
    const empty = call<'emptyCluster'>({ cluster: scope.blue, identity: { arn, createdAt } })
    const kept = await ending(acts.emptyCluster, empty)
    expect(kept.message).toContain('load balancers that the controller of demo-1-35 made send requests to demo-1-36')
    const handedOver = it.httpRoute()
    if (handedOver) alone.blue.remove(handedOver)
    await eventually('no rule of it is left', () => it.rule() === undefined)
    expect(it.group()).toBeDefined()
    const { answer: emptied } = await driven(acts.emptyCluster, empty)
    expect(emptied.note).not.toBe('')
    await alone.stop()
  })
})
