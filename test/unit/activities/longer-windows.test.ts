import { afterEach, expect, test, vi } from 'vitest'
import { unreachable } from '../../../src/activities/errors.ts'
import { healthActivities } from '../../../src/activities/health.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { errors } from '../../support/builders.ts'
import { driven } from '../../support/driven.ts'

afterEach(() => void vi.useRealTimers())

const subject = { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g', team: 'scala' }
const START = Date.parse('2026-11-26T01:00:00Z')

/** A window of a minute whose only check, read each 15 s, needs four samples; `look`: which reading it is. */
async function observed(says: (look: number) => number | null | 'away') {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  let looks = 0
  const outside = {
    ports: new Proxy(
      {
        identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
        metrics: {
          query: async () => {
            const value = says((looks += 1))
            if (value === 'away') throw unreachable('POST http://prometheus: no answer in 10s')
            return value
          },
        },
      },
      { get: (of: object, name: string) => (name in of ? Reflect.get(of, name) : () => ({})) },
    ),
  } as unknown as Outside // all that is asked for one check of Prometheus
  const check = { ...errors, every: '15s', minSamples: 4, breachAfter: 2, limit: { atMost: 0.5 } } as const
  const { answer } = await driven(
    healthActivities(outside).observe,
    { subject, for: '1m', checks: [check] },
    { scheduledMs: START, between: () => void vi.setSystemTime(Date.now() + 15_000) },
  )
  return { verdict: answer[0]?.verdict, because: answer[0]?.because, seconds: (Date.now() - START) / 1000 }
}

test.for([
  { says: 'in which enough was seen ends in its time', look: () => 0, verdict: 'pass', seconds: 60 },
  {
    says: 'in which nothing is seen is made three times as long',
    look: () => null,
    verdict: 'inconclusive',
    seconds: 180,
  },
  {
    says: 'is made longer until enough was seen, which is half of its readings too',
    look: (n: number) => (n > 5 ? 0 : null),
    verdict: 'pass',
    seconds: 135,
  },
  { says: 'that is bad ends at once', look: () => 1, verdict: 'fail', seconds: 15 },
  {
    says: 'is bad by breaches in a row alone',
    look: (n: number) => (n % 2 === 0 ? 1 : 0),
    verdict: 'pass',
    seconds: 60,
  },
] as const)('a window $says', async ({ look, verdict, seconds }) => {
  const ended = await observed(look)
  expect([ended.verdict, ended.seconds]).toEqual([verdict, seconds])
})

test('a window of a source that is away for half an hour asks people, however much was seen before', async () => {
  const ended = await observed((look) => (look < 4 ? 0 : 'away'))
  expect(ended).toEqual({
    verdict: 'inconclusive',
    because: 'could not be reached for 30m: POST http://prometheus: no answer in 10s',
    seconds: 45 + 1800,
  })
})

test('one that comes back before that is heard as if it had not been away', async () => {
  const ended = await observed((look) => (look > 3 && look < 60 ? 'away' : 0))
  expect(ended.verdict).toBe('pass')
})
