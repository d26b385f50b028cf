import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkProofActions } from '../../../src/activities/check-proofs.ts'
import { invalidInput, unreachable } from '../../../src/activities/errors.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import type { CloudWatchQuery } from '../../../src/domain/cloudwatch.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { driven, ending } from '../../support/driven.ts'
import { errors } from '../../support/builders.ts'

/** A moment ago everything was opened at 0 %: which answers go on, which are told, and which go back. */

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T01:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const queried: Check = {
  ...errors,
  source: {
    kind: 'prometheus',
    url: 'http://p',
    queries: { blue: 'sum(a{cluster="b"})', green: 'sum(a{cluster="g"})' },
  },
}
const groups: Check = {
  ...errors,
  name: 'latency',
  source: {
    kind: 'cloudwatch',
    asked: { of: 'latency', routes: [{ loadBalancer: 'app/web/1', groups: { blue: 'arn', green: 'web-green' } }] },
  },
}

interface World {
  /** What Prometheus has: the queries that give anything. */
  readonly answers?: (query: string) => boolean
  readonly number?: number | null
  readonly data?: (query: CloudWatchQuery) => object
}
function proveChecks({ answers = () => false, number = null, data = () => ({}) }: World) {
  const known = {
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    metrics: { query: async () => number, answers: async (_: string, query: string) => answers(query) },
    cloudWatch: () => ({ data: async (query: CloudWatchQuery) => data(query) }),
    loadBalancing: () => ({ findTargetGroup: async () => ({ arn: 'arn:aws:elb:r:1:targetgroup/web/g' }) }),
  }
  const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
  return checkProofActions({ ports: new Proxy(known, others) } as unknown as Outside).proveChecks
}
const asked = (checks: readonly Check[], more = {}) => ({
  run: 'run',
  asker: 'run',
  scope: { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g' },
  step: 'production/checks',
  attempt: 1,
  input: { app: 'api', environment: 'production', namespaces: ['shop'], checks, ...more },
})
const byMinutes = { between: () => void vi.setSystemTime(Date.now() + 60_000) }

test('what answers goes on at once', async () => {
  expect(await driven(proveChecks({ number: 0 }), asked([queried]))).toEqual({
    answer: { note: '1 of 1 has data of green at 0 %' },
    waits: [],
  })
  // NaN: counters that have counted nothing.
  expect((await driven(proveChecks({ answers: (q) => q.includes('"g"') }), asked([queried]))).waits).toEqual([])
})

test('what may come with requests is waited for, and then told at the gate', async () => {
  const answers = (query: string) => query === 'sum(a{cluster="b"})' || query === 'count({cluster="g"})'
  const { answer, waits } = await driven(proveChecks({ answers }), asked([queried]), byMinutes)
  expect(waits).toHaveLength(3)
  expect(answer.note).toBe('0 of 1 have data of green at 0 %')
  expect(answer.findings).toEqual([
    expect.objectContaining({
      level: 'warning',
      code: 'check-not-heard',
      about: 'api/production',
      message:
        'errors (Prometheus) has no number of green before requests come: Prometheus has no a{cluster="g"} yet, where blue answers',
    }),
  ])
})

test('a cluster that has too many series to be counted has some', async () => {
  const answers = (query: string) => {
    if (query === 'count({cluster="g"})') throw unreachable('http://p: no answer in 10s')
    return query === 'sum(a{cluster="b"})'
  }
  const { answer } = await driven(proveChecks({ answers }), asked([queried]), byMinutes)
  expect(answer.findings?.map((f) => f.code)).toEqual(['check-not-heard'])
})

test('what would say nothing at any weight goes back', async () => {
  const unscraped = proveChecks({ answers: (query) => query === 'sum(a{cluster="b"})' })
  const { type, message } = await ending(unscraped, asked([queried]), byMinutes)
  expect(type).toBe('Failed')
  expect(message).toContain('errors (Prometheus): Prometheus has no series at all by {cluster="g"}')
  expect(message).toContain('norikae explain health api/production')
  expect((await ending(proveChecks({}), asked([queried]), byMinutes)).message).toContain('has no series at all')
})

test('it stops nobody where it may sleep until its handover', async () => {
  const { answer } = await driven(proveChecks({}), asked([queried], { mayBeAsleep: true }), byMinutes)
  expect(answer.findings?.map((f) => f.code)).toEqual(['check-not-heard'])
})

test('a query that is refused is told at once, in the words of its source', async () => {
  const refusing = proveChecks({
    answers: () => {
      throw invalidInput('http://p: parse error: sum(a')
    },
  })
  expect(await ending(refusing, asked([queried]))).toEqual({
    type: 'InvalidInput',
    message: 'http://p: parse error: sum(a',
  })
})

test('a target group is known by its healthy targets, which are counted without requests', async () => {
  const names: string[] = []
  const data = ({ metrics }: CloudWatchQuery) => {
    names.push(...Object.values(metrics).map((m) => `${m.metric} ${m.dimensions['TargetGroup']}`))
    return { healthy: [{ atMs: 0, value: 2 }] }
  }
  expect((await driven(proveChecks({ data }), asked([groups]))).waits).toEqual([])
  expect(names).toEqual(['HealthyHostCount targetgroup/web/g'])
  expect((await ending(proveChecks({}), asked([groups]), byMinutes)).message).toContain(
    'how many targets of web-green are healthy',
  )
})

test('Datadog is asked as the watch will ask it: what blue has may come with requests, and what neither has is a mistake', async () => {
  const paid: Check = {
    ...errors,
    name: 'paid',
    source: { kind: 'datadog', site: 'datadoghq.com', queries: { blue: 'of b', green: 'of g' }, window: '1m' },
  }
  const prove = (has: readonly string[]) => {
    const query = async (_site: string, text: string, { fromMs, untilMs }: { fromMs: number; untilMs: number }) => {
      expect(untilMs - fromMs).toBe(60_000)
      return has.includes(text) ? [{ atMs: fromMs, value: 0 }] : []
    }
    const ports = {
      identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
      datadog: { query },
    }
    const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
    return checkProofActions({ ports: new Proxy(ports, others) } as unknown as Outside).proveChecks
  }
  expect((await driven(prove(['of g']), asked([paid]))).answer.note).toBe('1 of 1 has data of green at 0 %')
  const later = await driven(prove(['of b']), asked([paid]), byMinutes)
  expect(later.answer.findings).toMatchObject([{ code: 'check-not-heard' }])
  expect(later.waits[0]).toBe('paid (Datadog): Datadog has nothing of green in 1m, and has of blue')
  const { type, message } = await ending(prove([]), asked([paid]), byMinutes)
  expect(type).toBe('Failed')
  expect(message).toContain('paid (Datadog): Datadog has nothing in 1m, neither of green nor of blue')
})
