import { expect, test } from 'vitest'
import { OWNER_SUSPEND, PINNED_FLOOR, REPLICAS } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isAsleep } from '../../src/domain/sleep.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, aDeployment, call, scope } from '../support/small-world.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

/** What is promised of an app that somebody else deploys, whichever API servers and controllers it meets. */
export function externalDeploymentsContract(of: () => WorldUnderTest): void {
  const on = (side: Side): ServerUnderTest => of()[side]
  const there = async (side: Side, { kind, namespace, name }: WorkloadRef): Promise<KubernetesObject> => {
    const found = await on(side).admin.find(kind, namespace, name)
    if (!found) throw new Error(`${kind} ${name} is not on ${side}`)
    return found
  }
  const podsOn = async (side: Side, { namespace, name }: WorkloadRef) =>
    (await on(side).admin.list('Pod', { namespace, labels: `app=${name}` })).length
  const pipeline = async (side: Side, ...objects: readonly KubernetesObject[]) => {
    for (const object of objects) await on(side).applyAs('pipeline', object)
  }

  /** `web` is stateless; `worker` and `report` may run on one side only. Blue runs them all. */
  async function anApp() {
    const namespace = await aNamespace(on('blue'))
    const worker: WorkloadRef = { kind: 'Deployment', namespace, name: 'worker' }
    const report: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
    const asleep = [worker, report]
    const release = [
      aDeployment('web', namespace),
      aDeployment('worker', namespace, 2),
      aCronJob('report', namespace, { schedule: '0 0 1 1 *' }),
    ]
    await pipeline('blue', ...release)
    await eventually('blue runs', async () => (await podsOn('blue', worker)) === 2, patience)
    const place = { app: 'shop', environment: 'test', namespaces: [namespace], on: 'green' as const }
    const { activities } = of()
    const opening = call<'openNamespaces'>({ ...place, closed: asleep })
    const waiting = call<'awaitDeployment'>({ ...place, asleep })
    return {
      namespace,
      worker,
      report,
      release,
      waiting,
      open: () => driven(activities.openNamespaces, opening, answersLost),
      close: () => driven(activities.closeNamespaces, call<'closeNamespaces'>(place), answersLost),
      /** Asked for three days ago: people deploy when they deploy. */
      arrived: () =>
        driven(activities.awaitDeployment, waiting, { ...answersLost, scheduledMs: Date.now() - 3 * 86_400_000 }),
      leave: () => driven(activities.leaveDeployment, call<'leaveDeployment'>({ ...place, asleep }), answersLost),
      stop: (side: Side) =>
        driven(activities.stopWorkload, call<'stopWorkload'>({ workload: worker, on: side }), answersLost),
      start: (side: Side) => {
        const start = call<'startWorkload'>({ workload: worker, on: side, within: '60s', alone: true })
        return driven(activities.startWorkload, start, answersLost)
      },
    }
  }

  test('it is waited for by name and image, and sleeps behind its fence until its turn', TIMES, async () => {
    const { namespace, worker, report, release, waiting, open, arrived, stop, start } = await anApp()
    const { activities } = of()
    await open()
    expect(await attempted(activities.awaitDeployment, waiting)).toContain(
      `Deployment/${namespace}/web is not on green (registry.test/app:1 on blue)`,
    )
    const old = imaged(aDeployment('web', namespace), 'registry.test/app:0')
    await pipeline('green', old, ...release.slice(1))
    expect(await attempted(activities.awaitDeployment, waiting)).toContain(
      `Deployment/${namespace}/web: registry.test/app:1 on blue, registry.test/app:0 on green`,
    )
    expect(await podsOn('green', worker)).toBe(0)

    await pipeline('green', ...release)
    const { answer } = await arrived()
    expect(answer.note).toBe(`3 workloads on ${scope.green} with the same images, 2 of them asleep`)
    const [sleeper, schedule] = [await there('green', worker), await there('green', report)]
    expect([sleeper.spec?.['replicas'], sleeper.metadata.annotations?.[REPLICAS]]).toEqual([0, '2'])
    expect([schedule.spec?.['suspend'], schedule.metadata.annotations?.[OWNER_SUSPEND]]).toEqual([true, 'false'])

    await stop('blue')
    await start('green')
    expect([await podsOn('blue', worker), await podsOn('green', worker)]).toEqual([0, 2])
  })

  test('who wakes it before its turn is named, and a retry puts it to sleep again', TIMES, async () => {
    const { namespace, worker, release, waiting, open, arrived } = await anApp()
    const { activities } = of()
    await open()
    await pipeline('green', ...release)
    const failure = await ending(activities.awaitDeployment, waiting, {
      ...patience,
      scheduledMs: Date.now() - 3 * 86_400_000,
      between: async (why) => {
        if (why.includes('was just put to sleep')) await on('green').applyAs('gitops', aDeployment('worker', namespace))
      },
    })
    expect(failure.type).toBe('Contested')
    expect(failure.message).toContain(
      `Deployment ${namespace}/worker on ${scope.green} must be scaled to none until its handover, and gitops at 2`,
    )
    await arrived()
    expect(isAsleep(await there('green', worker))).toBe(true)
  })

  test('on the way back it stays, asleep and fenced, whoever deploys it again', TIMES, async () => {
    const { namespace, worker, report, release, open, arrived, leave, stop, start } = await anApp()
    await open()
    await pipeline('green', ...release)
    await arrived()
    await stop('blue')
    await start('green')

    await stop('green')
    await start('blue')
    await leave()
    expect([isAsleep(await there('green', worker)), isAsleep(await there('green', report))]).toEqual([true, true])
    await pipeline('green', ...release)
    await eventually(
      'worker is denied on green',
      async () => (await on('green').events(namespace)).some((e) => e.includes(`${namespace}/worker may run on`)),
      patience,
    )
    expect([await podsOn('blue', worker), await podsOn('green', worker)]).toEqual([2, 0])

    // And it moves again.
    await arrived()
    await stop('blue')
    await start('green')
    expect([await podsOn('blue', worker), await podsOn('green', worker)]).toEqual([0, 2])
  })

  test(
    'what nothing scales gets the size that it has on the other side, and keeps it where it serves',
    TIMES,
    async () => {
      const { activities } = of()
      const { namespace, open, arrived } = await anApp()
      const web: WorkloadRef = { kind: 'Deployment', namespace, name: 'web' }
      await pipeline('blue', aDeployment('web', namespace, 1))
      await on('blue').admin.patch('Deployment', namespace, 'web', { spec: { replicas: 4 } })
      await open()
      await pipeline(
        'green',
        ...['web', 'worker'].map((name) => aDeployment(name, namespace, 1)),
        aCronJob('report', namespace),
      )
      await arrived()
      const pin = () =>
        driven(
          activities.pinSize,
          call<'pinSize'>({ workload: web, on: 'green', like: 'blue', wait: true }),
          answersLost,
        )
      const unpin = (more: object = {}) =>
        driven(activities.unpinSize, call<'unpinSize'>({ workload: web, on: 'green', ...more }), answersLost)
      const seen = async () => {
        const { metadata, spec } = await there('green', web)
        return { replicas: spec?.['replicas'], noted: metadata.annotations?.[PINNED_FLOOR] }
      }
      expect((await pin()).answer.note).toBe(`web on ${scope.green} has 4 replicas`)
      expect(await seen()).toEqual({ replicas: 4, noted: '1' })
      expect(await podsOn('green', web)).toBe(4)
      await unpin()
      expect(await seen()).toEqual({ replicas: 1, noted: undefined })
      await pin()
      await unpin({ serves: true })
      expect(await seen()).toEqual({ replicas: 4, noted: undefined })
    },
  )

  test('a namespace that its deployer made is theirs, and is fenced all the same', TIMES, async () => {
    const { namespace, worker, open, close } = await anApp()
    await pipeline('green', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await open()
    await pipeline('green', aDeployment('worker', namespace))
    await eventually(
      'worker is denied on green',
      async () => (await on('green').events(namespace)).some((e) => e.includes(`${namespace}/worker may run on`)),
      patience,
    )
    await close()
    expect(await there('green', worker)).toBeDefined()
  })

  test('a binding that brings green into a target group of blue is refused', TIMES, async () => {
    const { namespace, waiting, open } = await anApp()
    await open()
    const binding: KubernetesObject = {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name: 'web', namespace },
      spec: { serviceRef: { name: 'web', port: 80 }, targetGroupARN: `arn:aws:elasticloadbalancing:${namespace}` },
    }
    await pipeline('blue', binding)
    await pipeline('green', binding)
    const { type, message } = await ending(of().activities.awaitDeployment, waiting, patience)
    expect(type).toBe('Contested')
    expect(message).toContain(`TargetGroupBinding ${namespace}/web on ${scope.green} is of a target group of`)
  })
}

function imaged(deployment: KubernetesObject, image: string): KubernetesObject {
  const spec = structuredClone(deployment.spec) as { template: { spec: { containers: { image: string }[] } } } // it was just made
  for (const container of spec.template.spec.containers) container.image = image
  return { ...deployment, spec }
}
