import { expect, test } from 'vitest'
import { health } from '../../src/cli/render/health.ts'
import {
  besideEach,
  checksOf,
  explained,
  limitInWords,
  looksOf,
  readingsOf,
  type Looked,
} from '../../src/domain/health-explained.ts'
import { checksFor } from '../../src/domain/checks.ts'
import type { Check, Sample } from '../../src/domain/verdict.ts'
import { aCutoverPlan, anApp, anEnvironment, errors } from '../support/builders.ts'
import { aFile } from '../support/found.ts'

const sample = (value: number | null, more: Partial<Sample> = {}): Sample => ({ at: '', value, ...more })
const latency: Check = { ...errors, name: 'latency', limit: { timesBlue: 2, fineUpTo: 0.5 }, minSamples: 2 }
const looked = (check: Check, samples: readonly Sample[], more: Partial<Looked> = {}): Looked => ({
  check,
  samples,
  blue: samples.at(-1)?.value ?? null,
  lookedBack: 75,
  ...more,
})
const five = (value: number) => Array.from({ length: 5 }, () => sample(value))

test('a check says what a window would that ended now, and the environment what its worst does', () => {
  const of = (...all: readonly Looked[]) => {
    const { verdict, checks } = explained('production', 'green', '10m', all)
    return [verdict, ...checks.map((c) => `${c.verdict}: ${c.because}`)]
  }
  expect(of(looked(errors, five(0)))).toEqual(['pass', 'pass: 5 samples within the limit'])
  expect(of(looked(errors, five(0.2)))).toEqual(['fail', 'fail: 0.2, 0.2 in a row, where at most 0.01 is allowed'])
  expect(of(looked(errors, five(0)), looked(latency, [sample(null)]))).toEqual([
    'inconclusive',
    'pass: 5 samples within the limit',
    'inconclusive: 0 of 2 samples; it answered once without data',
  ])
  expect(of(looked(errors, [sample(null, { unreachable: 'no answer in 10s' })]))).toEqual([
    'inconclusive',
    'inconclusive: 0 of 5 samples; it could not be reached: no answer in 10s',
  ])
  expect(of(looked(errors, [], { refused: 'parse error' }))).toEqual(['inconclusive', 'inconclusive: parse error'])
})

test('all that a move is judged by is explained, also what only its windows look at', () => {
  const of = (checks: readonly Check[]) => {
    const app = anApp('web', { environments: [anEnvironment('test', { weights: [100], checks })] })
    const [environment] = app.environments
    if (!environment) throw new Error('there is none')
    return checksOf(aCutoverPlan(app, environment), environment).map((c) => c.name)
  }
  const watched = { app: 'web', environment: 'test', namespaces: ['web'], routes: [], asked: true }
  const builtIn = checksFor(aFile().health, { blue: 'b', green: 'g' }, watched)
  const job: Check = {
    ...errors,
    name: 'smoke',
    source: { kind: 'job', job: { cronJob: 'smoke', timeout: '5m' }, namespaces: ['shop'] },
  }
  expect(of([job, errors, ...builtIn])).toEqual(['api-server', 'errors', 'ready', 'restarts', 'scheduling', 'smoke'])
})

test('blue alone is held against what needs no green', () => {
  const { checks } = explained('test', 'blue', '10m', [
    looked(errors, five(0.3)),
    looked(latency, five(0.9)),
    looked({ ...latency, name: 'silent' }, [sample(null)]),
  ])
  expect(checks.map((c) => `${c.check} ${c.verdict}: ${c.because}`)).toEqual([
    'errors fail: 0.3, 0.3 in a row, where at most 0.01 is allowed',
    'latency pass: it answers; its limit compares green with blue',
    'silent inconclusive: it answered without data, and its limit compares green with blue',
  ])
})

test('what may sleep until its handover counts once it was well', () => {
  const probe: Check = {
    ...errors,
    name: 'answers',
    source: { kind: 'probe', gives: 'failures', timeout: '5s', makesUp: false, targets: { blue: [], green: [] } },
    limit: { atMost: 0 },
    onceWell: true,
  }
  const { checks } = explained('test', 'green', '10m', [looked(probe, five(1))])
  expect(checks[0]).toMatchObject({ verdict: 'inconclusive', because: 'it counts from its first good answer on' })
})

test('a Job is not run to explain it, and leaves the verdict to the others', () => {
  const job: Check = {
    ...errors,
    name: 'smoke',
    source: { kind: 'job', job: { cronJob: 'smoke', timeout: '5m' }, namespaces: ['shop'] },
  }
  const { verdict, checks } = explained('test', 'green', '10m', [looked(errors, five(0)), looked(job, [])])
  expect(verdict).toBe('pass')
  expect(checks[1]).toMatchObject({
    verdict: 'inconclusive',
    because: 'it is run on green in each window, and nothing is started here',
  })
})

test('blue’s number is of the same minute, or of the same look', () => {
  const minute = (value: number, n: number) => sample(value, { periodMs: n * 60_000 })
  expect(besideEach([minute(1, 2), minute(2, 3)], [minute(7, 1), minute(8, 3)]).map((s) => s.blue)).toEqual([7, 8])
  expect(besideEach([sample(1), sample(2)], [sample(7)]).map((s) => s.blue)).toEqual([7, null])
})

test('as many readings as a window has are looked at, and not more than people wait for', () => {
  expect(readingsOf(errors, '1m')).toBe(5)
  expect(readingsOf(errors, '2m')).toBe(8)
  expect(readingsOf(errors, '1h')).toBe(20)
  expect([looksOf(errors), looksOf({ ...errors, minSamples: 40 })]).toEqual([5, 5])
})

test('a limit is said in words', () => {
  expect(limitInWords({ atMost: 2, timesBlue: 1.5, fineUpTo: 0.3 })).toBe(
    "at most 2; at most 1.5 times blue's above 0.3",
  )
  expect(limitInWords({ atLeast: 1, timesBlue: 2 })).toBe("at least 1; at most 2 times blue's")
})

test('the screen says it check by check', () => {
  const it = {
    platform: 'chatwork-prod',
    app: 'chat-api',
    team: 'scala',
    file: 'chatwork-prod.yaml',
    blue: 'chatwork-prod-1-35',
    green: 'chatwork-prod-1-36',
    at: '2026-11-24T04:00:00Z',
    environments: [
      explained('production', 'green', '10m', [
        looked(errors, five(0.2), { blue: 0.001, green: 0.2 }),
        looked(latency, [sample(null)], { blue: 0.21, green: null }),
      ]),
    ],
  }
  const screen = { width: 100, colour: false, now: it.at }
  expect(health(it, screen)).toMatchInlineSnapshot(`
    "chat-api   scala   by chatwork-prod.yaml
    green chatwork-prod-1-36 is held against the limits, beside blue chatwork-prod-1-35

    production   green would now ✖ fail   each weight is observed for 10m
    CHECK    SOURCE      BLUE   GREEN    READINGS  LOOKED BACK  WOULD
    errors   Prometheus  0.001  0.2      5 of 5    1m 15s       ✖ fail
      at most 0.01, 2 in a row beyond it fail: 0.2, 0.2 in a row, where at most 0.01 is allowed
    latency  Prometheus  0.21   no data  0 of 2    1m 15s       ? inconclusive
      at most 2 times blue's above 0.5, 2 in a row beyond it fail: 0 of 2 samples; it answered once
      without data"
  `)
  const { green: _, ...before } = it
  expect(health(before, screen)).toContain('blue chatwork-prod-1-35 alone: there is no green yet')
})
