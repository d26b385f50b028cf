import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WATCHES, type Watches } from '../../src/domain/watching.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const asked = { gate: rule('scala') }
const environments = [anEnvironment('test'), anEnvironment('stage'), anEnvironment('production', asked)]
const three = () => new Trial(env, new Outside(aPlatform({ apps: [anApp('api', { environments })] })))
/** Of an app: the activities that watch it, and whom they watch. */
async function watched(trial: Trial) {
  const { memo, raw } = await trial.handle('api').describe()
  const ids = (raw.pendingActivities ?? [])
    .filter((a) => a.activityType?.name === 'watch')
    .map((a) => a.activityId ?? '')
  const watches = memo?.[WATCHES] as Watches | undefined // only the watch writes it
  return ids.map((id) => [id, Object.keys(watches?.[id] ?? {})])
}

test('all environments of an app have one watch, which goes on for the others when one goes back', async () => {
  const trial = three()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.onGreen('api', 'stage')
    expect(await watched(trial)).toEqual([['watch.1', ['test', 'stage']]])
    await trial.approveApps()
    await trial.onGreen('api')
    expect(await watched(trial)).toEqual([['watch.1', ['test', 'stage', 'production']]])
    outside.breaching.add('api/production')
    const gate = await trial.gate('api', 'retry', 'production@')
    expect(await watched(trial)).toEqual([['watch.2', ['test', 'stage']]])
    outside.breaching.clear()
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.approveApps()
    await trial.onGreen('api')
    expect(await watched(trial)).toEqual([['watch.2', ['test', 'stage', 'production']]])
    // Told to go back, it waits for nobody.
    await trial.say('api', 'rollback', { by: 'doi', reason: 'odd', environment: 'production' })
    await trial.gate('api', 'retry', 'production@')
    expect(await watched(trial)).toEqual([['watch.2', ['test', 'stage']]])
    await trial.say('api', 'abort', { by: 'baba', reason: 'no' })
    await expect(trial.handle('api').result()).resolves.toMatchObject({ outcome: 'rolled-back' })
    expect(await watched(trial)).toEqual([])
  })
})

test('an environment that has routes and no checks is watched too, and one that has neither is not', async () => {
  const bare = [
    anEnvironment('test', { checks: [], routes: [] }),
    anEnvironment('production', { checks: [], ...asked }),
  ]
  const trial = new Trial(env, new Outside(aPlatform({ apps: [anApp('api', { environments: bare })] })))
  await trial.during(async () => {
    await trial.start()
    await trial.onGreen('api', 'test')
    expect(await watched(trial)).toEqual([])
    await trial.approveApps()
    await trial.onGreen('api')
    expect(await watched(trial)).toEqual([['watch.1', ['production']]])
    trial.outside.movedBack.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    const told = trial.outside.notices.filter((n) => n.about === 'went-back').map((n) => n.title)
    expect(told).toEqual(['api production went back to blue: aoki moved it towards blue'])
  })
})
