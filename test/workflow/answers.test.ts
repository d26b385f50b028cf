import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anApp, anEnvironment, aPlatform, rule, workload } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const two = anApp('api', {
  environments: [
    anEnvironment('test'),
    anEnvironment('production', { gate: rule('scala', { approvals: 2, exclude: ['requester'] }) }),
  ],
})
const teams = { sre: { approvers: ['aoki', 'baba'] }, scala: { approvers: ['aoki', 'chiba', 'doi'] } }
const aTrial = (more: Parameters<typeof aPlatform>[0] = {}) =>
  new Trial(env, new Outside(aPlatform({ apps: [two], teams, ...more })))
const outcomes = (trial: Trial) => trial.result().then((r) => r.outcome)

test('two of a team, other than who asked, let production move; no refusal counts, as update or as signal', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const refused = async (message: string, body: object, code: string) => {
      await expect(trial.say('api', message, body)).rejects.toMatchObject({ cause: { type: code } })
      await trial.signal('api', message, body)
      expect((await trial.see('api')).log.at(-1)).toMatchObject({ message, became: 'refused' })
    }
    await refused('approve', { gate, by: 'aoki' }, 'excluded')
    await refused('approve', { gate, by: 'baba' }, 'not-an-approver')
    await trial.signal('api', 'approve', { gate, by: 'chiba', comment: 'looks well' })
    await refused('approve', { gate, by: 'chiba' }, 'twice')
    await refused('approve', { gate, by: 'doi', proof: 'x' }, 'proof-not-wanted')
    await refused('approve', { gate, by: 'doi', notBefore: 'soon' }, 'malformed')
    await refused('skip', { gate, by: 'doi' }, 'not-offered')
    await refused('rollback', { by: 'doi', reason: 'no', environment: 'stage' }, 'no-such-environment')
    await refused('pause', { by: 'doi' }, 'not-allowed')
    await refused('resume', { by: 'baba' }, 'not-now')
    await refused('abort', { by: 'baba', reason: 'no', environment: 'test' }, 'malformed')
    await trial.signal('api', 'dance', { by: 'doi' })
    expect((await trial.see('api')).log.at(-1)?.because).toMatch(/^no-such-message/)
    expect((await trial.waiting('api'))[0]?.needs).toBe('1 of 2: approve or reject')
    expect(await trial.say('api', 'approve', { gate, by: 'doi' })).toBe('approve: noted')
    await trial.onGreen('api')
    await expect(trial.say('api', 'approve', { gate, by: 'doi' })).rejects.toMatchObject({
      cause: { type: 'already-decided' },
    })
  })
})

test('who asked in other letters is still who asked', async () => {
  const trial = aTrial({ apps: [anApp('api')] })
  const worker = await trial.worker()
  await worker.runUntil(async () => {
    await trial.begin({ platform: trial.outside.platform.name, to: '1.36', by: 'CHIBA' })
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    await expect(trial.say('api', 'approve', { gate, by: 'chiba' })).rejects.toMatchObject({
      cause: { type: 'excluded' },
    })
    await trial.handle().cancel()
    await trial.result()
  })
})

