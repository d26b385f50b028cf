import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpRoutesContract } from '../../contract/http-routes.ts'
import type { ServerUnderTest } from '../../contract/servers.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { rulesOf } from '../../../src/domain/http-routes.ts'
import type { HttpRoute } from '../../../src/domain/platform.ts'
import { BINDING } from '../../../src/sandbox/load-balancer-controller.ts'
import { httpRouteSurvey } from '../../../src/activities/http-route-survey.ts'
import { aRoute } from '../../support/a-route.ts'
import { anApp, anEnvironment, aPlatform } from '../../support/builders.ts'
import { attempted, driven } from '../../support/driven.ts'
import { runGatewayController } from '../../support/gateway-controller.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { serverOf, worldOf } from './a-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest
/** Where HTTPRoutes are: neither blue nor green. */
let edge: ServerUnderTest
const EDGE = 'edge-1-35'
beforeAll(async () => {
  clusters = await twoClusters()
  world = await worldOf(clusters)
  await clusters.aws.eks.seedCluster({ name: EDGE, version: '1.35', nodegroups: [], addons: [], tags: {} })
  edge = await serverOf(clusters, EDGE)
})
afterAll(() => clusters.stop())

httpRoutesContract(
  () => world,
  () => edge,
)

test('preflight says where HTTPRoutes cannot be read, are not there, or would go with blue', async () => {
  const found = async (cluster: string) => {
    const backend = { kind: 'Service', namespace: 'nowhere', name: 'web' } as const
    const sides = { blue: backend, green: { ...backend, name: 'web-green' } }
    const its = { kind: 'http-route', name: 'x', cluster, namespace: 'nowhere', httpRoute: 'web', ...sides } as const
    const environments = [anEnvironment('test', { routes: [its] })]
    const platform = aPlatform({ blue: scope.blue, green: scope.green, apps: [anApp('shop', { environments })] })
    const findings = await httpRouteSurvey(
      { cluster: (name) => clusters.ports.kubernetes(scope.region, name) },
      platform,
    )
    return findings.map((f) => `${f.code} ${f.about}`)
  }
  expect(await found('edge-gone')).toEqual(['gateway-unreadable edge-gone'])
  expect(await found(EDGE)).toEqual(['http-route-missing nowhere/web'])
  expect(await found(scope.blue)).toEqual([`gateway-on-blue ${scope.blue}`])
})

describe('an HTTPRoute over target groups', () => {
  test('is waited for until the listener says what its Gateway has accepted, both ways', async () => {
    const balanced = await aRoute(clusters)
    const { namespace, ruleArn, greenTargetGroup, blueTargetGroup } = balanced.route
    const { elbv2 } = clusters.aws
    const backend = (name: string) => ({ kind: 'TargetGroupName', namespace, name }) as const
    const route: HttpRoute = {
      kind: 'http-route',
      name: `httproute.${namespace}.web`,
      cluster: EDGE,
      namespace,
      httpRoute: 'web',
      blue: backend(namespace),
      green: backend(greenTargetGroup),
    }
    const cluster = clusters.cluster(EDGE)
    const apiVersion = 'gateway.networking.k8s.io/v1'
    cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    cluster.apply({ apiVersion, kind: 'Gateway', metadata: { name: 'public', namespace }, spec: {} })
    cluster.apply({
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: 'web', namespace },
      spec: {
        parentRefs: [{ name: 'public' }],
        rules: [{ backendRefs: [{ group: '', kind: 'TargetGroupName', name: namespace, weight: 1 }] }],
      },
    })
    const controller = runGatewayController(edge, new Set([namespace]))
    const { openRoute, setWeight, settleRoute } = world.activities
    try {
      const open = call<'openRoute'>({ route })
      expect(await attempted(openRoute, open)).toBe(
        `target group ${greenTargetGroup} is not there. Make it, as blue's is`,
      )
      const green = elbv2.seedTargetGroup(greenTargetGroup, {})
      expect(await attempted(openRoute, open)).toBe(
        `no TargetGroupBinding on demo-1-36 is for target group ${greenTargetGroup}. Apply it there, as on blue`,
      )
      clusters.green.apply({
        ...BINDING,
        metadata: { name: 'web', namespace },
        spec: { targetGroupARN: green, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
      })
      /** As the load balancer's controller does, whenever it comes to it. */
      const reconcile = async () => {
        const found = await edge.admin.find('HTTPRoute', namespace, 'web')
        const refs = (rulesOf(found ?? {})[0]?.['backendRefs'] ?? []) as { name: string; weight: number }[]
        elbv2.setWeightAsSomebodyElse(
          ruleArn,
          refs.map(({ name, weight }) => ({ targetGroupArn: name === namespace ? blueTargetGroup : green, weight })),
        )
      }
      const seen: string[] = []
      const lagging = {
        async between(why: string) {
          seen.push(why)
          if (why.includes('listener rule')) await reconcile()
        },
      }
      await driven(openRoute, open, lagging)
      expect(seen).toContain(
        `HTTPRoute ${namespace}/web on ${EDGE} is accepted, and listener rule ${ruleArn} does not say so yet`,
      )
      expect(balanced.weights()).toEqual({ blue: 100, green: 0 })
      for (const to of [25, 0]) {
        const before = seen.length
        await driven(setWeight, call<'setWeight'>({ route, to, expect: [0, 25] }), lagging)
        expect(seen.slice(before).some((why) => why.includes('does not say so yet'))).toBe(true)
        expect(balanced.weights()).toEqual({ blue: 100 - to, green: to })
      }
      await driven(settleRoute, call<'settleRoute'>({ route, on: 'blue' }), lagging)
      expect(balanced.weights()).toEqual({ blue: 1 })
    } finally {
      await controller.stop()
    }
  })
})
