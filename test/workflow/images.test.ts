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

const OTHER = 'Deployment/shop/web: web:2 on blue, web:1 on green'
const HELD = `not rolled back by itself: blue runs other images than green (${OTHER})`

function aTrial(): Trial {
  const outside = new Outside(aPlatform({ apps: [anApp('api')] }))
  outside.differing = [OTHER]
  return new Trial(env, outside)
}
const seenAt = async (trial: Trial, step: string) =>
  (await trial.waiting('api')).find((w) => w.gate.startsWith(step))?.differing

test('who is asked sees what runs other images on the two sides, and no longer once it is mended', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.until('it is seen', async () => (await seenAt(trial, 'production/gate@'))?.join() === OTHER)
    const details = await trial.handle('api').query<{ currentDetails?: string }>('__temporal_workflow_metadata')
    expect(details.currentDetails).toContain(`**other images:** ${OTHER}`)
    trial.outside.differing = []
    // With the next reminder.
    await trial.until('it is mended', async () => (await seenAt(trial, 'production/gate@')) === undefined)
  })
})

test('a step that fails once green serves does not take it back onto another release', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    trial.outside.faults.set('api:production/route/web/100', { times: 1, type: 'Failed' })
    await trial.approveApps()
    await trial.gate('api', 'retry', 'production@')
    const [asked] = await trial.waiting('api')
    expect(asked?.what).toBe(`production/route/web/100 cannot be done; ${HELD}. \`rollback\` takes it back`)
    expect((await trial.run('api', 'production'))?.weight).toBe(5)

    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.until('it is on blue', async () => (await trial.run('api', 'production'))?.where === 'blue')
    await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toContain(
      `api production is on blue: doi rolled it back: slow; blue runs other images than green (${OTHER})`,
    )
  })
})

test('a step that fails before green serves takes it back, whatever runs there', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    trial.outside.faults.set('api:production/ready', { times: 1, type: 'Failed' })
    await trial.gate('api', 'retry', 'production@')
    expect((await trial.run('api', 'production'))?.state).toBe('rolled-back')
  })
})

test('a breach is held by name of what differs', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    trial.outside.breaching.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    expect((await trial.waiting('api'))[0]?.what).toContain(HELD)
  })
})

test('what was approved ahead counts for what both sides ran then, and not for another release', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.plannedGate('api')
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.until(
      'it is taken out',
      async () => (await trial.waiting('api'))[0]?.needs.startsWith('0 of 1') === true,
    )
    expect((await trial.see('api')).log.map((l) => [l.became, l.because])).toEqual([
      ['ahead', undefined],
      ['void', expect.stringContaining(OTHER)],
    ])
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    await trial.onGreen('api')
  })
})

test('what was approved for tomorrow does not count for what is seen tonight, and does for what was read', async () => {
  const trial = aTrial()
  trial.outside.differing = []
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const approve = async (days: number) => {
      const notBefore = new Date((await env.currentTimeMs()) + days * 86_400_000).toISOString()
      await trial.say('api', 'approve', { gate, by: 'chiba', notBefore })
    }
    await approve(30)
    trial.outside.differing = [OTHER]
    const needs = async () => (await trial.waiting('api'))[0]?.needs ?? ''
    await trial.until('it is taken out', async () => (await needs()).startsWith('0 of 1'))
    expect((await trial.see('api')).log.map((l) => [l.became, l.because])).toEqual([
      ['counted', undefined],
      ['void', expect.stringContaining(OTHER)],
    ])
    expect(await seenAt(trial, 'production/gate@')).toEqual([OTHER])
    // With reminders in between.
    await approve(2)
    await trial.onGreen('api')
    expect((await trial.see('api')).log.map((l) => l.became)).toEqual(['counted', 'void', 'counted'])
  })
})

test('who is asked sees that nobody knows what the two sides run, and what was approved ahead does not count', async () => {
  const trial = aTrial()
  trial.outside.unseen = 'green does not answer'
  trial.outside.differing = []
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.plannedGate('api')
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    const unknown = 'what runs on the two sides is not known: green does not answer'
    await trial.until('it is seen', async () => (await seenAt(trial, 'production/gate@'))?.join() === unknown)
    expect((await trial.see('api')).log.map((l) => [l.became, l.because])).toEqual([
      ['ahead', undefined],
      ['void', unknown],
    ])
    const details = await trial.handle('api').query<{ currentDetails?: string }>('__temporal_workflow_metadata')
    expect(details.currentDetails).toContain(`**other images:** ${unknown}`)
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    await trial.onGreen('api')
  })
})
