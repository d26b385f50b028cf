import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { dueSlot } from '../../../src/sandbox/cluster/controllers/cron-jobs.ts'
import { scheduleProblem, slotsOf } from '../../../src/sandbox/cluster/cron.ts'
import { type Stage, aCronJob, aJob, aNamespace, eventually, stageOfThisFile } from './fixtures.ts'

const start = Date.parse('2026-11-24T09:01:00Z')
const clock = { now: start }
const stage = stageOfThisFile(() => ({ now: () => clock.now }))
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

/** Every test has its own five minutes and a CronJob made in them. */
const minutes = (count: number): number => count * 60_000
const nameAt = (time: number): string => `tick-${Math.floor(time / minutes(5)) * 5}`

async function aTick(
  spec: object = {},
): Promise<{ namespace: string; slot: () => number; runs: () => readonly string[] }> {
  clock.now = Math.ceil(clock.now / minutes(5)) * minutes(5) + minutes(1)
  const namespace = aNamespace(stage())
  await stage().objects.create(aCronJob('tick', namespace, spec) as never)
  return {
    namespace,
    slot: () => Math.floor(clock.now / minutes(5)) * 5,
    runs: () => runsIn(stage(), namespace),
  }
}

const runsIn = ({ cluster }: Stage, namespace: string): readonly string[] =>
  cluster
    .jobRuns()
    .filter((run) => run.namespace === namespace)
    .map((run) => run.job)

const patch = async (namespace: string, spec: object) =>
  await stage().batch.patchNamespacedCronJob({ name: 'tick', namespace, body: { spec } }, merge)

const statusOf = async (namespace: string) =>
  (await stage().batch.readNamespacedCronJob({ name: 'tick', namespace })).status

/** All that a look at the clock could start has started: the controller has looked at a CronJob made after the jump. */
async function looked(): Promise<void> {
  const namespace = aNamespace(stage())
  const spec = { schedule: '* * * * *' }
  await stage().objects.create(aCronJob('witness', namespace, spec) as never)
  clock.now += minutes(1)
  await eventually('the witness has run', () => runsIn(stage(), namespace).length > 0)
  await stage().batch.deleteNamespacedCronJob({ name: 'witness', namespace })
}

describe('slots', () => {
  test('each slot runs once, as a Job with the slot’s name, annotation and owner', async () => {
    const { namespace, runs } = await aTick()
    clock.now += minutes(4)
    const name = nameAt(clock.now)
    await eventually('the slot runs', () => runs().length === 1)
    const job = await stage().batch.readNamespacedJob({ name, namespace })
    expect(job.metadata).toMatchObject({
      annotations: {
        'batch.kubernetes.io/cronjob-scheduled-timestamp': new Date(clock.now).toISOString().replace('.000', ''),
      },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true }],
    })
    await eventually('it has ended', async () => (await statusOf(namespace))?.lastSuccessfulTime)
    const status = await statusOf(namespace)
    expect(status?.active).toBeUndefined()
    expect(status?.lastScheduleTime?.getTime()).toBe(clock.now)
    await looked()
    expect(runs()).toEqual([name])
    clock.now += minutes(4)
    await eventually('the next one runs', () => runs().length === 2)
    expect(
      stage()
        .cluster.jobRuns()
        .find((run) => run.job === name),
    ).toMatchObject({
      cluster: 'blue',
      cronJob: 'tick',
      slot: `${new Date(Number(name.slice(5)) * minutes(1)).toISOString().slice(0, 19)}Z`,
      succeeded: true,
      endedAt: expect.any(String),
    })
  })

  test('a suspended one starts nothing; resumed, it runs the last missed slot at once and no older one', async () => {
    const { namespace, runs } = await aTick()
    await patch(namespace, { suspend: true })
    clock.now += minutes(14)
    await looked()
    expect(runs()).toEqual([])
    await patch(namespace, { suspend: false })
    await eventually('the missed slot runs', () => runs().length > 0)
    await looked()
    expect(runs()).toEqual([nameAt(clock.now)])
  })

  test('with a starting deadline an old slot does not run on resume, and the next one does on time', async () => {
    const { namespace, runs } = await aTick({ suspend: true, startingDeadlineSeconds: 10 })
    clock.now += minutes(12)
    await patch(namespace, { suspend: false })
    await looked()
    expect(runs()).toEqual([])
    clock.now += minutes(1)
    await eventually('the next slot runs', () => runs().length === 1)
    expect(runs()).toEqual([nameAt(clock.now)])
  })

  test('a Job that somebody made under the slot’s name is that slot’s run', async () => {
    const { namespace, runs } = await aTick({ suspend: true })
    clock.now += minutes(5)
    const name = nameAt(clock.now)
    await stage().batch.createNamespacedJob({ namespace, body: aJob(name, namespace) })
    await patch(namespace, { suspend: false })
    await looked()
    expect(runs()).toEqual([name])
    expect(
      stage()
        .cluster.jobRuns()
        .find((run) => run.namespace === namespace),
    ).toMatchObject({
      cronJob: 'tick',
      slot: `${new Date(Number(name.slice(5)) * minutes(1)).toISOString().slice(0, 19)}Z`,
    })
  })

  test('too many missed slots are warned of, and it goes on', async () => {
    const { namespace, runs } = await aTick({ suspend: true })
    clock.now += minutes(5 * 120)
    await patch(namespace, { suspend: false })
    await eventually('one slot runs', () => runs().length === 1)
    const { items } = await stage().core.listNamespacedEvent({ namespace, fieldSelector: 'reason=TooManyMissedTimes' })
    expect(items).toMatchObject([{ type: 'Warning', involvedObject: { kind: 'CronJob', name: 'tick' } }])
  })
})

