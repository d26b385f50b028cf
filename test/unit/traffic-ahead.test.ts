import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  hoursSince,
  isTooLittle,
  silentFindings,
  trafficAhead,
  trafficFindings,
  usual,
  type Hour,
  type TrafficAhead,
} from '../../src/domain/traffic-ahead.ts'
import type { Check } from '../../src/domain/verdict.ts'
import { anEnvironment, errors } from '../support/builders.ts'

const HOUR = 3_600_000
const hour = (n: number, requests: number): Hour => ({ atMs: n * HOUR, requests })

test('hours without a number had no request, since the first that had one; less than a day says nothing', () => {
  const seen = hoursSince([hour(0, 60), hour(2, 30), hour(2, 30)], 24 * HOUR)
  expect(seen?.slice(0, 4)).toEqual([hour(0, 60), hour(1, 0), hour(2, 60), hour(3, 0)])
  expect(seen).toHaveLength(24)
  expect(hoursSince([hour(1, 60)], 24 * HOUR)).toBeUndefined()
  expect(hoursSince([], 24 * HOUR)).toBeUndefined()
})

test('the median hour counts, of those in which it may move', () => {
  const hours = [hour(0, 0), hour(1, 600), hour(2, 60), hour(3, 60_000)]
  expect(usual(hours, () => true)).toBe(1)
  expect(usual(hours, (ms) => ms >= 3 * HOUR)).toBe(1000)
  expect(usual(hours, () => false)).toBe(1)
  expect(usual([], () => true)).toBeUndefined()
})

const rated = (more: Partial<Check> = {}, window: '1m' | '5m' = '1m'): Check => ({
  ...errors,
  source: {
    kind: 'prometheus',
    url: 'http://p',
    queries: { blue: `rate(a[${window}])`, green: `rate(a[${window}])` },
    window,
  },
  ...more,
})
const needs = (perMinute: number, checks: readonly Check[], weights: readonly number[] = [5, 100]) =>
  trafficAhead(anEnvironment('production', { weights, checks, observe: '10m' }), { perMinute, from: 'CloudWatch' })

test('much traffic needs no more than the readings take', () => {
  expect(needs(10_000, [rated()])?.weights).toEqual([
    { weight: 5, check: 'errors', sees: 1, seconds: 75 },
    { weight: 100, check: 'errors', sees: 1, seconds: 75 },
  ])
})

test('where fewer than half of the readings see a request, there will be no verdict', () => {
  const ahead = needs(6, [rated()])
  expect(ahead?.weights.map((w) => [w.weight, w.seconds, w.sees.toFixed(2)])).toEqual([
    [5, undefined, '0.26'],
    [100, 75, '1.00'],
  ])
  expect(ahead?.longest).toBe(1800)
  // Over five minutes one is as good as sure.
  expect(needs(6, [rated({}, '5m')])?.weights.map((w) => w.seconds)).toEqual([97, 75])
  // A lower number of samples does not help that.
  expect(needs(6, [rated({ minSamples: 1 })])?.weights[0]?.seconds).toBeUndefined()
})

test.for([
  ['a range of its own counts, and not what {window} would stand for', 'rate(a[5m])', 97],
  ['of several the shortest', 'rate(a[5m]) / rate(b[1m])', undefined],
  ['brackets in a text are none', 'rate(a{code=~"[1s]"}[5m])', 97],
  ['of none it is the window', 'rate(a)', undefined],
] as const)('of a query without {window}: %s', ([, blue, takes]) => {
  const source = { kind: 'prometheus', url: '', queries: { blue, green: blue }, window: '1m' } as const
  expect(needs(6, [rated({ source })])?.weights[0]?.seconds).toBe(takes)
})

test('the slowest check counts, and a minute of CloudWatch is told late', () => {
  const groups: Check = {
    ...errors,
    name: 'latency',
    source: { kind: 'cloudwatch', asked: { of: 'latency', routes: [] } },
    minSamples: 2,
    every: '60s',
  }
  expect(needs(1000, [rated(), groups], [100])?.weights).toEqual([
    { weight: 100, check: 'latency', sees: 1, seconds: 240 },
  ])
})

test('a query of Datadog counts requests over its window where it says so', () => {
  const counts = (query: string): Check => ({
    ...rated(),
    source: { kind: 'datadog', site: 'datadoghq.eu', window: '5m', queries: { blue: query, green: query } },
  })
  expect(needs(1000, [counts('sum:trace.http.errors{*}.as_rate()')], [100])?.weights[0]?.sees).toBe(1)
  expect(needs(1000, [counts('avg:queue.depth{*}')], [100])).toBeUndefined()
})

test('what counts no requests needs none', () => {
  const gauge = rated({ source: { kind: 'prometheus', url: '', queries: { blue: 'depth', green: 'depth' } } })
  const ready: Check = { ...errors, source: { kind: 'readiness', namespaces: [] } }
  expect(needs(0, [gauge, ready])).toBeUndefined()
})

test('more weight never needs longer, and never becomes too little', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), fc.integer({ min: 1, max: 99 }), (perMinute, weight) => {
      const ahead = needs(perMinute, [rated()], [weight, weight + 1])
      const [less, more] = ahead?.weights ?? []
      if (!ahead || !less || !more) throw new Error('two weights were asked for')
      expect(more.seconds ?? Infinity).toBeLessThanOrEqual(less.seconds ?? Infinity)
      expect(isTooLittle(ahead, more) && !isTooLittle(ahead, less)).toBe(false)
    }),
  )
})

test('a window that would end without a verdict is warned of, with the figures', () => {
  const environment = { checks: [rated()] }
  const ahead = needs(6, environment.checks)
  expect(trafficFindings('api/production', environment, ahead)).toMatchInlineSnapshot(`
    [
      {
        "about": "api/production",
        "code": "traffic-too-little",
        "level": "warning",
        "message": "it is used to 6 requests a minute (median of last week's hours, CloudWatch): at 5 % errors would see a request in 26 % of its readings, and half must. A window of 10m is made 30m long at most, and people are asked then",
        "remedy": "begin with more weight, or give its query a longer window; where nobody is asked before it moves (approval: none), a probe makes up what is missing",
      },
    ]
  `)
  expect(trafficFindings('api/production', environment, needs(1000, environment.checks))).toEqual([])
  const slow = { checks: [rated({ minSamples: 200 })] }
  const late = { ...needs(1000, [rated({ minSamples: 200 })]), longest: 1800 } as TrafficAhead
  expect(trafficFindings('api/production', slow, late)[0]).toMatchObject({
    message: expect.stringContaining('at 5 % errors needs 50m for its samples'),
    remedy: expect.stringMatching(/^observe for longer, take fewer minSamples/),
  })
  const probe: Check = {
    ...errors,
    source: { kind: 'probe', gives: 'failures', timeout: '5s', makesUp: true, targets: { blue: [], green: [] } },
  }
  expect(trafficFindings('api/test', { checks: [rated(), probe] }, ahead)).toEqual([])
})

test('a check that finds nothing of blue is told, and why its query is refused', () => {
  const told = silentFindings('api/test', [{ check: errors }, { check: errors, refused: 'parse error' }])
  expect(told.map((f) => [f.code, f.about, f.message])).toEqual([
    ['check-without-data', 'api/test', expect.stringContaining('errors (Prometheus) finds nothing of blue today')],
    ['check-without-data', 'api/test', 'errors (Prometheus) is refused: parse error'],
  ])
})
