import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowHandle } from '@temporalio/client'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anAdoptingPlatform, aPlatform, anApp, anEnvironment } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const aTrial = () => new Trial(env, new Outside(aPlatform({ apps: [anApp('api')] })))
const ways = [
  ['abort', (t: Trial) => t.say(undefined, 'abort', { by: 'baba', reason: 'not today' })],
  ['temporal cancel', (_: Trial, upgrade: WorkflowHandle) => upgrade.cancel()],
] as const

test.for(ways)('%s in provisioning: green is taken down again, and nothing is left', async ([, order]) => {
  const trial = aTrial()
  const { outside } = trial
  const holds = new Set(['upgrade:nodegroup/a/create'])
  outside.holds = holds
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.until('the other node group is there', async () => outside.done.includes('upgrade:nodegroup/b/create'))
    await order(trial, upgrade)
    const { outcome, report } = await trial.result()
    expect([outcome, report.leftovers]).toEqual(['rolled-back', []])
  })
  expect(outside.world.snapshot()).toBe('[]')
  const at = (step: string) => outside.done.indexOf(`upgrade:${step}`)
  expect(at('nodegroup/a/delete')).toBeGreaterThan(0) // begun, so taken back, although it never came
  expect(at('cluster/delete')).toBeGreaterThan(at('nodegroup/b/delete'))
  expect(outside.done.filter((d) => !d.startsWith('upgrade:'))).toEqual([])
})

test.for(ways)('%s in the soak: the apps go back, then green', async ([, order]) => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps()
    outside.deaf = 2
    await trial.until('it soaks', async () => (await trial.see()).runs[0]?.phase === 'soak')
    expect((await trial.see()).runs[0]?.wayBack.length).toBeGreaterThan(5)
    await order(trial, upgrade)
    const { outcome, report } = await trial.result()
    expect(outcome).toBe('rolled-back')
    // The app's part of the report is there: what it did, and why it went back.
    expect(report.subjects.map((s) => [s.environment, s.ended])).toEqual([
      [undefined, 'rolled-back'],
      ['test', 'rolled-back'],
      ['production', 'rolled-back'],
    ])
    expect(report.rollbacks.map((r) => r.environment).toSorted()).toEqual(['production', 'test'])
  })
  expect(outside.world.snapshot()).toBe('[]')
  expect(outside.world.twice).toEqual([])
  // Told although it happened while the workflow was ending.
  expect(
    outside.notices
      .filter((n) => n.about === 'went-back')
      .map((n) => n.environment ?? '')
      .toSorted(),
  ).toEqual(['production', 'test'])
})

test.for(ways)('%s after the point of no return changes nothing', async ([name, order]) => {
  const trial = aTrial()
  const { outside } = trial
  outside.faults.set('upgrade:blue/empty', { times: 1, type: 'Denied' })
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps()
    await trial.decommission()
    const gate = await trial.gate(undefined, 'retry', 'blue/empty@')
    expect((await trial.see()).runs[0]?.can.abort).toBe('decommission has begun: there is no way back')
    const refused = await Promise.resolve(order(trial, upgrade)).catch((error: unknown) => error)
    if (name === 'abort') expect(refused).toMatchObject({ cause: { type: 'not-now' } })
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(outside.done.at(-1)).toBe('upgrade:blue/remains')
  expect(outside.done.filter((d) => d.includes('withdraw'))).toEqual([])
})

/** Somebody pauses when only blue's removal is left; what is said then takes everything back. */
async function pausedBeforeBlueGoes(say: (trial: Trial, upgrade: WorkflowHandle) => Promise<unknown>): Promise<void> {
  const trial = aTrial()
  const { outside } = trial
  outside.wrote = async (_, { id }) => {
    if (id === 'soak/still-idle') await trial.say(undefined, 'pause', { by: 'baba' })
  }
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps()
    await trial.decommission()
    await trial.until('blue is next', async () => (await trial.see()).runs[0]?.phase === 'decommission')
    await say(trial, upgrade)
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  expect(outside.world.snapshot()).toBe('[]')
}

const resume = (trial: Trial) => trial.signal(undefined, 'resume', { by: 'baba' })

test.for(ways)('%s of an upgrade that was paused right before the point of no return is heard', ([, order]) =>
  pausedBeforeBlueGoes(async (trial, upgrade) => {
    await order(trial, upgrade)
    await resume(trial)
  }),
)

// In one workflow task the SDK hears signals before the cancellation. Without a care of ours five of eight deleted blue.
test.for([1, 2, 3, 4])('a cancellation right before the resume counts where one task hears of both (%i of 4)', () =>
  pausedBeforeBlueGoes(async (trial, upgrade) => {
    // A task hears of these, and what comes meanwhile is for the next one.
    const heard = [1, 2, 3].map(() => trial.signal(undefined, 'pause', { by: 'baba' }))
    await heard[0]
    const cancelled = upgrade.cancel()
    await sleep(1)
    await Promise.all([...heard, cancelled, resume(trial)])
  }),
)

test('cancelling one app takes it back; the upgrade says so and starts it again when asked', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.handle('api').cancel()
    await expect(trial.handle('api').result()).resolves.toMatchObject({ outcome: 'rolled-back' })
    const gate = await trial.gate(undefined, 'retry', 'app/api@')
    expect([...trial.outside.world.facts.keys()].filter((k) => k.startsWith('api/'))).toEqual([])
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    await trial.approveApps()
    await trial.decommission()
    const { outcome, report } = await trial.result()
    expect(outcome).toBe('done')
    // The cutover that left is in it too.
    expect(report.subjects.filter((s) => s.environment === 'test').map((s) => s.ended)).toEqual(['rolled-back', 'done'])
  })
})

test('the last environment that ends is told while somebody does not hear of it', async () => {
  const trial = new Trial(
    env,
    new Outside(aPlatform({ apps: [anApp('api', { environments: [anEnvironment('test')] })] })),
  )
  await trial.during(async () => {
    await trial.start()
    await trial.onGreen('api', 'test')
    trial.outside.deaf = Number.POSITIVE_INFINITY
    await trial.say('api', 'abort', { by: 'baba', reason: 'not today' })
    await trial.until('it is told', async () => (await trial.standing('api', 'test')) === 'back', 1_000)
    expect(await trial.peek('api')).toMatchObject({ runs: [{ state: 'rolled-back' }] })
  })
})

test('abort before the first turn, onto a green that others made: what was brought goes, and green stays', async () => {
  const trial = new Trial(env, new Outside(anAdoptingPlatform({ apps: [anApp('api')] })))
  const { outside } = trial
  outside.holds = new Set(['upgrade:verify/objects/scala/1'])
  await trial.during(async () => {
    await trial.start()
    await trial.until('it is tried', async () => outside.held.has('upgrade:verify/objects/scala/1'))
    // The test server refuses a task that cancels an activity which ends at that moment, and forgets the task.
    await sleep(200)
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    const { outcome, report } = await trial.result()
    expect([outcome, report.leftovers]).toEqual(['rolled-back', []])
  })
  expect(outside.world.snapshot()).toBe('[]')
  const upgrade = outside.done.map((d) => d.slice('upgrade:'.length))
  expect(upgrade.filter((d) => /^(cluster|nodegroup|addon|access|green\/empty)/.test(d))).toEqual([])
  expect(upgrade.slice(-4)).toEqual([
    'green/drain/shop/deployment/fluentd',
    'bootstrap/fluentd/withdraw',
    'bootstrap/fluentd/close',
    'adopt/leave',
  ])
  expect(outside.scopes.every((scope) => scope.adopted?.arn === 'arn:green')).toBe(true)
})