describe('while a run is active', () => {
  const long = { jobTemplate: { spec: aJob('', '', { annotations: { 'sandbox.norikae.io/runs-for': '60000' } }).spec } }

  test.for([
    { concurrencyPolicy: 'Allow', runs: 2, active: 2 },
    { concurrencyPolicy: 'Forbid', runs: 1, active: 1 },
    { concurrencyPolicy: 'Replace', runs: 2, active: 1 },
  ])('$concurrencyPolicy leads to $runs runs, $active active', async ({ active, concurrencyPolicy, runs: count }) => {
    const { namespace, runs } = await aTick({ ...long, concurrencyPolicy })
    clock.now += minutes(4)
    await eventually('the first is active', async () => (await statusOf(namespace))?.active?.length === 1)
    clock.now += minutes(5)
    await looked()
    await eventually('the runs are as they should', () => runs().length === count)
    await eventually('the active ones are', async () => (await statusOf(namespace))?.active?.length === active)
    expect((await stage().batch.listNamespacedJob({ namespace })).items).toHaveLength(active)
  })
})

test('finished Jobs stay up to the history limits, and their runs stay known', async () => {
  const { namespace, runs } = await aTick({ successfulJobsHistoryLimit: 1 })
  for (const count of [1, 2, 3]) {
    clock.now += count === 1 ? minutes(4) : minutes(5)
    await eventually(`run ${count}`, () => runs().length === count)
    const run = nameAt(clock.now)
    await eventually(`run ${count} has ended`, () =>
      stage()
        .cluster.jobRuns()
        .find(({ job, endedAt }) => job === run && endedAt),
    )
  }
  await eventually(
    'one Job is left',
    async () => (await stage().batch.listNamespacedJob({ namespace })).items.length === 1,
  )
  expect(runs()).toHaveLength(3)
})

test('deleted, it takes its Jobs with it', async () => {
  const { namespace, runs } = await aTick()
  clock.now += minutes(4)
  await eventually('the slot runs', () => runs().length === 1)
  await stage().batch.deleteNamespacedCronJob({ name: 'tick', namespace })
  await eventually(
    'no Job is left',
    async () => (await stage().batch.listNamespacedJob({ namespace })).items.length === 0,
  )
})

describe('which slot is due', () => {
  const at = (time: string) => Date.parse(`2026-11-24T${time}Z`)
  const cronJob = (spec: object, lastScheduleTime?: string) => {
    const made = aCronJob('tick', 'x', spec)
    const metadata = { ...made.metadata, creationTimestamp: '2026-11-24T09:00:30Z' }
    return { ...made, metadata, status: lastScheduleTime ? { lastScheduleTime } : {} }
  }
  test.for([
    { says: 'none before the first', now: '09:04:59', slot: undefined },
    { says: 'the first on its second', now: '09:05:00', slot: '09:05:00' },
    { says: 'the last of several', now: '09:17:00', slot: '09:15:00' },
    { says: 'none that has run', now: '09:07:00', last: '09:05:00', slot: undefined },
    { says: 'within the deadline', now: '09:05:09', spec: { startingDeadlineSeconds: 10 }, slot: '09:05:00' },
    { says: 'none beyond it', now: '09:05:11', spec: { startingDeadlineSeconds: 10 }, slot: undefined },
    {
      says: 'in its own time zone',
      now: '09:31:00',
      spec: { schedule: '30 18 * * *', timeZone: 'Asia/Tokyo' },
      slot: '09:30:00',
    },
  ])('$says', ({ last, now, slot, spec = {} }) => {
    const one = cronJob(spec, last && `2026-11-24T${last}Z`)
    expect(dueSlot(one, at(now)).slot).toBe(slot && at(slot))
  })

  test.for(['*/5 * * * *', '0 9-17 * * mon-fri', '@hourly', '1,2,30-40/5 0 1 jan ?'])(
    '%s is a schedule',
    (schedule) => {
      expect(scheduleProblem(schedule)).toBeUndefined()
      expect(slotsOf(schedule).next(start)).toBeGreaterThan(start)
    },
  )

  test.for(['* * * *', '0 0 L * *', '0 0 * * 5#2', '*/0 * * * *', '@reboot', 'TZ=UTC * * * * *', '0 0 * * 7'])(
    '%s is none',
    (schedule) => expect(scheduleProblem(schedule)).toEqual(expect.any(String)),
  )
})
