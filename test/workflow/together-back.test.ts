import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dev, type Trial } from '../support/server.ts'
import { allOnGreen, aTrial, gates, half, names, waits, yes, yesOf } from '../support/together.ts'

// In real time: some cancel what ends in that moment, which the time-skipping server does not take.
let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

test('one that breaches takes the others back, who name it, stand in line, and move again with it', async () => {
  const { trial, seen } = aTrial(env)
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    // Else it is through before anybody looks.
    outside.holds = new Set(['web:production/route/web/100'])
    await yes(trial)
    await trial.until('api is at 100 %', async () => seen.at(-1) === '100 25')
    outside.breaching.add('web/production')
    const again = await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    outside.holds = new Set()
    await trial.until('all are back', async () => seen.at(-1) === '0 0')
    await trial.until(
      'they stand in line',
      async () => (await trial.standing('api')) === 'pending' && (await trial.standing('work')) === 'pending',
    )
    expect((await gates(trial)).map((g) => g.split(':')[0])).toEqual(['web'])
    await trial.say('web', 'retry', { gate: again, by: 'doi' })
    await yes(trial)
    await allOnGreen(trial)
    await trial.decommission()
    const { report } = await trial.result()
    expect(
      report.rollbacks.map((r) => [r.app, r.why.split(':')[0]]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ).toEqual([
      ['api', 'it moves with web, which went back'],
      ['web', 'errors 2.1 % against 0.1 %'],
      ['work', 'it moves with web, which went back'],
    ])
  })
})

test('one that would go along without a way back is held and asks, also where it was held already; then it goes on', async () => {
  const { trial, seen } = aTrial(env)
  const { outside } = trial
  const why = () => trial.waiting('web').then((all) => all.map((w) => w.what).join())
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    outside.noWayBack = ['its owner has handed it over']
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    const held = await trial.gate('web', 'retry', 'production@')
    expect(await why()).toContain(
      'it moves with api, which went back: doi rolled it back: slow; not rolled back by itself: its owner has handed it over',
    )
    const again = await trial.gate('api', 'retry', 'production@')
    await trial.until('the worker is back', async () => (await trial.standing('work')) === 'pending')
    expect([seen.at(-1), await trial.standing('web')]).toEqual(['0 100', 'trouble'])
    await trial.say('web', 'retry', { gate: held, by: 'doi' })
    await trial.onGreen('web')
    await trial.say('api', 'retry', { gate: again, by: 'doi' })
    for (const name of ['api', 'work']) await yesOf(trial, name)
    await allOnGreen(trial)

    outside.blueVerdict = 'fail'
    outside.noWayBack = []
    outside.breaching.add('web/production')
    await trial.gate('web', 'retry', 'production@')
    expect(await why()).toContain('errors 2.1 % against 0.1 %; not rolled back by itself')
    outside.noWayBack = ['its owner has handed it over']
    await trial.say('api', 'rollback', { by: 'doi', reason: 'once more', environment: 'production' })
    await trial.until('web asks about that', async () => (await why()).includes('once more'))
    expect(seen.at(-1)).toBe('0 100')
  })
})

test('one that is held for its own breach goes back with another that does', async () => {
  const { trial, seen } = aTrial(env)
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    outside.blueVerdict = 'fail'
    outside.breaching.add('web/production')
    await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.until('both are back', async () => seen.at(-1) === '0 0')
    await trial.until('web stands in line', async () => (await trial.standing('web')) === 'pending')
    expect(await gates(trial)).toEqual([expect.stringContaining('api: api production is on blue')])
  })
})

test('one that is rolled back on green takes the others back in that environment alone', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    await trial.say('work', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.gate('work', 'retry', 'production@')
    await trial.until('all are back', async () => seen.at(-1) === '0 0')
    for (const name of names) expect([name, await trial.standing(name, 'test')]).toEqual([name, 'on-green'])
    const told = () => JSON.stringify(trial.outside.notices.filter((n) => n.about === 'went-back'))
    await trial.until('all have told', async () => names.every((n) => told().includes(`${n} production went back`)))
    expect(told()).toContain(
      'api production went back to blue: it moves with work, which went back: doi rolled it back: slow',
    )
  })
})

