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

test('a window of which too little was seen, or nothing heard, asks also where nobody approves, and nothing goes back', async () => {
  const trial = new Trial(env, new Outside(aPlatform({ apps: [anApp('api')] })))
  const { outside } = trial
  outside.thin.add('api/test')
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'retry', 'test/')
    const [waits] = await trial.waiting('api')
    expect(waits?.what).toContain('errors (Prometheus) 2 of 20 samples')
    expect(outside.notices.filter((n) => n.about === 'went-back')).toEqual([])
    expect(outside.world.facts.get('api/test/route/web')).toBe(100)
    // Asked for again it is observed again, at the weight that it has.
    outside.thin.clear()
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
  })
})
