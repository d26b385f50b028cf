import { ApplicationFailure } from '@temporalio/common'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { unreachable } from '../../../src/activities/errors.ts'
import { healthActivities } from '../../../src/activities/health.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import type { Asking, CloudWatchQuery } from '../../../src/domain/cloudwatch.ts'
import type { Probed } from '../../../src/domain/probes.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { aWatched, watching } from '../../support/a-watch.ts'
import { driven, ending } from '../../support/driven.ts'
import { errors } from '../../support/builders.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T01:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const subject = { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g', team: 'scala' }
const url = (side: string) => `https://${side}.example.com/`
const answers: Check = {
  ...errors,
  name: 'answers',
  source: {
    kind: 'probe',
    gives: 'failures',
    timeout: '5s',
    makesUp: true,
    targets: { blue: [{ of: 'outside', url: url('b') }], green: [{ of: 'outside', url: url('g') }] },
  },
  limit: { atMost: 0 },
  minSamples: 2,
}

interface World {
  /** By look; `away`: it does not answer. */
  readonly metrics?: (look: number) => number | null | 'away'
  readonly probe?: (url: string, look: number) => Probed
  readonly [port: string]: unknown
}

const activities = (world: World) => healthActivities(outsideOf(world))

function outsideOf({ metrics = () => 0, probe = () => ({ status: 200, seconds: 0 }), ...ports }: World) {
  let [queries, looks] = [0, 0]
  const known = {
    ...ports,
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    metrics: {
      query: async () => {
        const says = metrics(queries++)
        if (says === 'away') throw unreachable('POST http://prometheus: no answer in 10s')
        return says
      },
    },
    probes: { get: async (target: { url: string }) => probe(target.url, looks++) },
  }
  const others = {
    get: (of: object, name: string) => (name in of ? Reflect.get(of, name) : () => ({})),
  }
  const outside = { ports: new Proxy(known, others), upgradeStatus: async () => undefined }
  return outside as unknown as Outside // all that is asked
}
const quarterly = { between: () => void vi.setSystemTime(Date.now() + 15_000) }
const observing = (world: World, checks: readonly Check[]) =>
  driven(activities(world).observe, { subject, for: '1m', checks }, quarterly)

test('a source that is away for a while is waited for, and what was read before counts', async () => {
  const { answer, waits } = await observing({ metrics: (look) => (look === 2 ? 'away' : 0) }, [errors])
  expect(answer).toEqual([
    { check: 'errors', source: 'Prometheus', verdict: 'pass', because: '5 samples within the limit' },
  ])
  expect(waits).toContain('errors (Prometheus) could not be reached: POST http://prometheus: no answer in 10s')
})

test('one that has nothing to say is not waited for', async () => {
  const { answer } = await observing({ metrics: () => null }, [errors])
  expect(answer[0]).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining('without data') })
})

test('a probe convicts, although the metrics are away', async () => {
  const probe = () => ({ status: 503, seconds: 0.1 })
  const { answer } = await observing({ metrics: () => 'away', probe }, [errors, answers])
  expect(answer[1]).toEqual({
    check: 'answers',
    source: 'probe',
    verdict: 'fail',
    because: '1, 1 in a row, where at most 0 is allowed (https://g.example.com/: 503)',
  })
})

test('it makes up the traffic that a test environment does not have', async () => {
  const { answer } = await observing({ metrics: () => null }, [{ ...errors, minSamples: 2 }, answers])
  expect(answer.map((j) => j.verdict)).toEqual(['pass', 'pass'])
})

test('a watch breaches by a probe of green, and asks it of blue before anything goes back', async () => {
  const probe = (asked: string) =>
    asked === url('g') ? { seconds: 5, why: 'no answer in 5s' } : { status: 200, seconds: 0 }
  expect(
    await watching(outsideOf({ probe }), [aWatched('production', { checks: [answers] })], quarterly),
  ).toMatchObject({
    type: 'Unhealthy',
    message:
      'production: answers (probe) 1, 1 in a row, where at most 0 is allowed (https://g.example.com/: no answer in 5s)',
  })
})

