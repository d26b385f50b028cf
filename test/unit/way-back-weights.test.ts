import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { weightOnTheWayBack } from '../../src/domain/way-back-weights.ts'

const used = [0, 5, 25, 50, 100]
test.for([
  ['blue has all of its pods', 1, 100, 0],
  ['blue has nearly all', 0.9, 100, 0],
  ['blue has a third', 0.33, 100, 50],
  ['blue has half', 0.5, 100, 50],
  ['blue has most', 0.8, 50, 5],
  ['blue has none yet', 0, 100, 100],
  ['green had little', 0.33, 25, 25],
] as const)('%s', ([, share, found, expected]) => {
  expect(weightOnTheWayBack(share, found, used)).toBe(expected)
})

test('it never rises, and is always one that was used', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...used), (share, found) => {
      const next = weightOnTheWayBack(share, found, used)
      expect(next).toBeLessThanOrEqual(found)
      expect(used).toContain(next)
    }),
  )
})
