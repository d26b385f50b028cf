import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blocker } from '../../src/domain/findings.ts'
import { unrelatedBreaches } from '../../src/domain/troubles.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(env, new Outside(aPlatform({ apps: [anApp('api')], ...more })))
const finish = async (trial: Trial, apps?: string[]) => {
  await trial.approveApps(apps)
  await trial.decommission()
  return (await trial.result()).outcome
}

test('a step of the upgrade that fails for good asks, and goes on with `retry`', async () => {
  const trial = aTrial()
  trial.outside.faults.set('upgrade:nodegroup/b/create', { times: 1, type: 'QuotaExceeded' })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate(undefined, 'retry', 'nodegroup/b/create@')
    const [run] = (await trial.see()).runs
    expect([run?.state, run?.problem]).toEqual(['waiting', 'nodegroup/b/create cannot be done'])
    await expect(trial.say(undefined, 'skip', { gate, by: 'baba' })).rejects.toMatchObject({
      cause: { type: 'not-offered' },
    })
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    expect(await finish(trial)).toBe('done')
    expect((await trial.result()).report.problems.map((p) => [p.step, p.attempt])).toEqual([['nodegroup/b/create', 1]])
  })
})

test('a step that only reads may be skipped by name', async () => {
  const trial = aTrial()
  trial.outside.faults.set('upgrade:verify/objects/scala/1', { times: 99, type: 'Failed' })
  await trial.during(async () => {
    await trial.start()
    await trial.signal(undefined, 'skip', {
      gate: await trial.gate(undefined, 'skip', 'verify/objects/scala/1@'),
      by: 'baba',
    })
    expect(await finish(trial)).toBe('done')
    expect(trial.outside.done).not.toContain('upgrade:verify/objects/scala/1')
  })
})

test('what green would refuse of an app is told fault by fault, keeps it on blue, and is tried again when mended', async () => {
  const trial = aTrial()
  const fault = {
    ...blocker('field-invalid', 'Deployment/shop/web', 'must not be -1', 'mend it'),
    field: 'spec.replicas',
  }
  const failing = { times: 1, type: 'Failed', findings: [fault] }
  trial.outside.faults.set('upgrade:verify/objects/scala/1', { ...failing })
  trial.outside.faults.set('api:test/verify', { ...failing })
  await trial.during(async () => {
    await trial.start()
    const all = await trial.gate(undefined, 'retry', 'verify/objects/scala/1@')
    expect((await trial.see()).runs[0]?.noticed).toEqual([fault])
    await trial.say(undefined, 'retry', { gate: all, by: 'baba' })
    const own = await trial.gate('api', 'retry', 'test@')
    expect((await trial.see('api')).runs[0]).toMatchObject({ state: 'rolled-back', noticed: [fault] })
    expect(trial.outside.done.some((d) => d.startsWith('api:test'))).toBe(false)
    await trial.say('api', 'retry', { gate: own, by: 'chiba' })
    expect(await finish(trial)).toBe('done')
    const { report } = await trial.result()
    expect(report.problems.map((p) => p.step)).toEqual(['verify/objects/scala/1', 'test/verify'])
  })
})

test('an undo that people skip is told as left over, and done again by the next way back', async () => {
  const trial = aTrial()
  const { outside } = trial
  outside.faults.set('api:production/route/web/close', { times: 1, type: 'Denied' })
  outside.sick.add('api/production')
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.say('api', 'skip', { gate: await trial.gate('api', 'skip', 'production/route/web/close@'), by: 'doi' })
    const gate = await trial.gate('api', 'retry', 'production@')
    expect(outside.world.get('api/production/route/web/sides', 'blue')).toBe('both')
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.gate('api', 'retry', 'production@')
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'no' })
    const { report } = await trial.result()
    expect(report.leftovers).toEqual([]) // it was done in the end
  })
  expect(outside.done.filter((d) => d === 'api:production/route/web/open').length).toBe(2)
  expect(outside.world.snapshot()).toBe('[]')
})

test('an app that leaves in the soak is missed before people are asked, and moves again', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.until('it soaks', async () => (await trial.see()).runs[0]?.phase === 'soak')
    await trial.say('api', 'abort', { by: 'baba', reason: 'no' })
    await trial.until('the upgrade knows', async () => (await trial.standing('api')) === 'trouble')
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'soak/on-green@'), by: 'baba' })
    expect(await finish(trial)).toBe('done')
  })
})

test('an app that left green while people were asked is no reason to delete blue', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.gate(undefined, 'approve', 'soak/gate@')
    await trial.say('api', 'rollback', { by: 'doi', environment: 'production', reason: 'late' })
    const gate = await trial.gate('api', 'retry', 'production@')
    await trial.decommission()
    await env.sleep('73h')
    expect((await trial.see()).runs[0]?.phase).toBe('soak')
    expect(outside.done).not.toContain('upgrade:blue/empty')
    // Nor does a cutover let itself be committed then, whoever says so.
    await trial.handle('api').signal('commit')
    expect((await trial.run('api', 'test'))?.state).toBe('on-green')
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    const moved = await env.currentTimeMs()
    expect((await trial.result()).outcome).toBe('done')
    // Its way back is kept for the whole soak, as everybody's was.
    expect((await env.currentTimeMs()) - moved).toBeGreaterThan(6.9 * 86_400_000)
  })
})

