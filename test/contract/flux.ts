import { afterAll, beforeAll, expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import { OWNER_RECONCILE } from '../../src/domain/annotations.ts'
import { fluxName } from '../../src/domain/flux.ts'
import type { Kind, KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isAsleep } from '../../src/domain/sleep.ts'
import { imagesOf } from '../../src/domain/workload-state.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aRepository, INTERVAL_MS, runFlux } from '../support/flux.ts'
import { aCronJob, aDeployment, call, scope } from '../support/small-world.ts'
import { aScaler } from './an-app.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }
const ALONE = 'kustomize.toolkit.fluxcd.io/reconcile'

const kustomization = (namespace: string, path: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'shop', namespace },
  spec: { path, interval: '1m', prune: true, sourceRef: { kind: 'GitRepository', name: 'apps' }, ...spec },
})

const helmRelease = (namespace: string, version: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'shop', namespace },
  spec: { chart: 'shop', version, interval: '1m', driftDetection: { mode: 'enabled' }, ...spec },
})

function imaged(workload: KubernetesObject, image: string): KubernetesObject {
  const { apiVersion, kind, metadata, spec } = structuredClone(workload)
  const text = JSON.stringify(spec).replace(/"image":"[^"]*"/, JSON.stringify({ image }).slice(1, -1))
  return { apiVersion, kind, metadata, spec: JSON.parse(text) as Record<string, unknown> } // it was one
}

