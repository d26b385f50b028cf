import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPlatform, anApp, anEnvironment, routeOfBlue, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(env, new Outside(aPlatform({ apps: [anApp('api')], ...more })))
const on = (trial: Trial, environment: string) =>
  [...trial.outside.world.facts.keys()].filter((k) => k.startsWith(`api/${environment}/`))
const count = (trial: Trial, step: string) => trial.outside.done.filter((d) => d === step).length

test('a team takes one environment back, and moves it again', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    const gate = await trial.gate('api', 'retry', 'production@')
    expect([on(trial, 'production'), await trial.standing('api'), await trial.standing('api', 'test')]).toEqual([
      [],
      'trouble',
      'on-green',
    ])
    await expect(
      trial.say('api', 'rollback', { by: 'doi', reason: 'no', environment: 'production' }),
    ).rejects.toMatchObject({
      cause: { type: 'not-now' },
    })
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.decommission()
    const { outcome, report } = await trial.result()
    expect(outcome).toBe('done')
    expect(report.rollbacks.map((r) => [r.environment, r.why])).toEqual([['production', 'doi rolled it back: slow']])
    expect(trial.outside.notices.filter((n) => n.about === 'went-back').length).toBe(1)
  })
})

const behindGateway = anApp('api', {
  environments: [anEnvironment('test'), anEnvironment('production', { routes: [routeOfBlue], gate: rule('scala') })],
})

test('what its owner has handed over is not ordered back, and does not go back by a breach; what is not goes', async () => {
  const trial = aTrial({ apps: [behindGateway] })
  const { outside } = trial
  const order = { by: 'doi', reason: 'slow', environment: 'production' }
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    outside.noWayBack = ['its owner has handed it over']
    for (const environment of [{ environment: 'production' }, {}])
      await expect(trial.say('api', 'rollback', { by: 'doi', reason: 'slow', ...environment })).rejects.toMatchObject({
        cause: { type: 'handed-over', message: 'production: its owner has handed it over' },
      })
    await trial.signal('api', 'rollback', order)
    await trial.until('it is written down', async () =>
      (await trial.see('api')).log.some(
        ({ became, because = '' }) => became === 'refused' && because.includes('handed-over: production: its owner'),
      ),
    )
    expect([await trial.standing('api'), await trial.standing('api', 'test')]).toEqual(['on-green', 'on-green'])

    outside.breaching.add('api/production')
    const held = await trial.gate('api', 'retry', 'production@')
    expect(JSON.stringify((await trial.see('api')).runs)).toContain(
      'not rolled back by itself: its owner has handed it over',
    )
    outside.breaching.clear()
    await trial.say('api', 'retry', { gate: held, by: 'doi' })
    await trial.onGreen('api')
    expect(on(trial, 'production')).not.toEqual([])

    outside.noWayBack = []
    await trial.say('api', 'rollback', order)
    await trial.gate('api', 'retry', 'production@')
    expect(on(trial, 'production')).toEqual([])
  })
})

test('a step that fails once green serves does not take back what its owner has handed over by then', async () => {
  const trial = aTrial({ apps: [behindGateway] })
  await trial.during(async () => {
    await trial.start()
    trial.outside.noWayBack = ['its owner has handed it over']
    trial.outside.faults.set('api:production/route/web/100', { times: 1, type: 'Failed' })
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toBe(
      'production/route/web/100 cannot be done; not rolled back by itself: its owner has handed it over',
    )
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api')
  })
})

test('a team takes the whole app back; what is on blue already is not ordered back once more', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.say('api', 'rollback', { by: 'doi', reason: 'no', environment: 'production' })
    await trial.gate('api', 'retry', 'production@')
    await trial.say('api', 'rollback', { by: 'doi', reason: 'all of it' })
    const test_ = await trial.gate('api', 'retry', 'test@')
    expect(on(trial, 'test').concat(on(trial, 'production'))).toEqual([])
    await trial.say('api', 'retry', { gate: test_, by: 'doi' })
    await trial.onGreen('api', 'test')
    await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    expect(count(trial, 'api:production/withdraw')).toBe(1)
  })
})

test('production’s gate is withdrawn when test goes back, and production moves by itself after test did and rested', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    const first = await trial.gate('api', 'approve', 'production/gate@')
    outside.breaching.add('api/test')
    const gate = await trial.gate('api', 'retry', 'test@')
    outside.breaching.clear()
    await trial.until('production is back', async () => (await trial.run('api', 'production'))?.state === 'rolled-back')
    await expect(trial.say('api', 'approve', { gate: first, by: 'chiba' })).rejects.toMatchObject({
      cause: { type: 'already-decided' },
    })
    expect(await trial.standing('api')).toBe('pending')
    const restFrom = await env.currentTimeMs()
    await trial.say('api', 'retry', { gate, by: 'chiba' })
    expect(await trial.gate('api', 'approve', 'production/gate@')).toMatch(/\.2$/)
    expect((await env.currentTimeMs()) - restFrom).toBeGreaterThan(12 * 3_600_000)
    await trial.approveApps()
    await trial.onGreen('api')
  })
  expect(outside.world.twice).toEqual([])
})

test('after the upgrade is gone an app stays where it is, watched, and goes back and forth by itself', async () => {
  const trial = aTrial()
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await upgrade.terminate()
    trial.outside.breaching.add('api/test')
    const gate = await trial.gate('api', 'retry', 'test@')
    expect((await trial.run('api', 'production'))?.state).toBe('on-green')
    trial.outside.breaching.clear()
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
    await trial.say('api', 'abort', { by: 'baba', reason: 'no' })
    await expect(trial.handle('api').result()).resolves.toMatchObject({ outcome: 'rolled-back' })
    expect(on(trial, 'test').concat(on(trial, 'production'))).toEqual([])
  })
})

test('a breach that is held goes on from where it was when people say so, and takes no new rest', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    outside.blueVerdict = 'fail'
    await trial.start()
    await trial.onGreen('api', 'test')
    outside.breaching.add('api/test')
    const gate = await trial.gate('api', 'retry', 'test@')
    expect(await trial.standing('api', 'test')).toBe('trouble')
    outside.breaching.clear()
    const deploys = count(trial, 'api:test/deploy')
    await trial.say('api', 'retry', { gate, by: 'chiba' })
    await trial.until('the upgrade sees it', async () => (await trial.standing('api', 'test')) === 'on-green')
    await trial.approveApps()
    await trial.onGreen('api')
    expect([deploys, count(trial, 'api:test/deploy')]).toEqual([1, 1])
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
})
