import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Environment } from '../../src/domain/platform.ts'
import { aPlatform, anApp, anEnvironment, route, workload } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

/** An app whose visitors get a page while its leader runs nowhere. */
function aTrial(more: Partial<Environment> = {}, pollEvery?: '15s'): Trial {
  const environment = anEnvironment('test', {
    page: { status: 503, type: 'text/plain', body: 'back soon' },
    handovers: { 'Deployment/shop/leader': { class: 'singleton', downtime: '1m' } },
    ...more,
  })
  const outside = new Outside(aPlatform({ apps: [anApp('api', { environments: [environment] })] }), pollEvery)
  outside.workloads = [workload('Deployment', 'leader')]
  outside.world.once.add('leader')
  return new Trial(env, outside)
}
const LEADER = 'shop/deployment/leader'
const page = ({ outside }: Trial) => outside.world.get('api/test/route/web/page', 'none')
/** What was done of these, in that order. */
const done = ({ outside }: Trial) =>
  outside.done
    .filter((d) => /route\/web\/(page|100|back|served)|leader\/st/.test(d) && d.startsWith('api:'))
    .map((d) => d.slice('api:test/'.length))

test('a leader that does not come up on green goes back behind the page, and the page goes when it is back', async () => {
  const trial = aTrial()
  const { outside } = trial
  outside.faults.set(`api:test/${LEADER}/start-green`, { times: 1, type: 'Failed' })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'retry', 'test@')
    expect(page(trial)).toBe('none')
    expect(done(trial)).toEqual([
      'route/web/page',
      `${LEADER}/stop-blue`,
      'route/web/page-again',
      `${LEADER}/stop-green`,
      `${LEADER}/start-blue`,
      'route/web/served-again',
    ])
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
    expect([page(trial), outside.world.get('api/test/route/web', 0)]).toEqual(['none', 100])
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow' })
    await trial.gate('api', 'retry', 'test@')
    expect([page(trial), outside.world.get('api/test/route/web', 0)]).toEqual(['none', 0])
    expect(done(trial).slice(-5)).toEqual([
      'route/web/page-again',
      'route/web/back',
      `${LEADER}/stop-green`,
      `${LEADER}/start-blue`,
      'route/web/served-again',
    ])
  })
  expect(outside.world.twice).toEqual([])
})

test('nobody watches green while the page is up, and a breach once it is gone goes back behind it', async () => {
  // Looked at often: what is held is given up after a while.
  const trial = aTrial({}, '15s')
  const { outside } = trial
  const served = 'api:test/route/web/served'
  const holds = new Set([served])
  outside.holds = holds
  outside.breaching.add('api/test')
  await trial.during(async () => {
    await trial.start()
    await trial.until('the page is to go', async () => outside.held.has(served), 10_000)
    await env.sleep('3m')
    expect([page(trial), done(trial).at(-1)]).toEqual(['up', 'route/web/100'])
    outside.breaching.clear()
    holds.clear()
    await trial.onGreen('api', 'test')
    outside.breaching.add('api/test')
    await trial.gate('api', 'retry', 'test@')
    expect([page(trial), outside.world.get('api/test/route/web', 0)]).toEqual(['none', 0])
    expect(done(trial).slice(-6)).toEqual([
      'route/web/served',
      'route/web/page-again',
      'route/web/back',
      `${LEADER}/stop-green`,
      `${LEADER}/start-blue`,
      'route/web/served-again',
    ])
  })
  expect(outside.world.twice).toEqual([])
})

test('where no page can be put there nothing is stopped, and people may go on without', async () => {
  const trial = aTrial()
  trial.outside.faults.set('api:test/route/web/page', { times: 1, type: 'Contested' })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'skip', 'test/route/web/page@')
    expect(done(trial)).toEqual([])
    await trial.say('api', 'skip', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
  })
  expect(trial.outside.world.twice).toEqual([])
})

test('where one of two routes has no room for a page people are asked before there is any', async () => {
  const trial = aTrial({ routes: [route('web'), route('www')] })
  trial.outside.faults.set('api:test/page-room', { times: 1, type: 'Contested' })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'skip', 'test/page-room@')
    expect([done(trial), page(trial)]).toEqual([[], 'none'])
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
  })
})

test.for(['the page is put up', 'the leader stops'])('aborted while %s, the page is gone in the end', async (when) => {
  const trial = aTrial()
  const { outside } = trial
  const at = when === 'the page is put up' ? 'api:test/route/web/page' : `api:test/${LEADER}/stop-blue`
  const holds = new Set([at])
  outside.holds = holds
  await trial.during(async () => {
    await trial.start()
    await trial.until('it is there', async () => outside.held.has(at))
    await trial.signal(undefined, 'abort', { by: 'baba', reason: 'no' })
    holds.clear()
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  expect(page(trial)).toBe('none')
  expect(outside.world.twice).toEqual([])
})

test('what green may have written to a copy is not lost unasked, though nobody is served by green yet', async () => {
  const copied = { class: 'stateful', by: 'copy', lossOnReturn: 'orders of the day' } as const
  const trial = aTrial({ handovers: { 'StatefulSet/shop/db': copied } })
  const { outside } = trial
  outside.workloads = [workload('StatefulSet', 'db', { hasVolumes: true })]
  outside.world.once.add('db')
  outside.world.copied.add('db')
  outside.faults.set('api:test/shop/statefulset/db/start-green', { times: 1, type: 'Failed' })
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'retry', 'test@')
    expect((await trial.waiting('api'))[0]?.what).toContain('not rolled back by itself: going back loses')
    expect(outside.done).not.toContain('api:test/route/web/page-again')
    await trial.say('api', 'retry', { gate, by: 'doi' })
    await trial.onGreen('api', 'test')
    expect(page(trial)).toBe('none')
  })
  expect(outside.world.twice).toEqual([])
})

test('a pause that comes while the page is up holds the app once green serves', async () => {
  const trial = aTrial()
  const { outside } = trial
  const served = 'api:test/route/web/served'
  outside.wrote = async (_, { id }) => {
    if (id === `test/${LEADER}/start-green`) await trial.say('api', 'pause', { by: 'baba', reason: 'the night' })
  }
  await trial.during(async () => {
    await trial.start()
    await trial.until('green serves', async () => outside.done.includes(served))
    await env.sleep('9h')
    expect([outside.done.at(-1), (await trial.see('api')).runs[0]?.state]).toEqual([served, 'paused'])
    await trial.say('api', 'resume', { by: 'baba' })
    await trial.onGreen('api', 'test')
  })
})