/** What is promised of an app that Flux deploys to each side. On both sides something does what Flux does. */
export function fluxContract(of: () => WorldUnderTest): void {
  const repository = aRepository()
  let flux: ReturnType<typeof runFlux> | undefined
  beforeAll(() => {
    flux = runFlux(repository, () => [of().blue, of().green])
  })
  afterAll(() => flux?.stop())

  const on = (side: Side): ServerUnderTest => of()[side]
  const there = async (side: Side, kind: Kind, namespace: string, name: string): Promise<KubernetesObject> => {
    const found = await on(side).admin.find(kind, namespace, name)
    if (!found) throw new Error(`${kind} ${name} is not on ${side}`)
    return found
  }
  /** Flux has looked again and again. */
  const looks = () => new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL_MS))

  /** `web` is stateless; `worker` and `report` may run on one side only. Git says how many replicas, and not suspended. */
  async function anApp() {
    const namespace = await aNamespace(on('blue'))
    const worker: WorkloadRef = { kind: 'Deployment', namespace, name: 'worker' }
    const report: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
    const asleep = [worker, report]
    const release = (image: string): KubernetesObject[] => [
      imaged(aDeployment('web', namespace), image),
      imaged(aDeployment('worker', namespace, 2), image),
      imaged(aCronJob('report', namespace, { schedule: '0 0 1 1 *', suspend: false }), image),
      aScaler('web', namespace, 1, 6),
    ]
    const place = { app: 'shop', environment: 'test', namespaces: [namespace], on: 'green' as const }
    const { activities } = of()
    const waiting = call<'awaitFlux'>({ ...place, asleep })
    const workload = async (side: Side, name: string) => there(side, 'Deployment', namespace, name)
    await driven(activities.openNamespaces, call<'openNamespaces'>({ ...place, closed: asleep }), answersLost)
    return {
      namespace,
      worker,
      report,
      waiting,
      release,
      workload,
      commit(path: string, objects: readonly KubernetesObject[], revision = repository.revision) {
        repository.paths.set(path, objects)
        repository.revision = revision
      },
      runs: (side: Side, name = 'worker', count = 2) =>
        eventually(
          `${name} runs on ${side}`,
          async () => (await workload(side, name)).status?.['readyReplicas'] === count,
          patience,
        ),
      released: (side: Side, name: string, image: string) =>
        eventually(
          `${name} of ${side} is ${image}`,
          async () => imagesOf(await workload(side, name)).includes(image),
          patience,
        ),
      arrived: () =>
        driven(activities.awaitFlux, waiting, { ...answersLost, scheduledMs: Date.now() - 3 * 86_400_000 }),
      leave: () => driven(activities.leaveFlux, call<'leaveFlux'>({ ...place, asleep }), answersLost),
      stop: (side: Side) =>
        driven(activities.stopWorkload, call<'stopWorkload'>({ workload: worker, on: side }), answersLost),
      start: (side: Side) =>
        driven(
          activities.startWorkload,
          call<'startWorkload'>({ workload: worker, on: side, alone: true }),
          answersLost,
        ),
      suspend: (side: Side) =>
        driven(activities.suspendSchedule, call<'suspendSchedule'>({ workload: report, on: side }), answersLost),
      resume: (side: Side) =>
        driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload: report, on: side }), answersLost),
      differing: async () =>
        (
          await activities.compareImages({
            subject: { ...scope, team: 'shop', app: 'shop', environment: 'test' },
            namespaces: [namespace],
          })
        ).differing,
      pin: (how: 'pinSize' | 'unpinSize', side: Side) => {
        const web: WorkloadRef = { kind: 'Deployment', namespace, name: 'web' }
        return how === 'pinSize'
          ? driven(
              activities.pinSize,
              call<'pinSize'>({ workload: web, on: side, like: side, wait: false }),
              answersLost,
            )
          : driven(activities.unpinSize, call<'unpinSize'>({ workload: web, on: side }), answersLost)
      },
    }
  }

  const notes = ({ metadata: { annotations = {} } }: KubernetesObject) => [
    annotations[ALONE],
    annotations[OWNER_RECONCILE],
  ]

  test('it is resumed and asked at its turn, and what sleeps is not woken by what Git says', TIMES, async () => {
    const { namespace, waiting, release, workload, commit, runs, arrived } = await anApp()
    const { activities } = of()
    commit(`./${namespace}`, release('registry.test/app:1'))
    await on('blue').applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue')
    expect(await attempted(activities.awaitFlux, waiting)).toContain(
      `Kustomization ${namespace}/shop is not on ${scope.green} yet`,
    )

    const { namespaces } = await discover(on('blue').port, of().ports.loadBalancing(scope.region), {
      name: scope.blue,
      pools: [],
    })
    const made = namespaces.find((n) => n.name === namespace)?.madeByFlux ?? []
    expect(made.map(({ workload: { name }, by, there }) => [name, fluxName(by), there])).toEqual(
      ['web', 'worker', 'report'].map((name) => [name, `Kustomization ${namespace}/shop`, true]),
    )

    // It waits for what does not get ready behind its fence.
    await on('green').applyAs('team', kustomization(namespace, `./${namespace}`, { wait: true, suspend: true }))
    const { answer } = await arrived()
    expect((await there('green', 'Kustomization', namespace, 'shop')).spec?.['suspend']).toBe(false)
    expect(answer.note).toBe(
      `Kustomization ${namespace}/shop applied on ${scope.green} what is on ${scope.blue}, 2 of 3 workloads asleep`,
    )
    await looks()
    const [sleeper, schedule] = [
      await workload('green', 'worker'),
      await there('green', 'CronJob', namespace, 'report'),
    ]
    expect([isAsleep(sleeper), isAsleep(schedule)]).toEqual([true, true])
    expect([notes(sleeper), notes(schedule), notes(await workload('green', 'web'))]).toEqual([
      ['disabled', 'none'],
      ['disabled', 'none'],
      [undefined, undefined],
    ])
    expect((await on('green').admin.list('Pod', { namespace, labels: 'app=worker' })).length).toBe(0)
  })

  test(
    'it is released on both sides while one sleeps, which wakes up with the release that it slept through',
    TIMES,
    async () => {
      const {
        namespace,
        release,
        released,
        workload,
        commit,
        runs,
        arrived,
        stop,
        start,
        suspend,
        resume,
        leave,
        differing,
      } = await anApp()
      const cronJob = (side: Side) => there(side, 'CronJob', namespace, 'report')
      commit(`./${namespace}`, release('registry.test/app:1'))
      await on('blue').applyAs('team', kustomization(namespace, `./${namespace}`))
      await runs('blue')
      await on('green').applyAs('team', kustomization(namespace, `./${namespace}`, { suspend: true }))
      await arrived()

      await stop('blue')
      await start('green')
      await suspend('blue')
      await resume('green')
      expect([notes(await workload('green', 'worker')), notes(await cronJob('green'))]).toEqual([
        [undefined, undefined],
        [undefined, undefined],
      ])
      await runs('green')
      commit(`./${namespace}`, release('registry.test/app:2'), 'main@sha1:2')
      for (const [side, name] of [
        ['blue', 'web'],
        ['green', 'web'],
        ['green', 'worker'],
      ] as const)
        await released(side, name, 'registry.test/app:2')
      await looks()
      const held = await workload('blue', 'worker')
      expect([held.spec?.['replicas'], imagesOf(held)]).toEqual([0, ['registry.test/app:1']])
      const schedule = await cronJob('blue')
      expect([schedule.spec?.['suspend'], imagesOf(schedule)]).toEqual([true, ['registry.test/app:1']])
      expect(await differing()).toEqual([])

      await stop('green')
      const { waits } = await start('blue')
      expect(waits[0]).toContain('worker is of an older release than on the other side')
      const back = await workload('blue', 'worker')
      expect([back.spec?.['replicas'], imagesOf(back), notes(back)]).toEqual([
        2,
        ['registry.test/app:2'],
        [undefined, undefined],
      ])
      await suspend('green')
      await resume('blue')
      await leave()
      expect((await there('green', 'Kustomization', namespace, 'shop')).spec?.['suspend']).toBe(true)
      await looks()
      expect([isAsleep(await workload('green', 'worker')), isAsleep(await cronJob('green'))]).toEqual([true, true])

      // And it moves again, with the release of by then.
      commit(`./${namespace}`, release('registry.test/app:3'), 'main@sha1:3')
      await released('blue', 'worker', 'registry.test/app:3')
      await arrived()
      const again = await workload('green', 'worker')
      expect([isAsleep(again), imagesOf(again), notes(again)]).toEqual([
        true,
        ['registry.test/app:3'],
        ['disabled', 'none'],
      ])
    },
  )

  test('a pinned autoscaler keeps its floor, and is Flux’s again afterwards', TIMES, async () => {
    const { namespace, release, commit, runs, pin } = await anApp()
    commit(`./${namespace}`, [imaged(aDeployment('web', namespace, 3), 'registry.test/app:1'), ...release('').slice(3)])
    await on('blue').applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue', 'web', 3)
    const floor = async () => (await there('blue', 'HorizontalPodAutoscaler', namespace, 'web')).spec?.['minReplicas']
    await pin('pinSize', 'blue')
    await looks()
    expect(await floor()).toBe(3)
    await pin('unpinSize', 'blue')
    expect(await floor()).toBe(1)
    await on('blue').admin.patch('HorizontalPodAutoscaler', namespace, 'web', { spec: { minReplicas: 2 } })
    await eventually('Flux takes it back', async () => (await floor()) === 1)
  })

  test('what is suspended in Git is not resumed against it, and what made it is named', TIMES, async () => {
    const { namespace, waiting, release, commit, runs } = await anApp()
    const { activities } = of()
    commit(`./${namespace}`, release('registry.test/app:1'))
    await on('blue').applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue')
    commit('./green', [kustomization(namespace, `./${namespace}`, { suspend: true })])
    const parent = kustomization(namespace, './green')
    await on('green').applyAs('team', { ...parent, metadata: { name: 'apps', namespace } })
    await eventually('it is there', () => on('green').admin.find('Kustomization', namespace, 'shop'))
    expect(await attempted(activities.awaitFlux, waiting)).toContain(
      `Kustomization ${namespace}/shop is suspended on ${scope.green} by its own manifest`,
    )
    commit('./green', [kustomization(namespace, `./${namespace}`, { suspend: false })])
    await driven(activities.awaitFlux, waiting, patience)
  })

  test('what is stalled fails at once, in its own words', TIMES, async () => {
    const { namespace, waiting, release, commit, runs } = await anApp()
    commit(`./${namespace}`, release('registry.test/app:1'))
    await on('blue').applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue')
    await on('green').applyAs('team', kustomization(namespace, '/absolute'))
    const { type, message } = await ending(of().activities.awaitFlux, waiting, patience)
    expect(type).toBe('Failed')
    expect(message).toContain(`${namespace}/shop on ${scope.green} is stalled: path /absolute is not relative`)
  })

  test('Flux may wake once what it was at when it was told, and nobody else', TIMES, async () => {
    const { namespace, waiting, release, workload, commit, runs } = await anApp()
    const { activities } = of()
    commit(`./${namespace}`, release('registry.test/app:1'))
    for (const side of ['blue', 'green'] as const)
      await on(side).applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue')
    const woken = (by: readonly string[]) => {
      const left = [...by]
      return {
        ...patience,
        between: async (why: string) => {
          const manager = why.includes('was just put to sleep') ? left.shift() : undefined
          if (manager !== undefined) await on('green').applyAs(manager, aDeployment('worker', namespace, 2))
        },
      }
    }
    await driven(activities.awaitFlux, waiting, woken(['kustomize-controller']))
    expect(isAsleep(await workload('green', 'worker'))).toBe(true)
    for (const by of [['kustomize-controller', 'kustomize-controller'], ['gitops']])
      expect(await ending(activities.awaitFlux, waiting, woken(by))).toMatchObject({ type: 'Contested' })
  })

  test('a chart arrives at blue’s version, and its drift correction leaves what sleeps alone', TIMES, async () => {
    const { namespace, waiting, release, released, workload, runs, stop, start, differing } = await anApp()
    repository.charts.set('shop@1.2.0', release('registry.test/app:1'))
    repository.charts.set('shop@1.3.0', release('registry.test/app:2'))
    await on('blue').applyAs('team', helmRelease(namespace, '1.3.0'))
    await runs('blue')
    await on('green').applyAs('team', helmRelease(namespace, '1.2.0'))
    const { waits } = await driven(of().activities.awaitFlux, waiting, {
      ...patience,
      between: async (why) => {
        if (why.includes('has applied 1.2.0')) await on('green').applyAs('team', helmRelease(namespace, '1.3.0'))
      },
    })
    expect(waits.join()).toContain(`has applied 1.2.0 on ${scope.green}, and 1.3.0 on ${scope.blue}`)
    await looks()
    expect(isAsleep(await workload('green', 'worker'))).toBe(true)
    await stop('blue')
    await start('green')
    await looks()
    expect((await workload('blue', 'worker')).spec?.['replicas']).toBe(0)
    expect((await workload('green', 'worker')).spec?.['replicas']).toBe(2)

    // A release writes all of the chart, and the fence holds until the way back.
    repository.charts.set('shop@1.4.0', release('registry.test/app:3'))
    for (const side of ['blue', 'green'] as const) await on(side).applyAs('team', helmRelease(namespace, '1.4.0'))
    await released('blue', 'worker', 'registry.test/app:3')
    await eventually(
      'its pods are denied on blue',
      async () => (await on('blue').events(namespace)).some((e) => e.includes(`${namespace}/worker may run on`)),
      patience,
    )
    await eventually('both have it', async () => (await differing()).length === 0, patience)
    await stop('green')
    await start('blue')
    await runs('blue')
    expect(imagesOf(await workload('blue', 'worker'))).toEqual(['registry.test/app:3'])
  })

  test('an app that is only waited for moves again, with the release that it slept through', TIMES, async () => {
    const { namespace, release, released, workload, commit, runs, waiting } = await anApp()
    const external = call<'awaitDeployment'>(waiting.input)
    const arrived = () => driven(of().activities.awaitDeployment, external, answersLost)
    commit(`./${namespace}`, release('registry.test/app:1'))
    for (const side of ['blue', 'green'] as const)
      await on(side).applyAs('team', kustomization(namespace, `./${namespace}`))
    await runs('blue')
    await arrived()
    await looks()
    expect(isAsleep(await workload('green', 'worker'))).toBe(true)

    commit(`./${namespace}`, release('registry.test/app:2'), 'main@sha1:2')
    await released('blue', 'worker', 'registry.test/app:2')
    await arrived()
    const again = await workload('green', 'worker')
    expect([isAsleep(again), imagesOf(again)]).toEqual([true, ['registry.test/app:2']])
  })

  test('what Flux does not make, or from another cluster, is refused with what to write instead', TIMES, async () => {
    const { namespace, waiting, release } = await anApp()
    const { activities } = of()
    const [web] = release('registry.test/app:1')
    if (!web) throw new Error('the release is empty')
    await on('blue').applyAs('pipeline', web)
    expect(await ending(activities.awaitFlux, waiting, patience)).toMatchObject({ type: 'Unsupported' })
    const group = 'kustomize.toolkit.fluxcd.io'
    const labels = { [`${group}/name`]: 'hub', [`${group}/namespace`]: namespace }
    await on('blue').applyAs('pipeline', { ...web, metadata: { ...web.metadata, labels } })
    const { type, message } = await ending(activities.awaitFlux, waiting, patience)
    expect(type).toBe('Unsupported')
    expect(message).toContain(`Kustomization ${namespace}/hub is not on ${scope.blue}, and makes the app there`)
    const hub = kustomization(namespace, './of-another-cluster')
    const spec = { ...hub.spec, kubeConfig: { secretRef: { name: 'tools' } } }
    await on('blue').applyAs('team', { ...hub, metadata: { name: 'hub', namespace }, spec })
    expect((await ending(activities.awaitFlux, waiting, patience)).message).toContain(
      `Kustomization ${namespace}/hub of ${scope.blue} deploys to another cluster, and makes the app there`,
    )
    const { namespaces, findings } = await discover(on('blue').port, of().ports.loadBalancing(scope.region), {
      name: scope.blue,
      pools: [],
    })
    expect(namespaces.find((n) => n.name === namespace)?.madeByFlux?.map((m) => m.there)).toEqual([false])
    expect(findings.find((f) => f.code === 'flux-hub-on-blue')?.message).toContain(`Kustomization ${namespace}/hub`)
  })

  test('what is removed from a cluster that goes is not made anew', TIMES, async () => {
    const { namespace, commit } = await anApp()
    const service: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'public', namespace },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
    }
    commit(`./${namespace}`, [service])
    await on('green').applyAs('team', kustomization(namespace, `./${namespace}`))
    const find = () => on('green').admin.find('Service', namespace, 'public')
    await eventually('Flux makes it', find, patience)
    const empty = call<'emptyCluster'>({ cluster: scope.green, identity: 'made-by-this-run' })
    await driven(of().activities.emptyCluster, empty, answersLost)
    await looks()
    expect(await find()).toBeUndefined()
    expect((await there('green', 'Kustomization', namespace, 'shop')).spec?.['suspend']).toBe(true)
  })
}
