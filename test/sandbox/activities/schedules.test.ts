import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OWNER_SUSPEND, RERUN, SUSPENDED_AT } from '../../../src/domain/annotations.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aCronJob, aPlace, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { aSchedule, slotsBetween, SteppedClock } from '../../support/two-schedules.ts'

const clock = new SteppedClock()
let world: TwoClusters
let day = Math.ceil(Date.now() / 86_400_000) * 86_400_000
beforeAll(async () => {
  world = await twoClusters({ times: { podStartMs: 1, jobRunMs: 1, lookMs: 2 } })
})
beforeEach(() => {
  day += 86_400_000
  clock.start(day, world.blue, world.green)
})
afterAll(async () => {
  vi.useRealTimers()
  await world.stop()
})

const at = (seconds: number) => new Date(day + seconds * 1000).toISOString().replace('.000', '')
const suspendOf = (object: { spec?: Record<string, unknown> } | undefined) => object?.spec?.['suspend']

/** A schedule whose jobs take so many milliseconds of the real clock. */
const runsFor = (ms: number) => ({
  jobTemplate: {
    spec: {
      template: {
        metadata: { annotations: { 'sandbox.norikae.io/runs-for': String(ms) } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.test/job:1' }] },
      },
    },
  },
})

describe('a schedule that is handed over', () => {
  test('is suspended on one side, runs on the other, and carries no note of it in the end', async () => {
    const schedule = await aSchedule(world, clock)
    await clock.pass(70)
    await schedule.suspend('blue')
    expect(schedule.on('blue')?.metadata.annotations).toMatchObject({
      [OWNER_SUSPEND]: 'false',
      [SUSPENDED_AT]: expect.any(String),
    })
    await clock.pass(60)
    const { answer } = await schedule.resume('green')
    expect(answer.note).toMatch(/runs on demo-1-36; ran .*, which fell in between/)
    await clock.pass(60)
    expect(schedule.ran('blue')).toEqual(slotsBetween(day, day + 60_000))
    expect(schedule.ran('green')).toEqual(slotsBetween(day + 60_000, Date.now()))
    expect([suspendOf(schedule.on('blue')), suspendOf(schedule.on('green'))]).toEqual([true, false])
    expect(Object.keys(schedule.on('green')?.metadata.annotations ?? {})).toEqual([])
  })

  test('waits for its job that runs', async () => {
    const namespace = aPlace(world.blue)
    const workload = { kind: 'CronJob', namespace, name: 'long' } as const
    world.blue.apply(aCronJob('long', namespace, runsFor(300)))
    await clock.pass(65)
    const asked = call<'suspendSchedule'>({ workload, on: 'blue' })
    const { answer, waits } = await driven(world.activities.suspendSchedule, asked)
    expect(waits.at(-1)).toMatch(/^long-\d+ still runs on demo-1-35$/)
    expect(answer.note).toBe('long is suspended on demo-1-35, and no job of it runs there')
    expect(world.blue.jobRuns().filter((run) => run.endedAt === undefined)).toEqual([])
  })

  test.for([
    { says: 'that its owner suspended stays so, there and back', spec: { suspend: true } },
    { says: 'that its owner suspended stays so, with answers lost', spec: { suspend: true }, lost: true },
  ])('$says', async ({ spec, lost = false }) => {
    const schedule = await aSchedule(world, clock, spec)
    for (const [from, to] of [
      ['blue', 'green'],
      ['green', 'blue'],
    ] as const) {
      await schedule.suspend(from, lost)
      await clock.pass(130)
      const { answer } = await schedule.resume(to, lost)
      expect(answer.note).toMatch(/stays suspended/)
      expect([suspendOf(schedule.on('blue')), suspendOf(schedule.on('green'))]).toEqual([true, true])
    }
    await clock.pass(70)
    expect(schedule.ran()).toEqual([])
  })

  test('that never ran loses not even the slot at which it was suspended', async () => {
    const schedule = await aSchedule(world, clock, { schedule: '*/5 * * * *', suspend: true })
    const blue = aCronJob('report', schedule.namespace, { schedule: '*/5 * * * *', suspend: true })
    const annotations = { [SUSPENDED_AT]: at(300.05), [OWNER_SUSPEND]: 'false' }
    world.blue.apply({ ...blue, metadata: { ...blue.metadata, annotations } })
    const green = aCronJob('report', schedule.namespace)
    world.green.apply({
      ...green,
      metadata: { ...green.metadata, annotations: { [OWNER_SUSPEND]: 'false' } },
      spec: { suspend: true },
    })
    await clock.pass(400)
    await schedule.resume('green')
    expect(schedule.ran()).toEqual([at(300)])
  })

  test('runs what it missed, though a neighbour in its namespace ran at those times', async () => {
    const schedule = await aSchedule(world, clock)
    world.blue.apply(aCronJob('neighbour', schedule.namespace))
    await schedule.suspend('blue')
    await clock.pass(200)
    await schedule.resume('green')
    expect(schedule.ran('green')).toEqual(slotsBetween(day, Date.now()))
  })

  test('runs what was missed once, though its history forgets each job at once and one may run at a time', async () => {
    const schedule = await aSchedule(world, clock, { concurrencyPolicy: 'Forbid', successfulJobsHistoryLimit: 0 })
    await schedule.suspend('blue')
    await clock.pass(200)
    await schedule.resume('green', true)
    expect(schedule.ran()).toEqual(slotsBetween(day, Date.now()))
  })
})

test('of more slots than its controller would count the newest is run, and it goes on', async () => {
  const schedule = await aSchedule(world, clock)
  await schedule.suspend('blue')
  vi.setSystemTime(Date.now() + 3 * 3_600_000)
  const { answer } = await schedule.resume('green', true)
  expect(answer.note).toMatch(/runs on demo-1-36/)
  await clock.pass(60)
  expect(schedule.ran('green')).toEqual(slotsBetween(Date.now() - 120_000, Date.now()))
})

describe('a schedule whose jobs take longer than its interval', () => {
  test.for(['Forbid', 'Replace'] as const)('comes back from a handover (%s)', async (concurrencyPolicy) => {
    // Jobs run by the real clock, and here a minute goes by in some 20 ms of it: one takes several.
    const schedule = await aSchedule(world, clock, { concurrencyPolicy, ...runsFor(150) })
    const pass = async (minutes: number) => {
      for (let n = 0; n < minutes; n += 1) {
        vi.setSystemTime(Date.now() + 60_000)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    await pass(2)
    const patience = { between: () => pass(1) }
    const { workload } = schedule
    await driven(world.activities.suspendSchedule, call<'suspendSchedule'>({ workload, on: 'blue' }), patience)
    const stopped = Date.now()
    await pass(3)
    await driven(world.activities.resumeSchedule, call<'resumeSchedule'>({ workload, on: 'green' }), patience)
    const onGreen = schedule.ran('green')
    // Those that fell in between, and of those that came due while they ran the newest.
    expect(onGreen).toEqual([...new Set(onGreen)])
    expect(onGreen.filter((slot) => Date.parse(slot) > stopped).length).toBeGreaterThanOrEqual(3)
    expect(Object.keys(schedule.on('green')?.metadata.annotations ?? {})).toEqual([])
  })
})

test('people are asked about a job that does not end, with what they can do', async () => {
  const namespace = aPlace(world.blue)
  const workload = { kind: 'CronJob', namespace, name: 'endless' } as const
  world.blue.apply(aCronJob('endless', namespace, runsFor(2000)))
  vi.setSystemTime(Date.now() + 61_000)
  await eventually('it runs', () => world.blue.jobRuns().some((run) => run.namespace === namespace))
  const asked = call<'suspendSchedule'>({ workload, on: 'blue' })
  const problem = await ending(world.activities.suspendSchedule, asked, {
    between: () => void vi.setSystemTime(Date.now() + 7 * 3_600_000),
  })
  expect(problem).toMatchObject({
    type: 'Busy',
    message: expect.stringMatching(
      /^endless-\d+ still runs on demo-1-35, after 6h. retry: wait on. rerun: it is deleted on blue, and its slot runs again on green. skip: /,
    ),
  })
})

describe('a job that does not end', () => {
  // The clock goes on only where no job runs.
  afterEach(() => {
    for (const cluster of [world.blue, world.green])
      for (const kind of ['CronJob', 'Job'] as const)
        for (const object of cluster.list('batch/v1', kind)) cluster.remove(object)
  })

  /** On blue, in a minute that has begun, with its schedule asleep on green. */
  async function endless(spec: object = {}) {
    const schedule = await aSchedule(world, clock, { ...runsFor(3_600_000), ...spec })
    const { namespace, workload } = schedule
    vi.setSystemTime(Date.now() + 61_000)
    const runs = (cluster = world.blue) => cluster.jobRuns().filter((run) => run.namespace === namespace)
    await eventually('it runs', () => runs().length === 1)
    const [{ job, slot } = { job: '', slot: '' }] = runs()
    const suspend = (choice?: 'skip' | 'rerun', on: 'blue' | 'green' = 'blue', lost = false) =>
      driven(world.activities.suspendSchedule, call<'suspendSchedule'>({ workload, on }, choice && { choice }), {
        lost,
      })
    const resume = (on: 'blue' | 'green') =>
      driven(world.activities.resumeSchedule, call<'resumeSchedule'>({ workload, on }), { lost: true })
    const jobsOn = (side: 'blue' | 'green') =>
      world[side].list('batch/v1', 'Job', namespace).map((j) => j.metadata.name)
    const podsOn = (side: 'blue' | 'green') => world[side].list('v1', 'Pod', namespace).length
    return { ...schedule, job, slot, suspend, resume, runs, jobsOn, podsOn }
  }

  test.for([{}, { concurrencyPolicy: 'Forbid' }, { concurrencyPolicy: 'Replace' }])(
    'is left to blue, counts as run, and green goes on beside it (%o)',
    async (spec) => {
      const it = await endless(spec)
      const { answer } = await it.suspend('skip', 'blue', true)
      expect(answer.note).toBe(`report is suspended on demo-1-35, and ${it.job} may end there by itself`)
      vi.setSystemTime(Date.now() + 60_000)
      await it.resume('green')
      expect(it.jobsOn('blue')).toEqual([it.job])
      expect(it.podsOn('blue')).toBe(1)
      expect(it.jobsOn('green')).toHaveLength(1)
      expect(it.jobsOn('green')).not.toContain(it.job)
    },
  )

  test.for([{}, { concurrencyPolicy: 'Forbid' }])('is ended on blue, and its slot runs on green (%o)', async (spec) => {
    const it = await endless(spec)
    const { answer, waits } = await it.suspend('rerun', 'blue', true)
    expect(waits[0]).toBe(`${it.job} was just deleted on demo-1-35`)
    expect(answer.note).toContain(`${it.job} is gone from there, to run again on the other side`)
    expect([it.jobsOn('blue'), it.podsOn('blue')]).toEqual([[], 0])
    await it.resume('green')
    expect(it.jobsOn('green')).toContain(it.job)
    expect(it.runs(world.green).map((run) => run.slot)).toContain(it.slot)
    // Nobody owes it any more.
    expect(it.on('blue')?.metadata.annotations).not.toHaveProperty([RERUN])
  })

  test('that was ended and never run again runs on blue, when its schedule goes back there', async () => {
    const it = await endless()
    await it.suspend('rerun')
    await it.resume('blue')
    expect(it.runs().filter((run) => run.slot === it.slot)).toHaveLength(2)
    expect(it.jobsOn('green')).toEqual([])
    expect(Object.keys(it.on('blue')?.metadata.annotations ?? {})).toEqual([])
  })

  test('is waited for again by who does not choose', async () => {
    const it = await endless()
    expect(
      await attempted(world.activities.suspendSchedule, call<'suspendSchedule'>({ workload: it.workload, on: 'blue' })),
    ).toMatch(/was just suspended/)
    expect(
      await attempted(world.activities.suspendSchedule, call<'suspendSchedule'>({ workload: it.workload, on: 'blue' })),
    ).toBe(`${it.job} still runs on demo-1-35`)
  })

  test('and whose pod does not go is not run elsewhere', async () => {
    const it = await endless()
    const [pod] = world.blue.list('v1', 'Pod', it.namespace)
    if (!pod) throw new Error('it has no pod')
    world.blue.apply({
      ...pod,
      metadata: { name: pod.metadata.name, namespace: it.namespace, finalizers: ['test/holds'] },
    })
    const asked = call<'suspendSchedule'>({ workload: it.workload, on: 'blue' }, { choice: 'rerun' })
    const problem = await ending(world.activities.suspendSchedule, asked, {
      between: (_why, attempt) => void (attempt > 4 && vi.setSystemTime(Date.now() + 900_000)),
    })
    expect(problem).toMatchObject({ type: 'Stuck', message: expect.stringContaining('is not gone yet, after 15m') })
    expect(it.on('blue')?.metadata.annotations).toHaveProperty([RERUN], it.job)
  })
})

describe('a schedule is not resumed', () => {
  test('while it runs on the other side', async () => {
    const schedule = await aSchedule(world, clock)
    const failure = await ending(
      world.activities.resumeSchedule,
      call<'resumeSchedule'>({ workload: schedule.workload, on: 'green' }),
    )
    expect(failure).toMatchObject({ type: 'Failed', message: expect.stringContaining('it would run on both sides') })
    expect(suspendOf(schedule.on('green'))).toBe(true)
  })

  test('where it is not there', async () => {
    const workload = { kind: 'CronJob', namespace: aPlace(world.green), name: 'nothing' } as const
    const { type } = await ending(world.activities.resumeSchedule, call<'resumeSchedule'>({ workload, on: 'green' }))
    expect(type).toBe('NotFound')
  })
})

test('on a cluster that EKS no longer has nothing is scheduled, and the other side goes on', async () => {
  const schedule = await aSchedule(world, clock)
  const gone = { ...scope, green: 'demo-1-99' }
  const { workload } = schedule
  const suspended = await driven(
    world.activities.suspendSchedule,
    call<'suspendSchedule'>({ workload, on: 'green' }, { scope: gone }),
  )
  expect(suspended.answer.note).toMatch(/demo-1-99 is gone/)
  await schedule.suspend('blue')
  await driven(world.activities.resumeSchedule, call<'resumeSchedule'>({ workload, on: 'blue' }, { scope: gone }))
  await clock.pass(60)
  expect(schedule.ran('blue')).toEqual(slotsBetween(day, Date.now()))
})
