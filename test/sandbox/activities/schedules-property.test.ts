import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { aSchedule, slotsBetween, slowly, SteppedClock } from '../../support/two-schedules.ts'

const clock = new SteppedClock()
/** The seconds that go by before each request, over and over; and the few for which one of them has to wait long. */
let pauses: readonly number[] = []
let stalled: readonly number[] = []
let asked = 0
const pause = () => {
  asked += 1
  return clock.pass((pauses[asked % pauses.length] ?? 0) + (stalled.includes(asked) ? 47 : 0))
}

let world: TwoClusters
/** Each run has a day of its own, from ten minutes before nine in Tokyo. */
let day = Math.ceil(Date.now() / 86_400_000) * 86_400_000 - 10 * 60_000
beforeAll(async () => {
  world = await twoClusters({ between: slowly(pause), times: { podStartMs: 1, jobRunMs: 1, lookMs: 2 } })
})
afterAll(async () => {
  vi.useRealTimers()
  await world.stop()
})

const schedules = [
  { schedule: '* * * * *', due: () => true },
  { schedule: '*/3 * * * *', due: (at: Date) => at.getUTCMinutes() % 3 === 0 },
  { schedule: '*/2 ? * * ?', due: (at: Date) => at.getUTCMinutes() % 2 === 0 },
  {
    schedule: '*/2 9 * * *',
    timeZone: 'Asia/Tokyo',
    due: (at: Date) => at.getUTCMinutes() % 2 === 0 && at.getUTCHours() === 0,
  },
  { schedule: '45,47 * * * *', timeZone: 'Asia/Kathmandu', due: (at: Date) => [0, 2].includes(at.getUTCMinutes()) },
] as const

const runs = fc.record({
  row: fc.constantFrom(...schedules),
  concurrencyPolicy: fc.constantFrom('Allow', 'Forbid', 'Replace'),
  successfulJobsHistoryLimit: fc.constantFrom(0, 1, 3),
  pauses: fc.array(fc.constantFrom(0, 0, 0.2, 1, 5), { minLength: 1, maxLength: 5 }),
  stalled: fc.uniqueArray(fc.nat(40), { maxLength: 4 }),
  /** One handover after another, forth and back: when it begins, how long nobody runs, whether answers get lost. */
  handovers: fc.array(
    fc.record({
      after: fc.constantFrom(0, 1, 29, 59, 59.9, 60, 95),
      gap: fc.constantFrom(0, 0.1, 30, 61, 200),
      lost: fc.boolean(),
      /** On which side somebody lets it go on: where it may not run yet, before; then where it may not run any more. */
      meddles: fc.subarray(['before', 'from', 'to'] as const),
    }),
    { minLength: 1, maxLength: 4 },
  ),
})

const TIMES = { timeout: 90_000 }

/** Two slots came due between looking and letting go, and the controller started the newer one only. */
const aSlowResume: typeof runs extends fc.Arbitrary<infer Run> ? Run : never = {
  row: schedules[0],
  concurrencyPolicy: 'Replace',
  successfulJobsHistoryLimit: 1,
  pauses: [5],
  stalled: [22],
  handovers: [{ after: 59.9, gap: 200, lost: true, meddles: [] }],
}

test(
  'every slot of a schedule runs exactly once over both clusters, however often it is handed over',
  TIMES,
  async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ row: { due, ...row }, handovers, pauses: steady, stalled: long, ...policy }) => {
        ;[pauses, stalled, asked] = [[0], [], 0]
        day += 86_400_000
        clock.start(day, world.blue, world.green)
        const schedule = await aSchedule(world, clock, { ...row, ...policy })
        ;[pauses, stalled, asked] = [steady, long, 0]
        for (const [n, { after, gap, lost, meddles }] of handovers.entries()) {
          const [from, to] = n % 2 === 0 ? (['blue', 'green'] as const) : (['green', 'blue'] as const)
          if (meddles.includes('before')) schedule.meddle(to)
          await clock.pass(after)
          await schedule.suspend(from, lost)
          if (meddles.includes('from')) schedule.meddle(from)
          await clock.pass(gap)
          if (meddles.includes('to')) schedule.meddle(to)
          await schedule.resume(to, lost)
        }
        await clock.pass(130)
        expect(schedule.ran()).toEqual(slotsBetween(day, Date.now(), due))
      }),
      { numRuns: 10, endOnFailure: true, examples: [[aSlowResume]] },
    )
  },
)