test('who approved the start may not decommission, nobody may ahead, and the name is typed', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    const start = await trial.gate(undefined, 'approve', 'start@')
    const ahead = start.replace('start@', 'soak/gate@')
    const typed = trial.outside.platform.blue
    for (const by of ['aoki', 'baba']) {
      await expect(trial.say(undefined, 'approve', { gate: ahead, by, typed })).rejects.toMatchObject({
        cause: { type: 'not-ahead' },
      })
      await trial.signal(undefined, 'approve', { gate: ahead, by, typed })
    }
    expect((await trial.see()).refused).toMatchObject([expect.stringMatching(/not-ahead/), expect.anything()])
    expect((await trial.see()).runs.map((r) => r.toCome)).toEqual([undefined])
    await trial.signal(undefined, 'approve', { gate: start, by: 'baba' })
    const app = await trial.gate('api', 'approve', 'production/gate@')
    for (const by of ['chiba', 'doi']) await trial.signal('api', 'approve', { gate: app, by })
    const gate = await trial.gate(undefined, 'approve', 'soak/gate@')
    expect((await trial.waiting())[0]?.needs).toMatch(/^0 of 1/)
    for (const [body, code] of [
      [{ gate, by: 'baba', typed }, 'excluded'],
      [{ gate, by: 'aoki' }, 'not-typed'],
      [{ gate, by: 'aoki', typed: 'toy-1-36' }, 'not-typed'],
      [{ gate, by: 'chiba', typed }, 'not-an-approver'],
    ] as const) {
      await expect(trial.say(undefined, 'approve', body)).rejects.toMatchObject({ cause: { type: code } })
      await trial.signal(undefined, 'approve', body)
      expect((await trial.see()).refused.at(-1)).toMatch(code)
    }
    // Refused to delete: nothing is lost by it, and it is asked again when somebody says so.
    await trial.signal(undefined, 'reject', { gate, by: 'aoki' })
    const again = await trial.gate(undefined, 'retry', 'soak/gate/again@')
    await trial.signal(undefined, 'retry', { gate: again, by: 'baba' })
    await trial.signal(undefined, 'approve', {
      gate: await trial.gate(undefined, 'approve', 'soak/gate@'),
      by: 'aoki',
      typed,
    })
    expect(await outcomes(trial)).toBe('done')
  })
})

test.for(['signal', 'say'] as const)(
  'rejecting production (%s) keeps it on blue, and the team may try again',
  async (how) => {
    const trial = aTrial()
    await trial.during(async () => {
      await trial.start()
      await trial[how]('api', 'reject', { gate: await trial.gate('api', 'reject', 'production/gate@'), by: 'aoki' })
      const gate = await trial.gate('api', 'retry', 'production@')
      expect((await trial.run('api', 'production'))?.problem).toMatch(/rejected/)
      await trial[how]('api', 'retry', { gate, by: 'chiba' })
      await trial.gate('api', 'approve', 'production/gate@')
    })
  },
)

test('a paused upgrade starts nothing, and goes on', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.gate(undefined, 'approve', 'start@')
    await trial.say(undefined, 'pause', { by: 'baba', reason: 'holidays' })
    await trial.start()
    await env.sleep('2h')
    expect([(await trial.see()).runs[0]?.state, trial.outside.done]).toEqual(['paused', []])
    await trial.say(undefined, 'resume', { by: 'baba' })
    await trial.gate('api', 'approve', 'production/gate@')
  })
})

test('a pause that comes while a singleton is stopped holds the app once it has started again', async () => {
  const handovers = { 'Deployment/shop/leader': { class: 'singleton', downtime: '30s' } } as const
  const trial = aTrial({ apps: [anApp('api', { environments: [anEnvironment('test', { handovers })] })] })
  const { outside } = trial
  outside.workloads = [workload('Deployment', 'leader')]
  const lane = 'test/shop/deployment/leader'
  const start = `api:${lane}/start-green`
  outside.wrote = async (_, { id }) => {
    if (id === `${lane}/stop-blue`) await trial.say('api', 'pause', { by: 'baba', reason: 'the night' })
  }
  await trial.during(async () => {
    await trial.start()
    await trial.until('it runs on green', async () => outside.done.includes(start))
    await env.sleep('9h')
    expect([outside.done.at(-1), (await trial.see('api')).runs[0]?.state]).toEqual([start, 'paused'])
    await trial.say('api', 'resume', { by: 'baba' })
    await trial.onGreen('api', 'test')
  })
})

