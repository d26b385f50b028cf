import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CloudWatchQuery } from '../../../src/domain/cloudwatch.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let it: AnAws
beforeAll(async () => {
  it = await anAws()
})
afterAll(() => it.stop())

const MINUTE = 60_000
/** The last minute that is told by now, and those before it. */
const minute = (back: number) => Math.floor(Date.now() / MINUTE) * MINUTE - (2 + back) * MINUTE
const metric = (name: string, statistic: string, queue = 'q') => ({
  namespace: 'AWS/SQS',
  metric: name,
  dimensions: { QueueName: queue },
  statistic,
})
const put = (name: string, back: number, ...values: readonly number[]) =>
  it.aws.metrics.put({ namespace: 'AWS/SQS', metric: name, dimensions: { QueueName: 'q' } }, minute(back), ...values)
const asked = (query: CloudWatchQuery) =>
  it.outside.cloudWatch(it.region).data(query, { fromMs: minute(3), untilMs: minute(-1) })
const values = async (query: CloudWatchQuery) =>
  Object.fromEntries(Object.entries(await asked(query)).map(([id, points]) => [id, points.map((p) => p.value)]))

describe('what CloudWatch tells', () => {
  test('is by the minute, oldest first; one without a measurement is left out, and none is nothing', async () => {
    put('Age', 0, 1, 2, 3)
    put('Age', 2, 10)
    expect(await asked({ metrics: { age: metric('Age', 'Average') } })).toEqual({
      age: [
        { atMs: minute(2), value: 10 },
        { atMs: minute(0), value: 2 },
      ],
    })
    expect(await values({ metrics: { other: metric('Age', 'Sum', 'another') } })).toEqual({ other: [] })
  })
  test.for([
    ['Sum', 6],
    ['Maximum', 3],
    ['p50', 2],
    ['p99', 3],
  ] as const)('by a statistic: %s', async ([statistic, value]) => {
    put(`Of${statistic}`, 0, 1, 2, 3)
    expect(await values({ metrics: { a: metric(`Of${statistic}`, statistic) } })).toEqual({ a: [value] })
  })
  test('is by longer periods where they are asked for', async () => {
    const HOUR = 60 * MINUTE
    const hour = Math.floor(minute(0) / HOUR) * HOUR - HOUR
    const at = (ms: number, ...values: readonly number[]) =>
      it.aws.metrics.put({ namespace: 'AWS/SQS', metric: 'Hourly', dimensions: { QueueName: 'q' } }, ms, ...values)
    at(hour + MINUTE, 3)
    at(hour, 1, 1)
    const asking = { fromMs: hour - HOUR, untilMs: hour + HOUR, periodMs: HOUR }
    expect(await it.outside.cloudWatch(it.region).data({ metrics: { a: metric('Hourly', 'Sum') } }, asking)).toEqual({
      a: [{ atMs: hour, value: 5 }],
    })
  })
  test('is metric math, of which a share of nothing is nothing', async () => {
    put('Requests', 1, 1, 1, 1, 1)
    put('Requests', 0, 1, 1)
    put('Failures', 1, 1)
    const metrics = { requests: metric('Requests', 'Sum'), failures: metric('Failures', 'Sum') }
    expect(await values({ metrics, expression: 'FILL(failures, 0) / requests * 100' })).toEqual({ result: [25, 0] })
    expect(await values({ metrics, expression: 'failures / requests' })).toEqual({ result: [0.25] })
  })
  test('is nothing of the minute that goes on', async () => {
    it.aws.metrics.put({ namespace: 'AWS/SQS', metric: 'New', dimensions: { QueueName: 'q' } }, Date.now(), 1)
    const until = { fromMs: minute(3), untilMs: Date.now() + MINUTE }
    expect(await it.outside.cloudWatch(it.region).data({ metrics: { a: metric('New', 'Sum') } }, until)).toEqual({
      a: [],
    })
  })
})

describe('what CloudWatch does not tell', () => {
  const query = { metrics: { a: metric('Age', 'Sum') } }
  test('an expression that it cannot read is mended by people', async () => {
    const failure = await failureOf(asked({ ...query, expression: 'ANOMALY(a)' }))
    expect(failure).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('ANOMALY') })
  })
  test.for([
    ['InternalServiceFault', 500, 'Unreachable'],
    ['AccessDenied', 403, 'Denied'],
  ] as const)('%s', async ([code, status, type]) => {
    it.faults.fail('cloudwatch:GetMetricData', { code, message: 'no', status }, 9)
    expect((await failureOf(asked(query))).type).toBe(type)
    it.faults.clear()
  })
})
