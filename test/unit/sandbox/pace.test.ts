import { expect, test } from 'vitest'
import { turns } from '../../../src/adapters/route53/pace.ts'

test('three requests go out in a second, evenly, and a rest saves none up', () => {
  const turn = turns()
  const sent = [0, 0, 0, 0, 5000, 5000].map((now) => Math.round(now + turn(now)))
  expect(sent).toEqual([0, 333, 667, 1000, 5000, 5333])
})
