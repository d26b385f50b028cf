import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mostEvents } from '../../src/domain/history-size.ts'
import { anApp, anEnvironment, anUpgradePlan, aPlatform } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

/** More than are started together. */
const MANY = 55
const production = anEnvironment('production')
/** Some rest between two environments. */
const RESTING = 10
const apps = Array.from({ length: MANY }, (_, n) =>
  anApp(`app-${n}`, { environments: n < RESTING ? [anEnvironment('test'), production] : [production] }),
)

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

/** With few at once, so that hardly anything falls into one task of the upgrade. */
async function moved(name: string, then: (trial: Trial) => Promise<string>): Promise<void> {
  const platform = aPlatform({ name, apps, maxParallel: 4, rest: '2s', soak: '1s' })
  const trial = new Trial(env, new Outside(platform, '1s'))
  await trial.during(async (upgrade) => {
    await trial.start()
    await trial.gate(undefined, 'approve', 'soak/gate@')
    const end = await then(trial)
    expect((await trial.result()).outcome).toBe(end)
    const { historyLength } = await upgrade.describe()
    expect(historyLength).toBeGreaterThan(8 * MANY)
    expect(historyLength).toBeLessThan(mostEvents(anUpgradePlan(platform).phases, platform))
  })
}

test('an upgrade of more apps than are started together moves all of them, within the events that it was let begin by', () =>
  moved('many', async (trial) => {
    await trial.decommission()
    return 'done'
  }))

test('and takes all of them back, within the same', () =>
  moved('many-back', async (trial) => {
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    for (const { name } of apps) expect(await trial.handle(name).result()).toMatchObject({ outcome: 'rolled-back' })
    return 'rolled-back'
  }))
