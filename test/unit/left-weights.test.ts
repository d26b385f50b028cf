import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { weightAfterLeft } from '../../src/domain/left-weights.ts'
import { stepsBack } from '../../src/domain/way-back-weights.ts'

const used = [5, 25, 50, 100]
const well = { share: 1, targets: 4, healthy: 4 }

test.for([
  ['all of blue serves', 50, well, 0],
  ['one target of four is sick', 50, { ...well, healthy: 3 }, 25],
  ['blue is half grown', 100, { ...well, share: 0.5 }, 50],
  ['the less of both counts', 100, { share: 0.5, targets: 4, healthy: 1 }, 95],
  ['no target is healthy', 50, { ...well, healthy: 0 }, 50],
  ['blue has no target at all', 50, { share: 1, targets: 0, healthy: 0 }, 50],
  ['blue could serve some of it, but of no weight that was used', 5, { ...well, healthy: 3 }, 5],
  ['blue serves nothing, and nearly all of it is there', 100, { share: 0.9, targets: 9, healthy: 9 }, 25],
  ['a way back had begun', 95, { ...well, healthy: 2 }, 50],
  ['no cutover writes it', 40, well, undefined],
] as const)('%s', ([, found, blue, expected]) => {
  expect(weightAfterLeft(found, used, blue)).toBe(expected)
})

test('where all went in one step it goes back by those of a way back', () => {
  expect(weightAfterLeft(100, [100], { ...well, healthy: 3 })).toBe(50)
  expect(weightAfterLeft(95, [100], { ...well, healthy: 3 })).toBe(50)
  expect(weightAfterLeft(100, [], well)).toBeUndefined()
  expect(weightAfterLeft(100, [100], well)).toBe(0)
})

test('it never rises, is one that was used or none, and blue gets more only of what it can serve', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true })
  const blues = fc.tuple(part, fc.nat(10), part).map(([share, targets, some]) => ({
    share,
    targets,
    healthy: Math.floor(targets * some),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...used), blues, (found, blue) => {
      const next = weightAfterLeft(found, used, blue) ?? Number.NaN
      expect(stepsBack(used)).toContain(next)
      expect(next).toBeLessThanOrEqual(found)
      const serves = 100 * Math.min(blue.share, blue.targets === 0 ? 0 : blue.healthy / blue.targets)
      if (next < found) expect(100 - next).toBeLessThanOrEqual(serves + 1e-9)
    }),
  )
})
