import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Calendar } from '../../src/domain/calendar.ts'
import { aPlatform, anApp, anEnvironment, rule, workload } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

const waitingFor = defineSearchAttributeKey('NorikaeWaitingFor', SearchAttributeType.KEYWORD_LIST)
const HOUR = 3_600_000
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

/** Each task is run from the history, as by a worker that has just begun. */
const nothingKept = { maxCachedWorkflows: 0 }

/** Three hours of each day; the next ones begin in about so many hours, seven minutes past one. */
async function hoursIn(hours: number) {
  const opens = Math.floor(((await env.currentTimeMs()) + hours * HOUR) / HOUR) * HOUR + 7 * 60_000
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  return {
    opens,
    daily: `${clock(opens)}-${clock(opens + 3 * HOUR)}`,
    onThatDay: `${days[new Date(opens).getUTCDay()]} ${clock(opens)}-${clock(opens + 3 * HOUR)}`,
  }
}
const utc = (...hours: string[]): Calendar => ({ timeZone: 'UTC', hours, closed: [] })
/** What was begun first of each place, and when. */
function begins(outside: Outside): Map<string, number> {
  const first = new Map<string, number>()
  outside.wrote = async (place, step) => {
    const name = place === 'upgrade' ? `${place} ${step.action}` : place
    if (!first.has(name)) first.set(name, await env.currentTimeMs())
  }
  return first
}
/** Of an app with a schedule that has a window in production. */
const windowed = (window: string) =>
  anApp('api', {
    environments: [
      anEnvironment('test'),
      anEnvironment('production', {
        gate: rule('scala', { exclude: ['requester'] }),
        handovers: { 'CronJob/shop/invoices': { class: 'schedule', window: [window] } },
      }),
    ],
  })
const invoices = 'api:production/shop/cronjob/invoices'

test('turns are given out in its hours, and blue is removed in them; whoever does not want to wait says so', async () => {
  const { opens, daily } = await hoursIn(5)
  const outside = new Outside(aPlatform({ apps: [anApp('api')], soak: '1h', calendar: utc(daily) }))
  const trial = new Trial(env, outside)
  const first = begins(outside)
  await trial.during(async () => {
    await trial.start()
    await trial.until('it says why nothing moves', async () => (await trial.peek())?.held !== undefined, 1_000)
    const until = new Date(opens).toISOString()
    expect((await trial.peek())?.held).toBe(
      `outside of its hours until ${days[new Date(opens).getUTCDay()]} ${until.slice(0, 10)} ${until.slice(11, 16)} (UTC)`,
    )
    const { currentDetails } = await trial.handle().query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(currentDetails).toMatch(/^\*\*no more turns: outside of its hours until /)
    await env.sleep(opens - (await env.currentTimeMs()) + 22 * HOUR + 180_000)
    await trial.approveApps()
    // Twelve hours of rest end at night.
    expect(first.get('api/test')).toBeGreaterThanOrEqual(opens)
    expect(first.get('api/test')).toBeLessThan(opens + 3 * HOUR)
    expect(first.get('api/production')).toBeGreaterThanOrEqual(opens + 24 * HOUR)
    expect(first.get('api/production')).toBeLessThan(opens + 27 * HOUR)

    await trial.onGreen('api')
    const gate = await trial.gate(undefined, 'approve', 'soak/gate@')
    // At night, by now or a few hours later.
    const sinceMs = ((await env.currentTimeMs()) - opens) % (24 * HOUR)
    if (sinceMs < 4 * HOUR) await env.sleep(5 * HOUR + 60_000)
    await trial.say(undefined, 'approve', { gate, by: 'baba', typed: outside.platform.blue })
    const shut = await trial.gate(undefined, 'skip', 'soak/hours@')
    expect((await trial.waiting())[0]).toMatchObject({ who: ['sre'], opensAt: expect.stringMatching(/:07:00\.000Z$/) })
    expect(first.has('upgrade deleteCluster')).toBe(false)
    await trial.say(undefined, 'skip', { gate: shut, by: 'aoki', comment: 'it was agreed' })
    const { outcome, report } = await trial.result()
    expect(outcome).toBe('done')
    expect(((first.get('upgrade deleteCluster') ?? 0) - opens) % (24 * HOUR)).toBeGreaterThan(3 * HOUR)
    // Its hours were waited for, and not people.
    expect(report.waits.map((w) => w.gate.replace(/@.*/, ''))).toEqual(['start', 'soak/gate', 'production/gate'])
  })
})

test('a handover waits for its window, holds nobody else up, and begins by itself', async () => {
  const { opens, onThatDay } = await hoursIn(60)
  const outside = new Outside(
    aPlatform({ apps: [windowed(onThatDay), anApp('mail')], maxParallel: 1, calendar: utc() }),
  )
  const trial = new Trial(env, outside)
  let began = 0
  outside.wrote = async (place, { id }) => {
    if (`${place} ${id}` === 'api/production production/shop/cronjob/invoices/suspend-blue')
      began = await env.currentTimeMs()
  }
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.plannedGate('api')
    // Said ahead, for the day on which it may move.
    const notBefore = new Date(opens - 25 * HOUR).toISOString()
    await trial.say('api', 'approve', { gate, by: 'chiba', notBefore })
    await trial.until('it waits for its window', async () => (await trial.standing('api')) === 'window')
    expect(await env.currentTimeMs()).toBeGreaterThanOrEqual(opens - 25 * HOUR)
    expect(await trial.run('api', 'production')).toMatchObject({
      state: 'moving',
      weight: 100,
      doing: [`wait for the window of invoices: ${onThatDay} (UTC)`],
      waitingFor: [{ who: ['scala', 'sre'], opensAt: new Date(opens).toISOString() }],
    })
    expect((await trial.handle('api').describe()).typedSearchAttributes.get(waitingFor)).toEqual([])
    await trial.approveApps(['mail'])
    await trial.onGreen('mail')
    expect(await trial.standing('api')).toBe('window')
    await trial.onGreen('api')
    expect(began).toBeGreaterThanOrEqual(opens)
    expect(began).toBeLessThan(opens + 3 * HOUR)
  })
  const told = outside.notices.filter((n) => n.waiting?.opensAt !== undefined)
  expect(told.map((n) => n.about)).toEqual(['gate'])
})

