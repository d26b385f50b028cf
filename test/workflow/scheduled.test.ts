import type { WorkflowHandle } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dated } from '../../src/domain/days.ts'
import { upgradeId, type UpgradeResult } from '../../src/domain/messages.ts'
import { scheduleId, type Foreseen, type ScheduledResult } from '../../src/domain/scheduled.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

/** What a schedule starts, from its moment to the end of the upgrade; weeks take a second. */

let env: TestWorkflowEnvironment
// A fresh one each: what a test leaves open would hold the next one's time.
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

let count = 0
async function aTrial(foreseen: Partial<Foreseen> = {}) {
  count += 1
  const name = `quarter-${count}`
  const outside = new Outside(aPlatform({ name, apps: [anApp('api')] }))
  Object.assign(outside.foreseen, foreseen)
  const trial = new Trial(env, outside)
  const id = `${scheduleId(name)}-2027-01-01T00:00:00Z`
  const begin = () =>
    env.client.workflow.start('scheduledUpgrade', {
      workflowId: id,
      taskQueue: trial.queue,
      args: [{ platform: name }],
    })
  return { name, outside, trial, begin, worker: await trial.worker() }
}

/** As an activity tells it: in two weeks and a bit, from now on. */
async function inTwoWeeks(): Promise<Pick<Foreseen, 'start' | 'onTheWall'>> {
  const now = await env.currentTimeMs()
  const iso = (ms: number) => new Date(ms).toISOString()
  const at = iso(now + 14 * 86_400_000 + 1_234_567)
  return { start: { announcedAt: iso(now), at }, onTheWall: dated('UTC', at) }
}

const started = (platform: string) =>
  env.client.workflow
    .getHandle(upgradeId(platform))
    .describe()
    .then((it) => it.status.name)
    .catch(() => undefined)

/** Time must not pass meanwhile: the server forgets what is cancelled in the moment in which its timer fires. */
async function cancelled(handle: WorkflowHandle): Promise<string> {
  await handle.cancel()
  return eventually('it is over', async () => {
    const { status } = await handle.describe()
    return status.name !== 'RUNNING' && status.name
  })
}

const told = ({ notices }: Outside) => notices.map((n) => [n.about, n.teams.join()])

test('where there is nothing to do nobody is told, and nothing starts', async () => {
  const because = ['blue is at 1.36 already']
  const { name, outside, begin, worker } = await aTrial({ decision: { do: 'nothing', because } })
  await worker.runUntil(async () => {
    expect(await (await begin()).result()).toEqual({ outcome: 'nothing', because } satisfies ScheduledResult)
  })
  expect([await started(name), told(outside)]).toEqual([undefined, []])
})

test('it is announced to every team, starts when its day has come, and pauses its schedule where it ends badly', async () => {
  const { name, outside, trial, begin, worker } = await aTrial(await inTwoWeeks())
  await worker.runUntil(async () => {
    const handle = await begin()
    await trial.until('it is announced', async () => outside.notices.length > 0)
    expect([await started(name), told(outside)]).toEqual([undefined, [['announced', 'sre,scala']]])
    expect(outside.notices[0]?.title).toMatch(
      /^quarter-\d 1\.35 → 1\.36 starts \w{3} [\d-]+ [\d:]+ UTC: 1\.36 is the newest/,
    )
    await env.sleep('13d')
    expect(await started(name)).toBeUndefined()
    const gate = await trial.gate(undefined, 'reject', 'start@')
    await trial.say(undefined, 'reject', { gate, by: 'baba' })
    await expect(handle.result()).rejects.toMatchObject({
      cause: {
        type: 'EndedBadly',
        message: expect.stringMatching(/1\.36 ended: rejected.*norikae schedule resume quarter/),
      },
    })
    const { by, to } = await trial.handle().query<{ by: string; to: string }>('status')
    expect([by, to]).toEqual(['schedule', '1.36'])
  })
  expect(told(outside).filter(([about = '']) => !['gate', 'settled', 'ended'].includes(about))).toEqual([
    ['announced', 'sre,scala'],
    ['schedule-paused', 'sre'],
  ])
})

test.for([
  {
    says: 'what was announced is called off where it is not right any more',
    why: 'blue is at 1.36 by now',
    open: false,
  },
  { says: 'a refresh is looked at again by the cluster that it was for', why: 'blue is other by now', refresh: true },
  { says: 'an upgrade that somebody else started meanwhile is left alone', why: undefined, open: true },
])('$says', async ({ why, open, refresh }) => {
  const decision = { do: 'refresh', to: '1.35', because: ['blue is old'] } as const
  const { name, outside, trial, begin, worker } = await aTrial({
    ...(await inTwoWeeks()),
    ...(refresh && { decision }),
  })
  if (why !== undefined) outside.overtaken = why
  await worker.runUntil(async () => {
    const handle = await begin()
    await trial.until('it is announced', async () => outside.notices.length > 0)
    if (open) await trial.begin()
    const because = [why ?? 'an upgrade was started by somebody meanwhile']
    expect(await handle.result()).toEqual({ outcome: 'called-off', because } satisfies ScheduledResult)
  })
  expect(await started(name)).toBe(open ? 'RUNNING' : undefined)
  expect(outside.notices[0]?.title).toContain(refresh ? '1.35 → 1.35 (refresh) starts ' : '1.35 → 1.36 starts ')
  const again = refresh ? { to: '1.35', refreshes: outside.platform.blue } : { to: '1.36' }
  expect(outside.lookedAgain).toEqual([{ platform: name, ...again }])
  expect(told(outside).filter(([about]) => about !== 'gate' && about !== 'reminder')).toEqual([
    ['announced', 'sre,scala'],
    ['called-off', 'sre,scala'],
  ])
})

