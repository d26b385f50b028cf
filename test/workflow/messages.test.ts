import type { TestWorkflowEnvironment } from '@temporalio/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answers, commands, WITHDRAW } from '../../src/domain/messages.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

/**
 * Every message, through both doors, on a server: what is refused as an update is refused as a signal for the same reason,
 * and that is written down. What else is accepted, and what comes of it, is in the other files.
 */

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const three = { approvals: 3, exclude: ['requester'] }
const api = anApp('api', {
  environments: [anEnvironment('test'), anEnvironment('production', { gate: rule('scala', three) })],
})
const teams = {
  sre: { approvers: ['aoki', 'baba'] },
  scala: { approvers: ['aoki', 'chiba', 'doi', 'eda', 'fujita'] },
}
const aTrial = () => new Trial(env, new Outside(aPlatform({ apps: [api, anApp('web')], teams })))

/** To the upgrade, where `to` is none. */
interface Row {
  readonly says: string
  readonly to?: 'api'
  readonly message: string
  readonly body: unknown
  readonly code: string
}

const long = 'あ'.repeat(2001)
const otherDigest = (gate: string) => gate.replace(/@.{8}/, '@00000000')
const otherTry = (gate: string) => gate.replace(/\.1$/, '.2')

/** `gate`: the one of api's production, which waits; `of`: other gates. */
const rowsFor = (gate: string, of: { readonly start: string; readonly web: string }): Row[] => {
  const app = (message: string, says: string, body: unknown, code: string): Row => ({
    to: 'api',
    message,
    says,
    body,
    code,
  })
  const upgrade = (message: string, says: string, body: unknown, code: string): Row => ({ message, says, body, code })
  const by = 'chiba'
  const end = of.start.replace('start@', 'soak/gate@')
  return [
    ...answers.flatMap((name) => [
      app(name, 'of another plan', { gate: otherDigest(gate), by }, 'no-such-gate'),
      app(name, 'of another try', { gate: otherTry(gate), by }, 'no-such-gate'),
      app(name, 'of another app', { gate: of.web, by }, 'no-such-gate'),
      app(name, 'of the upgrade', { gate: of.start, by: 'baba' }, 'no-such-gate'),
      upgrade(name, 'that is decided', { gate: of.start, by: 'baba' }, 'already-decided'),
      upgrade(name, 'of an app, sent to the upgrade', { gate, by }, 'no-such-gate'),
      app(name, 'without a gate', { by }, 'malformed'),
      app(name, 'by nobody', { gate }, 'malformed'),
      app(name, 'too long', { gate, by, comment: long }, 'malformed'),
      app(name, 'with what is not known', { gate, by, force: 'yes' }, 'malformed'),
      app(name, 'of half a megabyte', { gate, by, comment: long.repeat(80) }, 'malformed'),
    ]),
    app('approve', 'by a stranger', { gate, by: 'mallory' }, 'not-an-approver'),
    app('approve', 'by another team', { gate, by: 'baba' }, 'not-an-approver'),
    app('approve', 'by who asked', { gate, by: 'aoki' }, 'excluded'),
    app('approve', 'when it had passed', { gate, by, notAfter: '2020-01-01T00:00:00Z' }, 'expired'),
    app('approve', 'from no time', { gate, by, notBefore: 'soon' }, 'malformed'),
    app('approve', 'twice', { gate, by: 'fujita' }, 'twice'),
    app('reject', 'by a stranger', { gate, by: 'mallory' }, 'not-an-approver'),
    ...(['retry', 'skip', 'rerun'] as const).map((name) =>
      app(name, 'of what did not fail', { gate, by }, 'not-offered'),
    ),
    // What destroys is answered when it is open, whatever is typed.
    ...[{}, { typed: 'toy-1-35' }].map((typed) =>
      upgrade(
        'approve',
        `ahead, what destroys, with ${JSON.stringify(typed)}`,
        { gate: end, by: 'baba', ...typed },
        'not-ahead',
      ),
    ),
    app('approve', 'several, one of another app', { gates: [gate, of.web], by }, 'no-such-gate'),
    app('approve', 'several, one twice', { gates: [gate, gate], by }, 'malformed'),

    app(WITHDRAW, 'of another plan', { gate: otherDigest(gate), by }, 'no-such-gate'),
    app(WITHDRAW, 'of another try', { gate: otherTry(gate), by }, 'no-such-gate'),
    app(WITHDRAW, 'of another app', { gate: of.web, by }, 'no-such-gate'),
    upgrade(WITHDRAW, 'of what was used', { gate: of.start, by: 'baba' }, 'already-decided'),
    upgrade(WITHDRAW, 'of what nobody can approve yet', { gate: end, by: 'baba' }, 'nothing-to-withdraw'),
    app(WITHDRAW, 'by a stranger', { gate, by: 'mallory' }, 'not-an-approver'),
    app(WITHDRAW, 'by another team', { gate, by: 'baba' }, 'not-an-approver'),
    app(WITHDRAW, 'of several, one of another app', { gates: [gate, of.web], by }, 'no-such-gate'),
    app(WITHDRAW, 'by nobody', { gate }, 'malformed'),
    app(WITHDRAW, 'too long', { gate, by, comment: long }, 'malformed'),
    app(WITHDRAW, 'with what is not known', { gate, by, force: 'yes' }, 'malformed'),
    upgrade('reject', 'ahead', { gate: end, by: 'baba' }, 'no-such-gate'),

    ...commands.flatMap((name) => {
      const whole = { by: 'baba', reason: 'r', ...(name === 'replan' && { app: 'api' }) }
      const stranger = name === 'replan' ? [] : [app(name, 'by a stranger', { ...whole, by: 'mallory' }, 'not-allowed')]
      const { by: _, ...byNobody } = whole
      return [
        ...stranger,
        upgrade(name, 'by an app’s team', { ...whole, by: 'chiba' }, 'not-allowed'),
        upgrade(name, 'by nobody', byNobody, 'malformed'),
        upgrade(name, 'too long', { ...whole, reason: long }, 'malformed'),
        upgrade(name, 'with a number', { ...whole, reason: 7 }, 'malformed'),
        ...(['abort', 'rollback', 'replan'].includes(name)
          ? [upgrade(name, 'without a reason', { ...whole, reason: '' }, 'malformed')]
          : []),
        ...(name === 'rollback'
          ? []
          : [upgrade(name, 'for one environment', { ...whole, environment: 'test' }, 'malformed')]),
        ...(name === 'replan' ? [] : [upgrade(name, 'for one app', { ...whole, app: 'api' }, 'malformed')]),
      ]
    }),
    upgrade('resume', 'of what is not paused', { by: 'baba' }, 'not-now'),
    upgrade('rollback', 'of an upgrade', { by: 'baba', reason: 'r' }, 'not-now'),
    app('rollback', 'of what is not there', { by, reason: 'r', environment: 'stage' }, 'no-such-environment'),
    app('replan', 'of an app by itself', { app: 'api', by: 'baba', reason: 'r' }, 'not-now'),

    ...[...answers, WITHDRAW, ...commands].flatMap((name) =>
      [undefined, null, 'text', 7, true, [], [{ gate, by }], {}].map((body) =>
        app(name, `that is ${JSON.stringify(body)}`, body, 'malformed'),
      ),
    ),
  ]
}

