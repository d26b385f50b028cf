import { expect, test } from 'vitest'
import { imagesSeen } from '../../../src/activities/image-comparison.ts'

const silent = new Promise<never>(() => undefined)

test.for([
  { says: 'does not answer', green: () => silent, why: 'it was not read in 0.02s' },
  { says: 'cannot be reached', green: () => Promise.reject(new Error('ECONNREFUSED')), why: 'ECONNREFUSED' },
])('of a side that $says nobody knows what it runs, and nothing else is lost by it', async ({ green, why }) => {
  const on = async (side: 'blue' | 'green') => (side === 'green' ? green() : silent)
  expect(await imagesSeen({ on }, ['shop'], 20)).toEqual({ differing: [], unseen: why })
})
