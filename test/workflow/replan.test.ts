import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UpgradeStatus } from '../../src/domain/messages.ts'
import { recalled } from '../../src/domain/remembered.ts'
import { anApp, anEnvironment, aPlatform } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const [api, web, mail] = [anApp('api'), anApp('web'), anApp('mail')]
const aTrial = (apps = [api]) => new Trial(env, new Outside(aPlatform({ apps, rest: '0s', soak: '3h' })))
const order = (app: string) => ({ app, by: 'baba', reason: 'it was born yesterday' })
const replans = async (trial: Trial) => (await trial.handle().query<UpgradeStatus>('status')).replans ?? []
const replan = async (trial: Trial, app: string, how: 'say' | 'signal' = 'say') => {
  const n = (await replans(trial)).length
  await trial[how](undefined, 'replan', order(app))
  await trial.until(`${app} was looked for`, async () => {
    const last = (await replans(trial)).at(-1)
    return (await replans(trial)).length > n && last?.became !== 'looking'
  })
  return (await replans(trial)).at(-1)
}

test('an app that was born meanwhile is tried on green, moves beside the others and is committed with them', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    outside.onBlue = [api, { ...web, dependsOn: ['api'] }]
    expect(await replan(trial, 'web')).toMatchObject({ app: 'web', by: 'baba', became: 'joins' })
    // Which plan counts is told also while no worker runs.
    const { memo } = await trial.handle().describe()
    expect(recalled(memo).plan).toBe((await trial.see()).runs[0]?.digest)
    await trial.approveApps(['api'])
    await trial.approveApps(['web'])
    for (const name of ['api', 'web']) await trial.onGreen(name)
    await trial.decommission()
    const { outcome, report } = await trial.result()
    expect(outcome).toBe('done')
    expect(report.subjects.flatMap((s) => s.app ?? []).toSorted()).toEqual(['api', 'api', 'web', 'web'])
    expect(report.findings.map((f) => f.message)).toContain(
      'it was not there when the upgrade was planned, and moves with the others (replan by baba: it was born yesterday)',
    )
    expect(report.decisions.filter((d) => d.message === 'replan').map((d) => d.became)).toEqual(['counted'])
  })
  const at = (step: string) => outside.done.indexOf(step)
  const tried = outside.done.lastIndexOf('upgrade:verify/objects/scala/2')
  expect(at('web:test/deploy')).toBeGreaterThan(tried)
  expect(at('web:production/deploy')).toBeGreaterThan(at('api:production/route/web/100'))
  // What was done was not done again.
  expect(tried).toBeGreaterThan(at('upgrade:verify/objects/scala/1'))
  for (const step of ['cluster/create', 'verify/namespaces/scala/1', 'verify/objects/scala/1'])
    expect(outside.done.filter((d) => d === `upgrade:${step}`)).toHaveLength(1)
})

test('a step that was under way when its app became another one is done again', async () => {
  const trial = aTrial()
  const { outside } = trial
  let end: (() => void) | undefined
  outside.wrote = (_, { id }) => (id === 'verify/objects/scala/1' ? new Promise<void>((go) => (end = go)) : undefined)
  await trial.during(async () => {
    await trial.start()
    outside.onBlue = [{ ...api, environments: api.environments.map((e) => ({ ...e, namespaces: ['shop', 'more'] })) }]
    await eventually('its first try is under way', () => end !== undefined)
    await trial.say(undefined, 'replan', order('api'))
    await eventually('it was looked for', async () => (await replans(trial)).at(-1)?.became === 'changes')
    outside.wrote = () => undefined
    end?.()
    await trial.gate('api', 'approve', 'production/gate@')
  })
  expect(outside.done.filter((d) => d === 'upgrade:verify/objects/scala/1')).toHaveLength(2)
})

test('one that is born in the soak is waited for, and the removal of blue is asked for again', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    const gate = await trial.gate(undefined, 'approve', 'soak/gate@')
    outside.onBlue = [api, web]
    expect(await replan(trial, 'web', 'signal')).toMatchObject({ became: 'joins' })
    await expect(
      trial.say(undefined, 'approve', { gate, by: 'baba', typed: outside.platform.blue }),
    ).rejects.toMatchObject({ cause: { type: 'already-decided' } })
    await trial.approveApps(['web'])
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(outside.done.filter((d) => d === 'upgrade:soak/idle')).toHaveLength(2)
  expect(outside.done.at(-1)).toBe('upgrade:blue/remains')
})

