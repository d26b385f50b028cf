import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UpgradeResult } from '../../src/domain/messages.ts'
import { aPlatform, anApp, workload } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
let n = 0
// A fresh one each: what a test leaves open would hold the next one's time.
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(env, new Outside(aPlatform({ name: `toy-${(n += 1)}`, ...more })))
const one = { apps: [anApp('api')] }

test('three apps move in two environments, soak for a week, and blue is deleted', async () => {
  const trial = aTrial()
  const { outside } = trial
  const began = await env.currentTimeMs()
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps()
    await trial.decommission()
    const { outcome, report } = (await upgrade.result()) as UpgradeResult
    expect(outcome).toBe('done')
    expect(report.decisions.map((d) => [d.message, d.became])).toEqual([
      ['approve', 'counted'],
      ...trial.outside.platform.apps.map(() => ['approve', 'counted']),
      ['approve', 'counted'],
    ])
    expect(report.leftovers).toEqual([])
  })
  const days = ((await env.currentTimeMs()) - began) / 86_400_000
  expect(days).toBeGreaterThan(7.5) // twelve hours of rest and seven days of soak
  expect(outside.world.twice).toEqual([])
  const at = (step: string) => outside.done.indexOf(step)
  expect(at('web:production/deploy')).toBeGreaterThan(at('api:production/route/web/100')) // depends on it
  expect(at('mail:production/deploy')).toBeGreaterThan(at('web:test/route/web/100')) // breadth
  expect(outside.done.at(-1)).toBe('upgrade:blue/remains')
})

test('an app that fails goes back by itself, stops nobody else, and moves again when asked', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail')] })
  const { outside } = trial
  await trial.during(async (upgrade) => {
    outside.sick.add('api/production')
    await trial.start()
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production@')
    expect((await trial.run('api', 'production'))?.state).toBe('rolled-back')
    expect([...outside.world.facts.keys()].filter((k) => k.startsWith('api/production'))).toEqual([])
    await trial.until('mail is on green', async () => (await trial.run('mail', 'production'))?.state === 'on-green')

    outside.sick.clear()
    await trial.say('api', 'retry', { gate, by: 'chiba' })
    const again = await trial.gate('api', 'approve', 'production/gate@')
    expect(again).toMatch(/\.2$/)
    await trial.say('api', 'approve', { gate: again, by: 'doi' })
    await trial.decommission()
    expect(((await upgrade.result()) as UpgradeResult).outcome).toBe('done')
  })
})

test('an abort in the cutovers takes the apps back, then green, and leaves the world as it was', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps(['api'])
    await trial.gate('web', 'approve', 'production/gate@')
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    expect(((await upgrade.result()) as UpgradeResult).outcome).toBe('rolled-back')
    await expect(trial.say(undefined, 'abort', { by: 'baba', reason: 'again' })).rejects.toThrow()
  })
  expect(outside.world.snapshot()).toBe('[]')
  const at = (step: string) => outside.done.indexOf(step)
  expect(at('web:test/withdraw')).toBeLessThan(at('api:test/withdraw')) // who depends goes back first
  expect(at('api:test/withdraw')).toBeLessThan(at('upgrade:cluster/delete'))
})

test('cancelling means abort', async () => {
  const trial = aTrial(one)
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await upgrade.cancel()
    expect(((await upgrade.result()) as UpgradeResult).outcome).toBe('rolled-back')
  })
  expect(trial.outside.world.snapshot()).toBe('[]')
})

test('a rejected start ends the run with nothing done', async () => {
  const trial = aTrial(one)
  await trial.during(async (upgrade) => {
    await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'start@'), by: 'baba' })
    expect(((await upgrade.result()) as UpgradeResult).outcome).toBe('rejected')
  })
  expect(trial.outside.done).toEqual([])
})

test('an undo that fails waits for people, and goes on when they say so', async () => {
  const trial = aTrial(one)
  const { outside } = trial
  await trial.during(async () => {
    outside.sick.add('api/production')
    outside.faults.set('api:production/route/web/back', { times: 1, type: 'Denied' })
    await trial.start()
    await trial.approveApps()
    const gate = await trial.gate('api', 'skip', 'production/route/web/back@')
    expect((await trial.run('api', 'production'))?.state).toBe('stuck')
    await trial.say('api', 'retry', { gate, by: 'chiba' })
    await trial.gate('api', 'retry', 'production@')
    expect([...outside.world.facts.keys()].filter((k) => k.startsWith('api/production'))).toEqual([])
  })
})

test('a breach while people are asked wins: the gate is withdrawn and the app goes back', async () => {
  const trial = aTrial(one)
  const { outside } = trial
  await trial.during(async () => {
    outside.faults.set('api:production/quiet/blue', { times: 1, type: 'Contested' })
    await trial.start()
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production/quiet/blue@') // contested: asked in place
    outside.breaching.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    await expect(trial.say('api', 'retry', { gate, by: 'chiba' })).rejects.toMatchObject({
      cause: { type: 'already-decided' },
    })
    await trial.signal('api', 'retry', { gate, by: 'doi' })
    await trial.until('the signal is written down as refused', async () =>
      (await trial.see('api')).log.some(
        (l) =>
          l.became === 'refused' &&
          l.because?.startsWith('already-decided') === true &&
          JSON.stringify(l.body).includes('doi'),
      ),
    )
    expect((await trial.run('api', 'production'))?.state).toBe('rolled-back')
  })
})

