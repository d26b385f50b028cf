import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUN, WEIGHED_AT } from '../../src/domain/annotations.ts'
import { rulesOf } from '../../src/domain/http-routes.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Backend, HttpRoute, Side } from '../../src/domain/platform.ts'
import { attempted, driven, ending, type Driving } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { runGatewayController, type GatewayController } from '../support/gateway-controller.ts'
import { call, scope } from '../support/small-world.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 120_000 }
const sides = ['blue', 'green'] as const
const GATEWAY = 'gateway.networking.k8s.io/v1'
const AWS = 'application-networking.k8s.aws'

/**
 * What is promised of an HTTPRoute that splits traffic, whichever API servers it meets. `home`: where it is; nothing is asked
 * of that but its own API.
 */
export function httpRoutesContract(of: () => WorldUnderTest, home: () => ServerUnderTest = () => of().green): void {
  const on = (side: Side): ServerUnderTest => of()[side]
  const places = new Set<string>()
  let controller: GatewayController
  beforeAll(() => {
    controller = runGatewayController(home(), places)
  })
  afterAll(() => controller.stop())

  const put = (server: ServerUnderTest, object: KubernetesObject) => server.applyAs('team', object)
  const aSlice = (namespace: string, service: string, ready: readonly boolean[]): KubernetesObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: ready.map((is, n) => ({ addresses: [`10.9.0.${n + 1}`], conditions: { ready: is } })),
  })

  /** As its team has made it: a rule for blue with all sorts beside it, a redirect, and a rule of somebody else's. */
  async function aRoute({ kind = 'Service', green = true }: { kind?: Backend['kind']; green?: boolean } = {}) {
    const namespace = await aNamespace(home(), on('blue'), on('green'))
    const backend = (side: Side): Backend => ({ kind, namespace, name: `web-${scope[side]}` })
    const service = (server: ServerUnderTest, name: string) =>
      put(server, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port: 80 }] } })
    const serve = async (side: Side) => {
      const { name } = backend(side)
      if (kind === 'Service') {
        await service(home(), name)
        await put(home(), aSlice(namespace, name, [true, true]))
        return
      }
      await put(home(), {
        apiVersion: `${AWS}/v1alpha1`,
        kind: 'ServiceImport',
        metadata: {
          name,
          namespace,
          annotations: { [`${AWS}/aws-eks-cluster-name`]: scope[side], [`${AWS}/export-name`]: 'web' },
        },
        spec: { type: 'ClusterSetIP', ports: [{ port: 80, protocol: 'TCP' }] },
      })
      await put(on(side), {
        apiVersion: `${AWS}/v1alpha1`,
        kind: 'ServiceExport',
        metadata: { name: 'web', namespace },
        spec: {},
      })
      await service(on(side), 'web')
      await put(on(side), aSlice(namespace, 'web', [true, true]))
    }
    await service(home(), 'other')
    for (const side of green ? sides : (['blue'] as const)) await serve(side)
    await put(home(), {
      apiVersion: GATEWAY,
      kind: 'Gateway',
      metadata: { name: 'public', namespace },
      spec: { gatewayClassName: 'sandbox', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    })
    const marked = { type: 'RequestHeaderModifier', requestHeaderModifier: { add: [{ name: 'x-by', value: 'blue' }] } }
    const ofBlue = { group: '', kind, name: backend('blue').name, port: 80, weight: 1, filters: [marked] }
    const ofOther = { group: '', kind: 'Service', name: 'other', port: 80, weight: 1 }
    const match = (value: string) => ({ path: { type: 'PathPrefix', value } })
    await put(home(), {
      apiVersion: GATEWAY,
      kind: 'HTTPRoute',
      metadata: { name: 'web', namespace },
      spec: {
        parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', sectionName: 'http' }],
        hostnames: ['web.test'],
        rules: [
          { matches: [match('/old')], filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }] },
          { matches: [match('/other')], backendRefs: [ofOther] },
          { matches: [match('/')], timeouts: { request: '10s' }, backendRefs: [{ ...ofOther, weight: 0 }, ofBlue] },
        ],
      },
    })
    places.add(namespace)
    const route: HttpRoute = {
      kind: 'http-route',
      name: `httproute.${namespace}.web`,
      cluster: home().name,
      namespace,
      httpRoute: 'web',
      blue: backend('blue'),
      green: backend('green'),
    }
    const there = async (): Promise<KubernetesObject> => {
      const found = await home().admin.find('HTTPRoute', namespace, 'web')
      if (!found) throw new Error('it is not there')
      return found
    }
    const { activities } = of()
    return {
      route,
      namespace,
      there,
      serve,
      weights: async () =>
        Object.fromEntries(
          ((rulesOf(await there())[2]?.['backendRefs'] ?? []) as { name: string; weight: number }[]).flatMap((ref) => {
            const side = sides.find((s) => backend(s).name === ref.name)
            return side === undefined ? [] : [[side, ref.weight]]
          }),
        ) as Record<string, number>,
      open: (driving: Driving = patience) => driven(activities.openRoute, call<'openRoute'>({ route }), driving),
      to: (weight: number) => call<'setWeight'>({ route, to: weight, expect: [0, 5, 25, 100] }),
      settle: (side: Side) => call<'settleRoute'>({ route, on: side }),
      /** As somebody else does, who applies it from a repository. */
      async writeAs(manager: string, weights: Readonly<Record<Side, number>>) {
        const { spec } = await there()
        const rules = structuredClone(rulesOf({ spec: spec ?? {} })) as {
          backendRefs?: { name: string; weight: number }[]
        }[]
        for (const ref of rules.flatMap((rule) => rule.backendRefs ?? []))
          for (const side of sides) if (ref.name === backend(side).name) ref.weight = weights[side]
        await home().applyAs(manager, {
          apiVersion: GATEWAY,
          kind: 'HTTPRoute',
          metadata: { name: 'web', namespace },
          spec: { ...spec, rules },
        })
      },
    }
  }

  describe('an HTTPRoute', () => {
    test('goes to green and back, each weight served before it counts, and is what it was', TIMES, async () => {
      const it = await aRoute()
      const { activities } = of()
      const before = await it.there()
      const { answer } = await it.open(answersLost)
      expect(answer.note).toBe('2 targets healthy on green, at 0 %')
      expect(await it.weights()).toEqual({ blue: 100, green: 0 })
      expect((await it.there()).metadata.annotations?.[RUN]).toBe('run-1')
      for (const weight of [5, 100, 0]) {
        const { answer } = await driven(activities.setWeight, it.to(weight), answersLost)
        expect(answer.note).toBe(`${weight} % read back`)
        expect(await it.weights()).toEqual({ blue: 100 - weight, green: weight })
      }
      const closed = await driven(activities.settleRoute, it.settle('blue'), answersLost)
      expect(closed.answer.note).toBe(
        `only blue is served; Service ${it.namespace}/web-${scope.green} is not Norikae's and was left`,
      )
      const after = await it.there()
      expect(after.spec).toEqual(before.spec)
      expect(after.metadata.annotations?.[RUN]).toBeUndefined()
    })

    test('that gives blue a weight is told before blue is emptied, and nothing of blue goes', TIMES, async () => {
      const it = await aRoute()
      const { arn = '', createdAt = '' } = (await of().ports.eks(scope.region).findCluster(scope.blue)) ?? {}
      const input = { cluster: scope.blue, identity: { arn, createdAt }, gateway: home().name }
      const { type, message } = await ending(of().activities.emptyCluster, call<'emptyCluster'>(input), patience)
      expect([type, message]).toEqual(['Contested', expect.stringContaining('Nothing was removed')])
      expect(message).toContain(
        `HTTPRoute ${it.namespace}/web on ${home().name} gives a weight to Service ${it.namespace}/web-${scope.blue}`,
      )
    })

    test('that is settled on green has no blue, and green has what blue had beside its name', TIMES, async () => {
      const it = await aRoute()
      const { activities } = of()
      const before = await it.there()
      await it.open()
      await driven(activities.setWeight, it.to(100), patience)
      await driven(activities.settleRoute, it.settle('green'), answersLost)
      const named = JSON.stringify(before.spec).replaceAll(`web-${scope.blue}`, `web-${scope.green}`)
      expect((await it.there()).spec).toEqual(JSON.parse(named))
    })

    test('is waited for as long as its Gateway speaks of another generation', TIMES, async () => {
      const it = await aRoute()
      const { activities } = of()
      await it.open()
      controller.paused = true
      try {
        const before = (await it.there()).metadata.generation ?? 0
        await eventually('it is waited for', async () =>
          /is of generation \d+, not \d+$/.test(await attempted(activities.setWeight, it.to(5))),
        )
        expect((await it.there()).metadata.generation).toBe(before + 1)
        expect(await it.weights()).toEqual({ blue: 95, green: 5 })
      } finally {
        controller.paused = false
      }
      await driven(activities.setWeight, it.to(5), patience)
    })

    test('that somebody else writes is told of before it is written once more, and they are named', TIMES, async () => {
      const it = await aRoute()
      const { activities } = of()
      await it.open()
      await it.writeAs('flagger', { blue: 60, green: 40 })
      const { type, message } = await ending(activities.setWeight, it.to(5), patience)
      expect(type).toBe('Claimed')
      expect(message).toMatch(
        / is at 40 %, where 0 % was left: flagger at .* moved it towards green\. Stop that: Norikae writes 0 % once more/,
      )
      expect(await it.weights()).toEqual({ blue: 60, green: 40 })
    })

    test('gets no backend that is not there', TIMES, async () => {
      const it = await aRoute({ green: false })
      const asked = call<'openRoute'>({ route: it.route })
      expect(await attempted(of().activities.openRoute, asked)).toBe(
        `Service ${it.namespace}/web-${scope.green} on ${home().name} is not there. Apply it, as blue's is`,
      )
      expect(await it.weights()).toEqual({ blue: 1 })
      await it.serve('green')
      await put(home(), aSlice(it.namespace, it.route.green.name, [true, false]))
      await eventually('one is not ready', async () =>
        (await attempted(of().activities.openRoute, asked)).startsWith('1 of 2 endpoints of Service'),
      )
    })
  })

  describe('an HTTPRoute over ServiceImports', () => {
    test('is given its time after each weight, and counts what serves on each cluster itself', TIMES, async () => {
      const it = await aRoute({ kind: 'ServiceImport' })
      const { activities } = of()
      const waits: string[] = []
      const { answer } = await it.open({
        ...answersLost,
        async between(why) {
          waits.push(why)
          if (!why.includes('VPC Lattice')) return
          const annotations = { [WEIGHED_AT]: new Date(Date.now() - 91_000).toISOString() }
          await home().admin.patch('HTTPRoute', it.namespace, 'web', { metadata: { annotations } })
        },
      })
      expect(answer.note).toBe('2 targets healthy on green, at 0 %')
      expect(waits).toContain(
        `HTTPRoute ${it.namespace}/web on ${home().name} is accepted, and has 90 s to be so in VPC Lattice`,
      )
      await put(on('green'), aSlice(it.namespace, 'web', [true, false]))
      expect(await attempted(activities.openRoute, call<'openRoute'>({ route: it.route }))).toMatch(
        /^1 of 2 endpoints of ServiceImport/,
      )
    })

    test(
      'goes back, zero given its time, before blue is left alone; also what a terminated cutover took back',
      TIMES,
      async () => {
        const it = await aRoute({ kind: 'ServiceImport' })
        const { activities } = of()
        const settles = `HTTPRoute ${it.namespace}/web on ${home().name} is accepted, and has 90 s to be so in VPC Lattice`
        const later = () => {
          const annotations = { [WEIGHED_AT]: new Date(Date.now() - 91_000).toISOString() }
          return home().admin.patch('HTTPRoute', it.namespace, 'web', { metadata: { annotations } })
        }
        /** What Lattice was waited for, if at all. */
        const given = async (work: (driving: Driving) => Promise<unknown>): Promise<readonly string[]> => {
          const waits: string[] = []
          const between = async (why: string) => {
            if (!why.includes('VPC Lattice')) return
            waits.push(why)
            await later()
          }
          await work({ ...patience, between })
          return waits
        }
        await given((driving) => it.open(driving))
        const weigh = (weight: number) => given((driving) => driven(activities.setWeight, it.to(weight), driving))
        expect(await weigh(25)).toEqual([settles])
        const place = { app: 'web', environment: 'test', namespaces: [it.namespace], on: 'green' as const }
        const withdraw = call<'withdraw'>({ ...place, routes: [it.route] })
        expect(await ending(activities.withdraw, withdraw, patience)).toEqual({
          type: 'Contested',
          message: `route ${it.route.name} still sends 25 % to ${scope.green}, where withdrawing web would drop them. See that ${scope.blue} serves it, set green's weight to 0, then retry`,
        })
        expect(await weigh(0)).toEqual([settles])

        // The way back of an earlier cutover has just written it, and ended.
        const annotations = { [WEIGHED_AT]: new Date().toISOString() }
        await home().admin.patch('HTTPRoute', it.namespace, 'web', { metadata: { annotations } })
        const settle = call<'settleRoute'>({ route: it.route, on: 'blue' }, { asker: 'run-2' })
        await eventually('it is served', async () => (await attempted(activities.settleRoute, settle)) === settles)
        expect(await it.weights()).toEqual({ blue: 100, green: 0 })
        expect(await given((driving) => driven(activities.settleRoute, settle, driving))).toEqual([settles])
        expect(Object.keys(await it.weights())).toEqual(['blue'])
        expect((await it.there()).metadata.annotations ?? {}).not.toHaveProperty([WEIGHED_AT])
      },
    )

    test('never gives green’s weight to an import of another cluster', TIMES, async () => {
      const it = await aRoute({ kind: 'ServiceImport' })
      const { name } = it.route.green
      await home().admin.patch('ServiceImport', it.namespace, name, {
        metadata: { annotations: { [`${AWS}/aws-eks-cluster-name`]: scope.blue } },
      })
      const { type, message } = await ending(
        of().activities.openRoute,
        call<'openRoute'>({ route: it.route }),
        patience,
      )
      expect([type, message]).toEqual([
        'Contested',
        `ServiceImport ${it.namespace}/${name} on ${home().name} is for ${scope.blue}. Set its annotation ${AWS}/aws-eks-cluster-name to ${scope.green}, then retry`,
      ])
      expect(await it.weights()).toEqual({ blue: 1 })
    })

    test('waits for what its import stands for', TIMES, async () => {
      const it = await aRoute({ kind: 'ServiceImport' })
      await on('green').admin.remove('ServiceExport', it.namespace, 'web')
      expect(await attempted(of().activities.openRoute, call<'openRoute'>({ route: it.route }))).toContain(
        `stands for ServiceExport ${it.namespace}/web of ${scope.green}, which is not there`,
      )
    })
  })
}
