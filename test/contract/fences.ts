import { expect, test } from 'vitest'
import { discover } from '../../src/activities/discovery.ts'
import { fenceBinding, fenceParams } from '../../src/domain/fence.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isReady, readinessOf } from '../../src/domain/workload-state.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, aDeployment, call, scope } from '../support/small-world.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

/** What a fence promises, whoever else writes to these API servers. */
export function fencesContract(of: () => WorldUnderTest): void {
  const on = (side: Side): ServerUnderTest => of()[side]
  const podsOn = async (side: Side, { namespace, name }: WorkloadRef) =>
    (await on(side).admin.list('Pod', { namespace, labels: `app=${name}` })).length
  const find = (side: Side, { kind, namespace, name }: WorkloadRef) => on(side).admin.find(kind, namespace, name)
  const ready = (side: Side, ref: WorkloadRef) =>
    eventually(
      `${ref.name} is ready on ${side}`,
      async () => {
        const found = await find(side, ref)
        return found !== undefined && isReady(readinessOf(found)) && readinessOf(found).wanted > 0
      },
      patience,
    )
  const denied = (side: Side, namespace: string, name: string) =>
    eventually(
      `${name} is denied on ${side}, and people can read why`,
      async () =>
        (await on(side).events(namespace)).some(
          (e) => e.startsWith('FailedCreate') && e.includes(`/${name} may run on`) && e.includes('norikae status demo'),
        ),
      patience,
    )
  const raise = (side: Side, namespace: string, closed: readonly WorkloadRef[]) =>
    driven(of().activities.raiseFence, call<'raiseFence'>({ namespaces: [namespace], on: side, closed }), answersLost)
  const remove = (side: Side, namespace: string) =>
    driven(of().activities.removeFence, call<'removeFence'>({ namespaces: [namespace], on: side }), answersLost)
  const deploy = (namespace: string, asleep: readonly WorkloadRef[]) =>
    driven(
      of().activities.deploy,
      call<'deploy'>({ app: 'shop', environment: 'test', namespaces: [namespace], on: 'green', asleep }),
      patience,
    )
  const stop = (side: Side, workload: WorkloadRef) =>
    driven(of().activities.stopWorkload, call<'stopWorkload'>({ workload, on: side }), answersLost)
  const start = (side: Side, workload: WorkloadRef) =>
    driven(
      of().activities.startWorkload,
      call<'startWorkload'>({ workload, on: side, within: '60s', alone: true }),
      answersLost,
    )
  const ref = (kind: WorkloadRef['kind'], namespace: string, name: string): WorkloadRef => ({ kind, namespace, name })
  const gitOps = async (side: Side, ...objects: readonly KubernetesObject[]) => {
    for (const object of objects) await on(side).applyAs('gitops', object)
  }

  /** Two of one namespace behind green's fence, and one of them stopped on blue already. */
  async function onItsWay() {
    const namespace = await aNamespace(on('blue'), on('green'))
    const [actor, other] = [ref('Deployment', namespace, 'actor'), ref('Deployment', namespace, 'other')]
    await gitOps('blue', aDeployment('actor', namespace), aDeployment('other', namespace))
    // What it brings asleep it fences.
    await deploy(namespace, [actor, other])
    await stop('blue', actor)
    return { namespace, actor, other }
  }
  /** By hand. */
  const takeDown = (side: Side, namespace: string) =>
    on(side).admin.remove('ValidatingAdmissionPolicyBinding', undefined, fenceBinding(namespace).metadata.name)

  test('what is closed does not start, whoever starts it, and its neighbours do', TIMES, async () => {
    const namespace = await aNamespace(on('green'))
    const [chat, actor] = [ref('Deployment', namespace, 'chat'), ref('Deployment', namespace, 'chat-actor')]
    const cache = ref('StatefulSet', namespace, 'cache')
    await raise('green', namespace, [chat, cache])
    const { spec } = aDeployment('cache', namespace)
    await gitOps('green', aDeployment('chat', namespace, 2), aDeployment('chat-actor', namespace), {
      ...aDeployment('cache', namespace),
      kind: 'StatefulSet',
      spec: { ...spec, serviceName: 'cache' },
    })
    await ready('green', actor)
    await denied('green', namespace, 'chat')
    await denied('green', namespace, 'cache')
    expect([await podsOn('green', chat), await podsOn('green', cache)]).toEqual([0, 0])

    await remove('green', namespace)
    await ready('green', chat)
    const params = fenceParams(namespace).metadata
    const { metadata } = fenceBinding(namespace)
    expect(await on('green').admin.find('ValidatingAdmissionPolicyBinding', undefined, metadata.name)).toBeUndefined()
    expect(await on('green').admin.find('ConfigMap', params.namespace, params.name)).toBeUndefined()
  })

  test('a Job of a closed schedule is denied to people too, and any other is not', TIMES, async () => {
    const namespace = await aNamespace(on('green'))
    await raise('green', namespace, [ref('CronJob', namespace, 'report')])
    await gitOps('green', aCronJob('report', namespace, { suspend: true }))
    const owner = await on('green').admin.find('CronJob', namespace, 'report')
    const byHand = (name: string, more: object): KubernetesObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace, ...more },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'registry.test/a:1' }] } } },
    })
    const { apiVersion, kind, metadata } = owner ?? aCronJob('', '')
    const ownerReferences = [{ apiVersion, kind, name: 'report', uid: metadata.uid, controller: true }]
    await expect(on('green').admin.create(byHand('again', { ownerReferences }))).rejects.toThrow(
      `CronJob/${namespace}/report may run on ${scope.blue} only, and not here on ${scope.green}`,
    )
    expect(await on('green').admin.create(byHand('other', {}))).toBe(true)
  })

  test('a singleton goes there and back with other writers at work on both sides', TIMES, async () => {
    const namespace = await aNamespace(on('blue'), on('green'))
    const actor = ref('Deployment', namespace, 'actor')
    await gitOps('blue', aDeployment('actor', namespace, 2))
    await ready('blue', actor)
    await raise('green', namespace, [actor])
    await deploy(namespace, [actor])
    await raise('blue', namespace, [])
    for (const [from, to] of [
      ['blue', 'green'],
      ['green', 'blue'],
    ] as const) {
      // Before its turn, on the side that is still closed.
      await gitOps(to, aDeployment('actor', namespace, 2))
      await denied(to, namespace, 'actor')
      await stop(from, actor)
      await gitOps(from, aDeployment('actor', namespace, 2))
      await denied(from, namespace, 'actor')
      await start(to, actor)
      expect([await podsOn(from, actor), await podsOn(to, actor)]).toEqual([0, 2])
    }
    await remove('green', namespace)
    await remove('blue', namespace)
    expect(await podsOn('blue', actor)).toBe(2)
  })

  test('a fence that somebody took down is up again before the other side opens', TIMES, async () => {
    const { namespace, actor } = await onItsWay()
    await takeDown('blue', namespace)
    await start('green', actor)
    await gitOps('blue', aDeployment('actor', namespace))
    await denied('blue', namespace, 'actor')
    expect([await podsOn('blue', actor), await podsOn('green', actor)]).toEqual([0, 1])
  })

  test('what was opened while its fence was down stays open when it is up again for another', TIMES, async () => {
    const { namespace, actor, other } = await onItsWay()
    await takeDown('green', namespace)
    await start('green', actor)
    await raise('green', namespace, [other])
    for (const pod of await on('green').admin.list('Pod', { namespace, labels: 'app=actor' }))
      await on('green').admin.remove('Pod', namespace, pod.metadata.name)
    await ready('green', actor)
  })

  test('no fence makes a namespace that somebody would have to claim', TIMES, async () => {
    const namespace = await aNamespace(on('blue'))
    await raise('blue', namespace, [])
    expect(await on('blue').admin.find('Namespace', undefined, 'norikae')).toBeDefined()
    const { namespaces } = await discover(on('blue').port, of().ports.loadBalancing(scope.region), {
      name: scope.blue,
      pools: [],
    })
    expect(namespaces.map((n) => n.name)).not.toContain('norikae')
    await remove('blue', namespace)
  })

  test('a fence whose parameters are gone denies all, and says what to do', TIMES, async () => {
    const { namespace, actor } = await onItsWay()
    const params = fenceParams(namespace)
    await on('green').admin.remove('ConfigMap', params.metadata.namespace, params.metadata.name)
    const input = call<'startWorkload'>({ workload: actor, on: 'green', within: '60s', alone: true })
    const { type, message } = await ending(of().activities.startWorkload, input, patience)
    expect(type).toBe('Failed')
    expect(message).toContain(`ConfigMap norikae/norikae-fence-${namespace} is gone from ${scope.green}`)
    await on('green').admin.create(params)
    await start('green', actor)
  })

  test('a schedule that somebody lets go on is held until its turn, and runs then', TIMES, async () => {
    const namespace = await aNamespace(on('blue'), on('green'))
    const report = ref('CronJob', namespace, 'report')
    await gitOps('blue', aCronJob('report', namespace, { schedule: '0 0 1 1 *' }))
    await raise('green', namespace, [report])
    await deploy(namespace, [report])
    await gitOps('green', aCronJob('report', namespace, { schedule: '0 0 1 1 *', suspend: false }))
    const suspend = call<'suspendSchedule'>({ workload: report, on: 'blue' })
    const resume = call<'resumeSchedule'>({ workload: report, on: 'green' })
    await driven(of().activities.suspendSchedule, suspend, answersLost)
    await gitOps('blue', aCronJob('report', namespace, { schedule: '0 0 1 1 *', suspend: false }))
    expect(await attempted(of().activities.resumeSchedule, resume)).toContain('somebody let report go on')
    await driven(of().activities.resumeSchedule, resume, answersLost)
    expect((await find('green', report))?.spec?.['suspend']).toBe(false)
  })
}
