import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { leftBefore, opening, settling, weighing, type Share } from '../../src/domain/route-shares.ts'

test.for([
  ['closed', false, 'enter'],
  ['unmade', false, 'enter'],
  [0, false, 'entered'],
  [0, true, 'entered'],
  [25, false, 'contested'],
  [25, true, 'takeUp'],
  ['elsewhere', true, 'contested'],
] as const)('opening a route that reads %s, for a successor: %s: %s', ([share, successor, expected]) => {
  expect(opening({ share, ours: true }, { successor })).toBe(expected)
})

test.for([
  ['what was left', 5, 25, [5, 25], 'write'],
  ['what is to be', 25, 25, [5], 'write'],
  ['more towards green', 40, 25, [5, 25], 'claimed'],
  ['more than was left, and less than is to be', 10, 25, [5, 25], 'claimed'],
  ['more towards blue', 0, 25, [5, 25], 'followed'],
  ['more towards blue, on the way back', 10, 0, [0, 5, 25], 'write'],
  ['more towards green, on the way back', 40, 0, [0, 5, 25], 'claimed'],
  ['somebody else too', 'elsewhere', 0, [0, 25], 'contested'],
  ['blue only, on the way back', 'closed', 0, [0, 25], 'done'],
  ['blue only, on the way forward', 'closed', 5, [0], 'followed'],
  ['nothing of green, on the way back', 'unmade', 0, [0], 'done'],
  ['nothing of green, on the way forward', 'unmade', 5, [0], 'unmade'],
] as const)('a weight where the route serves %s', ([, share, to, expect_, expected]) => {
  expect(weighing(share, to, expect_)).toBe(expected)
})

test.for([
  ['a weight between, before its own was written', 10, 'unwritten', 'claimed'],
  ['a weight between, after that', 10, 'written', 'followed'],
  ['the one before, which may be told late', 5, 'written', 'write'],
  ['the one before, after its own was read back', 5, 'read', 'followed'],
  ['less than that', 0, 'read', 'followed'],
  ['its own', 25, 'read', 'write'],
  ['more than its own', 40, 'read', 'claimed'],
] as const)('a step that reads %s', ([, share, own, expected]) => {
  expect(weighing(share, 25, [5, 25], own)).toBe(expected)
})

test('on the way back nobody is followed, and what others gave back to green is taken once more', () => {
  expect(([0, 10, 25] as const).map((share) => weighing(share, 0, [0, 10, 25], 'read'))).toEqual([
    'write',
    'write',
    'write',
  ])
})

test.for([
  ['the weight before', 25, [5, 25], [5]],
  ['nothing, before the first', 5, [0, 5], [0]],
  ['all that was used, on the way back', 0, [0, 5, 25], [0, 5, 25]],
] as const)('what was left before a step is %s', ([, to, expect_, left]) => {
  expect(leftBefore(to, expect_)).toEqual(left)
})

test.for([
  ['blue at 0 %', { share: 0, ours: true }, 'blue', 'drop'],
  ['green at 100 %', { share: 100, ours: true }, 'green', 'drop'],
  ['blue, with some left on green', { share: 25, ours: true }, 'blue', 'takeUp'],
  ['blue, with some left on a green of another run', { share: 25, ours: false }, 'blue', 'contested'],
  ['green, with some left on blue', { share: 75, ours: true }, 'green', 'contested'],
  ['green, with somebody else in it', { share: 'elsewhere', ours: true }, 'green', 'contested'],
] as const)('settling a route on %s', ([, read, on, expected]) => {
  expect(settling(read, { on, there: true, successor: true })).toBe(expected)
  expect(settling(read, { on, there: false, successor: true })).toBe('dropped')
})

test('on the way forward nobody but a successor writes over a share that nobody left, without a word to whoever did', () => {
  const shares: fc.Arbitrary<Share> = fc.oneof(fc.nat(100), fc.constantFrom('elsewhere' as const))
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(100)), (share, step, left) => {
      const to = Math.min(100, Math.max(0, ...left) + step)
      const known = share === to || (typeof share === 'number' && left.includes(share))
      expect(weighing(share, to, left) === 'write').toBe(known)
      if (share !== 0) expect(opening({ share, ours: true }, { successor: false })).toBe('contested')
    }),
  )
})

test('what serves more of green than was left is never gone on from, and what serves less never goes up', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), fc.uniqueArray(fc.nat(100), { minLength: 1 }), (share, to, left) => {
      const is = weighing(share, to, left)
      if (share > Math.max(to, ...left)) expect(is).toBe('claimed')
      if (share < Math.min(to, ...left)) expect(is).toBe('followed')
    }),
  )
})
