import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notReady, unreachable } from '../../src/activities/errors.ts'
import { dataConverter } from '../../src/client/large-payloads.ts'
import { bundle } from '../support/bundle.ts'
import { dev } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

/** How an activity ends of which the first attempt throws this, and the second answers. */
async function tried(name: string, first: () => Error): Promise<unknown> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: name,
    workflowBundle: await bundle(),
    dataConverter,
    activities: {
      explainHealth: async () => {
        if (activityInfo().attempt === 1) throw first()
        return 'tried again'
      },
    },
  })
  const how = { taskQueue: name, workflowId: name, args: [{ app: name }] }
  return worker.runUntil(
    env.client.workflow
      .execute('healthExplained', how)
      .catch((error: { readonly cause?: { readonly retryState?: string } }) => error.cause?.retryState),
  )
}

test.for([
  { says: 'at once', error: () => notReady('well so far', 0) },
  { says: 'in no time', error: () => notReady('well so far', '0s') },
  { says: 'in less than a millisecond', error: () => notReady('well so far', 0.2) },
  { says: 'in the past', error: () => unreachable('away', -5) },
])('what is to be looked at again $says is', async ({ says, error }) => {
  expect(await tried(says.replaceAll(' ', '-'), error)).toBe('tried again')
})

test('Temporal gives up what is to be tried again without a delay', async () => {
  const bare = () => ApplicationFailure.create({ message: 'well so far', nextRetryDelay: 0 })
  expect(await tried('bare', bare)).toBe('TIMEOUT')
})
