import { expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { driven } from '../support/driven.ts'
import { call, scope } from '../support/small-world.ts'
import { storesIn } from './stores.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

const aClass = (provisioner: string): KubernetesObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3' },
  provisioner,
  reclaimPolicy: 'Delete',
})

/** What is noticed of claims and volumes, whichever API servers they are on. */
export function volumeFindingsContract(of: () => WorldUnderTest): void {
  const { on, aStore } = storesIn(of)

  test('volumes are found by class and zone, and classes are looked for on green', TIMES, async () => {
    const { namespace } = await aStore(1)
    const onBlue = aClass('ebs.csi.aws.com')
    await on('blue').applyAs('team', onBlue)
    try {
      const found = async (zones: readonly string[]) => {
        const cluster = { name: scope.blue, pools: [], zones: new Set(zones) }
        const { namespaces } = await discover(on('blue').port, of().ports.loadBalancing(scope.region), cluster)
        return namespaces.find((n) => n.name === namespace)
      }
      const stored = await found(['ap-northeast-1c'])
      expect(stored?.findings.filter((f) => f.code === 'storage-class-stays')).toMatchObject([
        {
          about: `${namespace} StorageClass/gp3`,
          message: expect.stringMatching(/^claim data-db-0, StatefulSet db ask/),
        },
      ])
      const stranded = [{ claim: 'data-db-0', zone: 'ap-northeast-1a' }]
      expect(stored?.workloads.map((w) => w.volumes)).toMatchObject([{ loose: 1, stranded }])
      expect((await found(['ap-northeast-1a']))?.workloads[0]?.volumes).not.toHaveProperty('stranded')

      const place = { app: 'shop', environment: 'test', namespaces: [namespace], on: 'green' } as const
      const codes = async () => {
        const { answer } = await driven(of().activities.dryRunObjects, call<'dryRunObjects'>(place), patience)
        return (answer.findings ?? []).flatMap((f) => (f.code.startsWith('storage-class') ? f.code : []))
      }
      expect(await codes()).toEqual(['storage-class-missing'])
      await on('green').applyAs('team', aClass('ebs.csi.eks.amazonaws.com'))
      expect(await codes()).toEqual(['storage-class-differs'])
      await on('green').admin.remove('StorageClass', undefined, 'gp3')
      await on('green').applyAs('team', onBlue)
      expect(await codes()).toEqual([])
    } finally {
      for (const side of ['blue', 'green'] as const) await on(side).admin.remove('StorageClass', undefined, 'gp3')
    }
  })
}
