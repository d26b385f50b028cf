import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { discover, fingerprintOf } from '../../src/activities/discovery.ts'
import type { createActivities } from '../../src/activities/index.ts'
import type { Ports } from '../../src/activities/ports.ts'
import { GIVEN_UP, PINNED_FLOOR, REPLICAS } from '../../src/domain/annotations.ts'
import { carriedKinds, isCarried } from '../../src/domain/copying.ts'
import type { Kind, KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isReady, readinessOf } from '../../src/domain/workload-state.ts'
import type { SandboxAws } from '../../src/sandbox/types.ts'
import { aServer } from '../sandbox/adapters/local.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, aDeployment, aService, call, scope } from '../support/small-world.ts'
import { aScaler, everyKind } from './an-app.ts'
import { aConfigMap, aNamespace, type ServerUnderTest } from './servers.ts'

/** Blue and green, and the activities of a worker that works on them. */
export interface WorldUnderTest {
  readonly activities: ReturnType<typeof createActivities>
  readonly ports: Ports
  /** The stand-in's, behind both. */
  readonly ec2: SandboxAws['ec2']
  readonly instances: SandboxAws['instances']
  readonly blue: ServerUnderTest
  readonly green: ServerUnderTest
}

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

/** What actions on workloads promise, whichever API servers and controllers they meet. */
export function workloadActionsContract(of: () => WorldUnderTest): void {
  const on = (side: Side): ServerUnderTest => of()[side]
  const find = (side: Side, kind: Kind, namespace: string, name: string) => on(side).admin.find(kind, namespace, name)
  const there = async (side: Side, { kind, namespace, name }: WorkloadRef): Promise<KubernetesObject> => {
    const found = await find(side, kind, namespace, name)
    if (!found) throw new Error(`${kind} ${name} is not on ${side}`)
    return found
  }
  const ready = (side: Side, ref: WorkloadRef) =>
    eventually(`${ref.name} is ready on ${side}`, async () => isReady(readinessOf(await there(side, ref))), patience)
  const podsOn = async (side: Side, { namespace, name }: WorkloadRef) =>
    (await on(side).admin.list('Pod', { namespace, labels: `app=${name}` })).length
  const apply = async (side: Side, objects: readonly KubernetesObject[]) => {
    for (const object of objects) await on(side).applyAs('team', object)
  }
  /** What an app has on a side, by kind and name. */
  async function carriedOn(side: Side, namespace: string): Promise<string[]> {
    const lists = await Promise.all(carriedKinds.map((kind) => on(side).admin.list(kind, { namespace })))
    return lists
      .flat()
      .filter(isCarried)
      .map((o) => `${o.kind} ${o.metadata.name}`)
      .toSorted()
  }
  const discovered = (side: Side) =>
    discover(on(side).port, of().ports.loadBalancing(scope.region), { name: scope[side], pools: [] })
  const placeOf = (namespace: string) => ({ app: 'shop', environment: 'test', namespaces: [namespace] })
  const deployment = (namespace: string, name: string): WorkloadRef => ({ kind: 'Deployment', namespace, name })

  describe('an app of every kind', () => {
    test('is on green as on blue, what may run once asleep, and is withdrawn without a trace', TIMES, async () => {
      const { activities } = of()
      const namespace = await aNamespace(on('blue'))
      const place = placeOf(namespace)
      await apply('blue', everyKind(namespace))
      const worker = deployment(namespace, 'worker')
      const asleep: WorkloadRef[] = [worker, { kind: 'CronJob', namespace, name: 'report' }]
      await ready('blue', worker)

      await driven(activities.openNamespaces, call<'openNamespaces'>({ ...place, on: 'green' }), answersLost)
      const tried = await driven(
        activities.dryRunObjects,
        call<'dryRunObjects'>({ ...place, on: 'green' }),
        answersLost,
      )
      expect(tried.answer.note).toMatch(/^18 objects would be taken/)
      expect(await carriedOn('green', namespace)).toEqual([])

      await driven(activities.deploy, call<'deploy'>({ ...place, on: 'green', asleep }), answersLost)
      expect(await carriedOn('green', namespace)).toEqual(await carriedOn('blue', namespace))
      await driven(activities.checkReady, call<'checkReady'>({ ...place, on: 'green', asleep }), answersLost)
      const [copied, schedule] = [await there('green', worker), await find('green', 'CronJob', namespace, 'report')]
      expect(copied.spec?.['replicas']).toBe(0)
      expect(copied.metadata.annotations?.[REPLICAS]).toBe('2')
      expect(schedule?.spec?.['suspend']).toBe(true)
      expect(await podsOn('green', worker)).toBe(0)

      await driven(activities.withdraw, call<'withdraw'>({ ...place, on: 'green' }), answersLost)
      expect(await carriedOn('green', namespace)).toEqual([])
      expect(await on('green').admin.list('Pod', { namespace })).toEqual([])
      await driven(activities.closeNamespaces, call<'closeNamespaces'>({ ...place, on: 'green' }), answersLost)
      expect(await on('green').admin.find('Namespace', undefined, namespace)).toBeUndefined()
      expect(await podsOn('blue', worker)).toBe(2)
    })

    test('is on green as the file says it is to be other there', TIMES, async () => {
      const { activities } = of()
      const namespace = await aNamespace(on('blue'), on('green'))
      const place = placeOf(namespace)
      const worker = deployment(namespace, 'worker')
      await apply('blue', everyKind(namespace))
      const transforms = [
        { match: { kind: 'ConfigMap', name: 'settings' }, patch: { data: { cluster: scope.green } } },
        {
          match: { kind: 'Deployment' },
          patch: { spec: { replicas: 3, template: { spec: { hostname: 'on-green' } } } },
        },
        { match: { apps: ['shop'], kind: 'ConfigMap', name: 'no-such' }, replace: { a: 'b' } },
      ]
      const tried = await driven(
        activities.dryRunObjects,
        call<'dryRunObjects'>({ ...place, on: 'green', transforms }),
        answersLost,
      )
      expect(tried.answer.findings?.map((f) => f.code)).toContain('transform-matches-nothing')
      const deploy = call<'deploy'>({ ...place, on: 'green', asleep: [worker], transforms })
      await driven(activities.deploy, deploy, answersLost)
      const [copied, map] = [await there('green', worker), await find('green', 'ConfigMap', namespace, 'settings')]
      expect(map?.['data']).toMatchObject({ cluster: scope.green })
      // Asleep all the same, with the size that it is to wake up with.
      expect([copied.spec?.['replicas'], copied.metadata.annotations?.[REPLICAS]]).toEqual([0, '3'])
      expect(copied.spec?.['template']).toMatchObject({ spec: { hostname: 'on-green' } })
      expect((await there('blue', worker)).spec?.['replicas']).toBe(2)
      await driven(activities.withdraw, call<'withdraw'>({ ...place, on: 'green' }), answersLost)
    })

    test('is not deployed over what somebody else has put there', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      await apply('blue', [aDeployment('web', namespace)])
      await on('green').applyAs('stranger', aDeployment('web', namespace))
      const deploy = call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [] })
      const failure = await ending(of().activities.deploy, deploy)
      expect(failure).toMatchObject({
        type: 'Contested',
        message: expect.stringContaining(`Deployment ${namespace}/web`),
      })
    })

    test('that does not go is named with what holds it', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      const place = placeOf(namespace)
      await apply('blue', [aConfigMap('settings', namespace)])
      await driven(of().activities.deploy, call<'deploy'>({ ...place, on: 'green', asleep: [] }), patience)
      const held = (finalizers: readonly string[]) =>
        on('green').admin.patch('ConfigMap', namespace, 'settings', { metadata: { finalizers } })
      await held(['example.com/keep'])
      const { waits } = await driven(of().activities.withdraw, call<'withdraw'>({ ...place, on: 'green' }), {
        ...patience,
        between: (_, attempt) => (attempt === 2 ? held([]).then(() => undefined) : undefined),
      })
      expect(waits[1]).toBe(
        `1 objects and 0 pods of shop are going: ConfigMap ${namespace}/settings (held by example.com/keep)`,
      )
    })

    test('that green would refuse is told object by object, and nothing is made', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      await apply('blue', [aDeployment('web', namespace), aDeployment('worker', namespace)])
      // Its selector is another, and a selector is never changed.
      await on('green').applyAs('stranger', {
        ...aDeployment('web', namespace),
        spec: { ...aDeployment('other', namespace).spec, replicas: 0 },
      })
      const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
      const { type, message } = await ending(of().activities.dryRunObjects, dryRun, patience)
      expect(type).toBe('Failed')
      expect(message).toMatch(
        new RegExp(
          `would refuse 1 of 2 objects of shop test: Deployment/${namespace}/web spec.selector: an object of this name`,
        ),
      )
      expect(await find('green', 'Deployment', namespace, 'worker')).toBeUndefined()
      // Also of apps that are tried together: whose it is, is told, and the others were tried all the same.
      const neighbour = await aNamespace(on('blue'), on('green'))
      await apply('blue', [aConfigMap('settings', neighbour)])
      const places = [placeOf(namespace), { ...placeOf(neighbour), app: 'mail' }]
      const dryRuns = call<'dryRunApps'>({ places, on: 'green' })
      expect(await ending(of().activities.dryRunApps, dryRuns, patience)).toMatchObject({ type, message })
      const well = call<'dryRunApps'>({ places: places.slice(1), on: 'green' })
      expect((await driven(of().activities.dryRunApps, well, patience)).answer.note).toBe('1 objects would be taken')
    })
  })

  describe('what would be taken by green', () => {
    test('is told with what its next deploy fails of', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      await apply('blue', [
        aConfigMap('settings', namespace),
        { ...aCronJob('tick', namespace, { suspend: true }), metadata: appliedAs('batch/v1beta1', 'tick', namespace) },
        aRelease('api', namespace, 'deployed', '---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n'),
        aRelease('api', namespace, 'superseded', 'nothing: that is read'),
      ])
      const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
      const { note, findings = [] } = (await driven(of().activities.dryRunObjects, dryRun, answersLost)).answer
      expect(note).toMatch(
        /^2 objects would be taken; noticed: warning release-in-removed-api, warning written-in-removed-api/,
      )
      expect(findings.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
        `warning release-in-removed-api Helm/${namespace}/api`,
        `warning written-in-removed-api CronJob/${namespace}/tick`,
        `info release-stays Helm/${namespace}/api`,
      ])
      expect(findings[0]?.message).toContain('revision 1 was rendered with policy/v1beta1 PodDisruptionBudget')
      expect(JSON.stringify(findings)).not.toContain('hunter2')
    })

    test('is told where a record of Helm cannot be read, and nothing of what is in it', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      const broken = { release: Buffer.from('hunter2').toString('base64') }
      await apply('blue', [{ ...aRelease('api', namespace, 'deployed', ''), data: broken }])
      const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
      const { findings = [] } = (await driven(of().activities.dryRunObjects, dryRun, answersLost)).answer
      expect(findings.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
        `warning release-unread Helm/${namespace}/api`,
      ])
      expect(JSON.stringify(findings)).not.toContain('hunter2')
    })

    test('is tried page by page, in attempts that go on where the last one stopped', TIMES, async () => {
      const namespace = await aNamespace(on('blue'), on('green'))
      const names = Array.from({ length: 230 }, (_, n) => `many-${n}`)
      await Promise.all(names.map((name) => on('blue').admin.create(aConfigMap(name, namespace))))
      const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
      const { answer } = await driven(of().activities.dryRunObjects, dryRun, answersLost)
      expect(answer.note).toBe('230 objects would be taken')
      const places = [placeOf(namespace), { ...placeOf(namespace), environment: 'stage' }]
      const dryRuns = call<'dryRunApps'>({ places, on: 'green' })
      const together = await driven(of().activities.dryRunApps, dryRuns, answersLost)
      expect(together.answer.note).toBe('460 objects would be taken')
    })
  })

  describe('a workload that may run on one side only', () => {
    async function aWorker(replicas = 2, kind: 'Deployment' | 'StatefulSet' = 'Deployment') {
      const namespace = await aNamespace(on('blue'), on('green'))
      const workload: WorkloadRef = { kind, namespace, name: 'worker' }
      const { spec, ...rest } = aDeployment('worker', namespace, replicas)
      await apply('blue', [
        { ...rest, kind, spec: { ...spec, ...(kind === 'StatefulSet' && { serviceName: 'worker' }) } },
      ])
      await ready('blue', workload)
      const deploy = call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [workload] })
      await driven(of().activities.deploy, deploy, patience)
      const stop = (side: Side, lease?: string) =>
        call<'stopWorkload'>({ workload, on: side, ...(lease !== undefined && { lease }) })
      const start = (side: Side) => call<'startWorkload'>({ workload, on: side, within: '60s', alone: true })
      return { namespace, workload, stop, start }
    }

    test.for(['Deployment', 'StatefulSet'] as const)(
      'goes there and back as a %s, with every answer lost',
      TIMES,
      async (kind) => {
        const { activities } = of()
        const { workload, stop, start } = await aWorker(2, kind)
        for (const [from, to] of [
          ['blue', 'green'],
          ['green', 'blue'],
        ] as const) {
          await driven(activities.stopWorkload, stop(from), answersLost)
          expect(await podsOn(from, workload)).toBe(0)
          const { answer } = await driven(activities.startWorkload, start(to), answersLost)
          expect(answer.note).toMatch(
            /^2 pods of worker are ready on .*, \d+ s after it was stopped on the other side$/,
          )
          expect(await podsOn(to, workload)).toBe(2)
        }
        const { metadata } = await there('blue', workload)
        expect(Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('norikae.io/'))).toEqual([])
      },
    )

    test('comes back at the size it had, though the copy that never ran has another', TIMES, async () => {
      const { activities } = of()
      const { workload, stop, start } = await aWorker(2)
      await on('blue').admin.patch(workload.kind, workload.namespace, workload.name, { spec: { replicas: 3 } })
      await driven(activities.stopWorkload, stop('blue'), answersLost)
      await driven(activities.startWorkload, start('blue'), answersLost)
      expect(await podsOn('blue', workload)).toBe(3)
    })

    test('is ended by no cutover after one that was terminated, and goes home as it says', TIMES, async () => {
      const { activities } = of()
      const { namespace, workload, stop, start } = await aWorker(2)
      await driven(activities.stopWorkload, stop('blue'), patience)
      await driven(activities.startWorkload, start('green'), patience)
      const next = { asker: 'run-2' }
      const deploy = call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [workload] }, next)
      const fence = call<'raiseFence'>({ namespaces: [namespace], on: 'green', closed: [workload] }, next)
      const leave = call<'leaveDeployment'>({ ...placeOf(namespace), on: 'green', asleep: [workload] }, next)
      const withdraw = call<'withdraw'>({ ...placeOf(namespace), on: 'green' }, next)
      const runs = `Deployment/${namespace}/worker runs on ${scope.green} and is stopped on ${scope.blue}: `
      for (const failure of [
        await ending(activities.deploy, deploy),
        await ending(activities.raiseFence, fence),
        await ending(activities.leaveDeployment, leave),
        await ending(activities.withdraw, withdraw),
        // Also that of the cutover which did stop it, where people had skipped its start on blue.
        await ending(activities.withdraw, { ...withdraw, asker: 'run-1' }),
      ])
        expect(failure).toMatchObject({ type: 'Contested', message: expect.stringContaining(runs) })
      expect([await podsOn('green', workload), await podsOn('blue', workload)]).toEqual([2, 0])

      // People do what it tells, in its order.
      const { message } = await ending(activities.withdraw, withdraw)
      const patches = [
        ...message.matchAll(/kubectl patch (\w+)\/(\S+) --namespace (\S+) --type merge --patch '(.*?)'/g),
      ]
      expect(patches.map((p) => p[1])).toEqual(['deployment', 'configmap', 'deployment'])
      const home = message.indexOf(`on ${scope.blue} kubectl`)
      for (const { index, 1: kind = '', 2: name = '', 3: at = '', 4: body = '' } of patches) {
        const side = index < home ? 'green' : 'blue'
        const of_ = kind === 'deployment' ? 'Deployment' : 'ConfigMap'
        await on(side).admin.patch(of_, at, name, JSON.parse(body) as object)
        if (side === 'green')
          await eventually('none is left', async () => (await podsOn('green', workload)) === 0, patience)
      }
      await ready('blue', workload)
      await driven(activities.withdraw, withdraw, answersLost)
      expect(await podsOn('blue', workload)).toBe(2)
      const { metadata } = await there('blue', workload)
      expect(Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('norikae.io/'))).toEqual([])
      await driven(activities.deploy, deploy, answersLost)
    })

    test('does not start while the other side runs', TIMES, async () => {
      const { workload, start } = await aWorker()
      const { type, message } = await ending(of().activities.startWorkload, start('green'), patience)
      expect(type).toBe('Failed')
      expect(message).toContain(`2 pods of worker run on ${scope.blue}, and only one side may`)
      expect(await podsOn('green', workload)).toBe(0)
    })

    const micro = () => `${new Date().toISOString().slice(0, -1)}000Z`
    test.for<{ whose: string; apiVersion: string; held: (by: string) => object }>([
      {
        whose: 'lease',
        apiVersion: 'coordination.k8s.io/v1',
        held: (holderIdentity) => ({ holderIdentity, leaseDurationSeconds: 3600, renewTime: micro() }),
      },
      {
        whose: 'lease in the native way of Pekko',
        apiVersion: 'coordination.k8s.io/v1',
        held: (holderIdentity) => ({ holderIdentity, acquireTime: micro() }),
      },
      {
        whose: 'lease of Akka',
        apiVersion: 'akka.io/v1',
        held: (owner) => ({ owner, time: Date.now(), version: '' }),
      },
      {
        whose: 'lease of Pekko',
        apiVersion: 'pekko.apache.org/v1',
        held: (owner) => ({ owner, time: Date.now(), version: '' }),
      },
    ])('has not stopped while its $whose is held, and has once it is released', TIMES, async ({ apiVersion, held }) => {
      const { activities } = of()
      const { namespace, stop } = await aWorker(1)
      const lease = (by: string) => ({
        apiVersion,
        kind: 'Lease',
        metadata: { name: 'leader', namespace },
        spec: { ...held(by) },
      })
      await on('blue').applyAs('akka', lease('node-1'))
      await eventually(
        'the lease alone is waited for',
        async () => (await attempted(activities.stopWorkload, stop('blue', 'leader'))) === heldBy('node-1'),
        patience,
      )
      await on('blue').applyAs('akka', lease(''))
      const { answer } = await driven(activities.stopWorkload, stop('blue', 'leader'), patience)
      expect(answer.note).toBe(`no pod and no lease of worker on ${scope.blue}`)
    })
    const heldBy = (holder: string) => `lease leader is held by ${holder} on ${scope.blue}`
  })

  describe('a size', () => {
    async function aScaled() {
      const namespace = await aNamespace(on('blue'), on('green'))
      const workload = deployment(namespace, 'web')
      await apply('blue', [aDeployment('web', namespace, 3), aScaler('web', namespace, 1, 6)])
      await ready('blue', workload)
      const { activities } = of()
      await driven(activities.deploy, call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [] }), patience)
      return {
        workload,
        pin: (side: Side, wait: boolean) =>
          driven(activities.pinSize, call<'pinSize'>({ workload, on: side, like: 'blue', wait }), answersLost),
        pinBoth: () =>
          driven(
            activities.pinSize,
            call<'pinSize'>({ workload, on: 'green', like: 'blue', wait: true, both: true }),
            answersLost,
          ),
        unpin: (side: Side) => driven(activities.unpinSize, call<'unpinSize'>({ workload, on: side }), answersLost),
        scaler: async (side: Side) => {
          const found = await find(side, 'HorizontalPodAutoscaler', namespace, 'web')
          return { min: found?.spec?.['minReplicas'], note: found?.metadata.annotations?.[PINNED_FLOOR] }
        },
      }
    }

    test('is pinned on both sides at what blue runs, and given back as it was', TIMES, async () => {
      const { workload, pinBoth, unpin, scaler } = await aScaled()
      await pinBoth()
      expect([(await scaler('blue')).min, (await scaler('green')).min]).toEqual([3, 3])
      expect(readinessOf(await there('green', workload))).toMatchObject({ wanted: 3, ready: 3 })
      for (const side of ['blue', 'green'] as const) {
        await unpin(side)
        expect(await scaler(side)).toEqual({ min: 1, note: undefined })
      }
    })

    test('does not follow the peaks of blue while the pods of green are waited for', TIMES, async () => {
      const { workload, pinBoth, scaler } = await aScaled()
      await pinBoth()
      await on('blue').applyAs('peak', aDeployment('web', workload.namespace, 5))
      await pinBoth()
      expect([(await scaler('blue')).min, (await scaler('green')).min]).toEqual([3, 5])
    })

    test('that its owner changed meanwhile stays as the owner wants it', TIMES, async () => {
      const { workload, pin, unpin, scaler } = await aScaled()
      await pin('blue', false)
      await on('blue').applyAs('team', aScaler('web', workload.namespace, 2, 8))
      await unpin('blue')
      expect(await scaler('blue')).toEqual({ min: 2, note: undefined })
    })
  })

  test('a schedule goes there and back, and carries no note of it in the end', TIMES, async () => {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
    await apply('blue', [aCronJob('report', namespace)])
    const deploy = call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [workload] })
    await driven(activities.deploy, deploy, patience)
    for (const [from, to] of [
      ['blue', 'green'],
      ['green', 'blue'],
    ] as const) {
      await driven(activities.suspendSchedule, call<'suspendSchedule'>({ workload, on: from }), answersLost)
      await driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload, on: to }), answersLost)
      expect((await there(from, workload)).spec?.['suspend']).toBe(true)
      expect((await there(to, workload)).spec?.['suspend']).toBe(false)
    }
    const { metadata, status } = await there('blue', workload)
    expect(Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('norikae.io/'))).toEqual([])
    // Nothing that is past is left for the controller to catch up on.
    expect(Date.now() - Date.parse(String(status?.['lastScheduleTime']))).toBeLessThan(120_000)
  })

  test('what is on blue is found namespace by namespace', TIMES, async () => {
    const namespace = await aNamespace(on('blue'))
    await apply('blue', everyKind(namespace))
    const found = await discovered('blue')
    const mine = found.namespaces.find((n) => n.name === namespace)
    expect(mine?.workloads.map((w) => `${w.ref.kind} ${w.ref.name}`)).toEqual([
      'CronJob report',
      'DaemonSet agent',
      'Deployment web',
      'Deployment worker',
      'StatefulSet cache',
    ])
    expect(mine?.workloads.find((w) => w.ref.name === 'web')).toMatchObject({ scaled: true, behindService: true })
    expect(mine?.findings.map((f) => `${f.code} ${f.about}`)).toContain(
      `no-readiness-probe Deployment/${namespace}/web`,
    )
  })

  test('what stands in the way, or stays behind, is found on blue', TIMES, async () => {
    const [namespace, other] = [await aNamespace(on('blue')), await aNamespace(on('blue'))]
    await apply('blue', [
      aService('api', other),
      aConfigMap('settings', namespace, { url: `http://api.${other}.svc.cluster.local/v1` }),
      aDeployment('web', namespace),
      aSealedSecret('one', namespace),
      aSealedSecret('two', namespace),
      aSecretOf('one', namespace),
      needing(aDeployment('store', namespace, 0), 'one'),
      aPodByItself('debug', namespace),
      aWebhook(namespace),
    ])
    await ready('blue', deployment(namespace, 'web'))
    const [pod] = await on('blue').admin.list('Pod', { namespace, labels: 'app=web' })
    await apply('blue', [aLease('web-leader', namespace, `${pod?.metadata.name ?? ''}_1`)])
    const { namespaces, findings } = await discovered('blue')
    await on('blue').admin.remove('ValidatingWebhookConfiguration', undefined, namespace)
    const mine = namespaces.find((n) => n.name === namespace)
    // No pod takes anything from it.
    expect(mine?.references).toEqual([
      { from: `ConfigMap/${namespace}/settings`, namespace: other, service: 'api', unread: true },
    ])
    expect(mine?.workloads.find((w) => w.ref.name === 'web')).toMatchObject({ replicas: 1, lease: 'web-leader' })
    const codes = mine?.findings.map((f) => `${f.code} ${f.about}`)
    expect(codes).toEqual(
      expect.arrayContaining([
        `pod-stays Pod/${namespace}/debug`,
        `secret-made-elsewhere Secret/${namespace}/one`,
        `custom-not-carried SealedSecret/${namespace}/one`,
        `webhook-stays ${namespace}/hook`,
      ]),
    )
    expect(mine?.findings.find((f) => f.code === 'custom-not-carried')?.message).toContain('it and 1 more')
    expect(findings.map((f) => `${f.code} ${f.about}`)).toContain(
      `webhook-down ValidatingWebhookConfiguration/${namespace}`,
    )
    await on('blue').admin.remove('Pod', namespace, 'debug')
  })

  test('a Secret that only its controller can make is missed on green until it has', TIMES, async () => {
    const namespace = await aNamespace(on('blue'), on('green'))
    await apply('blue', [aSecretOf('key', namespace), needing(aDeployment('web', namespace, 0), 'key')])
    const dryRun = call<'dryRunObjects'>({ ...placeOf(namespace), on: 'green' })
    const { type, message } = await ending(of().activities.dryRunObjects, dryRun, patience)
    expect(type).toBe('Failed')
    expect(message).toContain(
      `has not 1 of the Secrets that shop test needs: Secret/${namespace}/key: Deployment/${namespace}/web`,
    )
    await apply('green', [aSecretOf('key', namespace)])
    const { note } = (await driven(of().activities.dryRunObjects, dryRun, patience)).answer
    expect(note).toBe('1 objects would be taken')
  })

  test('what would be left behind in a namespace of Kubernetes itself is named, and no add-on', TIMES, async () => {
    const system = 'kube-system'
    await on('blue').applyAs('helm', aDeployment('cluster-autoscaler', system))
    await on('blue').applyAs('eks', aDeployment('ebs-csi-controller', system))
    const named = (await discovered('blue')).findings
      .filter((f) => f.code === 'system-workload-stays')
      .map((f) => f.about)
    for (const name of ['cluster-autoscaler', 'ebs-csi-controller'])
      await on('blue').admin.remove('Deployment', system, name)
    expect(named).toEqual(['Deployment/kube-system/cluster-autoscaler'])
  })

  test('what an operator makes is not carried over, and makes no side run other images', TIMES, async () => {
    const namespace = await aNamespace(on('blue'), on('green'))
    const images = (side: Side) => fingerprintOf(on(side).port, [namespace])
    const subject = { ...scope, team: 'scala', app: 'shop', environment: 'test' }
    const differing = async () =>
      (await driven(of().activities.compareImages, { subject, namespaces: [namespace] })).answer.differing
    await apply('blue', [aDeployment('web', namespace), aConfigMap('kafka', namespace)])
    await apply('green', [aDeployment('web', namespace)])
    const { apiVersion, kind, metadata } = (await find('blue', 'ConfigMap', namespace, 'kafka')) ?? aConfigMap('', '')
    const owner = { apiVersion, kind, name: 'kafka', uid: metadata.uid, controller: true }
    await apply('blue', [aDeployment('broker', namespace, 1, { ownerReferences: [owner] })])
    expect(await images('blue')).toBe(await images('green'))
    expect(await differing()).toEqual([])
    await apply('blue', [aDeployment('worker', namespace)])
    expect(await images('blue')).not.toBe(await images('green'))
    expect(await differing()).toEqual([`Deployment/${namespace}/worker is not on green (registry.test/app:1 on blue)`])
  })

  test('a buffer that is there and tells nothing is not empty; one that is not there is', TIMES, async () => {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'))
    const nothing = await aServer(() => ({ json: { status: 'success', data: { resultType: 'vector', result: [] } } }))
    const drain = (name: string) =>
      call<'drainBuffer'>({
        workload: { kind: 'DaemonSet', namespace, name },
        on: 'blue',
        within: '5m',
        depth: { url: nothing.url, query: 'depth' },
      })
    await apply('blue', everyKind(namespace))
    expect(await attempted(activities.drainBuffer, drain('agent'))).toMatch(/^nobody tells how much agent/)
    expect((await driven(activities.drainBuffer, drain('nobody'))).answer.note).toMatch(/holds nothing$/)
    await nothing.stop()
  })

  test(
    'what a buffer holds may be given up; more than that may not, and what it delivers is given up no more',
    TIMES,
    async () => {
      const { activities } = of()
      const namespace = await aNamespace(on('blue'))
      let depth: string | undefined = '12'
      const prometheus = await aServer(() => ({
        json: {
          status: 'success',
          data: { resultType: 'vector', result: depth === undefined ? [] : [{ value: [0, depth] }] },
        },
      }))
      await apply('blue', everyKind(namespace))
      const workload: WorkloadRef = { kind: 'DaemonSet', namespace, name: 'agent' }
      const drain = (more: object = {}) =>
        call<'drainBuffer'>(
          { workload, on: 'blue', within: '5m', depth: { url: prometheus.url, query: 'depth' } },
          { ...more },
        )
      const kept = async () => (await there('blue', workload)).metadata.annotations?.[GIVEN_UP]
      const over = { scheduledMs: Date.now() - 6 * 60_000 }
      expect(await ending(activities.drainBuffer, drain(), over)).toMatchObject({
        type: 'Undelivered',
        message: expect.stringMatching(
          /^agent on demo-1-35 still holds 12, after 5m. retry: .* skip, with agent typed: /,
        ),
      })
      const { answer } = await driven(activities.drainBuffer, drain({ choice: 'skip' }), answersLost)
      expect(answer).toMatchObject({
        note: 'agent on demo-1-35 still holds 12; it was given up',
        findings: [
          { code: 'rest-given-up', about: `DaemonSet/${namespace}/agent`, message: expect.stringContaining('12') },
        ],
      })
      depth = '3'
      expect((await driven(activities.drainBuffer, drain())).answer.findings).toHaveLength(1)
      expect(await kept()).toBe('3')
      for (const more of ['4', undefined]) {
        depth = more
        expect(await attempted(activities.drainBuffer, drain())).toMatch(/still holds/)
      }
      depth = '0'
      expect((await driven(activities.drainBuffer, drain())).answer.note).toBe('agent on demo-1-35 is empty')
      expect(await kept()).toBeUndefined()
      await prometheus.stop()
    },
  )

  test('a cluster is idle with what was given up, and not with more', TIMES, async () => {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'))
    let depth = '12'
    const prometheus = await aServer((request) => ({
      json: {
        status: 'success',
        data: { resultType: 'vector', result: [{ value: [0, request.body.includes('depth') ? depth : '0'] }] },
      },
    }))
    await apply('blue', everyKind(namespace))
    const workload: WorkloadRef = { kind: 'DaemonSet', namespace, name: 'agent' }
    const [url, query] = [prometheus.url, 'depth']
    const { arn = '', createdAt = '' } = (await of().ports.eks(scope.region).findCluster(scope.blue)) ?? {}
    const drain = { workload, on: 'blue', within: '5m', depth: { url, query } } as const
    const idle = (more: { readonly workload: WorkloadRef }) =>
      call<'proveIdle'>({
        cluster: scope.blue,
        identity: { arn, createdAt },
        served: true,
        for: '1m',
        requests: { url, query: 'requests' },
        namespaces: [namespace],
        buffers: [{ url, query, ...more }],
      })
    expect(await attempted(activities.proveIdle, idle({ workload }))).toMatch(/holds 12/)
    await driven(activities.drainBuffer, call<'drainBuffer'>(drain, { choice: 'skip' }))
    expect(await attempted(activities.proveIdle, idle({ workload }))).toBe('ready')
    const another = { workload: { ...workload, name: 'another' } }
    expect(await attempted(activities.proveIdle, idle(another))).toMatch(/holds 12/)
    depth = '13'
    expect(await attempted(activities.proveIdle, idle({ workload }))).toMatch(/holds 13/)
    await prometheus.stop()
  })

  test('what has something outside its cluster goes before the cluster does, and nothing else', TIMES, async () => {
    const namespace = await aNamespace(on('green'))
    const green = on('green')
    const [binding, ...others] = outsiders(namespace)
    await apply('green', [...others, aDeployment('web', namespace)])
    // Mounted: it stays for as long as a pod does.
    await apply('green', [aVolume(namespace), ...mounting(namespace)])
    await ready('green', deployment(namespace, 'store'))
    // As a route is opened.
    if (binding) await green.port.apply(binding, { force: true })
    expect(await green.port.find('TargetGroupBinding', namespace, 'web')).toBeDefined()
    const empty = call<'emptyCluster'>({ cluster: scope.green, identity: 'made-by-this-run' })
    const { answer } = await driven(of().activities.emptyCluster, empty, answersLost)
    expect(answer.note).toMatch(/has no load balancers, bindings or volume claims/)
    for (const { kind, metadata } of outsiders(namespace))
      expect(await green.admin.find(kind as Kind, namespace, metadata.name), kind).toBeUndefined()
    expect(await green.admin.find('PersistentVolumeClaim', namespace, 'store')).toBeUndefined()
    expect(await find('green', 'Deployment', namespace, 'web')).toBeDefined()
  })

  test('a Gateway goes by its controller, which lets it go once no route is attached', TIMES, async () => {
    const namespace = await aNamespace(on('green'))
    const { admin } = on('green')
    await apply('green', ofGateway(namespace))
    const attached = async () =>
      (await Promise.all(routeKinds.map((kind) => admin.list(kind, { namespace })))).flat().length
    const gatewayThere = () => admin.find('Gateway', namespace, 'public')
    let held: string | undefined
    /** As the AWS Load Balancer Controller: its load balancer goes before its finalizer does. */
    const controller = async (why: string) => {
      const [gateway, routes] = [await gatewayThere(), await attached()]
      if (!gateway) return
      if (routes > 0) held = why
      const { deletionTimestamp, resourceVersion } = gateway.metadata
      if (deletionTimestamp === undefined || routes > 0) return
      await admin.patch('Gateway', namespace, 'public', { metadata: { resourceVersion, finalizers: null } })
    }
    // One that somebody holds yet, and that counts for the Gateway.
    await admin.patch('GRPCRoute', namespace, 'web', { metadata: { finalizers: ['example.com/held'] } })
    const listeners = [{ name: 'http', attachedRoutes: 1, supportedKinds: [], conditions: [] }]
    await admin.patch('Gateway', namespace, 'public', { status: { listeners } }, 'status')
    const empty = call<'emptyCluster'>({ cluster: scope.green, identity: 'made-by-this-run' })
    const { answer } = await driven(of().activities.emptyCluster, empty, {
      ...answersLost,
      async between(why) {
        await controller(why)
        if (held !== undefined)
          await admin.patch('GRPCRoute', namespace, 'web', { metadata: { finalizers: null } }).catch(() => undefined)
      },
    })
    expect(held).toContain(`Gateway ${namespace}/public has 1 attached`)
    expect(answer.note).toMatch(/has no load balancers/)
    expect([await gatewayThere(), await attached(), await admin.find('ServiceExport', namespace, 'web')]).toEqual([
      undefined,
      0,
      undefined,
    ])
    // What it had no part in stays: a class, a Service of the cluster alone.
    expect(await admin.find('Service', namespace, 'web')).toBeDefined()
  })

  test(
    'an endpoint outside is reached from a Job in the namespace of the app, which leaves nothing',
    TIMES,
    async () => {
      const namespace = await aNamespace(on('green'))
      const database = await aServer(() => 'silent')
      const endpoint = new URL(database.url).host
      const reach = call<'checkExternal'>({ app: 'shop', namespace, on: 'green', endpoint })
      const { answer } = await driven(of().activities.checkExternal, reach, patience)
      await database.stop()
      expect(answer.note).toBe(`${endpoint} answers on ${scope.green}`)
      const left = async () => (await on('green').admin.list('Job', { namespace })).length
      await eventually('no Job is left', async () => (await left()) === 0, patience)
    },
  )
}

