import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

test('whoever moves a route towards green is told of before it is written once more; towards blue all of it follows', async () => {
  const trial = new Trial(env, new Outside(aPlatform({ apps: [anApp('api')] })))
  const { outside } = trial
  outside.faults.set('api:test/route/web/100', { times: 1, type: 'Claimed', message: 'flagger moved it' })
  const moved = { times: 1, type: 'MovedBack', message: 'aoki moved it towards blue' }
  await trial.during(async () => {
    await trial.start()
    await trial.onGreen('api', 'test')
    const told = outside.notices.filter((n) => n.thing === 'test/route/web/100/1/contested')
    expect(told.map((n) => [n.about, n.title])).toEqual([
      ['contested', 'flagger moved it'],
      ['settled', 'they have stopped, and it goes on'],
    ])
    expect([...outside.contested]).toEqual(['api:test/route/web/100'])
    outside.faults.set('api:production/route/web/100', moved)
    await trial.approveApps()
    const gate = await trial.gate('api', 'retry', 'production@')
    const back = () => outside.notices.filter((n) => n.about === 'went-back').map((n) => n.title)
    const title = 'api production went back to blue: aoki moved it towards blue'
    expect(back()).toEqual([title])
    // What is no less than the plan gave is nobody's move: the watch looks on.
    outside.misled.add('api/production')
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    await trial.until('the watch has looked at it', async () => outside.misled.size === 0)
    expect(back()).toEqual([title])
    outside.movedBack.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    expect(back()).toEqual([title, title])
    expect([...outside.world.facts.keys()].filter((key) => key.startsWith('api/production/'))).toEqual([])
  })
})
