import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { discover } from '../../../src/activities/discovery.ts'
import { askedToWait } from '../../../src/activities/errors.ts'
import { proven } from '../../../src/activities/outside.ts'
import { waysTo } from '../../../src/activities/ways.ts'
import { gatewayRoutesContract } from '../../contract/gateway-routes.ts'
import { ingressRoutesContract } from '../../contract/ingress-routes.ts'
import { routesKeepTheirWord } from '../../contract/routes.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { aRecordRoute, recordsFound } from '../../support/a-record-route.ts'
import { anIngressRoute } from '../../support/an-ingress-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { worldOf } from './a-world.ts'

/** Of a platform file, what a survey of records reads. */

/** Whoever can wait for Route 53 has its turn. */
let isTurn = true
const waits = askedToWait('others have their turn', 1)

let world: TwoClusters
let servers: WorldUnderTest
beforeAll(async () => {
  world = await twoClusters({
    aws: { recordsMs: 100 },
    between: (ports) => ({
      ...ports,
      records(region) {
        const port = ports.records(region)
        const inTurn = async <T>(ask: () => Promise<T>): Promise<T> => (isTurn ? ask() : Promise.reject(waits))
        return {
          ...port,
          named: (...asked) => inTurn(() => port.named(...asked)),
          change: (...asked) => inTurn(() => port.change(...asked)),
          isInSync: (...asked) => inTurn(() => port.isInSync(...asked)),
        }
      },
    }),
  })
  servers = await worldOf(world)
})
afterAll(() => world.stop())

routesKeepTheirWord('records of Route 53', () => world, aRecordRoute)

describe('records of Route 53', () => {
  const acts = () => world.activities
  const open = (route: Awaited<ReturnType<typeof aRecordRoute>>['route']) => call<'openRoute'>({ route })

  test('are waited for as long as clients may go by what was before, and are as they were in the end', async () => {
    const it = await aRecordRoute(world, 'alias')
    const { route } = it
    const waits: string[] = []
    const between = (why: string) => {
      waits.push(why)
      if (why.startsWith('clients may go by')) vi.setSystemTime(Date.now() + 121_000)
    }
    await driven(acts().openRoute, open(route), { between })
    await driven(acts().setWeight, call<'setWeight'>({ route, to: 25, expect: [0] }), { between })
    expect(waits.filter((w) => /^clients may go by .* before this for 1[12]\ds more$/.test(w))).toHaveLength(2)
    await driven(acts().setWeight, call<'setWeight'>({ route, to: 0, expect: [25] }), { between })
    await driven(acts().settleRoute, call<'settleRoute'>({ route, on: 'blue' }), { between })
    vi.useRealTimers()
    expect(it.sets()).toEqual([it.original])
  })

  test('move visitors while nothing else has its turn at Route 53', async () => {
    const { route, weights } = await aRecordRoute(world, 1)
    await driven(acts().openRoute, open(route))
    isTurn = false
    try {
      await driven(acts().setWeight, call<'setWeight'>({ route, to: 25, expect: [0] }))
      expect(await attempted(acts().openRoute, open(route))).toContain(waits.message)
    } finally {
      isTurn = true
    }
    expect(weights()).toEqual({ blue: 75, green: 25 })
  })

  test('are surveyed with whom they lead to, and with types that somebody protects', async () => {
    const { route, zone, host } = await aRecordRoute(world)
    world.aws.route53.protect(zone, route.name, 'CNAME')
    const record = {
      name: route.name,
      zone,
      target: { kind: 'Service', namespace: route.namespace, name: 'web' },
    } as const
    expect(await recordsFound(world, [record])).toMatchObject([
      { name: route.name, protectedTypes: ['CNAME'], balancer: { name: host.blue } },
    ])
  })

  test('are everywhere before a weight counts', async () => {
    const it = await aRecordRoute(world)
    expect(await attempted(acts().openRoute, open(it.route))).toMatch(/is on its way to all servers of Route 53/)
  })

  test('lead to blue as long as it has a weight, whoever made them', async () => {
    const it = await aRecordRoute(world)
    const { name, namespace } = it.route
    const look = async () => {
      const here = await proven(world.outside, scope)
      const { answer } = await driven(() => waysTo(here, scope, 'blue'), undefined)
      return answer.names.find((way) => way.name === name)?.says
    }
    expect(await look()).toBe(
      `${name} (CNAME in hosted zone example.com) leads to ${it.host.blue}, of Service/${namespace}/web`,
    )
    await driven(acts().openRoute, open(it.route))
    await it.write({ blue: 1, green: 99 })
    expect(await look()).toContain(name)
    await it.write({ blue: 0, green: 100 })
    expect(await look()).toBeUndefined()
  })

  test('are not opened where they are external-dns’s, have others’ weights or another run’s', async () => {
    const theirs = await aRecordRoute(world)
    world.aws.route53.seedRecord(theirs.zone, {
      Name: `cname-${theirs.route.name}`,
      Type: 'TXT',
      TTL: 300,
      ResourceRecords: [{ Value: '"heritage=external-dns,external-dns/owner=chat-1-35"' }],
    })
    const owned = await ending(acts().openRoute, open(theirs.route))
    expect(owned).toMatchObject({ type: 'Contested', message: expect.stringContaining('(owner chat-1-35)') })

    const it = await aRecordRoute(world)
    await driven(acts().openRoute, open(it.route))
    const other = await ending(
      acts().openRoute,
      call<'openRoute'>({ route: it.route }, { run: 'run-9', asker: 'run-9' }),
    )
    expect(other).toMatchObject({ type: 'Contested', message: expect.stringContaining('made by run run-1') })
    const [one] = it.sets()
    if (one) await it.change([{ Action: 'CREATE', ResourceRecordSet: { ...one, SetIdentifier: 'canary', Weight: 1 } }])
    const canary = await ending(acts().setWeight, call<'setWeight'>({ route: it.route, to: 5, expect: [0] }))
    expect(canary).toMatchObject({ type: 'Contested', message: expect.stringContaining('serves other records too') })
  })

  test('that are protected are left, with Route 53’s own words', async () => {
    const it = await aRecordRoute(world)
    world.aws.route53.protect(it.zone, it.route.name, 'CNAME')
    const failure = await ending(acts().openRoute, open(it.route))
    expect(failure).toMatchObject({ type: 'Contested', message: expect.stringContaining('is protected') })
    expect(it.sets()).toEqual([it.original])
  })

  test('that lead to green are not withdrawn from under it', async () => {
    const it = await aRecordRoute(world)
    const { route } = it
    await driven(acts().openRoute, open(route))
    await driven(acts().setWeight, call<'setWeight'>({ route, to: 25, expect: [0] }))
    const place = { app: 'chat', environment: 'test', namespaces: [route.namespace], routes: [route] }
    const refused = await ending(acts().withdraw, call<'withdraw'>({ ...place, on: 'green' }, { asker: 'run-2' }))
    expect(refused).toMatchObject({
      type: 'Contested',
      message: expect.stringContaining('still sends 25 % to demo-1-36'),
    })
    // Both get half of it then.
    await it.write({ blue: 0, green: 0 })
    const odd = await ending(acts().withdraw, call<'withdraw'>({ ...place, on: 'green' }, { asker: 'run-2' }))
    expect(odd).toMatchObject({ type: 'Contested', message: expect.stringContaining('may drop requests') })
  })
})

