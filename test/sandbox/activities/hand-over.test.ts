import { afterAll, beforeAll, expect, test } from 'vitest'
import { handOver } from '../../../src/sandbox/ways/hand-over.ts'
import { anIngress, anIngressRoute } from '../../support/an-ingress-route.ts'
import { aGateway, aGatewayRoute, anHttpRoute } from '../../support/a-gateway-route.ts'
import { driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())

const kinds = [
  { kind: 'an Ingress', make: anIngressRoute, objects: (it: string) => [anIngress(it)], what: 'Ingress' },
  {
    kind: 'a Gateway',
    make: aGatewayRoute,
    objects: (it: string) => [aGateway(it), anHttpRoute(it)],
    what: 'the Gateway of HTTPRoute',
  },
] as const

test.for(kinds)(
  'the load balancer of $kind of blue is handed over in the soak, once green has all of it; then blue is let go of',
  async ({ make, objects, what }) => {
    const acts = world.activities
    const { blue, green, aws } = world
    const it = await make(world)
    const { route } = it
    const host = `${route.namespace}.test`
    const subject = { ...scope, team: 'scala', app: 'shop' }
    const wayBack = () => acts.lookWayBack({ subject, routes: [route], run: call<'openRoute'>({ route }).run })
    const handedOver = () => handOver({ host, objects: objects(route.namespace) }, blue, green, aws.elbv2)
    await driven(acts.openRoute, call<'openRoute'>({ route }))
    await driven(acts.setWeight, call<'setWeight'>({ route, to: 25, expect: [0] }))
    await expect(handedOver()).rejects.toThrow(`${host} is served by ${scope.blue} still`)
    await driven(acts.setWeight, call<'setWeight'>({ route, to: 100, expect: [25] }))
    expect(await wayBack()).toEqual({ none: [] })

    await handedOver()
    const { none } = await wayBack()
    expect(none).toEqual([
      expect.stringMatching(/its owner has handed it over, so no weight brings anybody back\. Mend it on/),
    ])
    const back = await ending(acts.setWeight, call<'setWeight'>({ route, to: 0, expect: [25, 100] }))
    expect(back).toMatchObject({ type: 'NotFound', message: none[0] })
    expect(it.bindings('blue')).toEqual([])
    expect(it.group()).toBeUndefined()
    expect(aws.elbv2.rules().filter(({ hosts }) => hosts.includes(host))).toHaveLength(1)
    expect(aws.elbv2.serving(it.rule()?.forward[0]?.targetGroupArn ?? '')).toHaveLength(2)
    await handedOver()
    const { answer } = await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
    expect(answer.note).toContain(`${what} ${route.namespace}/`)
    expect(answer.note).toMatch(/is not on demo-1-35 any more: its owner has handed it over$/)
  },
)

test('what Norikae made to bring green behind it is named where its owner has left it, and goes when that goes on', async () => {
  const acts = world.activities
  const it = await anIngressRoute(world)
  const { route } = it
  await driven(acts.openRoute, call<'openRoute'>({ route }))
  await driven(acts.setWeight, call<'setWeight'>({ route, to: 100, expect: [0] }))
  const ingress = it.ingress()
  if (ingress) world.blue.remove(ingress)
  await eventually('its rule goes', () => it.rule() === undefined)
  const { answer } = await driven(acts.settleRoute, call<'settleRoute'>({ route, on: 'green' }))
  expect(answer.note).toContain(
    `In no rule are binding ${route.namespace}/${route.greenTargetGroup} on demo-1-36 and target group ${route.greenTargetGroup}`,
  )
  const objects = [anIngress(route.namespace)]
  await handOver({ host: `${route.namespace}.test`, objects }, world.blue, world.green, world.aws.elbv2)
  expect(it.bindings('green').map(({ metadata }) => metadata.name)).not.toContain(route.greenTargetGroup)
  expect(it.group()).toBeUndefined()
})
