import { expect, test } from 'vitest'
import { aBed, GREEN } from './bed.ts'
import { endState, wellOn, workflowTasksLost } from './end-state.ts'
import { EVERY, report } from './every.ts'
import { played } from './played.ts'
import { killed, kindOf, type Place } from './killer.ts'

/** They go on until they are not needed any more: there is no after. */
const endless = ['app watch', 'upgrade awaitMetrics']
/** Where nobody can die: what is scaled to none lets go of its volumes by itself. */
const unmet: Readonly<Record<Place, readonly string[]>> = {
  before: [],
  inside: ['app detachVolumes'],
  after: endless,
  'in a task': endless,
}

/** One upgrade with some dozens of deaths; with `--every` with hundreds. A file for each place: they run side by side. */
export const sweep = (place: Place): void =>
  test(`a worker that is killed at each kind of activity, ${place}, changes nothing`, async () => {
    await using bed = await aBed()
    const killer = killed(bed, place, EVERY)
    await bed.begin()
    const { view, asked } = await played(bed, { progress: { of: `killed ${place}`, is: killer.progress } }).finally(
      killer.stop,
    )
    const tasks = await workflowTasksLost(bed)
    report(
      `${place}: ${killer.kills()} deaths at ${killer.killedAt.size} of ${killer.seen.size}, ${tasks} tasks of workflows lost`,
      asked,
    )
    expect(view.outcome).toBe('done')
    expect(await endState(bed)).toEqual(wellOn(GREEN))
    // A step that finds done what it would do is none to die inside of; of its kind another one is.
    const kinds = new Set([...killer.killedAt].map(kindOf))
    const wasMet = (name: string) => (place === 'inside' ? kinds.has(kindOf(name)) : killer.killedAt.has(name))
    const missed = [...killer.seen].filter((name) => !wasMet(name)).map(kindOf)
    expect([...new Set(missed)].toSorted()).toEqual(unmet[place])
    if (place === 'in a task') expect(tasks).toBeGreaterThan(killer.kills() / 4) // most of them, where it was tried
  })