ingressRoutesContract(() => servers)
gatewayRoutesContract(() => servers)

describe('rules that a controller makes of an Ingress', () => {
  const acts = () => world.activities

  test('are found by what the controller has made, and do not count while it is away', async () => {
    const it = await anIngressRoute(world)
    const { route } = it
    const found = await discover(servers.blue.port, world.ports.loadBalancing(scope.region), {
      name: scope.blue,
      pools: [],
    })
    const [facts, ...more] = found.namespaces.find((n) => n.name === route.namespace)?.routes ?? []
    expect(facts).toMatchObject({
      binding: route.binding,
      targetGroup: route.blueTargetGroup,
      ingress: { name: 'web', action: 'shop', service: 'web' },
      rules: [{ isDefault: false, ownedByCluster: scope.blue }],
    })
    expect(more).toEqual([])
    await driven(acts().openRoute, call<'openRoute'>({ route }))
    const controller = world.blue
      .list('apps/v1', 'Deployment')
      .find((d) => d.metadata.name.includes('load-balancer-controller'))
    const { metadata, ...rest } = controller ?? { metadata: { name: '' }, apiVersion: 'apps/v1', kind: 'Deployment' }
    const { name, namespace = '' } = metadata
    const scale = (replicas: number) =>
      world.blue.apply({ ...rest, metadata: { name, namespace }, spec: { ...controller?.spec, replicas } })
    const running = () => world.blue.pods().filter((p) => p.name.includes('load-balancer-controller')).length
    scale(0)
    await eventually('it is away', () => running() === 0)
    const ask = call<'setWeight'>({ route, to: 50, expect: [0] })
    await eventually('it is waited for', async () =>
      /listener rule arn.* does not say so yet: the load balancer controller of demo-1-35 makes it$/.test(
        await attempted(acts().setWeight, ask),
      ),
    )
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    scale(1)
    await driven(acts().setWeight, ask)
    expect(it.weights()).toEqual({ blue: 50, green: 50 })
  })
})
