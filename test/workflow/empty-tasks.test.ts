import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { dev } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Two steps end, and then an update is said to a worker that keeps nothing; answers how it went on, and what a replay says. */
async function resumed(workflowInterceptorModules: string[]) {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: path('../support/two-tasks.ts'),
    workflowInterceptorModules,
    logger: new DefaultLogger('ERROR'),
  })
  const taskQueue = `two-tasks-${workflowInterceptorModules.length}`
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: {
      first: async () => 'ended',
      second: () => sleep(500, 'ended'),
      early: async () => 'early',
      late: async () => 'late',
    },
    maxCachedWorkflows: 0,
  })
  return worker.runUntil(async () => {
    const handle = await env.client.workflow.start('twoTasks', { taskQueue, workflowId: taskQueue })
    const events = async () => (await handle.fetchHistory()).events ?? []
    await eventually('both ends were heard', async () => {
      const all = await events()
      const last = all.findLastIndex((e) => e.workflowTaskCompletedEventAttributes)
      return all.slice(0, last).filter((e) => e.activityTaskCompletedEventAttributes).length === 2
    })
    await handle.executeUpdate('resume')
    const went = await eventually('it went on', async () => {
      const asked = (await events()).map((e) => e.activityTaskScheduledEventAttributes?.activityType?.name)
      return asked.find((name) => name === 'early' || name === 'late')
    })
    const written = { events: await events() }
    await handle.terminate()
    const replayed = await Worker.runReplayHistory({ workflowBundle }, written).then(
      () => 'as it was',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    )
    return { went, replayed }
  })
}

test('an update after tasks in which nothing was wanted is heard after them by every worker, and in every replay', async () => {
  expect(await resumed([path('../../src/workflows/interceptors.ts')])).toEqual({ went: 'late', replayed: 'as it was' })
})

test('without that, nobody can read what was written: as long as this is so, it is needed', async () => {
  expect(await resumed([])).toEqual({ went: 'early', replayed: 'DeterminismViolationError' })
})