test('an app that cannot be planned leaves, and is started again when asked', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    outside.planFails = 1
    await trial.start()
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/api@'), by: 'baba' })
    expect(await finish(trial)).toBe('done')
  })
})

test('too many in trouble pause the rest, and the upgrade says why', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail'), anApp('web')], maxFailed: 2 })
  const { outside } = trial
  for (const app of ['api', 'mail']) outside.sick.add(`${app}/test`)
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'retry', 'test@')
    await trial.gate('mail', 'retry', 'test@')
    await trial.until('the rest is held', async () => (await trial.peek())?.held !== undefined)
    expect((await trial.see()).held).toBe('in trouble: api, mail; 2 at once stop the rest')
    expect(await trial.standing('web')).toBe('pending')
    const told = () =>
      outside.notices.filter((n) => n.thing.startsWith('held/')).map((n) => `${n.teams.join()} ${n.about}: ${n.title}`)
    await trial.until('the platform team is told', async () => told().length > 0)
    outside.sick.clear()
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.gate('web', 'approve', 'production/gate@')
    expect((await trial.see()).held).toBeUndefined()
    await trial.until('they are told that it is over', async () => told().length > 1)
    expect(told()).toEqual([
      'sre held: no app gets its turn: in trouble: api, mail; 2 at once stop the rest',
      'sre settled: apps get their turns again',
    ])
  })
})

test('apps that breach together are told of once, by name; those that need one another are not', async () => {
  const others = ['bot', 'chat', 'mail'].map((name) => anApp(name))
  const trial = aTrial({ apps: [anApp('api'), anApp('web', { dependsOn: ['api'] }), ...others], maxFailed: 9 })
  const { outside } = trial
  const told = () =>
    outside.notices
      .filter((n) => n.thing.startsWith('breaches/'))
      .map((n) => `${n.teams.join()} ${n.about}: ${n.title}`)
  const breach = async (apps: readonly string[]) => {
    for (const app of apps) outside.breaching.add(`${app}/production`)
    const gates: string[] = []
    for (const app of apps) gates.push(await trial.gate(app, 'retry', 'production@'))
    outside.breaching.clear()
    return async () => {
      for (const [n, app] of apps.entries()) {
        await trial.say(app, 'retry', { gate: gates[n] ?? '', by: 'doi' })
        await trial.onGreen(app)
      }
    }
  }
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    for (const app of ['api', 'bot', 'chat', 'mail', 'web']) await trial.onGreen(app)
    // As the comparison tells each of them, so that each is held.
    outside.unrelated.push('another')
    const one = await breach(['api', 'web'])
    await one()
    expect(told()).toEqual([])
    const all = await breach(['api', 'mail', 'web'])
    await trial.until('the platform team is told', async () => told().length > 0)
    expect(outside.notices.find((n) => n.about === 'breaches')?.evidence?.toSorted()).toEqual(
      ['api', 'mail', 'web'].map((app) => expect.stringMatching(`^${app} production: errors`) as string),
    )
    // Others, by another cause, while these are not answered.
    const more = await breach(['bot', 'chat'])
    await trial.until('they are told of these too', async () => told().length > 1)
    await more()
    await trial.until('these are over', async () => told().length > 2)
    await all()
    await trial.until('all are over', async () => told().length > 3)
    expect(told()).toEqual([
      expect.stringMatching(/^sre breaches: (?=.*api)(?=.*mail)(?=.*web).* breach within five minutes, and none/),
      expect.stringMatching(/^sre breaches: (bot, chat|chat, bot) breach within five minutes, and none/),
      'sre settled: none of them is in trouble any more',
      'sre settled: none of them is in trouble any more',
    ])
    expect(outside.notices.filter((n) => n.thing === 'breaches/2').map((n) => n.about)).toEqual(['breaches', 'settled'])
  })
})

test('apps that are held together hold who breaches later, until people answer', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail'), anApp('web')], maxFailed: 9 })
  const { outside } = trial
  // What the next one that breaches hears.
  const heard = async () => {
    const now = new Date(await env.currentTimeMs()).toISOString()
    return unrelatedBreaches((await trial.see()).apps, 'web', [], now)
  }
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    for (const app of ['api', 'mail', 'web']) await trial.onGreen(app)
    outside.unrelated.push('another')
    for (const app of ['api', 'mail']) outside.breaching.add(`${app}/production`)
    const gates = [await trial.gate('api', 'retry', 'production@'), await trial.gate('mail', 'retry', 'production@')]
    outside.breaching.clear()
    await env.sleep('47m')
    expect(await heard()).toEqual(['api', 'mail'])
    await trial.say('api', 'retry', { gate: gates[0] ?? '', by: 'doi' })
    await trial.onGreen('api')
    expect(await heard()).toEqual(['mail'])
    await trial.say('mail', 'rollback', { by: 'doi', environment: 'production', reason: 'rather not' })
    await trial.until('it is on blue', async () => (await trial.run('mail', 'production'))?.state === 'rolled-back')
    await trial.until('nobody is held', async () => (await heard()).length === 0)
  })
})
