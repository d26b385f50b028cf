import { Route53 } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { behind, inLine, paced, spare, turns } from '../../../src/adapters/route53/pace.ts'
import { ALONE, heard, nobody, placeAmong, placeOf, type Known, type Place } from '../../../src/domain/clock-turns.ts'

type Turn = ReturnType<typeof turns>
/** How long it waits, or no turn. */
const waits = (turn: Turn, now: number, place: Place = ALONE) => {
  const taken = turn(now, place)
  return 'waitMs' in taken ? Math.round(taken.waitMs) : undefined
}

test('three requests go out in a second, evenly, and a rest saves none up', () => {
  const turn = turns()
  const sent = [0, 0, 0, 0, 5000, 5000].map((now) => now + (waits(turn, now) ?? NaN))
  expect(sent).toEqual([0, 333, 667, 1000, 5000, 5333])
})

test('who would wait longer than 15 s takes no turn of those who come later', () => {
  const turn = turns(1)
  expect(Array.from({ length: 40 }, () => waits(turn, 0)).slice(14)).toEqual([
    14_000,
    15_000,
    ...Array.from({ length: 24 }, () => undefined),
  ])
  expect(turn(0, ALONE)).toEqual({ againMs: 1_000 })
  expect(waits(turn, 2_000)).toBe(14_000)
})

test('a clock that is put back holds nobody up', () => {
  const turn = turns()
  waits(turn, 10 * 60_000)
  expect(waits(turn, 0)).toBe(0)
})

test('a look takes the next turn that nobody wants, once a second, and no step waits behind more than one', () => {
  const turn = turns()
  const look = spare(turn)
  const sent = Array.from({ length: 30 }, (_, n) => n * 100).filter((now) => waits(look, now) !== undefined)
  expect(sent).toEqual([0, 1000, 2000])
  expect(waits(turn, 3000)).toBe(0)
  expect(waits(turn, 3001)).toBe(332)
  // The next turn is taken by a step.
  expect(waits(look, 3100)).toBeUndefined()
  expect(waits(turn, 3100)).toBe(567)
})

test('however many workers there are and whenever they ask, three requests go out in a second', () => {
  const asks = fc.array(fc.record({ worker: fc.nat(5), atMs: fc.nat(4_000) }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), asks, (of, all) => {
      const takes = Array.from({ length: of }, () => turns())
      const sent = all
        .toSorted((a, b) => a.atMs - b.atMs)
        .flatMap(({ worker, atMs }) => {
          const at = worker % of
          const wait = takes[at]?.(atMs, { at, of })
          return wait && 'waitMs' in wait ? [atMs + wait.waitMs] : []
        })
        .toSorted((a, b) => a - b)
      for (const [n, first] of sent.entries()) expect((sent[n + 3] ?? Infinity) - first).toBeGreaterThan(999)
    }),
  )
})

test('places are those of the names, whoever looks, and whoever is not told yet has one too', () => {
  const names = ['7@b', '7@a', '7@c']
  expect(names.map((own) => placeAmong(own, names.toReversed()))).toEqual([
    { at: 1, of: 3 },
    { at: 0, of: 3 },
    { at: 2, of: 3 },
  ])
  expect(placeAmong('7@b', ['7@a', '7@a'])).toEqual({ at: 1, of: 2 })
})

const alone = async () => ALONE

test('whoever is in line stands behind one at most of those that can wait, and these behind one another', async () => {
  const turn = turns(50)
  const [first, canWait] = [inLine(turn), behind(turn)]
  const sent: string[] = []
  const others = Array.from({ length: 20 }, (_, n) => canWait(alone).then(() => sent.push(`${n}`)))
  await others[1]
  await Promise.all(['a', 'b', 'c'].map((name) => first(alone).then(() => sent.push(name))))
  expect(sent.slice(-3)).toEqual(['a', 'b', 'c'])
  expect(sent.length).toBeLessThanOrEqual(2 + 1 + 3)
  await Promise.all(others)
  expect(sent.filter((name) => Number(name) >= 0)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`))
})

test('who was ended while it waited holds up nobody behind it', async () => {
  const turn = turns(10)
  const canWait = behind(turn)
  await canWait(alone)
  const ended = canWait(alone, AbortSignal.timeout(1))
  const next = canWait(alone)
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' })
  await next
  await expect(canWait(alone, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
})

test('who can wait does so for 15 s, and is told when to ask again', async () => {
  const canWait = behind(() => ({ waitMs: 20 }))
  const now = performance.now.bind(performance)
  let aheadMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs)
  const [first, second] = [canWait(alone), canWait(alone)]
  const refused = expect(second).rejects.toMatchObject({ type: 'Unreachable', nextRetryDelay: '1s' })
  // The first has its turn by then.
  await new Promise(setImmediate)
  aheadMs = 15_001
  await Promise.all([first, refused, canWait(alone)])
  vi.restoreAllMocks()
})

const [own, other] = ['7@a', '7@b']
test.for<{ says: string; lists: string[][]; is: Place }>([
  { says: 'who is not in its first list yet is one more', lists: [[other]], is: { at: 0, of: 2 } },
  { says: 'an empty list takes nobody away', lists: [[own, other], [], [], []], is: { at: 0, of: 2 } },
  { says: 'nor does one without its own name', lists: [[own, other], ['7@c'], ['7@c']], is: { at: 0, of: 3 } },
  { says: 'who is not in one list may be in the next', lists: [[own, other], [own]], is: { at: 0, of: 2 } },
  { says: 'who is not in two has gone', lists: [[own, other], [own], [own]], is: { at: 0, of: 1 } },
  {
    says: 'one that was back in between has not',
    lists: [[own, other], [own], [own, other], [own]],
    is: { at: 0, of: 2 },
  },
])('$says', ({ lists, is }) => {
  expect(
    placeOf(
      lists.reduce<Known>((known, list) => heard(known, own, list), nobody),
      own,
    ),
  ).toEqual(is)
})

test('who was never told of anybody takes a third, and not all of them the same', () => {
  const places = Array.from({ length: 60 }, (_, n) => placeOf(heard(nobody, `1@norikae-${n}`, []), `1@norikae-${n}`))
  expect(new Set(places.map(({ of }) => of))).toEqual(new Set([3]))
  expect(new Set(places.map(({ at }) => at))).toEqual(new Set([0, 1, 2]))
})

test.for([
  {
    says: 'a queue that is too long',
    taken: { againMs: 2_000 },
    endsMs: undefined,
    is: { type: 'Unreachable', nextRetryDelay: '2s' },
  },
  { says: 'a call that was ended while it waited', taken: { waitMs: 10_000 }, endsMs: 50, is: { name: 'AbortError' } },
])('$says sends nothing', async ({ taken, endsMs, is }) => {
  let sent = 0
  const requestHandler = {
    handle: async () => {
      sent += 1
      throw new Error('it was sent')
    },
  }
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
  const route53 = new Route53({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 })
  const client = paced(
    route53,
    inLine(() => taken),
    async () => ALONE,
  )
  const asked = client.getChange({ Id: 'C1' }, endsMs === undefined ? {} : { abortSignal: AbortSignal.timeout(endsMs) })
  await expect(asked).rejects.toMatchObject(is)
  expect(sent).toBe(0)
})