const counts = (of: 'errors' | 'latency', more: Partial<Check> = {}): Check => ({
  name: of,
  source: {
    kind: 'cloudwatch',
    asked: {
      of,
      routes: [
        { loadBalancer: 'app/web/1', groups: { blue: 'arn:aws:elb:r:1:targetgroup/web/b', green: 'web-green' } },
      ],
    },
  },
  limit: of === 'errors' ? { atMost: 0.02 } : { timesBlue: 2 },
  minSamples: 2,
  breachAfter: 2,
  every: '60s',
  ...more,
})
const away = async () => {
  throw unreachable('GetMetricData: no answer in 15s')
}

test('CloudWatch is asked of both target groups once a minute is settled, and green held against blue’s', async () => {
  const latency = counts('latency')
  const asked: string[] = []
  const data = async (query: CloudWatchQuery, { fromMs, untilMs }: Asking) => {
    const group = query.metrics['latency']?.dimensions['TargetGroup'] ?? ''
    asked.push(group)
    const minutes = Array.from({ length: (untilMs - fromMs) / 60_000 }, (_, n) => fromMs + n * 60_000)
    return { latency: minutes.map((atMs) => ({ atMs, value: group.endsWith('/g') ? 3 : 1 })) }
  }
  let looked = 0
  const findTargetGroup = async () => ({ arn: `arn:aws:elb:r:${++looked}:targetgroup/web/g` })
  const { observe } = activities({ cloudWatch: () => ({ data }), loadBalancing: () => ({ findTargetGroup }) })
  const { answer, waits } = await driven(observe, { subject, for: '1m', checks: [errors, latency] }, quarterly)
  expect(answer[1]).toMatchObject({
    verdict: 'fail',
    because: "3, 3 in a row, where at most 2 times blue's 1 is allowed",
  })
  expect(new Set(asked)).toEqual(new Set(['targetgroup/web/g', 'targetgroup/web/b']))
  // Two minutes that have begun since, and one until the second is told; read by the minute, and not by the quarter.
  expect([waits.length, asked.length]).toEqual([12, 4])
  expect(looked).toBe(1)
})

test('no minute is left out, however late it is asked for', async () => {
  const data = async (_: CloudWatchQuery, { fromMs, untilMs }: Asking) => {
    const minutes = Array.from({ length: (untilMs - fromMs) / 60_000 }, (_each, n) => fromMs + n * 60_000)
    const at = (value: (n: number) => number) => minutes.map((atMs) => ({ atMs, value: value(atMs / 60_000) }))
    return { requests: at(() => 100), failures: at((n) => (n % 4 === 1 ? 50 : 0)) }
  }
  const findTargetGroup = async () => ({ arn: 'arn:aws:elb:r:1:targetgroup/web/g' })
  const { observe } = activities({ cloudWatch: () => ({ data }), loadBalancing: () => ({ findTargetGroup }) })
  const seldom = { between: () => void vi.setSystemTime(Date.now() + 120_000) }
  const { answer } = await driven(observe, { subject, for: '6m', checks: [counts('errors')] }, seldom)
  expect(answer).toMatchObject([{ because: expect.stringMatching(/^5 samples, 1 over/) }])
})

test('a source that is away is asked no more often than one that answers', async () => {
  let asked = 0
  const findTargetGroup = async () => {
    asked += 1
    return away()
  }
  const { observe } = activities({ loadBalancing: () => ({ findTargetGroup }), cloudWatch: () => ({ data: away }) })
  const pauses: unknown[] = []
  const looks = 16
  const pausing = async (input: Parameters<typeof observe>[0]) => {
    try {
      return await observe(input)
    } catch (error) {
      pauses.push(error instanceof ApplicationFailure && error.nextRetryDelay)
      if (pauses.length < looks) throw error
      return []
    }
  }
  await driven(pausing, { subject, for: '1h', checks: [answers, counts('errors')] }, quarterly)
  // Until the first minute is settled nothing is asked; from then on by the minute.
  expect([asked, new Set(pauses)]).toEqual([2, new Set([answers.every])])
})