test('who owns it need not wait for the window, nor to take it back', async () => {
  const { opens, onThatDay } = await hoursIn(100)
  const trial = new Trial(env, new Outside(aPlatform({ apps: [windowed(onThatDay)], calendar: utc() })))
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.gate('api', 'skip', 'production/shop/cronjob/invoices/window@')
    await trial.say('api', 'rollback', { by: 'chiba', reason: 'not this week', environment: 'production' })
    const retry = await trial.gate('api', 'retry', 'production@')
    expect(trial.outside.done).not.toContain(`${invoices}/suspend-blue`)
    await trial.say('api', 'retry', { gate: retry, by: 'chiba' })
    await trial.approveApps()
    const gate = await trial.gate('api', 'skip', 'production/shop/cronjob/invoices/window@')
    await expect(trial.say('api', 'skip', { gate, by: 'mallory' })).rejects.toThrow()
    await trial.say('api', 'skip', { gate, by: 'doi' })
    await trial.onGreen('api')
    expect(await env.currentTimeMs()).toBeLessThan(opens)
    expect(trial.outside.done).toContain(`${invoices}/suspend-blue`)
  })
})

test('what fails beside a window goes back at once, and not when the window comes', async () => {
  const { opens, onThatDay } = await hoursIn(100)
  const app = windowed(onThatDay)
  const outside = new Outside(aPlatform({ apps: [app], calendar: utc() }))
  outside.workloads = [workload('Deployment', 'mailer')]
  const [, production] = app.environments
  Object.assign(production?.handovers ?? {}, { 'Deployment/shop/mailer': { class: 'consumer', idempotent: false } })
  Object.assign(app.environments[0]?.handovers ?? {}, {
    'Deployment/shop/mailer': { class: 'consumer', idempotent: false },
  })
  outside.faults.set('api:production/shop/deployment/mailer/start-green', { times: 1, type: 'Failed' })
  const trial = new Trial(env, outside)
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.gate('api', 'retry', 'production@')
    expect(await env.currentTimeMs()).toBeLessThan(opens)
    expect(trial.outside.done).not.toContain(`${invoices}/suspend-blue`)
    expect((await trial.run('api', 'production'))?.state).toBe('rolled-back')
  })
})

test('a window that is over when it is resumed is waited for again, also by a worker that has not run it yet', async () => {
  const { opens, onThatDay } = await hoursIn(40)
  const trial = new Trial(env, new Outside(aPlatform({ apps: [windowed(onThatDay)], calendar: utc() })))
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.gate('api', 'skip', 'production/shop/cronjob/invoices/window@')
    await trial.say('api', 'pause', { by: 'baba', reason: 'a freeze' })
    await trial.until('the window is over', async () => (await env.currentTimeMs()) > opens + 3 * HOUR)
    await trial.say('api', 'resume', { by: 'baba', reason: 'it is over' })
    const gate = await trial.gate('api', 'skip', 'production/shop/cronjob/invoices/window/2@')
    expect(trial.outside.done).not.toContain(`${invoices}/suspend-blue`)
    expect((await trial.waiting('api'))[0]?.opensAt).toBe(new Date(opens + 7 * 24 * HOUR).toISOString())
    await trial.say('api', 'skip', { gate, by: 'chiba' })
    await trial.onGreen('api')
  }, nothingKept)
})

test('what a team does not answer in time the platform team may decide, and is told so', async () => {
  const teams = { sre: { approvers: ['aoki', 'baba'] }, scala: { approvers: ['chiba'], deadline: '2d' } } as const
  const trial = new Trial(env, new Outside(aPlatform({ apps: [anApp('api')], teams })))
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const early = trial.say('api', 'approve', { gate, by: 'baba' })
    await expect(early).rejects.toMatchObject({
      cause: { message: expect.stringContaining('sre may decide too from') },
    })
    await trial.until('it is for others too', async () => (await trial.waiting('api'))[0]?.who.length === 2)
    expect((await trial.waiting('api'))[0]).toMatchObject({ who: ['scala', 'sre'], people: ['chiba', 'aoki', 'baba'] })
    expect((await trial.handle('api').describe()).typedSearchAttributes.get(waitingFor)).toEqual(['scala', 'sre'])
    // Who asked for the upgrade is excluded here, whatever the team.
    await expect(trial.say('api', 'approve', { gate, by: 'aoki' })).rejects.toMatchObject({
      cause: { type: 'excluded' },
    })
    await trial.say('api', 'approve', { gate, by: 'baba' })
    await trial.onGreen('api')
    expect(trial.outside.notices).toContainEqual(
      expect.objectContaining({
        about: 'reminder',
        title: 'scala did not answer for 2d, and sre may decide too: move production to green',
        teams: ['scala', 'sre'],
      }),
    )
    expect((await trial.see('api')).log.map((l) => [l.message, l.because])).toEqual([
      ['escalated', 'scala did not answer for 2d: sre may decide too'],
      ['approve', undefined],
    ])
  })
})
