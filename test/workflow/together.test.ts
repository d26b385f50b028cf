import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grouped } from '../../src/domain/groups.ts'
import { cutoverId } from '../../src/domain/messages.ts'
import type { ActionStep } from '../../src/domain/steps.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, skipping, Trial } from '../support/server.ts'

// In real time: some cancel what ends in that moment, which the time-skipping server does not take.
let env: TestWorkflowEnvironment
let count = 0
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

const names = ['api', 'web', 'work']
/** Of blue's load balancer, so that its owner may take it off blue. */
const gateway = {
  kind: 'gateway',
  name: 'web',
  namespace: 'shop',
  httpRoute: 'shop',
  service: 'web',
  binding: 'web',
  blueTargetGroup: 'arn:tg/web',
  greenTargetGroup: 'web-green',
  loadBalancer: 'app/shop/1',
} as const
const app = (name: string, routes: boolean, team = 'scala') => {
  const some = routes ? {} : { routes: [] }
  return anApp(name, {
    team,
    movesWith: names.filter((n) => n !== name),
    environments: [
      anEnvironment('test', some),
      anEnvironment('production', {
        ...some,
        ...(name === 'web' && { routes: [gateway] }),
        weights: [5, 25, 100],
        gate: rule(team, { exclude: ['requester'] }),
      }),
    ],
  })
}
const teams = {
  sre: { approvers: ['aoki', 'baba'] },
  scala: { approvers: ['chiba', 'doi'] },
  php: { approvers: ['endo'] },
}
/** Two with routes, and a worker without; `web` may be another team's. */
const aTrial = (web = 'scala', on = env, pollEvery: '100ms' | '6h' = '100ms') => {
  count += 1
  const apps = grouped([app('api', true), app('web', true, web), app('work', false)])
  const platform = aPlatform({ name: `together-${count}`, apps, teams, maxFailed: 9, rest: '0s', soak: '1s' })
  const trial = new Trial(on, new Outside(platform, pollEvery))
  const weights: Record<string, number> = {}
  const seen: string[] = []
  trial.outside.wrote = (place: string, step: ActionStep) => {
    if (step.action !== 'setWeight' || !place.endsWith('/production')) return
    weights[place.split('/')[0] ?? ''] = step.input.to
    seen.push(`${weights['api'] ?? 0} ${weights['web'] ?? 0}`)
  }
  return { trial, seen }
}
const gates = async (trial: Trial) =>
  (await Promise.all(names.map((n) => trial.waiting(n)))).flatMap((all, n) => all.map((w) => `${names[n]}: ${w.what}`))
const yesOf = async (trial: Trial, name: string, by = 'chiba') =>
  trial.say(name, 'approve', { gate: await trial.gate(name, 'approve', 'production/gate@'), by })
const yes = async (trial: Trial) => {
  for (const name of names) await yesOf(trial, name)
}
const allOnGreen = async (trial: Trial) => {
  for (const name of names) await trial.onGreen(name)
}
const waits = async (trial: Trial, name: string): Promise<string> => {
  const { waits: it } =
    (await trial.see()).apps.find((a) => a.app === name)?.environments.find((e) => e.name === 'production') ?? {}
  return it === undefined ? '' : `${it.where} for ${it.for.join(', ')}`
}
/** How far apart they were at most, of weights: one step of the list. */
const STEPS = [0, 5, 25, 100]
const apart = (seen: readonly string[]) =>
  Math.max(
    ...seen.map((both) => {
      const [a = 0, b = 0] = both.split(' ').map((w) => STEPS.indexOf(Number(w)))
      return Math.abs(a - b)
    }),
  )

