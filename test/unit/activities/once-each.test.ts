import { describe, expect, test } from 'vitest'
import { failed, unreachable } from '../../../src/activities/errors.ts'
import { onceEach, remembered, streamed } from '../../../src/activities/waiting.ts'
import { driven, ending } from '../../support/driven.ts'

const items = Array.from({ length: 100 }, (_, n) => `item-${n}`)
const soon = () => new Promise((resolve) => setTimeout(resolve, 1))

test.for([1, 16])('each is done once, %i at a time, and what failed is tried again alone', async (atOnce) => {
  const tries = new Map<string, number>()
  let [now, most] = [0, 0]
  const { answer, waits } = await driven(async () => {
    const done = await onceEach(
      items,
      (item) => item,
      async (item) => {
        now += 1
        most = Math.max(most, now)
        await soon()
        now -= 1
        const nth = (tries.get(item) ?? 0) + 1
        tries.set(item, nth)
        if (item === 'item-50' && nth < 3) throw unreachable('no answer')
        return item.toUpperCase()
      },
      atOnce,
    )
    return [...done.values()].toSorted()
  }, undefined)
  expect(answer).toEqual(items.map((i) => i.toUpperCase()).toSorted())
  expect(waits).toEqual(['no answer', 'no answer'])
  expect(most).toBe(atOnce)
  expect([...tries].filter(([item, nth]) => nth > 1 && item !== 'item-50')).toEqual([])
})

test('one at a time is in order, and what fails for good ends it', async () => {
  const seen: string[] = []
  const end = await ending(
    () =>
      onceEach(
        items,
        (item) => item,
        async (item) => {
          seen.push(item)
          if (item === 'item-3') throw failed('refused')
        },
      ),
    undefined,
  )
  expect(end).toEqual({ type: 'Failed', message: 'refused' })
  expect(seen).toEqual(items.slice(0, 4))
})

async function* stream(after: string, pulled: string[] = []) {
  for (const item of items.toSorted()) {
    if (item <= after) continue
    await soon()
    pulled.push(item)
    yield item
  }
}

describe('a stream', () => {
  interface Done {
    readonly after: string
    readonly taken: readonly string[]
  }
  const through = (work: (item: string) => Promise<void>, pulled: string[] = []) =>
    driven(async () => {
      let done = remembered<Done>({ after: '', taken: [] })
      await streamed(
        stream(done.after, pulled),
        work,
        (item) => {
          done = { after: item, taken: [...done.taken, item] }
        },
        () => done,
        16,
      )
      return done.taken
    }, undefined)

  test('is taken in its order and once, whatever was ready first and whatever failed on the way', async () => {
    let [tries, now, most] = [0, 0, 0]
    const { answer, waits } = await through(async (item) => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      now -= 1
      if (item === 'item-50' && (tries += 1) < 3) throw unreachable('no answer')
    })
    expect(answer).toEqual(items.toSorted())
    expect(waits).toEqual(['no answer', 'no answer'])
    expect(most).toBeLessThanOrEqual(16)
  })

  test('is pulled no faster than it is worked on', async () => {
    const pulled: string[] = []
    let [worked, ahead] = [0, 0]
    await through(async () => {
      ahead = Math.max(ahead, pulled.length - worked)
      await soon()
      worked += 1
    }, pulled)
    expect(pulled).toHaveLength(items.length)
    expect(ahead).toBeLessThanOrEqual(17)
  })
})
