import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) => new Trial(env, new Outside(aPlatform(more)))

test('a gate that its team does not answer in time is rejected: the app is on blue, and may be tried again', async () => {
  const gate = rule('scala', { expires: '30h', exclude: ['requester'] })
  const app = anApp('api', { environments: [anEnvironment('test'), anEnvironment('production', { gate })] })
  const trial = aTrial({ apps: [app] })
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    const [asked] = await trial.waiting('api')
    expect(asked?.needs).toBe(
      `0 of 1: approve or reject; unanswered it counts as rejected at ${new Date(Date.parse(asked?.since ?? '') + 30 * 3_600_000).toISOString()}`,
    )
    const again = await trial.gate('api', 'retry', 'production@')
    expect((await trial.run('api', 'production'))?.problem).toMatch(/rejected/)
    expect(trial.outside.notices.map((n) => n.title)).toContain('nobody answered within 30h, which counts as rejected')
    // Nobody is hurried to say whether it is tried again.
    await env.sleep('9h')
    await trial.say('api', 'retry', { gate: again, by: 'chiba' })
    await trial.say('api', 'approve', { gate: await trial.gate('api', 'approve', 'production/gate@'), by: 'doi' })
    await trial.onGreen('api')
  })
})

test('a start that nobody approves ends the upgrade; its team is reminded as it said, and joined by another', async () => {
  const trial = aTrial({
    apps: [anApp('api')],
    gates: { start: rule('sre', { expires: '30h' }), decommission: rule('sre', { exclude: ['start'] }) },
    teams: {
      sre: { approvers: ['aoki', 'baba'], remindEvery: '7h', deadline: '10h', escalatesTo: 'leads' },
      leads: { approvers: ['eda'] },
      scala: { approvers: ['chiba', 'doi'] },
    },
  })
  await trial.during(async () => {
    await trial.gate(undefined, 'approve', 'start@')
    const { outcome } = await trial.result()
    expect([outcome, trial.outside.done]).toEqual(['rejected', []])
    const told = trial.outside.notices.filter((n) => n.waiting?.gate.startsWith('start@'))
    expect(told.map((n) => [n.about, n.teams])).toEqual([
      ['gate', ['sre']],
      ['reminder', ['sre']], // after 7 h
      ['reminder', ['sre', 'leads']], // after 10 h
      ['reminder', ['sre', 'leads']], // after 17 h
      ['reminder', ['sre', 'leads']], // after 24 h
    ])
  })
})
