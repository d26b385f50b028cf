import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/domain/platform.ts'
import { aPlatform, anApp, anEnvironment, route, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const BACK = 'api:production/route/web/back'

/** On green in production, and about to breach. */
async function breaching(
  type: string,
  work: (trial: Trial, outside: Outside) => Promise<void>,
  {
    app = anApp('api'),
    breaches = true,
    on = env,
  }: { app?: App; breaches?: boolean; on?: TestWorkflowEnvironment } = {},
): Promise<void> {
  const trial = new Trial(on, new Outside(aPlatform({ apps: [app], rest: '0s' }), on === env ? '6h' : '100ms'))
  const { outside } = trial
  outside.faults.set(BACK, { times: 1, type, message: 'route web is at 50 %: 50 % of what blue needs is ready' })
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    if (breaches) outside.breaching.add('api/production')
    await work(trial, outside)
  })
}
const isBack = (trial: Trial) => async () => (await trial.run('api', 'production'))?.state === 'rolled-back'

test('a blue that is too small is told of, and gets the rest by itself once it is ready', async () => {
  await breaching('TooSmall', async (trial, outside) => {
    const small = new Set([BACK])
    outside.holds = small
    const gate = await trial.gate('api', 'skip', 'production/route/web/back/small@')
    expect((await trial.run('api', 'production'))?.state).toBe('stuck')
    const [asks] = await trial.waiting('api')
    expect([asks?.what, asks?.send.map((s) => s.message)]).toEqual([
      expect.stringMatching(/^route web is at 50 %: 50 % of what blue needs is ready \(as of /),
      ['skip'],
    ])
    // Hours later people are reminded, and nothing behind it was begun. (It looks each 6 h here, and reminds each 4: not at once.)
    await env.sleep('827m')
    expect(outside.notices.filter((n) => n.thing.includes('/small')).length).toBeGreaterThan(3)
    expect(outside.done).not.toContain('api:production/withdraw')
    small.clear()
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'told'])
    await expect(trial.say('api', 'skip', { gate, by: 'chiba' })).rejects.toMatchObject({
      cause: { type: 'already-decided' },
    })
  })
})

test('all of it goes there at once when people say so, ready or not', async () => {
  await breaching('TooSmall', async (trial, outside) => {
    let small = true
    outside.holds = { has: (step) => step === BACK && small && outside.asked.get(BACK)?.at(-1) === 'told' }
    const gate = await trial.gate('api', 'skip', 'production/route/web/back/small@')
    // The platform team may say so too, and at once.
    await trial.say('api', 'skip', { gate, by: 'aoki' })
    small = false
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'told', 'skip'])
    expect(outside.world.get('api/production/route/web', 0)).toBe(0)
  })
})

test('a blue that does badly too is asked about before anything is taken from green', async () => {
  await breaching('BadlyToo', async (trial, outside) => {
    const gate = await trial.gate('api', 'skip', 'production/route/web/back@')
    expect(outside.done).not.toContain('api:production/withdraw')
    await trial.say('api', 'skip', { gate, by: 'chiba' })
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'skip'])
  })
})

test('a route that waits for blue keeps no other of its app on green', async () => {
  const routes = [route('web'), route('www')]
  const app = anApp('api', {
    environments: [anEnvironment('production', { routes, gate: rule('scala', { exclude: ['requester'] }) })],
  })
  await breaching(
    'TooSmall',
    async (trial, outside) => {
      outside.holds = new Set([BACK])
      await trial.gate('api', 'skip', 'production/route/web/back/small@')
      await trial.until('the other is on blue', async () => outside.done.includes('api:production/route/www/back'))
      expect(outside.done).not.toContain('api:production/withdraw')
      outside.holds = new Set()
      await trial.until('it is on blue', isBack(trial))
    },
    { app },
  )
})

const order = { reason: 'aoki aborted the upgrade' }

test('an order that comes while blue grows is done as ordered, without what was asked before', async () => {
  await breaching('TooSmall', async (trial, outside) => {
    outside.holds = { has: (step) => step === BACK && outside.asked.get(BACK)?.at(-1) === 'told' }
    const gate = await trial.gate('api', 'skip', 'production/route/web/back/small@')
    await trial.signal('api', 'leave', order)
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'told', 'ordered'])
    expect((await trial.waiting('api')).map((it) => it.gate)).not.toContain(gate)
  })
})

test('who orders it back onto a blue that is too small is asked whether it is to take all of it all the same', async () => {
  const work = async (trial: Trial, outside: Outside) => {
    let small = true
    outside.holds = { has: (step) => step === BACK && small && outside.asked.get(BACK)?.at(-1) === 'ordered told' }
    await trial.say('api', 'rollback', { by: 'chiba', environment: 'production', reason: 'slow' })
    const gate = await trial.gate('api', 'skip', 'production/route/web/back/small@')
    await trial.say('api', 'skip', { gate, by: 'chiba' })
    small = false
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['ordered', 'ordered told', 'ordered skip'])
  }
  await breaching('TooSmall', work, { breaches: false })
})

test('an order that comes while people are asked about blue is the answer too', async () => {
  await breaching('BadlyToo', async (trial, outside) => {
    await trial.gate('api', 'skip', 'production/route/web/back@')
    await trial.signal('api', 'leave', order)
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'ordered'])
  })
})

test('an order that comes while blue is looked at ends the look', async () => {
  const work = async (trial: Trial, outside: Outside) => {
    outside.faults.clear()
    outside.holds = {
      has(step) {
        const looks = step === BACK && outside.asked.get(BACK)?.at(-1) === ''
        if (looks) void trial.signal('api', 'leave', order)
        return looks
      },
    }
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['', 'ordered'])
  }
  // In real time: it cancels what ends in that moment, which the time-skipping server does not take.
  const real = await dev()
  await breaching('none', work, { on: real }).finally(() => real.teardown())
})

test('who orders it back has it without a look at blue, also from a breach that was held', async () => {
  const trial = new Trial(env, new Outside(aPlatform({ apps: [anApp('api')] })))
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await trial.approveApps()
    await trial.onGreen('api')
    outside.blueVerdict = 'fail'
    outside.breaching.add('api/production')
    await trial.gate('api', 'retry', 'production@')
    await trial.say('api', 'rollback', { by: 'chiba', environment: 'production', reason: 'it is worse on green' })
    await trial.until('it is on blue', isBack(trial))
    expect(outside.asked.get(BACK)).toEqual(['ordered'])
  })
})