test('each message is refused for each reason, as update and as signal, and that is written down', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    const start = await trial.gate(undefined, 'approve', 'start@')
    await trial.say(undefined, 'approve', { gate: start, by: 'aoki' })
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const web = await trial.gate('web', 'approve', 'production/gate@')
    await trial.say('api', 'approve', { gate, by: 'fujita' })

    const wrong: string[] = []
    for (const { says, to, message, body, code } of rowsFor(gate, { start, web })) {
      const row = `${to ?? 'upgrade'}: ${message} ${says}`
      // Nothing at all is what Temporal's UI sends where no input was typed.
      const sent =
        body === undefined
          ? trial.handle(to).executeUpdate(message)
          : trial.handle(to).executeUpdate(message, { args: [body] })
      const type = await sent.then(
        () => 'accepted',
        (error: unknown) => (error as { cause?: { type?: string } }).cause?.type ?? String(error),
      )
      if (type !== code) wrong.push(`${row}: as update ${type}, not ${code}`)
      await trial.handle(to).signal<unknown[]>(message, ...(body === undefined ? [] : [body]))
      const seen = await trial.see(to)
      const last = to === undefined ? seen.refused.at(-1) : `${seen.log.at(-1)?.message}: ${seen.log.at(-1)?.because}`
      if (!last?.startsWith(`${message}: ${code}: `)) wrong.push(`${row}: as signal ${last}, not ${code}`)
    }
    expect(wrong).toEqual([])
    const { log } = await trial.see('api')
    expect(Math.max(...log.map((l) => JSON.stringify(l.body ?? null).length))).toBeLessThan(2_600)
    // Of all of it nothing came.
    expect((await trial.waiting('api')).find((w) => w.gate === gate)?.needs).toMatch(/^1 of 3/)
    expect((await trial.see()).ending).toBeUndefined()
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'seen enough' })
    expect((await trial.result()).outcome).toBe('rolled-back')
    expect(outside.world.snapshot()).toBe('[]')

    // Too late: there is nobody to refuse it.
    for (const to of [undefined, 'api'] as const) {
      await expect(trial.say(to, 'approve', { gate, by: 'chiba' })).rejects.toThrow()
      await expect(trial.signal(to, 'approve', { gate, by: 'chiba' })).rejects.toThrow()
    }
  })
})

