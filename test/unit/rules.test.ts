import { describe, expect, test } from 'vitest'
import { isDuration, seconds } from '../../src/domain/duration.ts'
import { leaves } from '../../src/domain/steps.ts'
import { intent } from '../../src/domain/plan.ts'
import { blank, write } from '../../src/domain/journal.ts'
import { statusOf } from '../../src/domain/status.ts'
import { afterWayBack } from '../../src/domain/plan.ts'
import { judge, mustHold, overall, told, type Breach, type Check } from '../../src/domain/verdict.ts'
import { aCutoverPlan, anApp, fullEnvironment, fullFacts, errors, workload } from '../support/builders.ts'

test.for([
  ['90s', 90],
  ['1m30s', 90],
  ['2h', 7200],
  ['1d12h', 129_600],
] as const)('%s is %i seconds', ([text, n]) => expect(seconds(text)).toBe(n))
test.for(['', '60', '1.5h', '30s1m', '1m 30s', '-1s'])('"%s" is no duration', (text) =>
  expect(isDuration(text)).toBe(false),
)

describe('the digest', () => {
  const plan = aCutoverPlan()
  test('does not change with wording or images', () => {
    const reworded = {
      ...plan,
      images: 'v2',
      phases: plan.phases.map((p) => ({ ...p, title: 'x', forward: p.forward.map((s) => ({ ...s, title: 'x' })) })),
    }
    expect(intent(reworded)).toBe(intent(plan))
  })
  test.for([
    ['a weight', aCutoverPlan(anApp('api'), { ...fullEnvironment, weights: [1, 50, 100] })],
    [
      'a gate rule',
      aCutoverPlan(anApp('api'), {
        ...fullEnvironment,
        gate: { teams: ['scala'], approvals: 2, exclude: [], remindEvery: '4h' },
      }),
    ],
    [
      'a blocker',
      aCutoverPlan(anApp('api'), fullEnvironment, {
        ...fullFacts,
        workloads: [...fullFacts.workloads, workload('StatefulSet', 'unknown')],
      }),
    ],
    ['an app', aCutoverPlan(anApp('web'))],
  ] as const)('changes with %s', ([, other]) => expect(other.digest).not.toBe(plan.digest))
})

test('weights only rise', () => {
  for (const route of ['web', 'api']) {
    const to = leaves(aCutoverPlan().phases[0]?.forward ?? []).flatMap((s) =>
      s.kind === 'action' && s.action === 'setWeight' && s.input.route.name === route ? [s.input.to] : [],
    )
    expect(to).toEqual([1, 25, 100])
  }
})

test('a window that did not pass tells what is to blame, and nothing else', () => {
  const [good, bad, unknown] = [
    { check: 'ready', source: 'pods', verdict: 'pass', because: '5 samples within the limit' },
    { check: 'errors', source: 'Prometheus', verdict: 'fail', because: '0.2, 0.3 in a row' },
    { check: 'latency', source: 'Prometheus', verdict: 'inconclusive', because: '2 of 3 samples' },
  ] as const
  expect(told([good, bad, unknown])).toBe('fail: errors (Prometheus) 0.2, 0.3 in a row')
  expect(told([good, unknown])).toBe('inconclusive: latency (Prometheus) 2 of 3 samples')
  expect(told([good])).toBe('pass: ready (pods) 5 samples within the limit')
  expect(told([])).toBe('inconclusive: nothing was asked')
})

test('no data is not good news', () => {
  expect(overall([])).toBe('inconclusive')
  expect(
    judge(
      errors,
      Array.from({ length: 9 }, () => ({ at: '', value: null })),
    ).verdict,
  ).toBe('inconclusive')
  expect(
    judge(
      errors,
      Array.from({ length: 9 }, () => ({ at: '', value: 0 })),
    ).verdict,
  ).toBe('pass')
})

describe('green held against blue', () => {
  const slower: Check = { ...errors, limit: { timesBlue: 2 }, minSamples: 2 }
  const at = (value: number | null, blue: number | null) => ({ at: '', value, blue })
  test.for([
    ['blue serves too', [at(3, 2), at(3, 2)], 'pass'],
    ['blue serves nothing any more: its last rate counts', [at(3, 2), at(3, null), at(3, null)], 'pass'],
    ['and convicts', [at(3, 2), at(9, null), at(9, null)], 'fail'],
    ['blue never had one', [at(3, null), at(3, null)], 'inconclusive'],
  ] as const)('%s', ([, samples, is]) => expect(judge(slower, samples).verdict).toBe(is))
})

test('a window of which little was seen does not pass', () => {
  const seen = Array.from({ length: 9 }, () => ({ at: '', value: 0 }))
  const unseen = (n: number) => Array.from({ length: n }, () => ({ at: '', value: null }))
  expect(judge(errors, [...seen, ...unseen(9)]).verdict).toBe('pass')
  expect(judge(errors, [...seen, ...unseen(10)])).toMatchObject({
    verdict: 'inconclusive',
    because: 'only 9 of 19 readings gave a number',
  })
})

test.for([
  ['ends on a bad reading', [0, 0, 0, 0, 0, 0.5], 'inconclusive'],
  ['ends on a bad reading, and then nothing was seen', [0, 0, 0, 0, 0, 0.5, null], 'inconclusive'],
  ['got well again', [0, 0, 0, 0, 0.5, 0], 'pass'],
  ['got worse', [0, 0, 0, 0, 0.5, 0.5], 'fail'],
] as const)('more traffic is not risked on a window that %s: it is %s', ([, values, is]) => {
  const judged = judge(
    errors,
    values.map((value) => ({ at: '', value })),
  )
  expect(judged.verdict).toBe(is)
  if (is === 'inconclusive') expect(judged.because).toBe('0.5 was read last, where at most 0.01 is allowed')
})

const breach: Breach = { because: 'errors', blue: 'pass', differing: [], unrelated: [] }
test.for([
  ['while it moves', breach, undefined],
  ['within a day', { ...breach, secondsSinceMoved: 86_000 }, undefined],
  ['after a day', { ...breach, secondsSinceMoved: 87_000 }, /longer than/],
  ['onto a blue that fails', { ...breach, blue: 'fail' }, /blue's own/],
  ['onto a blue that nobody knows', { ...breach, blue: 'inconclusive' }, /blue's own/],
  [
    'onto other images',
    { ...breach, differing: ['web: 2 on blue, 1 on green'] },
    /runs other images than green \(web: 2 on blue, 1 on green\)$/,
  ],
  [
    'when one other breaches',
    { ...breach, unrelated: ['b'] },
    /^b breached too, less than 5m ago or with no answer since$/,
  ],
  ['when several do', { ...breach, unrelated: ['b', 'c'] }, /^b, c breached too, /],
] as const)('a breach goes back by itself, or says why not: %s', ([, it, why]) => {
  if (why) expect(mustHold(it, '24h')).toMatch(why)
  else expect(mustHold(it, '24h')).toBeUndefined()
})

test('after a full way back it is rolled back, and the next try counts on', () => {
  const plan = aCutoverPlan()
  const [phase] = plan.phases
  if (!phase) throw new Error('no phase')
  const gone = afterWayBack(phase, write(blank, { step: 'stage/deploy', attempt: 1, state: 'done', startedAt: '' }))
  const status = statusOf(
    { plan, journal: gone, goingBack: false },
    { gates: [], ahead: [], log: [], requester: '', members: {} },
    false,
  )
  expect([status.state, status.wayBack]).toEqual(['rolled-back', []])
  expect(status.can.rollback).toBe('it is on blue')
})