/** Bound to its claim from the start, so that no provisioner is needed. */
const aVolume = (namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `${namespace}-store` },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace, name: 'store' },
    hostPath: { path: '/tmp' },
  },
})
const mounting = (namespace: string): KubernetesObject[] => {
  const { spec, ...store } = aDeployment('store', namespace)
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'store' } }]
  const template = spec?.['template'] as { readonly metadata: object; readonly spec: object } // it was just made
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'store', namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        volumeName: `${namespace}-store`,
        resources: { requests: { storage: '1Gi' } },
      },
    },
    { ...store, spec: { ...spec, template: { ...template, spec: { ...template.spec, volumes } } } },
  ]
}

const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const

/** A Gateway that has a load balancer, a route of each kind, what VPC Lattice has a target group for, and a Service. */
const ofGateway = (namespace: string): KubernetesObject[] => [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace, finalizers: ['gateway.k8s.aws/alb'] },
    spec: { gatewayClassName: 'alb', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  },
  ...routeKinds.map((kind) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name: 'web', namespace },
    spec: { parentRefs: [{ name: 'public' }], rules: [] },
  })),
  {
    apiVersion: 'application-networking.k8s.aws/v1alpha1',
    kind: 'ServiceExport',
    metadata: { name: 'web', namespace },
    spec: {},
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { ports: [{ port: 80 }] } },
]

