import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPlatform, anApp, anEnvironment, rule, workload } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

/** An app whose volumes are copied: going back loses what green wrote. */

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const DB = 'production/shop/statefulset/db'
const LOSS = 'going back loses: orders of the day (what StatefulSet/shop/db wrote on green). Type db to accept it'

function aTrial(): Trial {
  const environment = anEnvironment('production', {
    gate: rule('scala', { exclude: ['requester'] }),
    handovers: { 'StatefulSet/shop/db': { class: 'stateful', by: 'copy', lossOnReturn: 'orders of the day' } },
  })
  const outside = new Outside(aPlatform({ apps: [anApp('api', { environments: [environment] })] }))
  outside.workloads = [workload('StatefulSet', 'db', { hasVolumes: true })]
  outside.world.once.add('db')
  outside.world.copied.add('db')
  return new Trial(env, outside)
}
const rollback = { by: 'doi', reason: 'slow', environment: 'production' }
const facts = (trial: Trial) => [...trial.outside.world.facts.keys()].filter((k) => k.startsWith('api/production/'))

test('what green wrote is lost by name only: nothing goes on without, and no refusal is an acceptance', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.say('api', 'rollback', rollback)
    const first = await trial.gate('api', 'approve', `${DB}/accept-loss@`)
    expect((await trial.waiting('api'))[0]?.what).toBe(LOSS)
    // Traffic does not wait for it.
    expect((await trial.run('api', 'production'))?.weight).toBe(0)
    await expect(trial.say('api', 'approve', { gate: first, by: 'chiba' })).rejects.toMatchObject({
      cause: { type: 'not-typed' },
    })
    await trial.say('api', 'reject', { gate: first, by: 'chiba' })
    const again = await trial.gate('api', 'retry', `${DB}/accept-loss/again@`)
    expect((await trial.waiting('api')).flatMap((w) => w.send.map((s) => s.message))).toEqual(['retry'])
    expect(trial.outside.done).not.toContain(`api:${DB}/stop-green`)
    await trial.say('api', 'retry', { gate: again, by: 'chiba' })
    const second = await trial.gate('api', 'approve', `${DB}/accept-loss@`)
    await trial.say('api', 'approve', { gate: second, by: 'chiba', typed: 'db' })
    await trial.gate('api', 'retry', 'production@')
    expect([facts(trial), trial.outside.world.twice]).toEqual([[], []])
    const way = ['stop-green', 'start-blue', 'keep-green', 'discard', 'unretain-blue'].map((s) => `api:${DB}/${s}`)
    expect(trial.outside.done.filter((d) => way.includes(d))).toEqual(way)
  })
})

test('a breach does not go back by itself where that loses something; `rollback` asks for it', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    trial.outside.breaching.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toBe(
      `errors 2.1 % against 0.1 %; not rolled back by itself: ${LOSS}. \`rollback\` asks for it`,
    )
    expect((await trial.run('api', 'production'))?.weight).toBe(100)
    await trial.say('api', 'rollback', rollback)
    await trial.gate('api', 'approve', `${DB}/accept-loss@`)
  })
})

test('what fails once green ran holds where it is, with all traffic on green', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    trial.outside.faults.set('api:production/quiet/blue', { times: 1, type: 'Failed' })
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toContain(`not rolled back by itself: ${LOSS}`)
    expect((await trial.run('api', 'production'))?.weight).toBe(100)
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api')
  })
})

test('what fails before green ran goes back by itself, and asks for nothing', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    trial.outside.faults.set(`api:${DB}/copy`, { times: 1, type: 'Failed' })
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production@')
    expect([facts(trial), trial.outside.world.twice]).toEqual([[], []])
    expect(trial.outside.done).not.toContain(`api:${DB}/keep-green`)
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
    expect(trial.outside.done).toContain(`api:${DB}/drop-snapshots`)
  })
})
