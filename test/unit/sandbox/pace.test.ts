import { Route53 } from '@aws-sdk/client-route-53'
import { expect, test } from 'vitest'
import { paced, spare, turns } from '../../../src/adapters/route53/pace.ts'

test('three requests go out in a second, evenly, and a rest saves none up', () => {
  const turn = turns()
  const sent = [0, 0, 0, 0, 5000, 5000].map((now) => Math.round(now + turn(now)))
  expect(sent).toEqual([0, 333, 667, 1000, 5000, 5333])
})

test('who would wait longer than 15 s takes no turn of those who come later', () => {
  const turn = turns(1)
  const waits = Array.from({ length: 40 }, () => turn(0))
  expect(waits.slice(14)).toEqual([14_000, 15_000, ...Array.from({ length: 24 }, () => 16_000)])
  expect(turn(2_000)).toBe(14_000)
})

test('a look takes a turn that nobody wants, once a second, and no step waits behind looks', () => {
  const turn = turns()
  const look = spare(turn)
  const sent = Array.from({ length: 30 }, (_, n) => n * 100).filter((now) => look(now) === 0)
  expect(sent).toEqual([0, 1000, 2000])
  expect(turn(3000)).toBe(0)
  // The next turn is taken by a step.
  expect(look(3100)).toBeGreaterThan(0)
  expect(Math.round(turn(3100))).toBe(233)
})

test.for([
  {
    says: 'a queue that is too long',
    waitMs: 17_000,
    endsMs: undefined,
    is: { type: 'Unreachable', nextRetryDelay: '2s' },
  },
  { says: 'a call that was ended while it waited', waitMs: 10_000, endsMs: 50, is: { name: 'AbortError' } },
])('$says sends nothing', async ({ waitMs, endsMs, is }) => {
  let sent = 0
  const requestHandler = {
    handle: async () => {
      sent += 1
      throw new Error('it was sent')
    },
  }
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
  const client = paced(new Route53({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 }), () => waitMs)
  const asked = client.getChange({ Id: 'C1' }, endsMs === undefined ? {} : { abortSignal: AbortSignal.timeout(endsMs) })
  await expect(asked).rejects.toMatchObject(is)
  expect(sent).toBe(0)
})