test('reminders come again and again, each told once, to those who have not answered, and an answer ends them', async () => {
  const trial = aTrial()
  const { notices } = trial.outside
  await trial.during(async () => {
    const gate = await trial.gate(undefined, 'approve', 'start@')
    await env.sleep('9h')
    const told = notices.filter((n) => n.waiting?.gate === gate).map((n) => n.about)
    expect(told.slice(0, 3)).toEqual(['gate', 'reminder', 'reminder'])
    await trial.start()
    const production = await trial.gate('api', 'approve', 'production/gate@')
    const asked = notices.find((n) => n.waiting?.gate === production)
    await trial.say('api', 'approve', { gate: production, by: 'chiba' })
    await env.sleep('9h')
    const reminded = notices.filter((n) => n.waiting?.gate === production && n.about === 'reminder')
    // Who asked for the upgrade may not approve, and is never named.
    expect([asked?.missing, reminded.map((n) => n.missing)]).toEqual([
      ['chiba', 'doi'],
      [['doi'], ['doi']],
    ])
    await trial.say('api', 'approve', { gate: production, by: 'doi' })
    await env.sleep('9h')
    expect(notices.filter((n) => n.waiting?.gate === production && n.about === 'reminder')).toEqual(reminded)
    const ids = notices.map((n) => n.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

const long = 'あ'.repeat(35_000)
test.for<[string, unknown[]]>([
  ['nothing', [undefined]],
  ['null', [null]],
  ['a text', ['toy']],
  ['a list', [[1, 2]]],
  ['an empty object', [{}]],
  ['a platform that is an object', [{ platform: { toString: 1 }, to: '1.36', by: 'aoki' }]],
  ['a name of 100 KB', [{ platform: long, to: long, by: long }]],
  ['who asks is no text', [{ platform: 'other', to: 1, by: { a: 1 } }]],
])('started with %s it ends at once, and says why', async ([, given]) => {
  const trial = aTrial()
  const worker = await trial.worker()
  await worker.runUntil(async () => {
    const handle = await trial.begin(...given)
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: 'InvalidInput' } } })
    const plan = await env.client.workflow.start('upgradePlan', {
      workflowId: 'plan',
      taskQueue: trial.queue,
      args: given,
    })
    await expect(plan.result()).rejects.toMatchObject({ cause: { cause: { type: 'InvalidInput' } } })
    const app = await env.client.workflow.start('appCutover', {
      workflowId: 'app',
      taskQueue: trial.queue,
      args: given,
    })
    await expect(app.result()).rejects.toMatchObject({ cause: { type: 'InvalidInput' } })
  })
})

test('a turn that was given before the first task of a cutover is heard', async () => {
  const trial = aTrial()
  const { apps, waves: _waves, ...platform } = trial.outside.platform
  await env.client.workflow.start('appCutover', {
    workflowId: trial.handle('api').workflowId,
    taskQueue: trial.queue,
    args: [{ platform, app: apps[0], by: 'aoki' }],
  })
  await trial.handle('api').signal('commit')
  await trial.handle('api').signal('turn', { environment: 'test' })
  const worker = await trial.worker()
  await worker.runUntil(() => trial.onGreen('api', 'test'))
})

test('what workflows say to one another may be said by anybody, in any shape, and stops nothing', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'production/gate@')
    for (const body of [
      undefined,
      null,
      'x',
      { app: 'api' },
      { app: 'api', environment: 'x', is: 'on-green', at: 'y' },
    ]) {
      for (const name of ['turn', 'told']) {
        await trial.handle().signal(name, body)
        await trial.handle('api').signal(name, body)
      }
      for (const name of ['approve', 'rollback', 'abort']) await trial.handle('api').signal(name, body)
    }
    await trial.handle('api').signal('commit')
    expect((await trial.run('api', 'production'))?.state).toBe('waiting')
    expect((await trial.see()).apps).toMatchObject([{ app: 'api' }])
    for (const by of ['chiba', 'doi'])
      await trial.say('api', 'approve', { gate: await trial.gate('api', 'approve', 'production/gate@'), by })
    await trial.onGreen('api')
  })
})

test.for(['skip', 'rerun', 'retry'] as const)(
  'of a job that does not end people say %s, and its action does it',
  async (word) => {
    const trial = aTrial({ apps: [anApp('api')] })
    const step = 'test/shop/cronjob/invoices/suspend-blue'
    trial.outside.faults.set(`api:${step}`, { times: 1, type: 'Busy', message: 'invoices-1 still runs' })
    await trial.during(async () => {
      await trial.start()
      const gate = await trial.gate('api', word, `${step}@`)
      expect((await trial.waiting('api'))[0]?.needs).toBe('0 of 1: retry or skip or rerun')
      await trial.say('api', word, { gate, by: 'chiba' })
      await trial.approveApps()
      await trial.decommission()
      expect(await outcomes(trial)).toBe('done')
      expect(trial.outside.chosen.get(`api:${step}`)).toBe(word === 'retry' ? undefined : word)
      // Done by its action, and not passed over.
      expect(trial.outside.done).toContain(`api:${step}`)
    })
  },
)
