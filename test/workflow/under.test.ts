import { fileURLToPath } from 'node:url'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dev } from '../support/server.ts'

let env: TestWorkflowEnvironment
let workflowBundle: WorkflowBundle
beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('../support/under-workflow.ts', import.meta.url))
  const logger = new DefaultLogger('ERROR')
  ;[env, workflowBundle] = await Promise.all([dev(), bundleWorkflowCode({ workflowsPath, logger })])
})
afterAll(() => env.teardown())

test.for([
  { says: 'the approval alone', signals: ['approve'], ends: 'approved' },
  { says: 'the approval, then a breach in the same task', signals: ['approve', 'breach'], ends: 'breach' },
  { says: 'a breach, then the approval in the same task', signals: ['breach', 'approve'], ends: 'breach' },
])('$says', async ({ says, signals, ends }) => {
  const handle = await env.client.workflow.start('breachAndApproval', { workflowId: says, taskQueue: says })
  for (const signal of signals) await handle.signal(signal)
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: says,
    workflowBundle,
    debugMode: true, // workflows on this thread: starting another takes half a second in each test
  })
  expect(await worker.runUntil(handle.result())).toBe(ends)
})
