import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anApp, anEnvironment, aPlatform, byArgo, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

function aTrial() {
  const environments = [anEnvironment('test', { argocd: byArgo })]
  const outside = new Outside(aPlatform({ apps: [anApp('api', { deploy: 'argocd', environments })] }))
  const holds = new Set(['upgrade:argocd/registered'])
  outside.holds = holds
  const told = () => outside.notices.filter((n) => n.about === 'deploy')
  return { trial: new Trial(env, outside), outside, holds, told }
}

/** That are otherwise than before. */
const labels = ({ world }: Outside) =>
  [...world.facts.keys()].filter((key) => key.includes(`/label/${byArgo.label.key}/`))

test('the platform team is told to register green, however long it takes, and no app begins before', async () => {
  const { trial, outside, holds, told } = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.until('they are reminded', async () => told().length >= 2)
    expect(new Set(told().map((n) => `${n.teams.join()}: ${n.title}`))).toEqual(
      new Set(['sre: register toy-1-36 with Argo CD, as toy-1-35 is; Norikae waits for it']),
    )
    expect((await trial.see()).runs[0]?.awaits).toEqual(['sre'])
    expect(outside.done.filter((d) => d.startsWith('api:'))).toEqual([])
    holds.clear()
    await trial.onGreen('api', 'test')
    expect(labels(outside)).toHaveLength(1)
  })
})

test('a sync that fails takes its label back, and what is on green is closed before', async () => {
  const { trial, outside, holds } = aTrial()
  holds.clear()
  outside.faults.set('api:test/argocd/sync', { times: 1, type: 'Failed' })
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'retry', 'test@')
    expect(outside.done.filter((d) => d.startsWith('api:test/'))).toEqual([
      'api:test/verify',
      'api:test/fence-green',
      'api:test/where/both',
      'api:test/argocd/label',
      'api:test/where/blue',
      'api:test/leave',
      'api:test/argocd/unlabel',
    ])
    expect(labels(outside)).toEqual([])
  })
})

test('who is asked sees what Argo CD would do by itself by now, and what was approved ahead does not count', async () => {
  const environments = [
    anEnvironment('test', { argocd: byArgo }),
    anEnvironment('production', { argocd: byArgo, gate: rule('scala'), weights: [5, 100] }),
  ]
  const outside = new Outside(aPlatform({ apps: [anApp('api', { deploy: 'argocd', environments })] }))
  const prunes = 'Application api prunes by itself'
  outside.hazards = [prunes]
  const trial = new Trial(env, outside)
  await trial.during(async () => {
    await trial.start()
    await trial.say('api', 'approve', { gate: await trial.plannedGate('api'), by: 'chiba' })
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.until('it is seen', async () => (await trial.waiting('api'))[0]?.hazards?.join() === prunes)
    expect((await trial.see('api')).log.map((l) => [l.became, l.because])).toEqual([
      ['ahead', undefined],
      ['void', `Argo CD: ${prunes}`],
    ])
    const details = await trial.handle('api').query<{ currentDetails?: string }>('__temporal_workflow_metadata')
    expect(details.currentDetails).toContain(`**Argo CD:** ${prunes}`)
    await trial.say('api', 'rollback', { by: 'doi', reason: 'it prunes', environment: 'production' })
    await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toContain(`it prunes; Argo CD: ${prunes}`)
  })
})
