import { expect, test } from 'vitest'
import { aBed, endState, GREEN, played, wellOn, WITHIN_MS, workflowTasksLost } from './bed.ts'
import { EVERY, report } from './every.ts'
import { killed, places } from './killer.ts'

/** These ask Prometheus or a webhook only, or find done what they would do: no call of theirs is met inside. */
const UNMET_INSIDE: readonly string[] = []

test.for(places)('a worker that is killed at each kind of activity, %s, changes nothing', async (place) => {
  await using bed = await aBed()
  const killer = await killed(bed, place, EVERY)
  await bed.begin()
  const { view, asked } = await played(bed, { withinMs: EVERY ? 4 * 3_600_000 : WITHIN_MS })
  await killer.stop()
  report(`${place}: ${killer.kills()} deaths at ${killer.killedAt.size} of ${killer.seen.size}`, asked)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(GREEN))
  const missed = [...killer.seen].filter((name) => !killer.killedAt.has(name)).toSorted()
  expect(missed).toEqual(place === 'inside' ? UNMET_INSIDE : [])
  if (place === 'in a task') expect(await workflowTasksLost(bed)).toBeGreaterThan(0)
})