test('what has left is not started again because another is planned anew', async () => {
  const trial = aTrial([api, mail])
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.gate('mail', 'approve', 'production/gate@')
    await trial.say('mail', 'abort', { by: 'baba', reason: 'not this time' })
    await trial.gate(undefined, 'retry', 'app/mail@')
    const before = (await trial.handle('mail').describe()).runId
    outside.onBlue = [api, mail, web]
    expect(await replan(trial, 'web')).toMatchObject({ became: 'joins' })
    await trial.gate(undefined, 'retry', 'app/mail@')
    await trial.gate('web', 'approve', 'production/gate@')
    expect((await trial.handle('mail').describe()).runId).toBe(before)
  })
})

test('one that is gone is let go, and nobody waits for it; one that has begun is refused, with what to do', async () => {
  const trial = aTrial([api, { ...mail, dependsOn: ['api'], environments: mail.environments.slice(1) }])
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    outside.onBlue = []
    const refused = await replan(trial, 'api')
    expect(refused).toMatchObject({ became: 'refused' })
    expect(refused?.note).toMatch(/^test is on-green, production is moving: .*\(norikae rollback api --reason/)
    expect((await trial.see()).refused.at(-1)).toContain('norikae rollback api')
    expect(await replan(trial, 'mail')).toMatchObject({ became: 'leaves' })
    expect((await trial.handle('mail').describe()).status.name).toBe('COMPLETED')
    expect((await trial.see()).apps.map((a) => a.app)).toEqual(['api'])
    await trial.approveApps(['api'])
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(outside.done.filter((d) => d.startsWith('mail:'))).toEqual([])
})

test('one that is another now and has gone back is planned anew, and moves by its new facts', async () => {
  const trial = aTrial()
  const { outside } = trial
  const more = [...api.environments.slice(0, 1), anEnvironment('stage'), ...api.environments.slice(1)]
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.say('api', 'rollback', { by: 'chiba', reason: 'it gets a stage' })
    for (const e of ['test', 'production'])
      await trial.until(`${e} is back`, async () => (await trial.run('api', e))?.state === 'rolled-back')
    outside.onBlue = [{ ...api, environments: more }]
    expect(await replan(trial, 'api')).toMatchObject({ became: 'changes' })
    await trial.approveApps(['api'])
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(outside.done).toContain('api:stage/deploy')
  expect(outside.world.twice).toEqual([])
})

test('at the start gate the new plan is asked for; an abort while it is looked for is an abort', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    const gate = await trial.gate(undefined, 'approve', 'start@')
    outside.onBlue = [api, web]
    await replan(trial, 'web')
    const again = await trial.gate(undefined, 'approve', 'start@')
    expect([again === gate, again.endsWith('.2')]).toEqual([false, true])
    expect(await replan(trial, 'nowhere')).toMatchObject({ became: 'refused', note: 'nowhere is unknown' })
    let answer: (() => void) | undefined
    outside.replanning = () => new Promise((go) => (answer = go))
    await trial.say(undefined, 'replan', order('web'))
    await trial.until('it is looked for', async () => answer !== undefined)
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    answer?.()
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  expect(outside.world.snapshot()).toBe('[]')
})

test('of another team, without a reason, of no app, and to an app it is refused', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.gate(undefined, 'approve', 'start@')
    for (const [body, code] of [
      [{ app: 'web', by: 'chiba', reason: 'x' }, 'not-allowed'],
      [{ app: 'web', by: 'baba' }, 'malformed'],
      [{ by: 'baba', reason: 'x' }, 'malformed'],
    ] as const)
      await expect(trial.say(undefined, 'replan', body)).rejects.toMatchObject({ cause: { type: code } })
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await expect(trial.say('api', 'replan', order('api'))).rejects.toMatchObject({ cause: { type: 'not-now' } })
  })
})
