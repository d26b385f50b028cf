import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

test('whoever cannot look for the metrics again holds nobody for it', async () => {
  const platform = aPlatform({ name: 'blinder', apps: [anApp('api')], rest: '0s', soak: '1s' })
  const trial = new Trial(env, new Outside(platform, '100ms'))
  Object.assign(trial.outside, { metricsSilent: true, lookingFails: true })
  await trial.during(async () => {
    await trial.start()
    await trial.onGreen('api', 'test')
    expect((await trial.peek())?.held).toBeUndefined()
    await trial.signal(undefined, 'abort', { by: 'aoki', reason: 'enough was seen' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  expect(trial.outside.notices.filter((notice) => notice.about === 'blind')).toHaveLength(1)
})

test('while health cannot be watched no app gets its turn, and the platform team is told once', async () => {
  const platform = aPlatform({ name: 'blind', apps: [anApp('api')], rest: '0s', soak: '1s' })
  const trial = new Trial(env, new Outside(platform, '100ms'))
  const held = async () => (await trial.peek())?.held ?? ''
  trial.outside.metricsSilent = true
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.until('it is said', async () => (await held()).startsWith('health cannot be watched since '))
    await trial.until('the app is there', async () => (await trial.run('api', 'test')) !== undefined)
    expect(JSON.stringify(await upgrade.query('__temporal_workflow_metadata'))).toContain(
      'nobody answers. No app gets its turn',
    )
    expect(await trial.standing('api', 'test')).toBe('pending')

    trial.outside.metricsSilent = false
    await trial.onGreen('api', 'test')
    expect(await held()).toBe('')
    await trial.signal(undefined, 'abort', { by: 'aoki', reason: 'enough was seen' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  const told = trial.outside.notices.filter((notice) => notice.about === 'blind')
  expect(told.map(({ teams, title }) => [teams, title.replace(/since \S+:/, 'since then:')])).toEqual([
    [
      ['sre'],
      'health cannot be watched since then: nobody answers. No app gets its turn, and nothing goes back by itself, until it can',
    ],
  ])
})
