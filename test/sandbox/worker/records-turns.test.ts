import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectOutside } from '../../../src/adapters/index.ts'
import { placeAmongWorkers } from '../../../src/client/place-among-workers.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'
import { dev } from '../../support/server.ts'

let env: TestWorkflowEnvironment
let world: SmallWorld
beforeAll(async () => {
  env = await dev()
  world = await aSmallWorld()
})
afterAll(async () => {
  await world?.stop()
  await env?.teardown()
})

test('two workers of one account send Route 53 three requests a second together, evenly, and share them', async () => {
  const { aws } = world
  const zone = aws.route53.seedZone('example.com')
  const taskQueue = 'norikae'
  const temporal = {
    client: env.client,
    namespace: env.namespace ?? 'default',
    taskQueue,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const names = ['1@one norikae 0.1.0', '1@two norikae 0.1.0']
  const end = new AbortController()
  // A process has one worker of a task queue: these two ask for work as one does.
  const polling = names.map((identity) =>
    env.client.withAbortSignal(end.signal, () =>
      env.client.withDeadline(Date.now() + 60_000, () =>
        env.client.workflowService
          .pollWorkflowTaskQueue({ namespace: temporal.namespace, taskQueue: { name: taskQueue }, identity })
          .catch(() => undefined),
      ),
    ),
  )
  const workers = names.map((identity) => {
    const place = placeAmongWorkers(temporal, identity)
    return { place, ports: connectOutside({ credentials: async () => world.aws.admin, recordsPlace: place }) }
  })
  await eventually('Temporal has seen both', async () => (await placeAmongWorkers(temporal, names[0] ?? '')()).of === 2)
  expect(await Promise.all(workers.map(({ place }) => place()))).toEqual([
    { at: 0, of: 2 },
    { at: 1, of: 2 },
  ])

  const began = performance.now()
  const answered: number[] = []
  await Promise.all(
    workers.map(async ({ ports }) => {
      const records = ports.records(scope.region)
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          await records.named(zone, 'web.example.com')
          answered.push(performance.now() - began)
        }),
      )
    }),
  )
  const tookMs = performance.now() - began
  expect(aws.calls().filter(({ service }) => service === 'route53')).toHaveLength(20)
  // An answer may be late, and none is earlier than the slot that its request had.
  for (const [n, atMs] of answered.toSorted((a, b) => a - b).entries())
    expect(atMs, `${n}`).toBeGreaterThan((n * 1000) / 3 - 10)
  expect(tookMs).toBeLessThan((20 / 3 + 3) * 1000)
  for (const { ports } of workers) await ports.close()
  end.abort()
  await Promise.all(polling)
})
