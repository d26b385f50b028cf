import { expect, test } from 'vitest'
import { failed, unreachable } from '../../../src/activities/errors.ts'
import { onceEach } from '../../../src/activities/waiting.ts'
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
