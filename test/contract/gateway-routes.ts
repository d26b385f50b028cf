import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import type { Proven } from '../../src/activities/outside.ts'
import type { LoadBalancingPort } from '../../src/activities/ports.ts'
import { gatewayRoute } from '../../src/activities/routes/gateway.ts'
import { movedKey } from '../../src/domain/gateway-routes.ts'
import { BINDING } from '../../src/sandbox/load-balancer-controller.ts'
import { aGateway, anHttpRoute } from '../support/a-gateway-route.ts'
import { attempted } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { runGatewayController, type GatewayController } from '../support/gateway-controller.ts'
import { scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import { backWithoutGroup, now } from './steps.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const TIMES = { timeout: 60_000 }
const ARN = 'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup'
const RULE = 'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener-rule/app/k8s-shop/50dc/f2f7/9683'

/** What is promised of an HTTPRoute of blue, whichever API servers it meets; no controller makes rules of it here. */
export function gatewayRoutesContract(of: () => WorldUnderTest): void {
  const places = new Set<string>()
  let controller: GatewayController
  beforeAll(() => {
    controller = runGatewayController(of().blue, places)
  })
  afterAll(() => controller.stop())

  async function aDriver() {
    const { blue } = of()
    const namespace = await aNamespace(blue)
    await blue.applyAs('team', aGateway(namespace, 'nobodys'))
    await blue.applyAs('team', anHttpRoute(namespace))
    await blue.applyAs('team', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { ports: [{ port: 80 }] },
    })
    const groups: Record<string, string> = { [`${ARN}/web/b1`]: `${ARN}/web/b1`, green: `${ARN}/green/9a` }
    const world = {
      on: async () => blue.port,
      loadBalancing: {
        findTargetGroup: async (name: string) => groups[name] && { arn: groups[name] },
        rulesForwardingTo: async () => [],
      },
    } as unknown as Proven // all that is asked for what is written
    const route = {
      kind: 'gateway',
      name: `gateway.${namespace}.shop.web`,
      namespace,
      httpRoute: 'shop',
      service: 'web',
      binding: 'k8s-web',
      blueTargetGroup: `${ARN}/web/b1`,
      greenTargetGroup: 'green',
      loadBalancer: '',
    } as const
    const there = async () => {
      const found = await blue.admin.find('HTTPRoute', namespace, 'shop')
      if (!found) throw new Error('it is not there')
      return found
    }
    return { blue, namespace, there, groups, driver: gatewayRoute(world, route, { run: 'run-1', scope }) }
  }

  describe('an HTTPRoute of blue', () => {
    test(
      'gets green’s target group beside its Service, and is as its team had written it in the end',
      TIMES,
      async () => {
        const { driver, there } = await aDriver()
        const { spec } = await there()
        const before = await driver.read()
        expect([before.share, before.ours]).toEqual(['closed', false])
        await now(driver, (it) => it.write(0))
        await now(driver, (it) => it.write(25))
        const read = await driver.read()
        expect([read.share, read.ours, read.has('green')]).toEqual([25, true, true])
        const written = await there()
        expect(written.metadata.annotations?.[movedKey('web')]).toBe('run-1')
        expect(written.spec?.['rules']).toMatchObject([
          {
            backendRefs: [
              { name: 'web', port: 80, weight: 75 },
              { group: '', kind: 'TargetGroupName', name: 'green', weight: 25 },
            ],
          },
        ])
        await expect(before.write(50)).rejects.toMatchObject({ type: 'Conflict' })
        await now(driver, (it) => it.write(0))
        await now(driver, (it) => it.leaveOnly('blue'))
        const after = await there()
        expect(after.metadata.annotations?.[movedKey('web')]).toBeUndefined()
        const { rules } = spec as { rules: { backendRefs: object[] }[] } // as it was applied
        const whole = rules.map((rule) => ({
          ...rule,
          backendRefs: rule.backendRefs.map((r) => ({ ...r, weight: 1 })),
        }))
        expect(after.spec).toEqual({ ...spec, rules: whole })
      },
    )

    test.for(['write', 'leaveOnly'] as const)(
      'goes back to its Service also where green’s target group is gone, and to green no more (%s)',
      TIMES,
      async (by) => {
        const { driver, there, groups } = await aDriver()
        await backWithoutGroup(driver, groups, by)
        expect((await there()).spec?.['rules']).toMatchObject([{ backendRefs: [{ name: 'web', port: 80, weight: 1 }] }])
        expect((await there()).metadata.annotations?.[movedKey('web')]).toBeUndefined()
        expect((await driver.read()).share).toBe('unmade')
      },
    )

    test('does not count before its Gateway has said so, and not before a listener does', TIMES, async () => {
      const { driver, namespace } = await aDriver()
      const counts = async () =>
        attempted(async () => driver.inForce(await driver.read(), 'weight', Date.now()), undefined)
      await now(driver, (it) => it.write(5))
      expect(await counts()).toContain(`HTTPRoute ${namespace}/shop is not served as it is written: Gateway`)
      places.add(namespace)
      await eventually('the Gateway says so', async () =>
        (await counts()).startsWith(
          `HTTPRoute ${namespace}/shop is written, and no listener rule forwards to its target groups: the load balancer controller of ${scope.blue}`,
        ),
      )
    })

    test('that somebody else writes names them, and nobody before', TIMES, async () => {
      const { driver, blue, namespace } = await aDriver()
      await now(driver, (it) => it.write(5))
      expect(await driver.writer()).toBeUndefined()
      await blue.applyAs('argocd-controller', anHttpRoute(namespace))
      expect(await driver.writer()).toMatch(/^argocd-controller at \d/)
      expect((await driver.read()).share).toBe('closed')
    })

    test('is found by the binding that the controller has made for it', TIMES, async () => {
      const { blue, namespace } = await aDriver()
      const stack = { 'stack-namespace': namespace, 'stack-name': 'public' }
      const labels = Object.fromEntries(Object.entries(stack).map(([k, v]) => [`gateway.k8s.aws.alb/${k}`, v]))
      await blue.applyAs('controller', {
        ...BINDING,
        metadata: { name: 'k8s-web', namespace, labels },
        spec: { targetGroupARN: `${ARN}/web/b1`, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
      })
      const balancing = {
        rulesForwardingTo: async () => [
          {
            arn: RULE,
            hosts: [],
            isDefault: false,
            ownedByCluster: scope.blue,
            actions: [{ type: 'forward', order: 1, targetGroups: [{ arn: `${ARN}/web/b1`, weight: 1 }] }],
          },
        ],
        pagesBeside: async () => ({ inFront: {}, ofNobody: [] }),
      } as unknown as LoadBalancingPort // of the stand-in's AWS these servers know nothing
      const found = await discover(blue.port, balancing, { name: scope.blue, pools: [] })
      const [facts] = found.namespaces.find((n) => n.name === namespace)?.routes ?? []
      expect(facts).toMatchObject({ binding: 'k8s-web', gateway: { httpRoute: 'shop', service: 'web' } })
    })
  })
}
