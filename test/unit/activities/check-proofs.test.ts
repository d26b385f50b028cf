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
  readonly groups?: boolean
}
function proveChecks({ answers = () => false, number = null, data = () => ({}), groups: has = true }: World) {
  const known = {
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    metrics: { query: async () => number, answers: async (_: string, query: string) => answers(query) },
    cloudWatch: () => ({ data: async (query: CloudWatchQuery) => data(query) }),
    loadBalancing: () => ({
      findTargetGroup: async () => (has ? { arn: 'arn:aws:elb:r:1:targetgroup/web/g' } : undefined),
    }),
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
  const unscraped = proveChecks({
    answers: (query) => query === 'sum(a{cluster="b"})' || query === 'count(up{cluster!=""})',
  })
  const { type, message } = await ending(unscraped, asked([queried]), byMinutes)
  expect(type).toBe('Failed')
  expect(message).toContain('errors (Prometheus): Prometheus has no series at all by {cluster="g"}')
  expect(message).toContain('norikae explain health api/production')
  const slip = proveChecks({ answers: (query) => query === 'count(a)' })
  expect((await ending(slip, asked([queried]), byMinutes)).message).toContain('no a has a label cluster')
})

test('an app that is quiet on both sides, of which nothing else is known, goes on', async () => {
  const { answer } = await driven(proveChecks({}), asked([queried]), byMinutes)
  expect(answer.findings?.map((f) => f.code)).toEqual(['check-not-heard'])
})

test('a look of ours that is refused stops nobody', async () => {
  const answers = (query: string) => {
    if (query.startsWith('count(')) throw invalidInput('parse error')
    return query === 'sum(a{cluster="b"})'
  }
  const { answer } = await driven(proveChecks({ answers }), asked([queried]), byMinutes)
  expect(answer.findings?.map((f) => f.code)).toEqual(['check-not-heard'])
})

test('it stops nobody where it may sleep until its handover', async () => {
  const slip = proveChecks({ answers: (query) => query === 'count(a)' })
  const { answer } = await driven(slip, asked([queried], { mayBeAsleep: true }), byMinutes)
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
  const { message } = await ending(proveChecks({ groups: false }), asked([groups]), byMinutes)
  expect(message).toContain('latency (CloudWatch): there is no target group web-green. Mend')
  expect((await ending(proveChecks({}), asked([groups]), byMinutes)).message).toContain(
    'how many targets of web-green are healthy',
  )
})

const paid: Check = {
  ...errors,
  name: 'paid',
  source: { kind: 'datadog', site: 'datadoghq.com', queries: { blue: 'of b', green: 'of g' }, window: '1m' },
}
interface Datadog {
  readonly has: (query: string) => boolean
  readonly more?: World
}
function provePaid({ has, more = {} }: Datadog) {
  const questions: string[] = []
  const query = async (_site: string, text: string, { fromMs, untilMs }: { fromMs: number; untilMs: number }) => {
    expect(untilMs - fromMs).toBe(3_600_000)
    questions.push(text)
    return has(text) ? [{ atMs: fromMs, value: 0 }] : []
  }
  const { number = null, answers = () => false } = more
  const ports = {
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    datadog: { query },
    metrics: { query: async () => number, answers: async (_: string, text: string) => answers(text) },
  }
  const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
  return { questions, prove: checkProofActions({ ports: new Proxy(ports, others) } as unknown as Outside).proveChecks }
}

test('Datadog is asked over an hour: what it has of neither side may come with requests too', async () => {
  expect((await driven(provePaid({ has: (q) => q === 'of g' }).prove, asked([paid]))).answer.note).toBe(
    '1 of 1 has data of green at 0 %',
  )
  for (const [has, why] of [
    [['of b'], 'paid (Datadog): Datadog has nothing of green in 1h, and has of blue'],
    [[], 'paid (Datadog): Datadog has nothing in 1h, neither of green nor of blue'],
  ] as const) {
    const { prove } = provePaid({ has: (q) => has.some((one) => one === q) })
    const { answer, waits } = await driven(prove, asked([paid]), byMinutes)
    expect(answer.findings).toMatchObject([{ code: 'check-not-heard' }])
    expect(waits[0]).toBe(why)
  }
})

test('Datadog is asked once a minute, however often the others are, and of blue once', async () => {
  const answers = (query: string) => query === 'sum(a{cluster="b"})'
  const { prove, questions } = provePaid({ has: () => false, more: { answers } })
  const often = { between: () => void vi.setSystemTime(Date.now() + 10_000) }
  const { waits } = await driven(prove, asked([queried, paid]), often)
  expect(waits.length).toBeGreaterThan(10)
  expect(questions.filter((q) => q === 'of b')).toHaveLength(1)
  expect(questions.filter((q) => q === 'of g').length).toBeLessThanOrEqual(4)
})

test('while a source is away nobody is taken for silent, and who has answered is not asked again', async () => {
  let looks = 0
  const { prove, questions } = provePaid({
    has: () => {
      looks += 1
      if (looks < 15) throw unreachable('https://api.datadoghq.com: too many questions')
      return true
    },
    more: { number: 0 },
  })
  const { answer, waits } = await driven(prove, asked([queried, paid]), byMinutes)
  expect(answer).toEqual({ note: '2 of 2 have data of green at 0 %' })
  expect(waits[0]).toContain('paid (Datadog) could not be reached: https://api.datadoghq.com: too many questions')
  expect(questions).toHaveLength(15)
})
