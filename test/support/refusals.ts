import { answers, commands, WITHDRAW } from '../../src/domain/messages.ts'
import { anApp, anEnvironment, rule } from './builders.ts'
import type { Trial } from './server.ts'

/** Each message, and each reason for which it is refused, while api's production waits for three of scala. */

const three = { approvals: 3, exclude: ['requester'] }
export const api = anApp('api', {
  environments: [anEnvironment('test'), anEnvironment('production', { gate: rule('scala', three) })],
})
export const teams = {
  sre: { approvers: ['aoki', 'baba'] },
  scala: { approvers: ['aoki', 'chiba', 'doi', 'eda', 'fujita'] },
}

/** To the upgrade, where `to` is none. */
export interface Row {
  readonly says: string
  readonly to?: 'api'
  readonly message: string
  readonly body: unknown
  readonly code: string
}

const long = 'あ'.repeat(2001)
export const otherDigest = (gate: string) => gate.replace(/@.{8}/, '@00000000')
const otherTry = (gate: string) => gate.replace(/\.1$/, '.2')

/** `gate`: the one of api's production, which waits; `of`: other gates. */
export const refusalsFor = (gate: string, of: { readonly start: string; readonly web: string }): Row[] => {
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

/** The gates that these are about, of apps `api` and `web`: that of `api` has one approval of three. */
export async function whereRefused(
  trial: Trial,
): Promise<{ readonly start: string; readonly gate: string; readonly web: string }> {
  const start = await trial.gate(undefined, 'approve', 'start@')
  await trial.say(undefined, 'approve', { gate: start, by: 'aoki' })
  const gate = await trial.gate('api', 'approve', 'production/gate@')
  const web = await trial.gate('web', 'approve', 'production/gate@')
  await trial.say('api', 'approve', { gate, by: 'fujita' })
  return { start, gate, web }
}
