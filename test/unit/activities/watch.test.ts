import { setTimeout as sleep } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/common'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Outside } from '../../../src/activities/outside.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { aWatched, watching } from '../../support/a-watch.ts'
import { errors, route } from '../../support/builders.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-27T01:00:00Z') }))
afterEach(() => void vi.useRealTimers())

/** `says`: what an environment's query gives, by its name and how often it was asked. */
function world(
  says: (environment: string, look: number) => number | null | Promise<number | null>,
  shares: number[] = [],
) {
  const looks = new Map<string, number>()
  const asked: string[] = []
  const query = async (_url: string, of: string) => {
    const look = looks.get(of) ?? 0
    looks.set(of, look + 1)
    asked.push(of)
    return says(of, look)
  }
  const loadBalancing = () => ({
    findTargetGroup: async () => ({ arn: 'arn:g', tags: {} }),
    tagsOf: async () => ({}),
    findRule: async () => {
      asked.push('route')
      const share = shares.length > 1 ? shares.shift() : shares[0]
      const targetGroups = [
        { arn: 'arn:b', weight: 100 - (share ?? 0) },
        { arn: 'arn:g', weight: share ?? 0 },
      ]
      return { actions: [{ type: 'forward', targetGroups }] }
    },
  })
  const known = {
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    metrics: { query },
    loadBalancing,
  }
  const others = {
    get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({ calls: async function* () {} })),
  }
  return { outside: { ports: new Proxy(known, others) } as unknown as Outside, asked }
}
const read = (name: string, more: Partial<Check> = {}) =>
  aWatched(name, {
    checks: [{ ...errors, source: { kind: 'prometheus', url: 'u', queries: { blue: '', green: name } }, ...more }],
  })
class Enough extends Error {}
/** So many looks later it is enough. */
const every = (ms: number, looks = Infinity) => ({
  between: (_why: string, attempt: number) => {
    if (attempt >= looks) throw new Enough()
    vi.setSystemTime(Date.now() + ms)
  },
})

test('it looks at those that its workflow says, as they come and go, in one attempt', async () => {
  const { outside, asked } = world(() => 0)
  const said = [{}, { test: 1 }, { test: 1, stage: 2 }, { stage: 2 }]
  const end = watching(outside, [read('test'), read('stage')], {
    ...every(15_000, 4),
    entries: () => said.shift() ?? {},
  })
  await expect(end).rejects.toThrow(Enough)
  expect(asked).toEqual(['test', 'test', 'stage', 'stage'])
})

test('one that comes again begins anew', async () => {
  const { outside } = world((_environment, look) => (look === 2 ? 0 : 1))
  const said = [{ test: 1 }, { test: 2 }, { test: 2 }, { test: 2 }, { test: 2 }]
  const begins: number[] = []
  const end = watching(outside, [read('test')], {
    between: (_why, attempt) => void (begins.push(attempt), vi.setSystemTime(Date.now() + 15_000)),
    entries: () => said.shift() ?? {},
  })
  // Bad, then bad as another one, well, and twice in a row.
  expect(await end).toMatchObject({ type: 'Unhealthy' })
  expect(begins).toHaveLength(4)
})

test('a breach of one ends it, and what was seen of the others goes on', async () => {
  const { outside } = world((environment, look) => (environment === 'stage' ? (look > 0 ? 1 : 0) : 1))
  const { type, message, end } = await watching(outside, [read('test'), read('stage')], every(15_000))
  const { troubles, seen } = end
  expect([type, message]).toEqual([
    'Unhealthy',
    'test: errors (Prometheus) 1, 1 in a row, where at most 0.01 is allowed',
  ])
  expect(troubles).toEqual([
    { environment: 'test', type, message: 'errors (Prometheus) 1, 1 in a row, where at most 0.01 is allowed' },
  ])
  // Stage was read badly once, so that one more is its breach; without what was seen it would be the first.
  vi.setSystemTime(Date.now() + 15_000)
  const after = world(() => 1)
  const goesOn = watching(after.outside, [read('stage')], { ...every(15_000), seen })
  expect(await goesOn).toMatchObject({ type: 'Unhealthy' })
  expect(after.asked).toHaveLength(1)
})

test('a source that does not answer holds nobody else up', async () => {
  vi.useRealTimers()
  const { outside, asked } = world((environment) => (environment === 'slow' ? sleep(30_000, 0, { ref: false }) : 1))
  const began = performance.now()
  const soon = { every: '1s' } as const
  expect(await watching(outside, [read('slow', soon), read('bad', soon)])).toMatchObject({
    message: 'bad: errors (Prometheus) 1, 1 in a row, where at most 0.01 is allowed',
  })
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(asked.filter((of) => of === 'slow')).toHaveLength(1)
})

