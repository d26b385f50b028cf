import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fewAtATime } from '../../../src/activities/few-at-a-time.ts'

test('each is answered in its place, however long it takes, and no more are under way than were said', async () => {
  let [underWay, most] = [0, 0]
  const answers = await fewAtATime([5, 1, 3, 0, 2], 2, async (ms) => {
    underWay += 1
    most = Math.max(most, underWay)
    await sleep(ms)
    underWay -= 1
    return `${ms} ms`
  })
  expect([answers, most]).toEqual([['5 ms', '1 ms', '3 ms', '0 ms', '2 ms'], 2])
})

test('after one has failed no other begins: whoever asks again asks for all of them', async () => {
  const begun: number[] = []
  const all = fewAtATime([0, 1, 2, 3, 4, 5], 2, async (n) => {
    begun.push(n)
    await sleep(n === 1 ? 1 : 5)
    if (n === 1) throw new Error('asked too often')
  })
  await expect(all).rejects.toThrow('asked too often')
  await sleep(20)
  expect(begun).toEqual([0, 1])
})

test('of nothing nothing is asked', async () => {
  expect(await fewAtATime([], 4, async () => 'never')).toEqual([])
})
