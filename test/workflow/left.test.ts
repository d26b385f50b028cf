import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutoverId } from '../../src/domain/messages.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

/** On the dev server: the time-skipping one tells no parent that its child was terminated. Side by side, since they wait most of the time. */
let env: TestWorkflowEnvironment
let n = 0
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(
    env,
    new Outside(
      aPlatform({ name: `left-${(n += 1)}`, apps: [anApp('api')], rest: '0s', soak: '1s', ...more }),
      '100ms',
    ),
  )
/** What runs on green alone is not put to sleep there by the next cutover, which asks; then people take it home by hand. */
async function takenHome(trial: Trial): Promise<string> {
  const { world } = trial.outside
  const refused = await trial.gate('api', 'retry', 'test/deploy@')
  expect(world.get('api/test/CronJob/shop/invoices/green', 'none')).toBe('up')
  for (const key of world.facts.keys()) if (/^api\/.*\/(blue|green|fence)$/.test(key)) world.facts.delete(key)
  return refused
}
const finish = async (trial: Trial, apps?: string[]) => {
  await trial.approveApps(apps)
  await trial.decommission()
  return (await trial.result()).outcome
}

test.concurrent.for([
  ['aborted', async (t: Trial): Promise<unknown> => t.say('api', 'abort', { by: 'baba', reason: 'no' })],
  ['terminated', async (t: Trial): Promise<unknown> => t.handle('api').terminate()],
] as const)('an app that is %s directly leaves the upgrade, which asks and starts it again', async ([how, leave]) => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail')] })
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await leave(trial)
    const gate = await trial.gate(undefined, 'retry', 'app/api@')
    expect(await trial.standing('api')).toBe('trouble')
    await trial.approveApps(['mail']) // stops nobody else
    await trial.onGreen('mail')
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    if (how === 'terminated') await trial.say('api', 'retry', { gate: await takenHome(trial), by: 'chiba' })
    await trial.until('it is a new one', async () => (await trial.standing('api')) !== 'trouble')
    expect(await finish(trial, ['api'])).toBe('done')
  })
  expect(trial.outside.world.twice).toEqual([])
})

test.concurrent('an app that is terminated between the last look and the commit is started again before blue goes', async () => {
  const trial = aTrial()
  const { outside } = trial
  outside.faults.set('upgrade:soak/still-idle', { times: 1, type: 'Failed' })
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.decommission()
    const gate = await trial.gate(undefined, 'retry', 'soak/still-idle@')
    await trial.handle('api').terminate()
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    const left = await trial.gate(undefined, 'retry', 'app/api/commit@')
    expect((await trial.waiting())[0]?.what).toMatch(/api left the upgrade/)
    await trial.say(undefined, 'retry', { gate: left, by: 'baba' })
    const refused = await takenHome(trial)
    // And its traffic, which nobody of this run left there.
    outside.world.set('api/production/route/web', 0, 0)
    outside.world.set('api/test/route/web', 0, 0)
    await trial.say('api', 'retry', { gate: refused, by: 'chiba' })
    await trial.approveApps()
    expect((await trial.result()).outcome).toBe('done')
    expect(outside.done.filter((d) => d === 'api:production/route/web/settle').length).toBe(1)
  })
})

test.concurrent('a breach in the moment of the commit: no environment of the app lets go of blue', async () => {
  const trial = aTrial()
  const { outside } = trial
  const looks: (() => void)[] = []
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    outside.looking = (place) =>
      place === 'api/production' ? new Promise((look) => looks.push(() => look())) : Promise.resolve()
    await trial.until('somebody looks', async () => looks.length > 0)
    outside.breaching.add('api/production')
    await trial.decommission()
    await trial.until('they let go', async () => {
      const run = await trial.run('api', 'test')
      return run?.can.rollback === 'it is committed: there is no way back'
    })
    outside.looking = async () => undefined
    for (const look of looks) look()
    const gate = await trial.gate('api', 'retry', 'production@')
    expect((await trial.run('api', 'test'))?.state).toBe('on-green')
    expect(outside.done.filter((d) => d.startsWith('api:test/') && d.includes('settle'))).toEqual([])

    outside.breaching.clear()
    await trial.say('api', 'retry', { gate, by: 'chiba' })
    await trial.approveApps()
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/api/commit@'), by: 'baba' })
    expect((await trial.result()).outcome).toBe('done')
  })
})

test.concurrent('an abort does not delete green under an app that was terminated there', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.handle('api').terminate()
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'no' })
    const gate = await trial.gate(undefined, 'skip', 'app/api/back@')
    expect([outside.world.get('toy-1-36', 'gone'), (await trial.see()).runs[0]?.state]).toEqual(['there', 'stuck'])
    await trial.say(undefined, 'skip', { gate, by: 'baba' })
    const { outcome, report } = await trial.result()
    expect([outcome, report.leftovers]).toEqual(['rolled-back', ['take api back']])
  })
})

test.concurrent('an app that was terminated in mid-move is gone on with as what made it, and no abort deletes green before it was all there again', async () => {
  const trial = aTrial()
  const { outside } = trial
  const held = new Set(['api:production/route/web/100'])
  outside.holds = held
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.until('some of it is on green', async () => outside.done.includes('api:production/route/web/5'))
    await trial.handle('api').terminate()
    // The next one does not come far: it takes back only what it has begun itself.
    held.add('api:test/verify')
    const again = await trial.gate(undefined, 'retry', 'app/api@')
    await trial.say(undefined, 'retry', { gate: again, by: 'baba' })
    await trial.until('another one moves', async () => outside.makers.get('api')?.askers.size === 2)
    expect([outside.makers.get('api')?.runs.size, outside.makers.get('upgrade')?.runs.size]).toEqual([1, 1])
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'no' })
    const gate = await trial.gate(undefined, 'skip', 'app/api/back@')
    expect((await trial.waiting())[0]?.what).toMatch(/api did not come back .* see that blue serves it/)
    expect(outside.world.get('toy-1-36', 'gone')).toBe('there')
    await trial.say(undefined, 'skip', { gate, by: 'baba' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
})

test.concurrent('an app that is still open from an earlier upgrade is refused by name, and the others move', async () => {
  const trial = aTrial({ apps: [anApp('api'), anApp('mail')] })
  await env.client.workflow.start('appCutover', {
    workflowId: cutoverId(trial.outside.platform.name, 'api'),
    taskQueue: 'elsewhere',
    args: [],
  })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate(undefined, 'retry', 'app/api@')
    expect((await trial.waiting())[0]?.what).toMatch(/\/app\/api is still open from an earlier upgrade/)
    await trial.approveApps(['mail'])
    await trial.onGreen('mail')
    await trial.handle('api').terminate()
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    await trial.until('it is a new one', async () => (await trial.standing('api')) !== 'trouble')
    expect(await finish(trial, ['api'])).toBe('done')
  })
})
