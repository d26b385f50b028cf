import { describe, expect, test } from 'vitest'
import { workloadsIn } from '../../src/activities/discovery.ts'
import { createActivities } from '../../src/activities/index.ts'
import type { ActionName } from '../../src/domain/actions.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { driverObject } from '../../src/sandbox/ebs-csi-driver.ts'
import { attempted, driven, ending, type Driving } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aService, call, scope } from '../support/small-world.ts'
import { aClaim, aSet, dying, observed, outside, storesIn } from './stores.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

type Deeds = Pick<
  ReturnType<typeof createActivities>,
  'retainVolumes' | 'unretainVolumes' | 'detachVolumes' | 'attachVolumes' | 'stopWorkload' | 'startWorkload'
>
/** As a plan does it: there, back, and what lets go of the way back. */
const forward = ['retain blue', 'stop blue', 'detach blue', 'attach green', 'start green'] as const
const back = ['stop green', 'detach green', 'attach blue', 'start blue', 'unretain blue'] as const

/** What is promised of volumes that change sides with their workload, whichever API servers and controllers they meet. */
export function volumesContract(of: () => WorldUnderTest): void {
  const { on, find, aFreeVolume, aStore, provisioned, running, stored, volumesOn } = storesIn(of)

  const step = async (what: string, workload: WorkloadRef, how: Driving = patience, deeds: Deeds = of().activities) => {
    const [verb = '', side = ''] = what.split(' ')
    const input = { workload, on: side as Side, ...(verb === 'start' && { alone: true as const }) }
    const name = (verb === 'stop' || verb === 'start' ? `${verb}Workload` : `${verb}Volumes`) as keyof Deeds
    return driven(deeds[name] as never, call<ActionName>(input as never), how)
  }
  const steps = async (all: readonly string[], workload: WorkloadRef, how?: Driving, deeds?: Deeds) => {
    for (const one of all) await step(one, workload, how, deeds)
  }

  describe('of a workload', () => {
    test('are found, and so are the routes that lead to it', TIMES, async () => {
      const { namespace, workload } = await aStore(1)
      const targetGroupARN = 'arn:aws:elasticloadbalancing:x'
      await on('blue').applyAs('team', aService('db', namespace))
      await on('blue').applyAs('team', {
        apiVersion: 'elbv2.k8s.aws/v1beta1',
        kind: 'TargetGroupBinding',
        metadata: { name: 'store', namespace },
        spec: { serviceRef: { name: 'db', port: 80 }, targetGroupARN },
      })
      const found = await workloadsIn(on('blue').port, [namespace])
      await on('blue').admin.remove('TargetGroupBinding', namespace, 'store')
      expect(found).toEqual([
        {
          ref: workload,
          replicas: 1,
          scaled: false,
          behindService: true,
          routes: ['store'],
          hasVolumes: true,
          volumes: { claims: ['data-db-0'], faults: [], loose: 1 },
        },
      ])
    })

    test.for(['StatefulSet', 'Deployment'] as const)(
      'go there and back with a %s again and again, with every answer lost, and are never on both sides',
      TIMES,
      async (kind) => {
        const { namespace, workload, claims, ids } = await aStore(2, kind)
        const bound = claims.map((claim, n) => ({ claim, phase: 'Bound', id: ids[n] }))
        const seen = observed(of())
        for (let round = 1; round <= 3; round += 1) {
          await steps(forward, workload, answersLost)
          expect(await stored('green', namespace)).toMatchObject(bound)
          await running('green', workload)
          await steps(back, workload, answersLost)
          await running('blue', workload)
          expect(await stored('blue', namespace)).toMatchObject(bound.map((b) => ({ ...b, policy: 'Delete' })))
        }
        expect(await seen.stop()).toEqual([])
        expect((await stored('blue', namespace)).map(({ noted }) => noted)).toEqual(claims.map(() => undefined))
        expect(await stored('green', namespace)).toEqual([])
        expect(await volumesOn('green', namespace)).toEqual([])
      },
    )

    test('survive a worker that dies between every two of its calls', TIMES, async () => {
      const { namespace, workload, ids } = await aStore()
      const seen = observed(of())
      const mortal = dying(of().ports)
      const deeds = createActivities({ ...outside, ports: mortal.ports })
      for (const one of [...forward, ...back, ...forward, 'unretain green']) {
        mortal.begin()
        await step(one, workload, { withinMs: 60_000, between: mortal.begin }, deeds)
      }
      await running('green', workload)
      expect(await seen.stop()).toEqual([])
      expect(await stored('green', namespace)).toMatchObject(
        ids.map((id) => ({ phase: 'Bound', id, policy: 'Delete', noted: undefined })),
      )
    })

    test('are kept when blue is emptied, and belong to green alone from then on', TIMES, async () => {
      const { namespace, workload, ids } = await aStore(1)
      await steps([...forward, 'unretain green'], workload)
      const [before] = await stored('blue', namespace)
      // Somebody meant well.
      const own = { spec: { persistentVolumeReclaimPolicy: 'Delete' } }
      await on('blue').admin.patch('PersistentVolume', undefined, before?.volume ?? '', own)
      const { arn = '', createdAt = '' } = (await of().ports.eks(scope.region).findCluster(scope.blue)) ?? {}
      const empty = call<'emptyCluster'>({ cluster: scope.blue, identity: { arn, createdAt } })
      await driven(of().activities.emptyCluster, empty, answersLost)
      await eventually(
        'blue has let its volume go',
        async () =>
          (await find('blue', 'PersistentVolume', undefined, before?.volume ?? ''))?.status?.['phase'] === 'Released',
        patience,
      )
      await running('green', workload)

      const scale = { spec: { replicas: 0 } }
      await on('green').admin.patch('StatefulSet', namespace, 'db', scale)
      await on('green').admin.remove('PersistentVolumeClaim', namespace, before?.claim ?? '')
      await eventually(
        'its owner deletes it',
        () =>
          !of()
            .ec2.volumes()
            .some(({ id }) => id === ids[0]),
        patience,
      )
    })

    test('that were let go by a claim, or were made on green, are all on blue after the way back', TIMES, async () => {
      const { namespace, workload, ids } = await aStore(2)
      await steps(forward, workload)
      await on('blue').admin.remove('PersistentVolumeClaim', namespace, 'data-db-0')
      const made = aFreeVolume()
      await provisioned('green', namespace, 'data-db-2', made)
      await on('green').applyAs('team', aSet(namespace, 3))
      await running('green', workload)
      await steps(back, workload)
      await running('blue', workload)
      expect(await stored('blue', namespace)).toMatchObject(
        [...ids, made].map((id, n) => ({ claim: `data-db-${n}`, phase: 'Bound', id, policy: 'Delete' })),
      )
    })
  })

  describe('are not attached', () => {
    test('while the other side has them, or would delete them', TIMES, async () => {
      const { namespace, workload } = await aStore(1)
      const attach = call<'attachVolumes'>({ workload, on: 'green' })
      const { type, message } = await ending(of().activities.attachVolumes, attach, patience)
      expect(type).toBe('Failed')
      expect(message).toMatch(/on .* would be deleted with its claim/)
      await step('retain blue', workload)
      expect(await attempted(of().activities.attachVolumes, attach)).toMatch(/^1 volumes are attached on /)
      expect(await volumesOn('green', namespace)).toEqual([])
    })

    test('where EC2 says that somebody else has them', TIMES, async () => {
      const { workload, ids } = await aStore(1)
      await steps(['retain blue', 'stop blue', 'detach blue'], workload)
      of().ec2.attachVolume(ids[0] ?? '', 'i-somebody')
      const attach = call<'attachVolumes'>({ workload, on: 'green' })
      expect(await attempted(of().activities.attachVolumes, attach)).toBe(
        `volume ${ids[0]} is in-use on i-somebody, not available`,
      )
      of().ec2.detachVolume(ids[0] ?? '', 'i-somebody')
      await steps(['attach green', 'start green'], workload)
      await running('green', workload)
    })

    test('over others that green has already: said before the workload is stopped', TIMES, async () => {
      const { namespace, workload } = await aStore(1)
      await provisioned('green', namespace, 'data-db-0', aFreeVolume())
      const retain = call<'retainVolumes'>({ workload, on: 'blue' })
      const { type, message } = await ending(of().activities.retainVolumes, retain, patience)
      expect(type).toBe('Failed')
      expect(message).toMatch(
        new RegExp(`^claim data-db-0 has vol-\\w+ on ${scope.blue} and vol-\\w+ on ${scope.green}`),
      )
      await running('blue', workload)
    })

    test('over others that came to green meanwhile, and blue gets its own back', TIMES, async () => {
      const { namespace, workload, ids } = await aStore(1)
      await steps(['retain blue', 'stop blue', 'detach blue'], workload)
      await provisioned('green', namespace, 'data-db-0', aFreeVolume())
      const { type } = await ending(of().activities.attachVolumes, call<'attachVolumes'>({ workload, on: 'green' }))
      expect(type).toBe('Failed')
      await steps(back, workload)
      await running('blue', workload)
      expect(await stored('blue', namespace)).toMatchObject([{ phase: 'Bound', id: ids[0], policy: 'Delete' }])
    })

    test('where green has no driver for them: said before the workload is stopped', TIMES, async () => {
      const { workload } = await aStore(1)
      await on('green').admin.remove('CSIDriver', undefined, driverObject.metadata.name)
      const retain = call<'retainVolumes'>({ workload, on: 'blue' })
      const { type, message } = await ending(of().activities.retainVolumes, retain, patience)
      await on('green').applyAs('eks', driverObject)
      expect(type).toBe('Failed')
      expect(message).toContain(`${scope.green} has no driver ebs.csi.aws.com`)
      await running('blue', workload)
    })

    test('to a claim that waits on green: it gets its volume, and goes with it', TIMES, async () => {
      const { namespace, workload, ids } = await aStore(1)
      await on('green').applyAs('gitops', aClaim(namespace, 'data-db-0'))
      await steps(forward, workload)
      await running('green', workload)
      expect(await stored('green', namespace)).toMatchObject([{ phase: 'Bound', id: ids[0] }])
      await steps(back, workload)
      await running('blue', workload)
      expect(await stored('green', namespace)).toEqual([])
      expect(await volumesOn('green', namespace)).toEqual([])
    })
  })
}
