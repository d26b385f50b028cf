import type { WorkflowHandle } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlannedUpgrade } from '../../src/domain/outline.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

/** What people see of a run in Temporal itself: on the dev server, which keeps it. */
let env: TestWorkflowEnvironment
let n = 0
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(
    env,
    new Outside(
      aPlatform({ name: `seen-${(n += 1)}`, apps: [anApp('api')], rest: '1s', soak: '1s', ...more }),
      '100ms',
    ),
  )

const detailsOf = async (handle: WorkflowHandle) =>
  (await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')).currentDetails ?? ''
/** The JSON objects that stand in the details, ready to paste. */
const toPaste = (text: string) =>
  [...text.matchAll(/- to \w+, send `(\w+)` `(\{.*\})`/g)].map(
    ([, message = '', body = '{}']) => [message, JSON.parse(body) as Record<string, string>] as const, // it is ours
  )
const eventsOf = async (handle: WorkflowHandle) => {
  const { events } = await handle.fetchHistory()
  const text = (data: Uint8Array | null | undefined) =>
    data ? (JSON.parse(new TextDecoder().decode(data)) as string) : ''
  return (events ?? []).map((e) => ({
    activity: e.activityTaskScheduledEventAttributes?.activityId,
    timer: e.timerStartedEventAttributes?.timerId,
    child: e.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId,
    summary: text(e.userMetadata?.summary?.data),
    details: text(e.userMetadata?.details?.data),
  }))
}

// Each has a platform and a queue of its own, and waits most of its time.
test.concurrent('what stands in the details is what releases each gate, to the end', async () => {
  const trial = aTrial()
  await trial.during(async (upgrade) => {
    const paste = async (app: string | undefined, by: string, typed?: string) => {
      const handle = trial.handle(app)
      const [message, body] = await eventually(`${app ?? 'the upgrade'} shows what to paste`, async () =>
        toPaste(await detailsOf(handle)).find(([m]) => m === 'approve'),
      )
      await handle.signal(message, { ...body, by, ...(typed !== undefined && { typed }) })
      await eventually('it is taken', async () => !(await detailsOf(handle)).includes(body['gate'] ?? ''))
    }
    await paste(undefined, 'aoki')
    await paste('api', 'chiba')
    await paste(undefined, 'baba', trial.outside.platform.blue)
    expect((await trial.result()).outcome).toBe('done')
    expect(await detailsOf(upgrade)).toMatch(/\*\*seen-1: toy-1-35 → toy-1-36\*\*: done/)

    for (const handle of [upgrade, trial.handle('api')]) {
      const events = await eventsOf(handle)
      expect(events.filter((e) => (e.activity ?? e.timer) != null && e.summary === '')).toEqual([])
    }
    const events = await eventsOf(upgrade)
    expect(events.find((e) => e.child != null)).toMatchObject({ summary: 'move api to toy-1-36' })
    expect(events.find((e) => e.child != null)?.details).toBe(
      'test, production of api (scala), from toy-1-35 to toy-1-36',
    )
    expect(events.find((e) => e.activity === 'nodegroup/a/create')?.summary).toBe("create node group a like toy-1-35's")
  })
  const told = trial.outside.notices.map((t) => [t.about, t.app ?? ''])
  expect(told).toEqual([
    ['gate', ''],
    ['settled', ''],
    ['gate', 'api'],
    ['settled', 'api'],
    ['gate', ''],
    ['settled', ''],
    ['ended', ''],
  ])
})

test.concurrent('people find a run by platform, team, phase and for whom it waits', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    const found = (query: string) =>
      eventually(
        query,
        async () => {
          const ids: string[] = []
          for await (const { workflowId } of env.client.workflow.list({
            query: `NorikaePlatform = '${trial.outside.platform.name}' AND ${query}`,
          }))
            ids.push(workflowId)
          return ids.length > 0 && ids
        },
        { everyMs: 100 },
      )
    expect(await found(`NorikaePhase = 'start' AND NorikaeWaitingFor = 'sre'`)).toEqual([trial.handle().workflowId])
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    expect(await found(`NorikaeWaitingFor = 'scala' AND NorikaeTeam = 'scala'`)).toEqual([
      trial.handle('api').workflowId,
    ])
    expect(await found(`NorikaePhase = 'production: waiting' AND NorikaeApp = 'api'`)).toHaveLength(1)
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'no' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
})

test.concurrent('whatever names and failures are long: what is kept of them is not', async () => {
  const trial = aTrial({ name: `seen-${'乗'.repeat(100)}`, green: '換'.repeat(300) })
  trial.outside.faults.set('upgrade:cluster/create', { times: 1, type: 'Failed', message: 'え'.repeat(50_000) })
  await trial.during(async (upgrade) => {
    await trial.start()
    expect(await trial.gate(undefined, 'retry', 'cluster/create@')).toMatch(/\.1$/)
    await eventually('it is told', () => trial.outside.notices.length === 3)
    expect(trial.outside.notices.map((n) => n.title.length).filter((length) => length > 1001)).toEqual([])
    expect((await trial.see()).runs[0]?.problem?.length).toBe(2001)
    const summaries = (await eventsOf(upgrade)).map((e) => Buffer.byteLength(e.summary))
    expect(Math.max(...summaries)).toBeLessThanOrEqual(400)
  })
})

test.concurrent('a plan may be looked at: outlines of all that would be done, and nothing is', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail')] })
  const worker = await trial.worker()
  await worker.runUntil(async () => {
    const plan = (await env.client.workflow.execute('upgradePlan', {
      workflowId: `plan-${trial.outside.platform.name}`,
      taskQueue: trial.queue,
      args: [{ platform: trial.outside.platform.name, to: '1.36', by: 'aoki' }],
    })) as PlannedUpgrade // its own type
    expect([plan.from, plan.to, plan.upgrade.phases.length]).toEqual(['1.35', '1.36', 7])
    expect(plan.cutovers.map((c) => `${c.subject.app} ${c.subject.environment}`)).toEqual([
      'api test',
      'api production',
      'mail test',
      'mail production',
    ])
    expect(JSON.stringify(plan)).not.toContain('input')
  })
  expect([trial.outside.done, trial.outside.world.snapshot(), trial.outside.notices]).toEqual([[], '[]', []])
})

test.concurrent('with nothing kept in memory between tasks all is as it was', { timeout: 120_000 }, async () => {
  const trial = aTrial()
  // What people are told is enough to answer; a query would be one more replay.
  const answer = async (app: string | undefined, step: string, by: string, typed?: string) => {
    const notice = await eventually(`${step} is asked`, () =>
      trial.outside.notices.find((n) => n.app === app && n.waiting?.gate.startsWith(`${step}@`)),
    )
    await trial.signal(app, 'approve', {
      gate: notice.waiting?.gate ?? '',
      by,
      ...(typed !== undefined && { typed }),
    })
  }
  await trial.during(
    async () => {
      await answer(undefined, 'start', 'aoki')
      await answer('api', 'production/gate', 'chiba')
      await answer(undefined, 'soak/gate', 'baba', trial.outside.platform.blue)
      expect((await trial.result()).outcome).toBe('done')
    },
    { maxCachedWorkflows: 0 },
  )
  expect(trial.outside.done.at(-1)).toBe('upgrade:blue/remains')
})
