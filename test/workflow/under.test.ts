import { fileURLToPath } from 'node:url'
import { Worker } from '@temporalio/worker'
import { expect, test } from 'vitest'
import { dev } from '../support/server.ts'

test.for([
  { says: 'the approval alone', signals: ['approve'], ends: 'approved' },
  { says: 'the approval, then a breach in the same task', signals: ['approve', 'breach'], ends: 'breach' },
  { says: 'a breach, then the approval in the same task', signals: ['breach', 'approve'], ends: 'breach' },
])('$says', async ({ signals, ends }) => {
  const env = await dev()
  try {
    const handle = await env.client.workflow.start('breachAndApproval', { workflowId: 'it', taskQueue: 'it' })
    for (const signal of signals) await handle.signal(signal)
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: 'it',
      workflowsPath: fileURLToPath(new URL('../support/under-workflow.ts', import.meta.url)),
    })
    expect(await worker.runUntil(handle.result())).toBe(ends)
  } finally {
    await env.teardown()
  }
})
