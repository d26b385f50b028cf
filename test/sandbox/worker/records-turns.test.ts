import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
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

const temporalOf = (taskQueue: string) => ({
  client: env.client,
  namespace: env.namespace ?? 'default',
  taskQueue,
  [Symbol.asyncDispose]: async () => undefined,
})

/** A process has one worker of a task queue: these ask for work as one does. */
const poll = (namespace: string, taskQueue: string, identity: string, end: AbortSignal) =>
  env.client.withAbortSignal(end, () =>
    env.client.withDeadline(Date.now() + 60_000, () =>
      env.client.workflowService
        .pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue }, identity })
        .catch(() => undefined),
    ),
  )

test('a worker that Temporal has forgotten for a while gets no faster by that', async () => {
  let taskQueue = 'remembered'
  const temporal = Object.defineProperty(temporalOf(taskQueue), 'taskQueue', { enumerable: true, get: () => taskQueue })
  const end = new AbortController()
  const polling = ['1@one', '1@two'].map((identity) => poll(temporal.namespace, taskQueue, identity, end.signal))
  let aheadMs = 0
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs)
  const place = placeAmongWorkers(temporal, '1@one')
  await eventually('Temporal has seen both', async () => {
    aheadMs += 11_000
    return (await place()).of === 2
  })
  // As when its server has lost what it knew of those that ask for work.
  taskQueue = 'forgotten'
  for (let looks = 0; looks < 3; looks += 1) {
    aheadMs += 11_000
    expect(await place()).toEqual({ at: 0, of: 2 })
  }
  vi.restoreAllMocks()
  expect(await placeAmongWorkers(temporal, '1@one')()).toMatchObject({ of: 3 })
  end.abort()
  await Promise.all(polling)
})

test('two workers of one account send Route 53 three requests a second together, evenly, and share them', async () => {
  const { aws } = world
  const zone = aws.route53.seedZone('example.com')
  const taskQueue = 'norikae'
  const temporal = temporalOf(taskQueue)
  const names = ['1@one norikae 0.1.0', '1@two norikae 0.1.0']
  const end = new AbortController()
  const polling = names.map((identity) => poll(temporal.namespace, taskQueue, identity, end.signal))
  // Temporal's partitions may tell of one worker earlier than of the other.
  let places: ReturnType<typeof placeAmongWorkers>[] = []
  await eventually('Temporal tells both of both', async () => {
    places = names.map((identity) => placeAmongWorkers(temporal, identity))
    return (await Promise.all(places.map((place) => place()))).every(({ of }) => of === 2)
  })
  const workers = places.map((place) => ({
    place,
    ports: connectOutside({ credentials: async () => world.aws.admin, recordsPlace: place }),
  }))
  expect(await Promise.all(places.map((place) => place()))).toEqual([
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

test('who moves visitors goes before what a survey has waiting', async () => {
  const zone = world.aws.route53.seedZone('example.org')
  const ports = connectOutside({ credentials: async () => world.aws.admin, recordsPerSecond: 20 })
  const [survey, first] = [ports.records(scope.region), ports.recordsFirst(scope.region)]
  let answered = 0
  const looks = Array.from({ length: 40 }, async () => {
    await survey.named(zone, 'web.example.org')
    answered += 1
  })
  await looks[0]
  await first.named(zone, 'web.example.org')
  await first.named(zone, 'api.example.org')
  expect(answered).toBeLessThan(10)
  await Promise.all(looks)
  await ports.close()
})