test('a group is asked once all of it is ready, goes weight by weight together, and lets go of blue together', async () => {
  const { trial, seen } = aTrial()
  await trial.during(async () => {
    trial.outside.holds = new Set(['work:production/deploy'])
    await trial.start()
    await trial.until(
      'two wait for the third',
      async () => (await waits(trial, 'api')) !== '' && (await waits(trial, 'web')) !== '',
    )
    expect(await waits(trial, 'api')).toBe('ready on green for work (is not there yet)')
    expect(await gates(trial)).toEqual([])
    trial.outside.holds = new Set()
    await trial.gate('api', 'approve', 'production/gate@')
    await trial.until('all are asked', async () => (await gates(trial)).length === 3)
    expect((await gates(trial)).slice(0, 1)).toEqual(['api: move production to green, together with web, work'])
    expect(trial.outside.done.filter((d) => d.includes(':production/route/web/5'))).toEqual([])
    await yes(trial)
    await allOnGreen(trial)
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(apart(seen)).toBe(1)
  expect(seen.at(-1)).toBe('100 100')
})

test('each team of a group is asked, and nobody moves before all have said yes', async () => {
  const { trial, seen } = aTrial('php')
  await trial.during(async () => {
    await trial.start()
    await yesOf(trial, 'api')
    await yesOf(trial, 'work')
    await trial.until('api waits for web', async () => (await waits(trial, 'api')).includes('before it moves'))
    expect(await waits(trial, 'api')).toBe('before it moves for web (is not there yet)')
    expect(await gates(trial)).toEqual(['web: move production to green, together with api, work'])
    expect(seen).toEqual([])
    await yesOf(trial, 'web', 'endo')
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('one that breaches takes the others back, who name it, stand in line, and move again with it', async () => {
  const { trial, seen } = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    // Else it is through before anybody looks.
    outside.holds = new Set(['web:production/route/web/100'])
    await yes(trial)
    await trial.until('api is at 100 %', async () => seen.at(-1) === '100 25')
    outside.breaching.add('web/production')
    const again = await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    outside.holds = new Set()
    await trial.until('all are back', async () => seen.at(-1) === '0 0')
    await trial.until(
      'they stand in line',
      async () => (await trial.standing('api')) === 'pending' && (await trial.standing('work')) === 'pending',
    )
    expect((await gates(trial)).map((g) => g.split(':')[0])).toEqual(['web'])
    await trial.say('web', 'retry', { gate: again, by: 'doi' })
    await yes(trial)
    await allOnGreen(trial)
    await trial.decommission()
    const { report } = await trial.result()
    expect(
      report.rollbacks.map((r) => [r.app, r.why.split(':')[0]]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ).toEqual([
      ['api', 'it moves with web, which went back'],
      ['web', 'errors 2.1 % against 0.1 %'],
      ['work', 'it moves with web, which went back'],
    ])
  })
})

/** Web stands at 25 %, api is at its way to 100 %. */
const half = async (trial: Trial, seen: readonly string[]) => {
  trial.outside.holds = new Set(['web:production/route/web/25'])
  await trial.start()
  await yes(trial)
  await trial.until('api is at 25 %', async () => seen.at(-1) === '25 5')
}

test('one that is held for people stops the others at their next point, and the status says for whom', async () => {
  const { trial, seen } = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await half(trial, seen)
    outside.blueVerdict = 'fail'
    outside.breaching.add('web/production')
    const gate = await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    outside.holds = new Set()
    await trial.until('api waits', async () => (await waits(trial, 'api')) === 'before 100 % for web (is in trouble)')
    expect(seen.at(-1)).toBe('25 5')
    await trial.say('web', 'retry', { gate, by: 'doi' })
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('one that would go along without a way back is held and asks, also where it was held already; then it goes on', async () => {
  const { trial, seen } = aTrial()
  const { outside } = trial
  const why = () => trial.waiting('web').then((all) => all.map((w) => w.what).join())
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    outside.noWayBack = ['its owner has handed it over']
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    const held = await trial.gate('web', 'retry', 'production@')
    expect(await why()).toContain(
      'it moves with api, which went back: doi rolled it back: slow; not rolled back by itself: its owner has handed it over',
    )
    const again = await trial.gate('api', 'retry', 'production@')
    await trial.until('the worker is back', async () => (await trial.standing('work')) === 'pending')
    expect([seen.at(-1), await trial.standing('web')]).toEqual(['0 100', 'trouble'])
    await trial.say('web', 'retry', { gate: held, by: 'doi' })
    await trial.onGreen('web')
    await trial.say('api', 'retry', { gate: again, by: 'doi' })
    for (const name of ['api', 'work']) await yesOf(trial, name)
    await allOnGreen(trial)

    outside.blueVerdict = 'fail'
    outside.noWayBack = []
    outside.breaching.add('web/production')
    await trial.gate('web', 'retry', 'production@')
    expect(await why()).toContain('errors 2.1 % against 0.1 %; not rolled back by itself')
    outside.noWayBack = ['its owner has handed it over']
    await trial.say('api', 'rollback', { by: 'doi', reason: 'once more', environment: 'production' })
    await trial.until('web asks about that', async () => (await why()).includes('once more'))
    expect(seen.at(-1)).toBe('0 100')
  })
})

test('one that is held for its own breach goes back with another that does', async () => {
  const { trial, seen } = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    outside.blueVerdict = 'fail'
    outside.breaching.add('web/production')
    await trial.gate('web', 'retry', 'production@')
    outside.breaching.clear()
    await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.until('both are back', async () => seen.at(-1) === '0 0')
    await trial.until('web stands in line', async () => (await trial.standing('web')) === 'pending')
    expect(await gates(trial)).toEqual([expect.stringContaining('api: api production is on blue')])
  })
})

test('one that is rolled back on green takes the others back in that environment alone', async () => {
  const { trial, seen } = aTrial()
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    await trial.say('work', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
    await trial.gate('work', 'retry', 'production@')
    await trial.until('all are back', async () => seen.at(-1) === '0 0')
    for (const name of names) expect([name, await trial.standing(name, 'test')]).toEqual([name, 'on-green'])
    const told = () => JSON.stringify(trial.outside.notices.filter((n) => n.about === 'went-back'))
    await trial.until('all have told', async () => names.every((n) => told().includes(`${n} production went back`)))
    expect(told()).toContain(
      'api production went back to blue: it moves with work, which went back: doi rolled it back: slow',
    )
  })
})

test('what is said late, twice, of another try or by nobody changes nothing', async () => {
  const { trial, seen } = aTrial()
  await trial.during(async (upgrade) => {
    await half(trial, seen)
    await trial.until('api waits', async () => (await waits(trial, 'api')) !== '')
    const met = { app: 'api', environment: 'production', point: '100', attempt: 1, at: new Date().toISOString() }
    for (const body of [met, met, { ...met, app: 'nobody' }, { ...met, point: 'x' }, null, { ...met, point: '5' }])
      await upgrade.signal('meet', body)
    for (const body of [null, {}, { environment: 'production', point: '100', attempt: 7 }])
      await trial.handle('api').signal('pass', body)
    for (const body of [null, {}, { environment: 'nowhere', reason: 'x' }])
      await trial.handle('api').signal('follow', body)
    await upgrade.signal('meet', met)
    await trial.until(
      'they were heard',
      async () => (await waits(trial, 'api')) === 'before 100 % for web (is not there yet)',
    )
    expect(seen.at(-1)).toBe('25 5')
    trial.outside.holds = new Set()
    await allOnGreen(trial)
  })
  expect(apart(seen)).toBe(1)
})

test('one that gets its turn and is told to go back in the same moment goes back, and begins anew', async () => {
  const { trial } = aTrial()
  const { apps, waves: _waves, ...platform } = trial.outside.platform
  const activities = trial.outside.activities()
  let planned = 0
  const counting: typeof activities = {
    ...activities,
    planCutover: (asked) => {
      planned += 1
      return activities.planCutover(asked)
    },
  }
  const web = await env.client.workflow.start('appCutover', {
    workflowId: cutoverId(platform.name, 'web'),
    taskQueue: trial.queue,
    args: [{ platform, app: apps.find((a) => a.name === 'web'), by: 'aoki', related: [] }],
  })
  await web.signal('turn', { environment: 'test' })
  await web.signal('follow', { environment: 'test', reason: 'it moves with api, which went back' })
  const worker = await trial.worker({ activities: counting })
  await worker.runUntil(async () => {
    await trial.gate('web', 'skip', 'test/meet/ready@')
    expect(planned).toBe(2)
    await web.terminate()
  })
})

test('one that is terminated is waited for where the others are, also when it was started again', async () => {
  const { trial, seen } = aTrial()
  await trial.during(async () => {
    await half(trial, seen)
    await trial.handle('web').terminate('by mistake')
    await trial.until('api waits', async () => (await waits(trial, 'api')) === 'before 100 % for web (is in trouble)')
    await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/web@'), by: 'baba' })
    await trial.until(
      'it waits on',
      async () => (await waits(trial, 'api')) === 'before 100 % for web (stands in line)',
    )
    expect(await waits(trial, 'work')).toBe('')
  })
  expect(seen.at(-1)).toBe('25 5')
})

test('one that left before the others let go of blue is started again when one of these is retried', async () => {
  const { trial } = aTrial()
  await trial.during(async () => {
    await trial.start()
    await yes(trial)
    await allOnGreen(trial)
    const last = 'upgrade:soak/still-idle'
    trial.outside.holds = new Set([last])
    await trial.decommission()
    await trial.until('it is about to let go', async () => trial.outside.held.has(last))
    await trial.handle('web').terminate('by mistake')
    await trial.until('web has left', async () => (await trial.standing('web')) === 'trouble')
    trial.outside.holds = new Set()
    const gate = await trial.gate(undefined, 'retry', 'app/api/commit@')
    expect((await trial.waiting()).map((w) => w.what).join()).toContain('api lets go of blue with web alone: web left')
    await trial.gate(undefined, 'retry', 'app/web/commit@')
    expect((await trial.handle('web').describe()).status.name).toBe('TERMINATED')
    await trial.say(undefined, 'retry', { gate, by: 'baba' })
    await trial.until('web runs again', async () => (await trial.handle('web').describe()).status.name === 'RUNNING')
  })
})

test('where the upgrade is gone an app asks, stays where it is, and goes on by itself when people say so', async () => {
  const fast = await skipping()
  try {
    const { trial, seen } = aTrial('php', fast, '6h')
    await trial.during(async (upgrade) => {
      await trial.start()
      await yesOf(trial, 'api')
      await trial.until('api waits', async () => (await waits(trial, 'api')).includes('before it moves'), 1000)
      await upgrade.terminate()
      const gate = await trial.gate('api', 'skip', 'production/meet/approved@')
      expect((await trial.waiting('api')).map((w) => w.what)).toEqual([
        expect.stringContaining('the upgrade is gone, so nobody knows how far those are that it moves with'),
      ])
      expect(seen).toEqual([])
      await trial.say('api', 'skip', { gate, by: 'doi' })
      await trial.until('api has begun', async () => seen.at(-1) === '5 0', 1000)
    })
  } finally {
    await fast.teardown()
  }
})
