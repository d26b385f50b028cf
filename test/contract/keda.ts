import { expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import { OWNER_PAUSE, PINNED_AT, PINNED_FLOOR, PINNED_IDLE, REPLICAS } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isReady, readinessOf } from '../../src/domain/workload-state.ts'
import { WORK } from '../../src/sandbox/keda.ts'
import { attempted, driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call, scope } from '../support/small-world.ts'
import { aScaledObject } from './an-app.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }
const COUNT = 'autoscaling.keda.sh/paused-replicas'
const there = [
  ['blue', 'green'],
  ['green', 'blue'],
] as const

const ofWeb = (namespace: string, spec: object, annotations: Readonly<Record<string, string>> = {}) =>
  aScaledObject('queue', namespace, { scaleTargetRef: { name: 'web' }, ...spec }, annotations)

/** What actions promise for a workload that KEDA sizes. On both sides something does what KEDA does. */
export function kedaContract(of: () => WorldUnderTest): void {
  const on = (side: Side): ServerUnderTest => of()[side]

  /** `web` on blue with a ScaledObject, both copied to green; `asleep`: it may run on one side only. */
  async function scaled(
    how: { readonly asleep: boolean; readonly replicas?: number },
    spec: object,
    annotations: Readonly<Record<string, string>> = {},
  ) {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'web' }
    const { asleep, replicas = 2 } = how
    const written = ofWeb(namespace, spec, annotations)

    const find = async (side: Side): Promise<KubernetesObject> => {
      const found = await on(side).admin.find('Deployment', namespace, 'web')
      if (!found) throw new Error(`web is not on ${side}`)
      return found
    }
    const scaler = async (side: Side) => {
      const found = await on(side).admin.find('ScaledObject', namespace, 'queue')
      return { spec: found?.spec, annotations: found?.metadata.annotations ?? {} }
    }
    const wants = async (side: Side) => readinessOf(await find(side)).wanted
    const pods = async (side: Side) => (await on(side).admin.list('Pod', { namespace, labels: 'app=web' })).length
    const autoscaler = (side: Side) => on(side).admin.find('HorizontalPodAutoscaler', namespace, 'keda-hpa-queue')
    const until = (says: string, so: () => Promise<boolean>) => eventually(says, so, patience)
    const runs = (side: Side, count: number) =>
      until(`${count} pods run on ${side}`, async () => {
        const state = readinessOf(await find(side))
        return isReady(state) && state.wanted === count && (await pods(side)) === count
      })

    await on('blue').applyAs('team', aDeployment('web', namespace, replicas))
    await on('blue').applyAs('team', written)
    const app = { app: 'shop', environment: 'test', namespaces: [namespace] }
    return {
      namespace,
      workload,
      written,
      scaler,
      wants,
      pods,
      autoscaler,
      until,
      runs,
      deploy: () =>
        driven(
          activities.deploy,
          call<'deploy'>({ ...app, on: 'green', asleep: asleep ? [workload] : [] }),
          answersLost,
        ),
      withdraw: () => driven(activities.withdraw, call<'withdraw'>({ ...app, on: 'green' }), answersLost),
      awaited: () =>
        driven(
          activities.awaitDeployment,
          call<'awaitDeployment'>({ ...app, on: 'green', asleep: [workload] }),
          answersLost,
        ),
      fence: (side: Side) =>
        driven(
          activities.raiseFence,
          call<'raiseFence'>({ namespaces: [namespace], on: side, closed: [workload] }),
          answersLost,
        ),
      stop: (side: Side) => driven(activities.stopWorkload, call<'stopWorkload'>({ workload, on: side }), answersLost),
      start: (side: Side) =>
        driven(activities.startWorkload, call<'startWorkload'>({ workload, on: side, alone: true }), answersLost),
      pin: (side: Side, wait: boolean) =>
        driven(activities.pinSize, call<'pinSize'>({ workload, on: side, like: 'blue', wait }), answersLost),
      unpin: (side: Side) => driven(activities.unpinSize, call<'unpinSize'>({ workload, on: side }), answersLost),
    }
  }

  const notesOf = (annotations: object) =>
    Object.keys(annotations).filter((key) => key.startsWith('norikae.io/') || key === COUNT)

  test(
    'a consumer goes there and back; where it must not run KEDA is paused, and where it runs it is not',
    TIMES,
    async () => {
      const { runs, deploy, stop, start, scaler, autoscaler, until, withdraw, namespace, written } = await scaled(
        { asleep: true, replicas: 3 },
        { minReplicaCount: 1, maxReplicaCount: 5 },
      )
      await runs('blue', 3)
      await until('KEDA has made its autoscaler', async () => (await autoscaler('blue')) !== undefined)
      const found = await discover(on('blue').port, of().ports.loadBalancing(scope.region), {
        name: scope.blue,
        pools: [],
      })
      const mine = found.namespaces.find((n) => n.name === namespace)
      expect(mine?.workloads).toMatchObject([{ ref: { name: 'web' }, scaled: true }])
      expect(mine?.findings).toEqual([])
      await deploy()
      expect((await scaler('green')).annotations).toEqual({ [COUNT]: '0', [OWNER_PAUSE]: 'none' })

      for (const [from, to] of there) {
        await stop(from)
        expect((await scaler(from)).annotations).toMatchObject({ [COUNT]: '0', [OWNER_PAUSE]: 'none' })
        await until(`KEDA takes its autoscaler away on ${from}`, async () => (await autoscaler(from)) === undefined)
        const { answer } = await start(to)
        expect(answer.note).toMatch(/^3 pods of web are ready/)
        await runs(to, 3)
        await runs(from, 0)
        expect(notesOf((await scaler(to)).annotations)).toEqual([])
        await until(`KEDA makes its autoscaler on ${to}`, async () => (await autoscaler(to)) !== undefined)
      }
      expect((await scaler('blue')).spec).toEqual(written.spec)
      await withdraw()
      expect(await on('green').admin.list('ScaledObject', { namespace })).toEqual([])
      expect(await on('green').admin.list('HorizontalPodAutoscaler', { namespace })).toEqual([])
    },
  )

  test('one that waits for work at none counts as running, and starts when there is some', TIMES, async () => {
    const { runs, deploy, stop, start, wants, written } = await scaled(
      { asleep: true, replicas: 1 },
      { minReplicaCount: 0 },
      { [WORK]: 'none' },
    )
    await runs('blue', 0)
    await deploy()
    for (const [from, to] of there) {
      await stop(from)
      const { answer } = await start(to)
      expect(answer.note).toMatch(/^web is KEDA's to start on /)
      expect([await wants(from), await wants(to)]).toEqual([0, 0])
    }
    const { metadata } = written
    await on('blue').applyAs('team', { ...written, metadata: { ...metadata, annotations: { [WORK]: 'some' } } })
    await runs('blue', 1)
    await runs('green', 0)
  })

  test('one that its owner had paused stays paused as its owner wrote it, at its size', TIMES, async () => {
    const paused = { 'autoscaling.keda.sh/paused': 'true', [COUNT]: '2' }
    const { runs, deploy, stop, start, scaler, autoscaler } = await scaled(
      { asleep: true },
      { minReplicaCount: 1 },
      paused,
    )
    await runs('blue', 2)
    await deploy()
    for (const [from, to] of there) {
      await stop(from)
      expect((await scaler(from)).annotations).toMatchObject({ ...paused, [COUNT]: '0', [OWNER_PAUSE]: '2' })
      await start(to)
      await runs(to, 2)
      expect((await scaler(to)).annotations).toEqual(paused)
      expect(await autoscaler(to)).toBeUndefined()
    }
  })

  test('one whose stopping got no further than its scaler comes back at the size that it had', TIMES, async () => {
    const frozen = { 'autoscaling.keda.sh/paused': 'true' }
    const { runs, deploy, start, scaler, namespace, wants, until } = await scaled(
      { asleep: true, replicas: 2 },
      { minReplicaCount: 1 },
      frozen,
    )
    await runs('blue', 2)
    await deploy()
    // As `stopWorkload` leaves it when its worker dies right after.
    const begun = { [COUNT]: '0', [OWNER_PAUSE]: 'none', [REPLICAS]: '2' }
    await on('blue').admin.patch('ScaledObject', namespace, 'queue', { metadata: { annotations: begun } })
    await until('KEDA has scaled it to none', async () => (await wants('blue')) === 0)
    await start('blue')
    await runs('blue', 2)
    expect((await scaler('blue')).annotations).toEqual(frozen)
  })

  test('what its owner writes while it sleeps is the last word', TIMES, async () => {
    const { deploy, stop, start, scaler, runs, namespace } = await scaled({ asleep: true }, { minReplicaCount: 1 })
    await runs('blue', 2)
    await deploy()
    await stop('blue')
    const owner = { metadata: { annotations: { [COUNT]: '1' } } }
    await on('green').admin.patch('ScaledObject', namespace, 'queue', owner)
    await start('green')
    await runs('green', 1)
    expect((await scaler('green')).annotations).toEqual({ [COUNT]: '1' })
  })

  test(
    'one that somebody wakes before its turn waits behind the fence, and starts at once when it comes',
    TIMES,
    async () => {
      const { deploy, stop, start, scaler, runs, wants, until, pods, namespace, fence, workload } = await scaled(
        { asleep: true, replicas: 2 },
        { minReplicaCount: 1 },
      )
      await runs('blue', 2)
      await fence('green')
      await deploy()
      const woken = { metadata: { annotations: { [COUNT]: null } } }
      await on('green').admin.patch('ScaledObject', namespace, 'queue', woken)
      await until('KEDA starts it', async () => (await wants('green')) === 1)
      await stop('blue')
      expect(await pods('green')).toBe(0)
      const input = call<'startWorkload'>({ workload, on: 'green', alone: true })
      expect(await attempted(of().activities.startWorkload, input)).not.toBe('ready')
      expect((await scaler('green')).annotations).toMatchObject({ [COUNT]: '0', [OWNER_PAUSE]: 'none' })
      await start('green')
      await runs('green', 2)
      expect(notesOf((await scaler('green')).annotations)).toEqual([])
    },
  )

  test('one that somebody else deploys sleeps until its turn as well', TIMES, async () => {
    const { fence, written, awaited, scaler, wants, stop, start, runs, namespace } = await scaled(
      { asleep: true, replicas: 2 },
      { minReplicaCount: 1 },
    )
    await runs('blue', 2)
    await fence('green')
    await on('green').applyAs('pipeline', aDeployment('web', namespace, 1))
    await on('green').applyAs('pipeline', written)
    await awaited()
    expect((await scaler('green')).annotations).toMatchObject({ [COUNT]: '0', [OWNER_PAUSE]: 'none' })
    expect(await wants('green')).toBe(0)
    await stop('blue')
    await start('green')
    await runs('green', 2)
    expect(notesOf((await scaler('green')).annotations)).toEqual([])
  })

  test('a size is pinned by its floor on both sides, and given back as it was', TIMES, async () => {
    const spec = { minReplicaCount: 1, idleReplicaCount: 0, maxReplicaCount: 6 }
    const { runs, deploy, pin, unpin, scaler, autoscaler, until, written, namespace } = await scaled(
      { asleep: false, replicas: 3 },
      spec,
    )
    await runs('blue', 3)
    await deploy()
    await pin('blue', false)
    await pin('green', true)
    await runs('green', 3)
    for (const side of ['blue', 'green'] as const) {
      const { spec: now, annotations } = await scaler(side)
      expect(now).toMatchObject({ minReplicaCount: 3 })
      expect(now).not.toHaveProperty('idleReplicaCount')
      expect(annotations).toEqual({ [PINNED_FLOOR]: '1', [PINNED_AT]: '3', [PINNED_IDLE]: '0' })
      await until('KEDA passes it on', async () => (await autoscaler(side))?.spec?.['minReplicas'] === 3)
    }
    // Without work KEDA would go to none.
    const idle = { metadata: { annotations: { [WORK]: 'none' } } }
    await on('green').admin.patch('ScaledObject', namespace, 'queue', idle)
    await pin('green', true)
    await runs('green', 3)
    for (const side of ['blue', 'green'] as const) {
      await unpin(side)
      expect((await scaler(side)).spec).toEqual(written.spec)
      expect(notesOf((await scaler(side)).annotations)).toEqual([])
    }
    await runs('green', 0)
  })

  test(
    'a floor that its owner never wrote is none again, and one that its owner changed is the owner’s',
    TIMES,
    async () => {
      const { runs, deploy, pin, unpin, scaler, written, namespace } = await scaled({ asleep: false }, {})
      await runs('blue', 2)
      await deploy()
      for (const side of ['blue', 'green'] as const) {
        await pin(side, side === 'green')
        expect((await scaler(side)).spec).toMatchObject({ minReplicaCount: 2 })
      }
      await on('blue').applyAs('team', ofWeb(namespace, { minReplicaCount: 1 }))
      await unpin('blue')
      await unpin('green')
      expect((await scaler('blue')).spec).toEqual({ ...written.spec, minReplicaCount: 1 })
      expect((await scaler('green')).spec).toEqual(written.spec)
    },
  )

  test('a ScaledJob is a blocker', TIMES, async () => {
    const namespace = await aNamespace(on('blue'))
    const { apiVersion } = ofWeb(namespace, {})
    const spec = { jobTargetRef: { template: {} }, triggers: [{ type: 'cron' }] }
    await on('blue').applyAs('team', { apiVersion, kind: 'ScaledJob', metadata: { name: 'import', namespace }, spec })
    const { namespaces } = await discover(on('blue').port, of().ports.loadBalancing(scope.region), {
      name: scope.blue,
      pools: [],
    })
    const [finding] = namespaces.find((n) => n.name === namespace)?.findings ?? []
    expect(finding).toMatchObject({ level: 'blocker', code: 'scaled-job', about: `ScaledJob/${namespace}/import` })
  })
}