test('cancelled before its day it leaves this time out', async () => {
  const { name, outside, trial, begin, worker } = await aTrial(await inTwoWeeks())
  await worker.runUntil(async () => {
    const handle = await begin()
    await trial.until('it is announced', async () => outside.notices.length > 0)
    expect(await cancelled(handle)).toBe('CANCELLED')
  })
  expect(await started(name)).toBeUndefined()
})

test('cancelled while it follows the upgrade it leaves that alone', async () => {
  const { name, trial, begin, worker } = await aTrial()
  await worker.runUntil(async () => {
    const handle = await begin()
    const gate = await trial.gate(undefined, 'approve', 'start@')
    expect(await cancelled(handle)).toBe('CANCELLED')
    expect(await started(name)).toBe('RUNNING')
    await trial.say(undefined, 'reject', { gate, by: 'baba' })
    expect(await trial.result()).toMatchObject({ outcome: 'rejected' } satisfies Partial<UpgradeResult>)
  })
})

test('it ends well where the upgrade does', async () => {
  const well = await aTrial({ decision: { do: 'refresh', to: '1.35', because: ['blue is old'] } })
  await well.worker.runUntil(async () => {
    const handle = await well.begin()
    await well.trial.start()
    await well.trial.approveApps()
    await well.trial.decommission()
    expect(await handle.result()).toEqual({
      outcome: 'done',
      to: '1.35',
      refresh: true,
      because: ['blue is old'],
    } satisfies ScheduledResult)
  })
})

const denied = 'AWS denies eks:DescribeClusterVersions'
const fails = (handle: WorkflowHandle) =>
  expect(handle.result()).rejects.toMatchObject({ cause: { cause: { message: denied } } })

test('where nothing can be decided the platform team is told so', async () => {
  const { name, outside, trial, worker } = await aTrial()
  outside.noOutlook = denied
  await worker.runUntil(async () => {
    // Who starts it by hand sees it fail.
    for (const [n, more] of [{ tells: { team: 'sre', slack: '#sre' } }, {}].entries()) {
      const workflowId = `${scheduleId(name)}-${n}`
      const args = [{ platform: name, ...more }]
      await fails(await env.client.workflow.start('scheduledUpgrade', { workflowId, taskQueue: trial.queue, args }))
    }
    // What it does not understand it says, instead of leaving it out.
    for (const [n, more] of [{ to: '1.36' }, { tells: { team: 7 } }, { platform: 'Toy' }].entries()) {
      const workflowId = `${scheduleId(name)}-wrong-${n}`
      const args = [{ platform: name, ...more }]
      const handle = await env.client.workflow.start('scheduledUpgrade', { workflowId, taskQueue: trial.queue, args })
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'InvalidInput', message: expect.stringContaining(Object.keys(more)[0] ?? '') },
      })
    }
  })
  expect(told(outside)).toEqual([['schedule-paused', 'sre']])
  expect(outside.notices[0]?.title).toContain(`because nothing could be decided: ${denied}. The schedule is paused`)
})

test('what was announced is called off where nobody can see any more whether it is right', async () => {
  const { name, outside, trial, begin, worker } = await aTrial(await inTwoWeeks())
  await worker.runUntil(async () => {
    const handle = await begin()
    await trial.until('it is announced', async () => outside.notices.length > 0)
    outside.noOutlook = denied
    await fails(handle)
  })
  expect(told(outside)).toEqual([
    ['announced', 'sre,scala'],
    ['called-off', 'sre,scala'],
  ])
  expect(await started(name)).toBeUndefined()
})

test('nobody says that they are a schedule', async () => {
  const { name, trial, worker } = await aTrial()
  await worker.runUntil(async () => {
    await trial.begin({ platform: name, to: '1.36', by: 'schedule' })
    await expect(trial.result()).rejects.toMatchObject({
      cause: { type: 'InvalidInput', message: expect.stringMatching(/say who you are/) },
    })
  })
})

test('it fails as its upgrade does', async () => {
  const badly = await aTrial()
  badly.outside.platform = aPlatform({ name: 'another' })
  await badly.worker.runUntil(async () => {
    await expect((await badly.begin()).result()).rejects.toMatchObject({
      cause: { type: 'EndedBadly', message: expect.stringContaining('there is no platform "quarter-') },
    })
  })
})