test('what is sent before there is a worker, or a plan, is read when there is one', async () => {
  const trial = aTrial()
  await trial.begin()
  await trial.signal(undefined, 'approve', { gate: 'start@00000000.1', by: 'aoki' })
  await trial.signal(undefined, 'abort', { by: 'baba', reason: 'too early' })
  await trial.signal(undefined, 'dance', { by: 'baba' })
  const worker = await trial.worker()
  await worker.runUntil(async () => {
    await trial.gate(undefined, 'approve', 'start@')
    expect((await trial.see()).refused.map((r) => r.split(':').slice(0, 2).join(':'))).toEqual([
      'approve: no-such-gate',
      'abort: not-now',
      'dance: no-such-message',
    ])
  })
})

/** Written from the docs, not from the code: who may say what while api's production waits for three of scala. */
class Model {
  readonly approved = new Set<string>()
  paused = false
  accepts({ message, by, right }: Said): boolean {
    if (message === 'approve') {
      if (!right || !['chiba', 'doi', 'eda', 'fujita'].includes(by) || this.approved.has(by)) return false
      this.approved.add(by)
      return true
    }
    if (!['aoki', 'baba'].includes(by) || (message === 'pause') === this.paused) return false
    this.paused = message === 'pause'
    return true
  }
}
interface Said {
  readonly message: 'approve' | 'pause' | 'resume'
  readonly by: string
  readonly right: boolean
}
const said: fc.Arbitrary<Said> = fc.record({
  message: fc.constantFrom('approve', 'pause', 'resume'),
  by: fc.constantFrom('aoki', 'baba', 'chiba', 'doi', 'mallory', ''),
  right: fc.boolean(),
})

test('a random conversation is taken as the rules say, message by message', async () => {
  const trial = aTrial()
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const model = new Model()
    const [all = []] = fc.sample(fc.array(said, { minLength: 150, maxLength: 150 }), 1)
    const wrong: string[] = []
    for (const it of all) {
      const { message, by, right } = it
      const body = { by, ...(message === 'approve' && { gate: right ? gate : otherDigest(gate) }) }
      const taken = await trial.say('api', message, body).then(
        () => true,
        () => false,
      )
      if (taken !== model.accepts(it)) wrong.push(`${JSON.stringify(it)}: ${taken}`)
    }
    expect(wrong).toEqual([])
    expect((await trial.waiting('api'))[0]?.needs).toMatch(new RegExp(`^${model.approved.size} of 3`))
    expect((await trial.handle('api').query<{ paused: boolean }>('status')).paused).toBe(model.paused)
  })
})
