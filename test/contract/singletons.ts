import { expect, test } from 'vitest'
import type { ActionCall } from '../../src/domain/actions.ts'
import { REPLICAS } from '../../src/domain/annotations.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { aServer } from '../sandbox/adapters/local.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call, scope } from '../support/small-world.ts'
import { aLostNode, endingSlowly, LOST_AT, placed, selecting } from './nodes.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** What counts as proof that nobody is a singleton any more, whichever API servers and controllers tell of its pods. */
export function singletonsContract(of: () => WorldUnderTest): void {
  const on = (side: Side): ServerUnderTest => of()[side]

  /** On blue with its one pod on this node, and asleep on green. */
  async function anActor(node: string) {
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'actor' }
    await on('blue').applyAs('team', placed(aDeployment('actor', namespace), node))
    const pods = () => on('blue').admin.list('Pod', { namespace })
    await eventually('its pod is there', async () => (await pods()).length === 1, patience)
    await on('green').applyAs('team', aDeployment('actor', namespace, 0, { annotations: { [REPLICAS]: '1' } }))
    return { workload, pods }
  }

  const waitsFor = (stop: ActionCall<'stopWorkload'>, why: string) =>
    eventually(
      `it waits: ${why}`,
      async () => (await attempted(of().activities.stopWorkload, stop)).includes(why),
      patience,
    )

  test(
    'a pod of a node that is lost is left until the instance is terminated, and then counts as gone',
    TIMES,
    async () => {
      const { activities, instances } = of()
      const [node, instance] = ['lost-1.ec2.internal', 'i-0lost1']
      await aLostNode(on('blue'), node, `aws:///ap-northeast-1a/${instance}`)
      const { workload, pods } = await anActor(node)
      const stop = call<'stopWorkload'>({ workload, on: 'blue', within: '60s' })
      const start = call<'startWorkload'>({ workload, on: 'green', alone: true })

      for (const state of ['running', 'shutting-down', 'stopped', 'unknown'] as const) {
        instances.set(instance, state)
        await waitsFor(
          stop,
          state === 'unknown'
            ? `Node ${node} does not answer since ${LOST_AT}, and what is on it may be at work: EC2 does not know its instance ${instance}`
            : `may be at work until its instance ${instance}, which is ${state}, is terminated`,
        )
      }
      await expect(driven(activities.startWorkload, start, patience)).rejects.toThrow('1 pods of actor run on')

      instances.set(instance, 'terminated')
      const { answer } = await driven(activities.stopWorkload, stop, patience)
      const [left] = await pods()
      expect(left?.metadata.deletionTimestamp).toBeDefined()
      expect(answer.note).toBe(
        `no pod of actor on ${scope.blue}; ${left?.metadata.name} counts as gone, because its instance ${instance} is terminated`,
      )
      await driven(activities.startWorkload, start, patience)
      expect(await on('green').admin.list('Pod', { namespace: workload.namespace })).toHaveLength(1)
      await on('blue').admin.remove('Node', undefined, node)
    },
  )

  test('a pod that takes its time to end is given its whole grace, and green starts after it', TIMES, async () => {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'actor' }
    const pods = (side: Side) => on(side).admin.list('Pod', { namespace })
    await on('blue').applyAs('team', endingSlowly(aDeployment('actor', namespace), 2_500, 60))
    await eventually('it runs on blue', async () => (await pods('blue'))[0]?.status?.['phase'] === 'Running', patience)
    await on('green').applyAs('team', aDeployment('actor', namespace, 0, { annotations: { [REPLICAS]: '1' } }))
    const stop = call<'stopWorkload'>({ workload, on: 'blue', within: '60s' })
    const start = call<'startWorkload'>({ workload, on: 'green', alone: true })

    await waitsFor(stop, '1 pods of actor')
    // The controller tells it so in its own time.
    const ending = await eventually(
      'it is told to end',
      async () => (await pods('blue')).find((pod) => pod.metadata.deletionTimestamp !== undefined),
      patience,
    )
    expect(ending.metadata).toMatchObject({ deletionGracePeriodSeconds: 60 })
    await expect(driven(activities.startWorkload, start, patience)).rejects.toThrow('1 pods of actor run on')

    const { answer } = await driven(activities.stopWorkload, stop, patience)
    expect(answer.note).toBe(`no pod of actor on ${scope.blue}`)
    expect([await pods('blue'), await pods('green')]).toEqual([[], []])
    await driven(activities.startWorkload, start, patience)
    expect(await pods('green')).toHaveLength(1)
  })

  test('a node that is no instance of EC2 is for people to remove', TIMES, async () => {
    const node = 'lost-2.example.com'
    await aLostNode(on('blue'), node, 'eks-hybrid:///ap-northeast-1/demo/mi-0')
    const { workload, pods } = await anActor(node)
    const stop = call<'stopWorkload'>({ workload, on: 'blue' })
    await waitsFor(stop, `see that it is off, then remove it (kubectl delete node ${node}), and its pods go with it`)
    expect(await pods()).toHaveLength(1)
    await on('blue').admin.remove('Node', undefined, node)
  })

  test('that is not up within its downtime fails with what it waits for, and runs on blue again', TIMES, async () => {
    const { activities } = of()
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'actor' }
    const pods = async (side: Side) => (await on(side).admin.list('Pod', { namespace })).length
    await on('blue').applyAs('team', aDeployment('actor', namespace))
    await eventually('it runs on blue', async () => (await pods('blue')) === 1, patience)
    await on('green').applyAs(
      'team',
      selecting(aDeployment('actor', namespace, 0, { annotations: { [REPLICAS]: '1' } }), {
        'norikae.test/no': 'node',
      }),
    )
    const stop = (side: Side) =>
      driven(activities.stopWorkload, call<'stopWorkload'>({ workload, on: side, within: '60s' }), patience)
    const start = (side: Side, within: '1s' | '60s') =>
      call<'startWorkload'>({ workload, on: side, within, alone: true })
    await stop('blue')
    const { type, message } = await ending(activities.startWorkload, start('green', '1s'), patience)
    expect(type).toBe('Failed')
    expect(message).toMatch(/^took longer than 1s; last: .*actor/)
    await stop('green')
    await driven(activities.startWorkload, start('blue', '60s'), patience)
    expect([await pods('blue'), await pods('green')]).toEqual([1, 0])
  })

  test('its own query has to give 0: nothing is no proof', TIMES, async () => {
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind: 'Deployment', namespace, name: 'actor' }
    await on('blue').applyAs('team', aDeployment('actor', namespace))
    let holders: string | undefined = '1'
    const metrics = await aServer(() => ({
      json: {
        status: 'success',
        data: { resultType: 'vector', result: holders === undefined ? [] : [{ metric: {}, value: [0, holders] }] },
      },
    }))
    const proof = { url: metrics.url, query: 'sum(shard_holders)' }
    const stop = call<'stopWorkload'>({ workload, on: 'blue', proof })
    await waitsFor(stop, `actor on ${scope.blue} is held: sum(shard_holders) gives 1`)
    holders = undefined
    await waitsFor(stop, `nobody tells whether actor on ${scope.blue} is held (sum(shard_holders) gives nothing)`)
    holders = '0'
    const { answer } = await driven(of().activities.stopWorkload, stop, patience)
    expect(answer.note).toBe(`no pod and no holder by its proof of actor on ${scope.blue}`)
    await metrics.stop()
  })
}
