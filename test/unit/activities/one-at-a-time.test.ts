import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { oneAtATime } from '../../../src/activities/one-at-a-time.ts'

test('work on one thing is done in its order, beside that on others, and goes on after what failed', async () => {
  const done: string[] = []
  const work = (thing: string, name: string, ms: number) =>
    oneAtATime(thing, async () => {
      done.push(`${name} begins`)
      await sleep(ms)
      done.push(`${name} ends`)
      if (name === 'a') throw new Error('a failed')
      return name
    })
  const all = await Promise.allSettled([work('files', 'a', 20), work('files', 'b', 1), work('mail', 'c', 1)])
  expect(all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'Error: a failed',
    'b',
    'c',
  ])
  expect(done).toEqual(['a begins', 'c begins', 'c ends', 'a ends', 'b begins', 'b ends'])
})
