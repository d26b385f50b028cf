import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { denied, invalidInput, unreachable } from '../../../src/activities/errors.ts'
import { lookedAhead, lookingAhead } from '../../../src/activities/looking-ahead.ts'
import type { Proven } from '../../../src/activities/outside.ts'
import type { Asking, CloudWatchQuery } from '../../../src/domain/cloudwatch.ts'
import type { RecordRoute } from '../../../src/domain/platform.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { anEnvironment, aPlatform, errors } from '../../support/builders.ts'
import { driven } from '../../support/driven.ts'

const HOUR = 3_600_000
/** What was asked over a span. */
const spans: string[] = []
const now = Date.parse('2026-11-26T01:20:00Z')
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
beforeEach(() => void spans.splice(0))
afterEach(() => void vi.useRealTimers())

const record: RecordRoute = { kind: 'route53', name: 'a.test', zone: 'Z', namespace: 'shop', target: 'Service/web' }

interface World {
  readonly data?: (query: CloudWatchQuery, asking: Asking) => object
  readonly query?: (query: string, atMs?: number) => number | null
}
interface Span {
  readonly fromMs: number
  readonly untilMs: number
  readonly stepMs: number
}
const world = ({ data = () => ({ requests: [] }), query = () => null }: World) =>
  ({
    cloudWatch: { data: async (q: CloudWatchQuery, asking: Asking) => data(q, asking) },
    metrics: {
      query: async (_: string, q: string) => query(q),
      range: async (_: string, q: string, { fromMs, untilMs, stepMs }: Span) => {
        spans.push(q)
        const times = Array.from({ length: (untilMs - fromMs) / stepMs + 1 }, (_u, n) => fromMs + n * stepMs)
        return times.flatMap((atMs) => {
          const value = query(q, atMs)
          return value === null ? [] : [{ atMs, value }]
        })
      },
      answers: async (_: string, q: string) => query(q) !== null,
    },
  }) as unknown as Proven

test('a load balancer tells of each hour of last week, in one request', async () => {
  const asked: Asking[] = []
  const data = (_: CloudWatchQuery, asking: Asking) => {
    asked.push(asking)
    const hours = Array.from({ length: 168 }, (_, n) => ({
      atMs: asking.fromMs + n * HOUR,
      value: n < 100 ? 60 : 6000,
    }))
    return { requests: hours }
  }
  const look = lookingAhead(world({ data, query: () => 0 }), aPlatform())
  expect(await look(anEnvironment('production'))).toEqual({ traffic: { perMinute: 1, from: 'CloudWatch' }, silent: [] })
  const untilMs = Date.parse('2026-11-26T01:00:00Z')
  expect(asked).toEqual([{ fromMs: untilMs - 168 * HOUR, untilMs, periodMs: HOUR }])
})

test('only hours in which the platform moves count', async () => {
  // 01:00 to 03:00 in UTC is 10:00 to 12:00 in Tokyo.
  const data = (_: CloudWatchQuery, { fromMs }: Asking) => ({
    requests: Array.from({ length: 168 }, (_, n) => fromMs + n * HOUR).map((atMs) => ({
      atMs,
      value: [1, 2].includes(new Date(atMs).getUTCHours()) ? 600 : 60,
    })),
  })
  const calendar = { timeZone: 'Asia/Tokyo', hours: ['10:00-12:00'], closed: [] }
  const look = lookingAhead(world({ data, query: () => 0 }), aPlatform({ calendar }))
  expect((await look(anEnvironment('production'))).traffic?.perMinute).toBe(10)
})

test('without one, or where it may not be read, the platform’s own query does; where that has less than a day, nobody knows', async () => {
  const requests = (_: string, atMs = now) => (now - atMs < 30 * HOUR ? 120 : null)
  const refusing = () => {
    throw denied('CloudWatch does not let this worker read')
  }
  for (const look of [
    lookingAhead(world({ query: requests }), aPlatform()),
    lookingAhead(world({ query: requests, data: refusing }), aPlatform()),
  ]) {
    expect((await look(anEnvironment('test', { routes: [record] }))).traffic).toEqual({
      perMinute: 2,
      from: 'Prometheus',
    })
    expect((await look(anEnvironment('test'))).traffic?.from).toBe('Prometheus')
  }
  // A week is one question.
  expect(spans).toHaveLength(4)
  const young = lookingAhead(world({ query: (_, atMs = now) => (now - atMs < 2 * HOUR ? 1 : null) }), aPlatform())
  expect((await young(anEnvironment('test'))).traffic).toBeUndefined()
})

test('a query that finds nothing of blue, or is refused, is told; a source that is away is asked once, and not told', async () => {
  const look = lookingAhead(world({}), aPlatform())
  expect((await look(anEnvironment('test'))).silent).toEqual([{ check: errors }])
  const slip = lookingAhead(
    world({
      query: () => {
        throw invalidInput('parse error')
      },
    }),
    aPlatform(),
  )
  expect((await slip(anEnvironment('test', { routes: [] }))).silent).toEqual([
    { check: errors, refused: 'parse error' },
  ])
  let times = 0
  const away = lookingAhead(
    world({
      query: () => {
        times += 1
        throw unreachable('no answer')
      },
    }),
    aPlatform(),
  )
  expect(await away(anEnvironment('test', { routes: [] }))).toEqual({ silent: [] })
  expect(await away(anEnvironment('test', { routes: [] }))).toEqual({ silent: [] })
  expect(times).toBe(1)
})

const paid: Check = {
  ...errors,
  name: 'paid',
  source: { kind: 'datadog', site: 'datadoghq.eu', queries: { blue: 'b', green: 'g' }, window: '1m' },
}
test('of Datadog a few environments are asked, and not all of a large platform', async () => {
  let questions = 0
  const datadog = {
    query: async () => {
      questions += 1
      return []
    },
  }
  const look = lookingAhead({ ...world({}), datadog }, aPlatform())
  const seen = await Promise.all(
    Array.from({ length: 30 }, () => look(anEnvironment('test', { routes: [], checks: [paid] }))),
  )
  expect(questions).toBe(12)
  expect(seen.flatMap((one) => one.silent)).toHaveLength(12)
})

test('who was looked at is not looked at again by the next attempt, and who was away is not asked again', async () => {
  const asked: string[] = []
  const data = () => {
    asked.push('groups')
    throw unreachable('CloudWatch is throttled')
  }
  const query = (q: string) => {
    asked.push(q)
    // So long that the attempt ends.
    vi.setSystemTime(Date.now() + 20_000)
    return null
  }
  const its = ['a', 'b', 'c'].map((name) => {
    const source = { kind: 'prometheus', url: 'http://p', queries: { blue: name, green: name } } as const
    return { place: `${name}/test`, environment: anEnvironment('test', { checks: [{ ...errors, source }] }) }
  })
  const activity = async (environments: typeof its) => [
    ...(await lookedAhead(world({ data, query }), aPlatform(), environments)),
  ]
  const { answer, waits } = await driven(activity, its)
  expect(waits.length).toBeGreaterThan(0)
  expect(answer.map(([place, { silent }]) => [place, silent.map((s) => s.check)])).toEqual(
    its.map(({ place, environment }) => [place, environment.checks]),
  )
  expect(asked.filter((q) => q === 'groups')).toHaveLength(2)
  for (const name of ['a', 'b', 'c']) expect(asked.filter((q) => q === name)).toHaveLength(2)
})
