import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

const waitingFor = defineSearchAttributeKey('NorikaeWaitingFor', SearchAttributeType.KEYWORD_LIST)

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

/** Of an app that somebody else deploys, and that is not on green yet. */
function aTrial(more: Parameters<typeof aPlatform>[0] = {}) {
  const outside = new Outside(aPlatform({ apps: [anApp('api', { deploy: 'external' })], ...more }))
  const holds = new Set(['api:test/deployed'])
  outside.holds = holds
  const told = () =>
    outside.notices.filter((n) => n.about === 'deploy').map((n) => `${n.environment} ${n.teams.join()}`)
  return { trial: new Trial(env, outside), holds, told }
}
const awaits = async (trial: Trial) => (await trial.run('api', 'test'))?.awaits

test('who deploys is told and reminded, however long it takes, and the app goes on from there', async () => {
  const { trial, holds, told } = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.until('it waits to be deployed', async () => (await awaits(trial))?.join() === 'scala')
    await trial.until('they are reminded', async () => told().length >= 3)
    expect(new Set(told())).toEqual(new Set(['test scala']))
    expect((await trial.run('api', 'test'))?.doing).toEqual(['wait until somebody has deployed api to green'])
    expect((await trial.handle('api').describe()).typedSearchAttributes.get(waitingFor)).toEqual(['scala'])

    holds.clear()
    await trial.approveApps()
    await trial.onGreen('api')
    expect(await awaits(trial)).toBeUndefined()
    const before = told().length
    await env.sleep('73h')
    expect(told()).toHaveLength(before)
  })
})

test('a team that takes it back while it is waited for is back at once', async () => {
  const { trial } = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.until('it waits to be deployed', async () => (await awaits(trial)) !== undefined)
    await trial.say('api', 'rollback', { by: 'doi', reason: 'not now', environment: 'test' })
    await trial.gate('api', 'retry', 'test@')
    expect(trial.outside.done.filter((d) => d.startsWith('api:test/'))).toEqual([
      'api:test/verify',
      'api:test/fence-green',
      'api:test/where/both',
      'api:test/where/blue',
      'api:test/leave',
    ])
  })
})

test('where Flux deploys, nobody is told for ten minutes', async () => {
  const { trial, holds, told } = aTrial({ apps: [anApp('api', { deploy: 'flux' })] })
  await trial.during(async () => {
    await trial.start()
    await trial.until('it waits for Flux', async () => (await awaits(trial))?.join() === 'scala', 1_000)
    await env.sleep('9m')
    expect(told()).toEqual([])
    await trial.until('they are told', async () => told().length > 0)
    expect(told()[0]).toBe('test scala')
    holds.clear()
    await trial.approveApps()
    await trial.onGreen('api')
  })
})

test('who waits to be deployed holds no other app up', async () => {
  const { trial, holds } = aTrial({ apps: [anApp('api', { deploy: 'external' }), anApp('mail')], maxParallel: 1 })
  await trial.during(async () => {
    await trial.start()
    await trial.gate('mail', 'approve', 'production/gate@')
    expect(await trial.standing('api', 'test')).toBe('awaited')
    holds.clear()
    await trial.approveApps(['mail'])
    await trial.onGreen('api', 'test')
  })
})
