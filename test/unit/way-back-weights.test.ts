import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/verdict.ts'
import { betterSide, onTheWayBack, stepsBack, type SeenGoingBack } from '../../src/domain/way-back-weights.ts'

const used = [5, 25, 50, 100]
const steps = stepsBack(used)
const seen = (more: Partial<SeenGoingBack> = {}): SeenGoingBack => ({ found: 100, from: 100, steps, share: 1, ...more })
const onlyAll = stepsBack([100])

describe('the next weight of green on the way back', () => {
  test.for([
    ['blue has all of its pods: at once', {}, 0, 'whole'],
    ['nearly all are as good', { share: 0.9 }, 0, 'whole'],
    ['blue has none yet', { share: 0 }, 100, 'grows'],
    ['blue has a twentieth', { share: 0.05, steps: onlyAll }, 95, 'grows'],
    ['blue has a third: not half of the traffic', { share: 0.33 }, 95, 'grows'],
    ['blue has half', { share: 0.5, steps: onlyAll }, 50, 'grows'],
    ['blue has most: as on the way up', { share: 0.8 }, 25, 'grows'],
    ['blue has more than it can carry already', { share: 0.33, found: 25, from: 25 }, 25, 'grows'],
    ['nobody can tell what blue has', { share: undefined }, 100, 'unseen'],
    ['nor half-way', { share: undefined, found: 50 }, 50, 'unseen'],
    ['blue does badly, and green did better', { found: 50, broken: { better: 'green' } }, 100, 'broken'],
    ['the same once blue has all of it', { found: 0, broken: { better: 'green' } }, 100, 'broken'],
    ['blue does badly, and no side does better', { found: 50, broken: { better: undefined } }, 50, 'broken'],
    ['blue does badly, and better than green did', { found: 50, broken: { better: 'blue' } }, 0, 'whole'],
    ['the same while it grows', { share: 0.5, broken: { better: 'blue' } }, 50, 'grows'],
  ] as const)('%s', ([, more, weight, is]) => {
    expect(onTheWayBack(seen(more))).toEqual({ weight, is })
  })

  const part = fc.double({ min: 0, max: 1, noNaN: true })
  test('gives blue no more than it can carry, green no more than it had, and is a step or what was found', () => {
    const better = fc.constantFrom('blue' as const, 'green' as const, undefined)
    const all = fc.record({
      found: fc.constantFrom(...steps),
      from: fc.constantFrom(...steps),
      share: fc.option(part, { nil: undefined }),
      broken: fc.option(fc.record({ better }), { nil: undefined }),
    })
    fc.assert(
      fc.property(all, ({ found, from, share, broken }) => {
        const it = seen({ found, from, share, ...(broken && { broken }) })
        const { weight } = onTheWayBack(it)
        expect([found, from, ...steps]).toContain(weight)
        expect(weight).toBeLessThanOrEqual(Math.max(from, found))
        if (weight > found) expect(broken?.better).toBe('green')
        if (weight < found && (share ?? 0) < 0.9) expect(100 - weight).toBeLessThanOrEqual((share ?? 0) * 100 + 1e-9)
        if (share === undefined) expect(weight).toBeGreaterThanOrEqual(found)
      }),
    )
  })

  test('only falls as blue gets ready, and comes to an end', () => {
    fc.assert(
      fc.property(fc.array(part), (shares) => {
        let found = 100
        for (const share of [...shares.toSorted((a, b) => a - b), 1]) {
          const { weight } = onTheWayBack(seen({ found, share }))
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

describe('the better side', () => {
  test.for([
    ['breaks nothing where the other does', [row(0.7, 0.01)], 'green'],
    ['breaks it by much less', [row(0.7, 0.05)], 'green'],
    ['is blue by the same', [row(0.05, 0.7)], 'blue'],
    ['is none where both break it alike', [row(0.31, 0.3)], undefined],
    ['is none where each does better by one check', [row(0.7, 0.01), row(0.1, 3, atMost(0.5))], undefined],
    ['is told by the checks that tell', [row(0.7, 0.01), row(0.2, 0.1, atMost(0.5))], 'green'],
    ['is not known without green', [row(0.7, null)], undefined],
    ['is not known without blue', [row(null, 0.7)], undefined],
    ['has more where there should be more', [row(0.5, 0.995, { limit: { atLeast: 0.99 } })], 'green'],
  ] as const)('%s', ([, all, expected]) => {
    expect(betterSide(all)).toBe(expected)
  })
})
