import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/verdict.ts'
import { greenDoesBetter, onTheWayBack, stepsBack, type SeenGoingBack } from '../../src/domain/way-back-weights.ts'

const used = [5, 25, 50, 100]
const steps = stepsBack(used)
const seen = (more: Partial<SeenGoingBack> = {}): SeenGoingBack => ({ found: 100, steps, share: 1, ...more })
const onlyAll = stepsBack([100])

describe('the next weight of green on the way back', () => {
  test.for([
    ['blue has all of its pods: at once', {}, 0],
    ['nearly all are as good', { share: 0.9 }, 0],
    ['blue has none yet', { share: 0 }, 100],
    ['blue has a twentieth', { share: 0.05, steps: onlyAll }, 95],
    ['blue has a third: not half of the traffic', { share: 0.33 }, 95],
    ['blue has half', { share: 0.5, steps: onlyAll }, 50],
    ['blue has most: as on the way up', { share: 0.8 }, 25],
    ['blue has more than it can carry already', { share: 0.33, found: 25 }, 25],
    ['nobody can tell what blue has', { share: undefined }, 100],
    ['nor half-way', { share: undefined, found: 50 }, 50],
  ] as const)('%s', ([, more, weight]) => {
    expect(onTheWayBack(seen(more))).toBe(weight)
  })

  const part = fc.double({ min: 0, max: 1, noNaN: true })
  test('gives blue no more than it can carry, green no more than it had, and is a step or what was found', () => {
    const all = fc.record({ found: fc.constantFrom(...steps), share: fc.option(part, { nil: undefined }) })
    fc.assert(
      fc.property(all, ({ found, share }) => {
        const weight = onTheWayBack(seen({ found, share }))
        expect([found, ...steps]).toContain(weight)
        expect(weight).toBeLessThanOrEqual(found)
        if (weight < found && (share ?? 0) < 0.9) expect(100 - weight).toBeLessThanOrEqual((share ?? 0) * 100 + 1e-9)
        if (share === undefined) expect(weight).toBe(found)
      }),
    )
  })

  test('only falls as blue gets ready, and comes to an end', () => {
    fc.assert(
      fc.property(fc.array(part), (shares) => {
        let found = 100
        for (const share of [...shares.toSorted((a, b) => a - b), 1]) {
          const weight = onTheWayBack(seen({ found, share }))
          expect(weight).toBeLessThanOrEqual(found)
          found = weight
        }
        expect(found).toBe(0)
      }),
    )
  })
})

test('where no cutover has been, no weight is one of its steps', () => {
  expect(stepsBack([])).toEqual([])
  expect(stepsBack([5, 100]).toSorted((a, b) => a - b)).toEqual([0, 5, 50, 95, 100])
})

const atMost = (most: number): Pick<Check, 'limit'> => ({ limit: { atMost: most } })
const row = (blue: number | null, green: number | null, check = atMost(0.02)) => ({ check, blue, green })

describe('green is known to do better', () => {
  const slow = atMost(0.5)
  test.for([
    ['where it breaks nothing and blue does', [row(0.7, 0.01)], true],
    ['where it breaks by much less what blue breaks', [row(0.7, 0.05)], true],
    ['not where it breaks by much more', [row(0.05, 0.7)], false],
    ['not where both break it alike', [row(0.31, 0.3)], false],
    ['not where it broke another by more', [row(0.01, 0.3), row(9, 0.1, slow)], false],
    ['not where nobody knows of green', [row(0.7, null)], false],
    ['not where nobody knows of blue', [row(null, 0.01)], false],
    ['by the checks that tell of both', [row(0.7, 0.05), row(0.2, 0.1, slow), row(0.7, null)], true],
    ['by more, where there should be more', [row(0.5, 0.98, { limit: { atLeast: 0.99 } })], true],
    ['by a cold cache, where it broke nothing of these', [row(0.001, 0.001), row(9, 0.1, slow)], true],
  ] as const)('%s', ([, all, is]) => {
    expect(greenDoesBetter(all)).toBe(is)
  })
})
