import fc from 'fast-check'
import { expect, test } from 'vitest'
import { underWay } from '../../src/domain/samples.ts'
import { followedBy, judgeAll, type Check, type Sample } from '../../src/domain/verdict.ts'
import { dueTogether, entriesIn, isDue, nextLookMs } from '../../src/domain/watching.ts'
import { errors } from '../support/builders.ts'

test.for([
  { says: 'a pace after the last one began', took: 1_000, next: 15_000 },
  { says: 'half a pace after it ended, where it took long', took: 12_000, next: 19_500 },
])('the next look is due $says', ({ took, next }) => {
  expect(nextLookMs(0, took, 15_000)).toBe(next)
})

test.for([
  { says: 'once its time has come', pace: 15_000, early: 0, due: true },
  { says: 'a second before, where others are looked at then', pace: 15_000, early: 1_000, due: true },
  { says: 'no sooner', pace: 15_000, early: 1_001, due: false },
  { says: 'a tenth of a short pace before', pace: 1_000, early: 100, due: true },
  { says: 'no sooner than that', pace: 1_000, early: 101, due: false },
])('a look is made $says', ({ pace, early, due }) => {
  expect(isDue(100_000, pace, 100_000 - early)).toBe(due)
})

test.for([
  { says: 'one that is due alone', dues: [0, 8, 20], paces: [15, 15, 20], looked: [0] },
  {
    says: 'another of its pace, whose last look is half a pace ago',
    dues: [0, 7, 7],
    paces: [15, 15, 20],
    looked: [0, 1],
  },
  { says: 'nobody before it is due', dues: [5, 7], paces: [15, 15], looked: [] },
])('looked at is $says', ({ dues, paces, looked }) => {
  const all = dues.map((due, n) => ({ n, dueMs: due * 1_000, paceMs: (paces[n] ?? 0) * 1_000 }))
  expect(dueTogether(all, 0).map(({ n }) => n)).toEqual(looked)
})

test.for([
  [
    'what is said of it',
    { 'watch.1': { test: { times: 1, given: { web: 5 } }, stage: { times: 2 } } },
    { test: { times: 1, given: { web: 5 } }, stage: { times: 2 } },
  ],
  ['nothing of another watch', { 'watch.2': { production: { times: 3 } } }, {}],
  ['nothing that is not ours', { 'watch.1': { test: 'often', stage: { times: 2 } } }, { stage: { times: 2 } }],
  ['nothing where there is none', undefined, {}],
  ['nothing of a text', 'watch.1', {}],
] as const)('a watch reads in the memo %s', ([, memo, entries]) => {
  expect(entriesIn(memo, 'watch.1')).toEqual(entries)
})

/** Told look by look, and kept as a watch keeps it: when it breaches, if ever. */
function breachesAt(check: Check, looks: readonly Sample[], keep: (samples: readonly Sample[]) => readonly Sample[]) {
  let kept: readonly Sample[] = []
  for (const [n, look] of looks.entries()) {
    const seen = followedBy(kept, look)
    if (judgeAll([check], { [check.name]: seen }).some((j) => j.verdict === 'fail')) return n
    kept = keep(seen)
  }
  return undefined
}
const reading = fc.record({
  at: fc.constant('2026-11-27T05:00:00Z'),
  value: fc.oneof(fc.constantFrom(0, 1, 3), fc.constant(null)),
  blue: fc.oneof(fc.constantFrom(0, 1, 2), fc.constant(null)),
  unreachable: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('away') },
  ),
})
const looks = fc.array(
  reading.map(({ unreachable, ...it }): Sample =>
    unreachable === undefined ? it : { at: it.at, value: null, unreachable },
  ),
  { maxLength: 25 },
)

test('what a watch keeps breaches at the same look as all that was read', () => {
  const limits = fc.constantFrom(
    { atMost: 1 },
    { timesBlue: 1.5 },
    { timesBlue: 1.5, atMost: 2 },
    { timesBlue: 1.5, fineUpTo: 1 },
  )
  fc.assert(
    fc.property(looks, limits, fc.integer({ min: 1, max: 4 }), fc.boolean(), (all, limit, breachAfter, once) => {
      const check: Check = { ...errors, limit, breachAfter, ...(once && { onceWell: true as const }) }
      expect(breachesAt(check, all, (seen) => underWay(check, seen, 30))).toBe(breachesAt(check, all, (seen) => seen))
    }),
    { numRuns: 2_000 },
  )
})

test('a run is held against the rate of blue from before it, also where blue had one again meanwhile', () => {
  const at = '2026-11-27T05:00:00Z'
  const check: Check = { ...errors, limit: { timesBlue: 1.5 }, breachAfter: 3 }
  const bad = [null, 0, null].map((blue): Sample => ({ at, value: 3, blue }))
  expect(breachesAt(check, [{ at, value: 0, blue: 0 }, ...bad], (seen) => underWay(check, seen, 30))).toBe(3)
})

test('what is well is nothing to remember', () => {
  const well: Sample = { at: '2026-11-27T05:00:00Z', value: 0 }
  expect(underWay(errors, [{ ...well, value: 1 }, well], 30)).toEqual([])
})
