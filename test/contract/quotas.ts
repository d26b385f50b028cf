import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** What a quota of green does to an app, whichever API servers and controllers count. */
export function quotasContract(of: () => WorldUnderTest): void {
  describe('a quota of green', () => {
    const placeOf = (namespace: string) => ({ app: 'shop', environment: 'test', namespaces: [namespace] })

    test('that has no room is told of the object that it denies, before anything is made', TIMES, async () => {
      const { activities, blue, green } = of()
      const namespace = await aNamespace(blue, green)
      for (const object of [aSecret('key', namespace), aSecret('token', namespace), aDeployment('web', namespace)])
        await blue.applyAs('team', object)
      await green.applyAs('team', aSecret('key', namespace))
      await green.applyAs('team', aQuota(namespace, { 'count/secrets': '1', 'count/deployments.apps': '1' }))
      const another = aSecret('another', namespace)
      await eventually('it is obeyed', async () => (await green.admin.dryRun(another)).refusal !== undefined, patience)

      const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
      const { type, message } = await ending(activities.dryRunObjects, dryRun, patience)
      expect(type).toBe('Failed')
      expect(message).toContain('would refuse 1 of 3 objects of shop test: ')
      expect(message).toContain(
        `Secret/${namespace}/token: quota small of green does not take it: requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1`,
      )
      expect(await green.admin.find('Deployment', namespace, 'web')).toBeUndefined()

      await green.applyAs('team', aQuota(namespace, { 'count/secrets': '2', 'count/deployments.apps': '1' }))
      await eventually('it is obeyed', async () => (await green.admin.dryRun(another)).refusal === undefined, patience)
      expect((await driven(activities.dryRunObjects, dryRun, patience)).answer.note).toBe('3 objects would be taken')
    })

    test('that takes no pod more is named while they are waited for', TIMES, async () => {
      const { activities, green } = of()
      const namespace = await aNamespace(green)
      await green.applyAs('team', aQuota(namespace, { pods: '0' }))
      const probe: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'probe', namespace },
        spec: { containers: [{ name: 'app', image: 'registry.test/app:1' }] },
      }
      await eventually('it is obeyed', async () => (await green.admin.dryRun(probe)).refusal !== undefined, patience)
      await green.applyAs('team', aDeployment('web', namespace))
      const ready = call<'checkReady'>({ ...placeOf(namespace), on: 'green', asleep: [] })
      const denied = 'exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0'
      await eventually(
        'it is named',
        async () => (await attempted(activities.checkReady, ready)).includes(denied),
        patience,
      )
    })
  })
}

const aQuota = (namespace: string, hard: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small', namespace },
  spec: { hard },
})

const aSecret = (name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name, namespace },
  data: { password: 'c2VjcmV0' },
})