const outsiders = (namespace: string): KubernetesObject[] => [
  {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'web', namespace },
    spec: { serviceRef: { name: 'web', port: 80 }, targetGroupARN: 'arn:aws:elasticloadbalancing:x' },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
]

const appliedAs = (apiVersion: string, name: string, namespace: string) => ({
  name,
  namespace,
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ apiVersion, kind: 'CronJob' }) },
})

/** As Helm keeps it: the record in gzip, in base64, in a Secret. */
const aRelease = (name: string, namespace: string, status: string, manifest: string): KubernetesObject => {
  const record = gzipSync(JSON.stringify({ name, manifest, config: { password: 'hunter2' } })).toString('base64')
  const version = status === 'deployed' ? '1' : '0'
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.${name}.v${version}`,
      namespace,
      labels: { owner: 'helm', name, status, version },
    },
    data: { release: Buffer.from(record).toString('base64') },
  }
}

const aSealedSecret = (name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: { name, namespace },
  spec: { encryptedData: { password: 'AgBy' } },
})

/** As its controller would have made it. No such owner is there: the finalizer keeps it from being collected. */
const aSecretOf = (name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    namespace,
    finalizers: ['norikae.io/test'],
    ownerReferences: [
      { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name, uid: crypto.randomUUID(), controller: true },
    ],
  },
})

const needing = ({ spec = {}, ...workload }: KubernetesObject, secretName: string): KubernetesObject => {
  const template = spec['template'] as { readonly metadata: object; readonly spec: object } // it was just made
  const volumes = [{ name: 'secret', secret: { secretName } }]
  return { ...workload, spec: { ...spec, template: { ...template, spec: { ...template.spec, volumes } } } }
}

const aPodByItself = (name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'shell', image: 'registry.test/shell:1' }] },
})

const aLease = (name: string, namespace: string, holderIdentity: string): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace },
  spec: { holderIdentity, leaseDurationSeconds: 15 },
})

/** It would see pods, in namespaces that there are none of. */
const aWebhook = (namespace: string): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: namespace },
  webhooks: [
    {
      name: 'check.example.com',
      failurePolicy: 'Fail',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { service: { namespace, name: 'hook', port: 443 } },
      namespaceSelector: { matchLabels: { nobody: 'is' } },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
    },
  ],
})