test('one that left before the others let go of blue is started again when one of these is retried', async () => {
  const { trial } = aTrial(env)
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    const last = 'upgrade:soak/still-idle'
    trial.outside.holds = new Set([last])
    await trial.decommission()
    await trial.until('it is about to let go', async () => trial.outside.held.has(last))
    await trial.handle('web').terminate('by mistake')
    await trial.until('web has left', async () => (await trial.standing('web')) === 'trouble')
    trial.outside.holds = new Set()
    const gate = await trial.gate(undefined, 'retry', 'app/api/commit@')
    expect((await trial.waiting()).map((w) => w.what).join()).toContain('api lets go of blue with web alone: web left')
    await trial.gate(undefined, 'retry', 'app/web/commit@')
    expect((await trial.handle('web').describe()).status.name).toBe('TERMINATED')
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    await trial.until('web runs again', async () => (await trial.handle('web').describe()).status.name === 'RUNNING')
  })
})

/** Web has gone back by a breach, and api is held, whose blue is no better. `asked`: of web; `held`: of api. */
async function heldBeside(trial: Trial): Promise<{ readonly asked: string; readonly held: string }> {
  const { outside } = trial
  await trial.start()
  await yes(trial)
  await allOnGreen(trial)
  outside.blueFails.add('api')
  outside.breaching.add('web/production')
  const asked = await trial.gate('web', 'retry', 'production@')
  outside.breaching.clear()
  return { asked, held: await trial.gate('api', 'retry', 'production@') }
}

test('one whose blue is no better stays on green when another breaches, and asks', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async () => {
    const { held } = await heldBeside(trial)
    expect((await trial.waiting('api')).map((w) => w.what).join()).toMatch(
      /^it moves with web, which went back: errors 2.1 % against 0.1 %; not rolled back by itself: /,
    )
    await trial.until('the worker is back', async () => (await trial.standing('work')) === 'pending')
    expect(seen.at(-1)).toBe('100 0')
    await trial.say('api', 'retry', { gate: held, by: 'doi' })
    await trial.onGreen('api')
  })
})

test('where the upgrade is gone, one that goes back says so to the others itself', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async (upgrade) => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    await upgrade.terminate()
    await trial.handle('api').signal('follow', { environment: 'production', reason: 'x', app: 'nobody' })
    await trial.say('web', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.until('both are back', async () => seen.at(-1) === '0 0')
    await trial.gate('api', 'skip', 'production/meet/ready@')
  })
})

test('one that is planned anew while it stands in line takes nobody off green', async () => {
  const always = { timeZone: 'UTC', hours: ['Mon-Sun 00:00-24:00'], closed: [] }
  const { trial, seen } = aTrial(env, 'scala', '100ms', { calendar: always })
  await trial.during(async () => {
    await half(trial, seen)
    await trial.handle('web').terminate('by mistake')
    await trial.until('web has left', async () => (await trial.standing('web')) === 'trouble')
    trial.outside.opened = false // so that it has no turn
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/web@'), by: 'baba' })
    await trial.until('web stands in line', async () => (await trial.standing('web')) === 'pending')
    trial.outside.onBlue = trial.outside.platform.apps.filter((a) => a.name !== 'web')
    trial.outside.holds = new Set()
    await trial.say(undefined, 'replan', { by: 'baba', reason: 'it was deleted', app: 'web' })
    await trial.onGreen('api')
    expect(seen.slice(seen.indexOf('25 5')).every((both) => both.startsWith('25') || both.startsWith('100'))).toBe(true)
  })
})

test('one that was held for its companion goes back once people say so of that one', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async () => {
    const { asked } = await heldBeside(trial)
    await trial.say('web', 'retry', { gate: asked, by: 'doi' })
    await trial.until('web waits for it', async () =>
      (await waits(trial, 'web')).startsWith('ready on green for api (is in trouble)'),
    )
    await trial.say('web', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.until('both are back', async () => seen.at(-1) === '0 0')
    await trial.until('api stands in line', async () => (await trial.standing('api')) === 'pending')
  })
})

test('an app of an earlier upgrade, of which the one that runs knows nothing, asks at once', async () => {
  const { trial, seen } = aTrial(env)
  await trial.during(async (upgrade) => {
    await half(trial, seen)
    await trial.until('api waits', async () => (await waits(trial, 'api')) !== '')
    await upgrade.terminate()
    await trial.begin()
    await trial.handle('api').signal('pass', { environment: 'production', point: '100', attempt: 1, nobody: true })
    await trial.gate('api', 'skip', 'production/meet/100@')
  })
})
