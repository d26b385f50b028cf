import { describe, expect, test } from 'vitest'
import type { Proven } from '../../src/activities/outside.ts'
import { ingressRoute } from '../../src/activities/routes/ingress.ts'
import { actionKey, keptKey } from '../../src/domain/ingress-actions.ts'
import { anIngress, ORIGINAL } from '../support/an-ingress-route.ts'
import { scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import { backWithoutGroup, now } from './steps.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const TIMES = { timeout: 60_000 }
const ARN = 'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup'

/** What is promised of the action of an Ingress, whichever API servers it meets; no controller makes rules of it here. */
export function ingressRoutesContract(of: () => WorldUnderTest): void {
  async function aDriver() {
    const { blue } = of()
    const namespace = await aNamespace(blue)
    await blue.applyAs('team', anIngress(namespace))
    const groups: Record<string, string> = { [`${ARN}/web/b1`]: `${ARN}/web/b1`, green: `${ARN}/green/9a` }
    const world = {
      on: async () => blue.port,
      loadBalancing: { findTargetGroup: async (name: string) => groups[name] && { arn: groups[name] } },
    } as unknown as Proven // all that is asked for what is written
    const route = {
      kind: 'ingress',
      name: `ingress.${namespace}.web.shop`,
      namespace,
      ingress: 'web',
      action: 'shop',
      service: 'web',
      binding: 'k8s-web',
      blueTargetGroup: `${ARN}/web/b1`,
      greenTargetGroup: 'green',
      loadBalancer: '',
    } as const
    const annotations = async () => (await blue.admin.find('Ingress', namespace, 'web'))?.metadata.annotations ?? {}
    return { blue, namespace, annotations, groups, driver: ingressRoute(world, route, { run: 'run-1', scope }) }
  }

  describe('an action of an Ingress', () => {
    test('is written from what was read, and is as its team had written it in the end', TIMES, async () => {
      const { driver, annotations } = await aDriver()
      const before = await driver.read()
      expect([before.share, before.ours]).toEqual(['closed', false])
      await now(driver, (it) => it.write(0))
      await now(driver, (it) => it.write(25))
      const read = await driver.read()
      expect([read.share, read.ours, read.has('green')]).toEqual([25, true, true])
      expect(JSON.parse((await annotations())[keptKey('shop')] ?? '')).toEqual({ run: 'run-1', was: ORIGINAL })
      await expect(before.write(50)).rejects.toMatchObject({ type: 'Conflict' })
      await now(driver, (it) => it.write(0))
      await now(driver, (it) => it.leaveOnly('blue'))
      expect(await annotations()).toEqual({ [actionKey('shop')]: ORIGINAL })
    })

    test.for(['write', 'leaveOnly'] as const)(
      'is as its team had written it also where green’s target group is gone, and goes to green no more (%s)',
      TIMES,
      async (by) => {
        const { driver, annotations, groups } = await aDriver()
        await backWithoutGroup(driver, groups, by)
        const left = await annotations()
        expect(left[keptKey('shop')]).toBeUndefined()
        expect(left[actionKey('shop')]).not.toContain(`${ARN}/green/`)
        expect((await driver.read()).share).toBe('unmade')
      },
    )

    test('that somebody else writes names them, and nobody before', TIMES, async () => {
      const { driver, blue, namespace } = await aDriver()
      await now(driver, (it) => it.write(5))
      expect(await driver.writer()).toBeUndefined()
      await blue.applyAs('argocd-controller', anIngress(namespace))
      expect(await driver.writer()).toMatch(/^argocd-controller at \d/)
      expect((await driver.read()).share).toBe('closed')
    })
  })
}
