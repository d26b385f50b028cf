import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutoverId } from '../../src/domain/messages.ts'
import { dev, skipping } from '../support/server.ts'
import { allOnGreen, apart, aTrial, gates, half, waits, yes, yesOf } from '../support/together.ts'

// In real time: some cancel what ends in that moment, which the time-skipping server does not take.
let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

test('a group is asked once all of it is ready, goes weight by weight together, and lets go of blue together', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async () => {
    trial.outside.holds = new Set(['work:production/deploy'])
    await trial.start()
    await trial.until(
      'two wait for the third',
      async () => (await waits(trial, 'api')) !== '' && (await waits(trial, 'web')) !== '',
    )
    expect(await waits(trial, 'api')).toBe('ready on green for work (is not there yet)')
    expect(await gates(trial)).toEqual([])
    trial.outside.holds = new Set()
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.until('all are asked', async () => (await gates(trial)).length === 3)
    expect((await gates(trial)).slice(0, 1)).toEqual(['api: move production to green, together with web, work'])
    expect(trial.outside.done.filter((d) => d.includes(':production/route/web/5'))).toEqual([])
    await yes(trial)
    await allOnGreen(trial)
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(apart(seen)).toBe(1)
  expect(seen.at(-1)).toBe('100 100')
})

test('each team of a group is asked, and nobody moves before all have said yes', async () => {
  const { trial, seen } = aTrial(env, 'php')
  await trial.during(async () => {
    await trial.start()
    await yesOf(trial, 'api')
    await yesOf(trial, 'work')
    await trial.until(
      'api waits for web alone',
      async () => (await waits(trial, 'api')) === 'before it moves for web (is not there yet)',
    )
    expect(await gates(trial)).toEqual(['web: move production to green, together with api, work'])
    expect(seen).toEqual([])
    await yesOf(trial, 'web', 'endo')
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('one that is held for people stops the others at their next point, and the status says for whom', async () => {
  const { trial, seen } = aTrial(env)
  const { outside } = trial
  await trial.during(async () => {
    await half(trial, seen)
    outside.blueVerdict = 'fail'
    outside.breaching.add('web/production')
    const gate = await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    outside.holds = new Set()
    await trial.until('api waits', async () => (await waits(trial, 'api')) === 'before 100 % for web (is in trouble)')
    expect(seen.at(-1)).toBe('25 5')
    await trial.say('web', 'retry', { gate, by: 'doi' })
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('what is said late, twice, of another try or by nobody changes nothing', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async (upgrade) => {
    await half(trial, seen)
    await trial.until('api waits', async () => (await waits(trial, 'api')) !== '')
    const met = { app: 'api', environment: 'production', point: '100', attempt: 1, at: new Date().toISOString() }
    for (const body of [met, met, { ...met, app: 'nobody' }, { ...met, point: 'x' }, null, { ...met, point: '5' }])
      await upgrade.signal('meet', body)
    for (const body of [null, {}, { environment: 'production', point: '100', attempt: 7 }])
      await trial.handle('api').signal('pass', body)
    for (const body of [null, {}, { environment: 'nowhere', reason: 'x' }])
      await trial.handle('api').signal('follow', body)
    for (const body of [
      { ...met, app: 'late' },
      { ...met, environment: 'nowhere' },
    ])
      await upgrade.signal('meet', body)
    await upgrade.signal('meet', met)
    await trial.until(
      'they were heard',
      async () => (await waits(trial, 'api')) === 'before 100 % for web (is not there yet)',
    )
    expect(seen.at(-1)).toBe('25 5')
    trial.outside.holds = new Set()
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('one that gets its turn and is told to go back in the same moment goes back, and begins anew', async () => {
  const { trial } = aTrial(env)
  const { apps, waves: _waves, ...platform } = trial.outside.platform
  const activities = trial.outside.activities()
  let planned = 0
  const counting: typeof activities = {
    ...activities,
    planCutover: (asked) => {
      planned += 1
      return activities.planCutover(asked)
    },
  }
  const web = await env.client.workflow.start('appCutover', {
    workflowId: cutoverId(platform.name, 'web'),
    taskQueue: trial.queue,
    args: [{ platform, app: apps.find((a) => a.name === 'web'), by: 'aoki', related: [] }],
  })
  await web.signal('turn', { environment: 'test' })
  await web.signal('follow', { environment: 'test', reason: 'it moves with api, which went back' })
  const worker = await trial.worker({ activities: counting })
  await worker.runUntil(async () => {
    await trial.gate('web', 'skip', 'test/meet/ready@')
    expect(planned).toBe(2)
    await web.terminate()
  })
})

test('one that is terminated is waited for where the others are, also when it was started again', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async () => {
    await half(trial, seen)
    await trial.handle('web').terminate('by mistake')
    await trial.until('api waits', async () => (await waits(trial, 'api')) === 'before 100 % for web (is in trouble)')
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/web@'), by: 'baba' })
    await trial.until(
      'it waits on',
      async () => (await waits(trial, 'api')) === 'before 100 % for web (stands in line)',
    )
    expect(await waits(trial, 'work')).toBe('')
  })
  expect(seen.at(-1)).toBe('25 5')
})

test('where the upgrade is gone an app asks, stays where it is, and goes on by itself when people say so', async () => {
  const fast = await skipping()
  try {
    const { trial, seen } = aTrial(fast, 'php', '6h')
    await trial.during(async (upgrade) => {
      await trial.start()
      await yesOf(trial, 'api')
      await trial.until('api waits', async () => (await waits(trial, 'api')).includes('before it moves'), 1000)
      await upgrade.terminate()
      const gate = await trial.gate('api', 'skip', 'production/meet/approved@')
      expect((await trial.waiting('api')).map((w) => w.what)).toEqual([
        expect.stringContaining(
          'the upgrade that started it is gone, so nobody knows how far those are that it moves with',
        ),
      ])
      expect(seen).toEqual([])
      await trial.say('api', 'skip', { gate, by: 'doi' })
      // To the end: it asks at no other point.
      await trial.until('api has moved', async () => seen.at(-1) === '100 0', 1000)
    })
  } finally {
    await fast.teardown()
  }
})
