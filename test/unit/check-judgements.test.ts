import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blueVerdict,
  followedBy,
  judge,
  judgeAll,
  needsNoTraffic,
  told,
  withoutBlue,
  type Check,
  type Limit,
  type Sample,
} from '../../src/domain/verdict.ts'
import { errors } from '../support/builders.ts'

const check = (limit: Limit, more: Partial<Check> = {}): Check => ({ ...errors, limit, minSamples: 2, ...more })
const answers = (more: { readonly makesUp?: boolean } = {}): Check =>
  check(
    { atMost: 0 },
    {
      name: 'answers',
      source: {
        kind: 'probe',
        gives: 'failures',
        timeout: '5s',
        makesUp: true,
        targets: { blue: [], green: [] },
        ...more,
      },
    },
  )
const zero: Sample = { at: '', value: 0 }
const nothing: Sample = { at: '', value: null }
const away: Sample = { at: '', value: null, unreachable: 'POST http://prometheus: no answer in 10s' }
const of = (...samples: readonly Sample[]) => samples

describe('no data, zero and a source that is away are three things', () => {
  test.for([
    { says: 'zero', samples: of(zero, zero), verdict: 'pass', because: '2 samples within the limit' },
    {
      says: 'no data',
      samples: of(zero, nothing, nothing),
      verdict: 'inconclusive',
      because: '1 of 2 samples; it answered 2 times without data',
    },
    {
      says: 'away',
      samples: of(zero, away),
      verdict: 'inconclusive',
      because: '1 of 2 samples; it could not be reached: POST http://prometheus: no answer in 10s',
    },
    {
      says: 'nothing to compare with',
      limit: { timesBlue: 2 },
      samples: of({ ...zero, value: 3, blue: null }),
      verdict: 'inconclusive',
      because: '0 of 2 samples; blue had nothing to compare with once',
    },
  ] as const)('$says', ({ samples, verdict, because, ...row }) =>
    expect(judge(check('limit' in row ? row.limit : { atMost: 0.01 }), samples)).toEqual({
      check: 'errors',
      source: 'Prometheus',
      verdict,
      because,
    }),
  )

  test('what was away leaves no trace once it answers', () => {
    const samples = of(away, away, zero).reduce<readonly Sample[]>((all, s) => followedBy(all, s), [zero])
    expect(samples).toEqual([zero, zero])
    expect(followedBy(samples, away)).toEqual([zero, zero, away])
  })
})

describe('limits', () => {
  const both: Limit = { atMost: 5, timesBlue: 2, fineUpTo: 1 }
  test.for([
    { says: 'all of them hold', value: 3, blue: 2, verdict: 'pass' },
    { says: 'more than it may be at all', value: 6, blue: 9, because: 'at most 5 is allowed' },
    { says: 'more than blue’s', value: 4, blue: 1, because: "at most 1, or 2 times blue's 1, is allowed" },
    { says: 'more than blue’s, and next to nothing', value: 1, blue: 0, verdict: 'pass' },
    { says: 'too much, whatever blue’s is', value: 6, blue: null, because: 'at most 5 is allowed' },
    { says: 'blue has none', value: 3, blue: null, verdict: 'inconclusive' },
    { says: 'next to nothing, and blue has none', value: 1, blue: null, verdict: 'pass' },
  ] as const)('absolute and against blue: $says', ({ value, blue, ...row }) => {
    const judged = judge(check(both), of({ at: '', value, blue }, { at: '', value, blue }))
    expect(judged.verdict).toBe('verdict' in row ? row.verdict : 'fail')
    if ('because' in row) expect(judged.because).toContain(`in a row, where ${row.because}`)
  })

  test('without blue the absolute part stays', () => {
    expect(withoutBlue(check(both)).map((c) => c.limit)).toEqual([{ atMost: 5 }])
    expect(withoutBlue(check({ timesBlue: 2, fineUpTo: 1 }))).toEqual([])
    expect(withoutBlue(check({ atLeast: 1 })).map((c) => c.limit)).toEqual([{ atLeast: 1 }])
  })

  test('blue is held against the absolute part of its own checks', () => {
    const ready = check({ atMost: 0 }, { name: 'ready', source: { kind: 'readiness', namespaces: [] } })
    const blue = (value: number) =>
      blueVerdict([
        { check: check(both), sample: { at: '', value } },
        { check: ready, sample: zero },
      ])
    expect([blue(4), blue(6)]).toEqual(['pass', 'fail'])
  })

  test('what fails by one of them fails by all together', () => {
    const amount = fc.integer({ min: 0, max: 6 })
    const sample = fc.record({ at: fc.constant(''), value: fc.option(amount), blue: fc.option(amount) })
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), amount, amount, (samples, atMost, timesBlue) => {
        const [one, other, all] = [{ atMost }, { timesBlue }, { atMost, timesBlue }].map(
          (limit) => judge(check(limit), samples).verdict,
        )
        if (one === 'fail' || other === 'fail') expect(all).toBe('fail')
        if (all === 'pass') expect(one).toBe('pass')
      }),
    )
  })
})

describe('samples that are made up', () => {
  const quiet = of(nothing, nothing)
  const well = of(zero, zero)
  const verdicts = (checks: readonly Check[], samples: Readonly<Record<string, readonly Sample[]>>) =>
    judgeAll(checks, samples).map((j) => j.verdict)
  const metrics = check({ atMost: 0.01 })

  test('by a probe that passes, where there is no traffic', () => {
    const judged = judgeAll([metrics, answers()], { errors: quiet, answers: well })
    expect(told(judged)).toBe(
      'pass: errors (Prometheus) 0 of 2 samples; it answered 2 times without data, made up by answers, which passes; answers (probe) 2 samples within the limit',
    )
  })
  test.for([
    {
      says: 'not by one that fails',
      samples: { errors: quiet, answers: of({ at: '', value: 1 }, { at: '', value: 1 }) },
    },
    { says: 'not by one that has not looked often enough', samples: { errors: quiet, answers: of(zero) } },
    { says: 'not before it was looked often enough', samples: { errors: of(nothing), answers: well } },
    { says: 'not of a source that is away', samples: { errors: of(nothing, away), answers: well } },
    { says: 'not where one was bad', samples: { errors: of(nothing, { at: '', value: 1 }), answers: well } },
  ])('$says', ({ samples }) => expect(verdicts([metrics, answers()], samples)[0]).toBe('inconclusive'))

  test('not where people are asked, and never for pods', () => {
    expect(verdicts([metrics, answers({ makesUp: false })], { errors: quiet, answers: well })[0]).toBe('inconclusive')
    const ready = check({ atMost: 0 }, { name: 'ready', source: { kind: 'readiness', namespaces: [] } })
    expect(verdicts([ready, answers()], { ready: quiet, answers: well })[0]).toBe('inconclusive')
  })
})

test('a probe says what it saw, and needs nobody’s traffic', () => {
  const bad: Sample = { at: '', value: 1, saw: 'http://web.shop:80/healthz: 503' }
  expect(judge(answers(), of(bad, bad)).because).toBe(
    '1, 1 in a row, where at most 0 is allowed (http://web.shop:80/healthz: 503)',
  )
  expect([answers(), errors].map(needsNoTraffic)).toEqual([true, false])
})