test('a watch that reaches none of a source for half an hour says so, whatever the others say', async () => {
  const world = { cloudWatch: () => ({ data: away }), loadBalancing: () => ({ findTargetGroup: away }) }
  const began = Date.now()
  const fast = { between: () => void vi.setSystemTime(Date.now() + 300_000) }
  expect(
    await watching(outsideOf(world), [aWatched('production', { checks: [answers, counts('errors')] })], fast),
  ).toMatchObject({
    type: 'Failed',
    message: 'production: for 30m errors (CloudWatch) could not be reached: GetMetricData: no answer in 15s',
  })
  expect(Date.now() - began).toBeGreaterThan(30 * 60_000)
})

test.for([
  { says: 'what is away beside its pods says nothing', of: 'metrics', blue: 'pass' },
  { says: 'whether its pods are ready must be known', of: 'pods', blue: undefined },
])('of blue: $says', async ({ of, blue }) => {
  const list = async () => (of === 'pods' ? away() : [])
  const { compare } = activities({
    metrics: () => 'away',
    kubernetes: () => ({ list, pages: async function* () {} }),
    cloudWatch: () => ({ data: away }),
  })
  const ready: Check = { ...errors, name: 'ready', source: { kind: 'readiness', namespaces: ['web'] } }
  const asked = { subject, checks: [errors, ready, counts('errors'), counts('latency')] }
  const judged = compare(asked)
  if (blue === undefined) await expect(judged).rejects.toMatchObject({ type: 'Unreachable' })
  else expect(await judged).toMatchObject({ blue })
})

describe('Datadog', () => {
  const limit = { atMost: 0.02, timesBlue: 2 }
  const slow: Check = {
    ...errors,
    name: 'slow',
    source: { kind: 'datadog', site: 'ap1.datadoghq.com', queries: { blue: 'of b', green: 'of g' }, window: '1m' },
    limit,
    minSamples: 2,
    every: '60s',
  }
  const minutely = { between: () => void vi.setSystemTime(Date.now() + 60_000) }
  const asks = (answer: (query: string) => readonly number[]) => {
    const asked: unknown[] = []
    const query = async (
      ...[site, query, { fromMs, untilMs }]: [string, string, { fromMs: number; untilMs: number }]
    ) => {
      asked.push([site, query, (untilMs - fromMs) / 1000, Date.now() - untilMs])
      return answer(query).map((value, n) => ({ atMs: fromMs + n, value }))
    }
    return { ...activities({ datadog: { query } }), asked }
  }

  test('the mean of a window is one reading, held against blue’s', async () => {
    const { observe, asked } = asks((query) => (query === 'of g' ? [0, 0.02] : [0.01]))
    const { answer } = await driven(observe, { subject, for: '1m', checks: [slow] }, minutely)
    expect(answer).toEqual([
      { check: 'slow', source: 'Datadog', verdict: 'pass', because: '2 samples within the limit' },
    ])
    expect(asked.slice(0, 2)).toEqual([
      ['ap1.datadoghq.com', 'of g', 60, 30_000],
      ['ap1.datadoghq.com', 'of b', 60, 30_000],
    ])
  })
  test('no point is no data, and not zero', async () => {
    const { observe } = asks(() => [])
    const { answer } = await driven(observe, { subject, for: '1m', checks: [slow] }, minutely)
    expect(answer).toMatchObject([
      {
        verdict: 'inconclusive',
        because: expect.stringMatching(/^0 of 2 samples; it answered \d+ times without data/),
      },
    ])
  })
  test('a worker without keys says so, and what to set', async () => {
    const { observe } = activities({ datadog: undefined })
    expect(await ending(observe, { subject, for: '1m', checks: [slow] }, minutely)).toEqual({
      type: 'Denied',
      message:
        'NORIKAE_DATADOG_API_KEY and NORIKAE_DATADOG_APP_KEY (or each with _FILE) are not set where the worker runs',
    })
  })
})