test('a breach while it is paused goes back by itself, is told as ever, and stays paused', async () => {
  const trial = aTrial(one)
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.say(undefined, 'pause', { by: 'baba', reason: 'holidays' })
    await trial.say('api', 'pause', { by: 'baba', reason: 'holidays' })
    await trial.until('both are paused', async () => (await trial.see()).paused && (await trial.see('api')).paused)
    outside.breaching.add('api/production')
    await trial.until('it is on blue', async () => (await trial.run('api', 'production'))?.state === 'rolled-back')
    expect(outside.world.get('api/production/route/web', 0)).toBe(0)
    const gate = await trial.gate('api', 'retry', 'production@')
    expect(outside.notices.filter((n) => n.environment === 'production' && n.about === 'went-back')).toHaveLength(1)
    expect((await trial.see('api')).paused).toBe(true)
    // Tried again it is on blue until somebody resumes it: a pause begins nothing.
    outside.breaching.clear()
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await env.sleep('47m')
    expect(outside.world.get('api/production/route/web', 0)).toBe(0)
    await trial.say('api', 'resume', { by: 'baba' })
    await trial.say('api', 'approve', { gate: await trial.gate('api', 'approve', 'production/gate@'), by: 'doi' })
    await trial.onGreen('api')
  })
})

test('it holds when several apps breach at once, and the team may still roll back', async () => {
  const trial = aTrial(one)
  const { outside } = trial
  await trial.during(async () => {
    outside.unrelated.push('web', 'mail')
    await trial.start()
    await trial.approveApps()
    await trial.until('it is on green', async () => (await trial.run('api', 'production'))?.state === 'on-green')
    outside.breaching.add('api/production')
    await trial.until('it holds', async () =>
      (await trial.waiting('api')).some((w) => w.what.includes('web, mail breached too')),
    )
    // What the next one that breaches would hear.
    expect((await trial.see()).apps.map((a) => a.breachedAt)).toEqual([expect.any(String)])
    expect(outside.world.get('api/production/route/web', 0)).toBe(100)
    await trial.signal('api', 'rollback', { by: 'chiba', reason: 'rather not', environment: 'production' })
    await trial.until('it is on blue', async () => (await trial.run('api', 'production'))?.state === 'rolled-back')
    expect(outside.world.get('api/production/route/web', 0)).toBe(0)
  })
})

test('an approval given ahead is used when its gate opens; one for other images is void', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail')] })
  await trial.during(async () => {
    await trial.start()
    await trial.until('both are started', async () => (await trial.peek('mail'))?.runs.length === 2)
    await trial.say('api', 'approve', { gate: await trial.plannedGate('api'), by: 'chiba' })
    await trial.until('api is on green', async () => (await trial.run('api', 'production'))?.state === 'on-green')
    expect((await trial.see('api')).log.map((l) => l.became)).toEqual(['ahead'])
    // Nobody has to be asked any more, and what became of it is told.
    const told = trial.outside.notices.filter((n) => n.app === 'api' && n.environment === 'production')
    expect(told.map((n) => n.about).toSorted()).toEqual(['gate', 'settled'])
  })
})

test.for([
  {
    says: 'an image',
    change: (outside: Outside) => void (outside.images = 'v2'),
    because: /^an image is another now than when it was approved$/,
  },
  {
    says: 'the plan',
    change: (outside: Outside) => void (outside.workloads = [workload('CronJob', 'report')]),
    because: /^it was for plan (\w{8}), and the plan is (?!\1)\w{8} now$/,
  },
])('an approval given ahead is void, with the reason, once $says changed', async ({ change, because }) => {
  const trial = aTrial(one)
  await trial.during(async () => {
    await trial.start()
    await trial.until('it is started', async () => (await trial.peek('api'))?.runs.length === 2)
    await trial.say('api', 'approve', { gate: await trial.plannedGate('api'), by: 'chiba' })
    change(trial.outside)
    await trial.gate('api', 'approve', 'production/gate@')
    expect((await trial.see('api')).log.map((l) => [l.became, l.because])).toEqual([
      ['ahead', undefined],
      ['void', expect.stringMatching(because)],
    ])
  })
})

test('what does not count is refused as an update and written down as a signal', async () => {
  const trial = aTrial(one)
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const cases = [
      ['approve', { gate: 'production/gate@00000000.1', by: 'chiba' }, 'no-such-gate'],
      ['approve', { gate, by: 'mallory' }, 'not-an-approver'],
      ['retry', { gate, by: 'chiba' }, 'not-offered'],
      ['approve', { gate }, 'malformed'],
      ['approve', { gate, by: 'chiba', notAfter: '2001-01-01T00:00:00Z' }, 'expired'],
      ['abort', { by: 'chiba', reason: 'no' }, 'not-allowed'],
      ['rollback', { by: 'chiba', reason: 'no', environment: 'nowhere' }, 'no-such-environment'],
    ] as const
    for (const [message, body, code] of cases) {
      await expect(trial.say('api', message, body)).rejects.toMatchObject({ cause: { type: code } })
      await trial.signal('api', message, body)
    }
    const { log } = await trial.see('api')
    expect(log.map((l) => [l.message, l.became, l.because?.split(':')[0]])).toEqual(
      cases.map(([message, , code]) => [message, 'refused', code]),
    )
  })
})