test('what is seen of the others is kept from attempt to attempt while a source hangs longer than one', async () => {
  const { outside, asked } = world((environment) => (environment === 'hangs' ? new Promise(() => undefined) : 1))
  const waits: string[] = []
  const end = await watching(outside, [read('hangs'), read('bad', { breachAfter: 3 })], {
    attemptMs: 200,
    between: (why) => void (waits.push(why), vi.setSystemTime(Date.now() + 15_000)),
  })
  expect(end).toMatchObject({ type: 'Unhealthy', message: expect.stringMatching(/^bad: .* 1, 1, 1 in a row/) })
  expect(waits).toEqual(Array(2).fill('hangs: one of its sources takes too long to answer'))
  expect(asked.filter((of) => of === 'hangs')).toHaveLength(3)
})

test('a bad reading is told while a source of another environment is still waited for', async () => {
  const heard = Promise.withResolvers<number>()
  const { outside } = world((environment) => (environment === 'slow' ? heard.promise : 1))
  const waits: string[] = []
  const end = watching(outside, [read('slow'), read('bad')], {
    beat: () => heard.resolve(0),
    between: (why) => void (waits.push(why), vi.setSystemTime(Date.now() + 15_000)),
  })
  expect(await end).toMatchObject({ message: expect.stringMatching(/^bad: .* 1, 1 in a row/) })
  // Told at the end of the attempt only, it would have been waited for until its time was up.
  expect(waits).toEqual(['well so far'])
})

test('one whose workflow says for some paces that it watches nobody ends, so that people are asked', async () => {
  const { outside, asked } = world(() => 0)
  const said = [{}, {}, {}, { test: 1 }]
  const waits: string[] = []
  const end = await watching(outside, [read('test')], {
    entries: () => said.shift() ?? {},
    between: (why) => void (waits.push(why), vi.setSystemTime(Date.now() + 15_000)),
  })
  expect(end).toMatchObject({
    type: 'Failed',
    message: 'its workflow has said for a while that it watches none of them',
  })
  expect(asked).toHaveLength(1)
  // Those before it was watched count no more.
  expect(waits).toHaveLength(8)
})

test('a look that goes wrong is made again, and the others are judged meanwhile', async () => {
  const { outside, asked } = world((environment) => {
    if (environment === 'odd') throw ApplicationFailure.retryable('nobody thought of that')
    return 1
  })
  expect(await watching(outside, [read('odd'), read('bad')], every(15_000))).toMatchObject({ type: 'Unhealthy' })
  expect(asked.filter((of) => of === 'odd').length).toBeGreaterThan(1)
})

test('while all are well Temporal is told nothing more, and of a bad reading at once', async () => {
  const { outside } = world((_environment, look) => (look === 3 ? 1 : 0))
  const beats: number[] = []
  let looks = 0
  const end = watching(outside, [read('test'), read('stage')], {
    beat: () => void beats.push(looks),
    between: () => {
      looks += 1
      if (looks === 7) throw new Enough()
      vi.setSystemTime(Date.now() + 15_000)
    },
  })
  await expect(end).rejects.toThrow(Enough)
  // What is first known of them, one bad reading of each in the same attempt, and that it is over.
  expect(beats).toEqual([0, 3, 4])
})

const web = { ...route('web'), blueTargetGroup: 'arn:b' }
const routed = (more: Partial<Parameters<typeof aWatched>[1]> = {}) =>
  aWatched('production', { routes: [web], weights: [50, 100], ...more })

test('an environment without checks has its routes looked at every ten minutes', async () => {
  const { outside, asked } = world(() => 0, [50])
  await expect(watching(outside, [routed()], { ...every(600_000, 4), given: { web: 50 } })).rejects.toThrow(Enough)
  expect(asked).toHaveLength(4)
})

test('and is followed where somebody moves one back, half a minute after the look that saw it', async () => {
  const { outside } = world(() => 0, [50, 20])
  const waits: unknown[] = []
  const end = await watching(outside, [routed()], {
    given: { web: 50 },
    between: (_why, _attempt, pause) => {
      waits.push(pause)
      vi.setSystemTime(Date.now() + Number(pause))
    },
  })
  expect(end).toMatchObject({ type: 'MovedBack' })
  expect(waits).toEqual([600_000, 30_000])
})
