import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFor, seenAfter, standing, takenBackTo, type Claim, type SeenShare } from '../../src/domain/contests.ts'

test.for([
  ['argocd-controller at 2026-11-24T04:00:00Z', '540s'],
  ['kustomize-controller at 2026-11-24T04:00:00Z', '1800s'],
  ['flagger at 2026-11-24T04:00:00Z', '180s'],
  ['CloudFormation (web)', '180s'],
] as const)('three intervals of %s are %s', ([by, expected]) => {
  expect(readFor(by)).toBe(expected)
})

test.for([
  ['what was left, on the way forward', 40, [5], 5],
  ['the most that green ever had, on the way back', 80, [0, 5, 50], 50],
  ['none of it, where none was left', 3, [], 0],
] as const)('written once more is %s', ([, found, left, expected]) => {
  expect(takenBackTo(found, left)).toBe(expected)
})

test('green never gets more by being claimed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(100)), (found, left) => {
      expect(takenBackTo(found, left)).toBeLessThan(found)
    }),
  )
})

const meant: Claim = { from: 40, to: 25, by: 'flagger' }
const claim: Claim = { ...meant, wroteAtMs: 0 }
const seen: Claim = { ...claim, seenAtMs: 1000 }
const SECOND = 1000

test.for([
  ['what was there before, by a worker that died before it wrote, minutes later', 40, meant, 600, 'unwritten'],
  ['more of theirs before that', 60, meant, 1, 'unwritten'],
  ['what was written, though no answer came', 25, meant, 1, 'holds'],
  ['what was there before, a moment after it was written', 40, claim, 30, 'unread'],
  ['what was there before, for a minute', 40, claim, 60, 'again'],
  ['something else of theirs', 60, claim, 1, 'again'],
  ['what was written', 25, claim, 1, 'holds'],
  ['what was written, for the third interval', 25, seen, 180, 'holds'],
  ['what was written, for three intervals', 25, seen, 181, 'held'],
  ['theirs again, after what was written was read', 40, seen, 2, 'again'],
  ['less than that', 10, seen, 2, 'moved'],
  ['nothing of green', 'closed', seen, 2, 'moved'],
  ['somebody else too', 'elsewhere', seen, 2, 'again'],
] as const)('a route that reads %s', ([, share, it, seconds, expected]) => {
  expect(standing(share, it, seconds * SECOND)).toBe(expected)
})

test.for([
  ['more than before', 25, { most: 5 }, { most: 25 }],
  ['the same', 25, { most: 25 }, { most: 25 }],
  ['less, once', 10, { most: 25 }, { most: 25, lower: true }],
  ['less, twice', 10, { most: 25, lower: true }, 'moved'],
  ['nothing of green any more, twice', 'closed', { most: 25, lower: true }, 'moved'],
  ['as much again, after a look that was late', 25, { most: 25, lower: true }, { most: 25 }],
  ['more than the plan gave', 40, { most: 25 }, { most: 25 }],
  ['a weight of the plan, which may be what was left and is written once more', 5, { most: 25 }, { most: 25 }],
  ['what is no share', 'elsewhere', { most: 25, lower: true }, { most: 25, lower: true }],
  ['nothing to be read', 'unmade', { most: 25 }, { most: 25 }],
  ['green, before it was opened', 'closed', undefined, { most: 0 }],
] as const)('a watch that sees %s', ([, share, before, expected]) => {
  expect(seenAfter(share, [5, 25, 100], before)).toEqual(expected)
})

test('no watch follows what Norikae writes: weights of the plan, also those that are written once more', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(100), { minLength: 1 }), fc.array(fc.nat(100)), (weights, theirs) => {
      const looks = theirs.flatMap((found) => [found, takenBackTo(found, [0, ...weights])])
      const seen = looks.reduce<SeenShare | 'moved'>(
        (is, look) => {
          const less = is !== 'moved' && !weights.includes(look) && look < is.most
          return is === 'moved' || less ? is : seenAfter(look, weights, is)
        },
        { most: 0 },
      )
      expect(seen).not.toBe('moved')
    }),
  )
})
