import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CutoverStatus } from '../../src/domain/messages.ts'
import { no } from '../../src/domain/gates.ts'
import type { Trust } from '../../src/domain/trust.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'
import { aSigner, signedBy, withToken, type Signing } from '../support/signing.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

const people = { aoki: aSigner(), baba: aSigner(), chiba: aSigner(), doi: aSigner() }
type Who = keyof typeof people
const keys = Object.fromEntries(Object.entries(people).map(([who, { publicKey }]) => [who, [publicKey]]))
const signed: Trust = { kind: 'signed', keys }
const oidc: Trust = { kind: 'oidc', issuer: 'https://login', audience: 'norikae', claim: 'email' }

const aTrial = (more: Parameters<typeof aPlatform>[0]) =>
  new Trial(env, new Outside(aPlatform({ apps: [anApp('api')], ...more })))

/** What a message to the upgrade, or to an app, is proven with. */
async function signing(trial: Trial, app: string | undefined, message: string, body: object): Promise<Signing> {
  const seen = await trial.see(app)
  const { proves } = seen as unknown as Pick<CutoverStatus, 'proves'>
  const named = JSON.stringify(body)
  const time = await env.currentTimeMs()
  return {
    message,
    workflow: trial.handle(app).workflowId,
    run: proves?.run ?? '',
    body: { ...body },
    plans: seen.runs.map((r) => r.digest).filter((d) => named.includes(`@${d.slice(0, 8)}`)),
    issued: new Date(time).toISOString(),
  }
}
const sign = async (
  trial: Trial,
  app: string | undefined,
  message: string,
  body: { by: string; gate?: string },
  by = body.by,
) => signedBy(people[by as Who], await signing(trial, app, message, body))
const code = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'counted',
    (error: { cause?: { type?: string } }) => error.cause?.type ?? 'no refusal',
  )

test('signed: nothing counts without a proof that fits, as update or as signal', async () => {
  const trial = aTrial({ trust: signed })
  await trial.during(async () => {
    const start = await trial.gate(undefined, 'approve', 'start@')
    const yes = { gate: start, by: 'aoki' }
    const good = await sign(trial, undefined, 'approve', yes)
    const stale = await signing(trial, undefined, 'approve', yes)
    const before = (await trial.see()).refused.length
    for (const [body, why] of [
      [yes, 'proof-missing'],
      [{ ...yes, proof: 'x'.repeat(7000) }, 'proof-malformed'],
      [{ ...yes, proof: 'x'.repeat(9000) }, 'malformed'],
      [await sign(trial, undefined, 'approve', yes, 'baba'), 'proof-foreign'],
      [{ ...good, comment: 'added' }, 'proof-altered'],
      [signedBy(people.aoki, { ...stale, run: 'another' }), 'proof-other-run'],
      [signedBy(people.aoki, { ...stale, plans: ['0'.repeat(64)] }), 'proof-other-plan'],
      [signedBy(people.aoki, { ...stale, issued: '2020-01-01T00:00:00.000Z' }), 'proof-expired'],
    ] as const) {
      expect(await code(trial.say(undefined, 'approve', body))).toBe(why)
      await trial.signal(undefined, 'approve', body)
      await trial.until(`${why} is written down`, async () =>
        new RegExp(why).test((await trial.see()).refused.at(-1) ?? ''),
      )
    }
    // As updates they left nothing behind.
    expect((await trial.see()).refused.length - before).toBe(8)
    expect(await code(trial.say(undefined, 'reject', good))).toBe('proof-other-gate')
    expect((await trial.waiting())[0]?.needs).toMatch(/^0 of 1/)
    expect(await trial.say(undefined, 'approve', good)).toBe('approve: noted')
    expect(await code(trial.say(undefined, 'approve', good))).toBe('already-decided')
  })
})

test('signed: an order counts once, and a signal is heard when it is proven', async () => {
  const trial = aTrial({ trust: signed })
  await trial.during(async () => {
    const start = await trial.gate(undefined, 'approve', 'start@')
    expect(await code(trial.say(undefined, 'pause', { by: 'baba' }))).toBe('proof-missing')
    const pause = await sign(trial, undefined, 'pause', { by: 'baba' })
    await trial.signal(undefined, 'pause', pause)
    await trial.until('it is paused', async () => ((await trial.see()) as unknown as { paused: boolean }).paused)
    expect(await code(trial.say(undefined, 'resume', pause))).toBe('proof-other-gate')
    const resume = await sign(trial, undefined, 'resume', { by: 'aoki' })
    // A key that leaked was taken out of the worker's file.
    trial.outside.token = no('proof-revoked', 'it is no key of aoki any more')
    expect(await code(trial.say(undefined, 'resume', resume))).toBe('proof-revoked')
    expect((await trial.see()).refused.at(-1)).toMatch(/^resume: proof-revoked/)
    trial.outside.token = undefined
    await trial.say(undefined, 'resume', resume)
    // The very message again: whoever reads a history cannot say it for them.
    expect(await code(trial.say(undefined, 'pause', pause))).toBe('proof-used')
    await trial.signal(undefined, 'approve', await sign(trial, undefined, 'approve', { gate: start, by: 'aoki' }))
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    const yes = await sign(trial, 'api', 'approve', { gate, by: 'chiba' })
    await trial.say('api', 'approve', yes)
    await trial.onGreen('api')
    // Kept with its proof: anybody can check it later.
    expect((await trial.see('api')).log).toMatchObject([{ message: 'approve', body: yes, became: 'counted' }])
  })
})

test('oidc: a token is asked about, and is kept nowhere', async () => {
  const trial = aTrial({ trust: oidc })
  await trial.during(async () => {
    const gate = await trial.gate(undefined, 'approve', 'start@')
    const yes = withToken(() => 'head.secret.sign', await signing(trial, undefined, 'approve', { gate, by: 'aoki' }))
    trial.outside.token = no('proof-refused', 'the token has expired')
    expect(await code(trial.say(undefined, 'approve', yes))).toBe('proof-refused')
    await trial.signal(undefined, 'approve', yes)
    await trial.until('both are written down', async () => (await trial.see()).refused.length === 2)
    trial.outside.token = undefined
    trial.outside.issuerFails = true
    expect(await code(trial.say(undefined, 'approve', yes))).toBe('proof-unchecked')
    trial.outside.issuerFails = false
    expect(await code(trial.say(undefined, 'approve', yes))).toBe('counted')
    const app = await trial.gate('api', 'approve', 'production/gate@')
    const token = withToken(
      () => 'head.secret.sign',
      await signing(trial, 'api', 'approve', { gate: app, by: 'chiba' }),
    )
    // Twice at once: one counts.
    const both = await Promise.all([0, 1].map(() => code(trial.say('api', 'approve', token))))
    expect(both.filter((it) => it !== 'counted')).toEqual([expect.stringMatching(/^(twice|already-decided)$/)])
    await trial.onGreen('api')
    expect(JSON.stringify([await trial.see(), await trial.see('api'), trial.outside.notices])).not.toMatch(/secret/)
  })
})

test('what is asked about is heard in the order in which it was sent', async () => {
  const trial = aTrial({ trust: oidc })
  const decisions = await trial.during(async () => {
    const gate = await trial.gate(undefined, 'approve', 'start@')
    const notBefore = new Date((await env.currentTimeMs()) + 86_400_000).toISOString()
    const proven = async (message: string, body: object) =>
      withToken(() => 'head.secret.sign', await signing(trial, undefined, message, body))
    // One question at a time: where nothing is kept in memory a second one of the same workflow is not answered.
    const yes = await proven('approve', { gate, by: 'aoki', notBefore })
    const back = await proven('withdraw', { gate, by: 'baba' })
    const no_ = await proven('reject', { gate, by: 'baba' })
    await trial.signal(undefined, 'approve', yes)
    await trial.signal(undefined, 'withdraw', back)
    await trial.signal(undefined, 'reject', no_)
    return (await trial.result()).report.decisions
  })
  expect(decisions.map((d) => [d.message, d.became])).toEqual([
    ['approve', 'counted'],
    ['withdraw', 'counted'],
    ['approve', 'void'],
    ['reject', 'counted'],
  ])
})

const three = anApp('api', {
  environments: ['test', 'stage', 'production'].map((name) =>
    anEnvironment(name, { gate: rule('scala', { exclude: ['requester'] }) }),
  ),
})

test('one message approves all gates of an app ahead; what is withdrawn is asked again', async () => {
  const trial = aTrial({ apps: [three], rest: '1h' })
  await trial.during(async () => {
    await trial.start()
    await trial.gate('api', 'approve', 'test/gate@')
    const runs = (await trial.see('api')).runs
    const gates = runs.flatMap((r) => [...r.waitingFor, ...(r.toCome ?? [])]).map((g) => g.gate)
    expect(gates).toHaveLength(3)
    expect(await code(trial.say('api', 'approve', { gates: [...gates, 'end/gate@00000000.1'], by: 'chiba' }))).toBe(
      'no-such-gate',
    )
    await trial
      .say('api', 'withdraw', { gates, by: 'chiba' })
      .catch((error: { cause: { type: string } }) => expect(error.cause.type).toBe('nothing-to-withdraw'))
    await trial.say('api', 'approve', { gates, by: 'chiba' })
    expect((await trial.run('api', 'stage'))?.toCome).toMatchObject([{ approvedBy: ['chiba'] }])
    await trial.signal('api', 'withdraw', { gate: gates[2], by: 'doi', comment: 'a release comes' })
    await trial.onGreen('api', 'stage')
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    expect((await trial.waiting('api'))[0]?.needs).toMatch(/^0 of 1/)
    // Approved with a time, withdrawn, and given again: the waiting goes on with what stands.
    await trial.say('api', 'approve', { gate, by: 'chiba', notBefore: '2099-01-01T00:00:00Z' })
    await trial.say('api', 'withdraw', { gate, by: 'doi' })
    expect((await trial.waiting('api'))[0]?.needs).toMatch(/^0 of 1/)
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    await trial.onGreen('api')
    expect((await trial.see('api')).log.map((l) => `${l.message} ${l.became}`)).toEqual([
      'approve counted',
      'withdraw counted',
      'approve void',
      'approve counted',
      'withdraw counted',
      'approve void',
      'approve counted',
    ])
  })
})

test('what was approved ahead is void when a check says no', async () => {
  const trial = aTrial({ apps: [three], rest: '1h' })
  trial.outside.sick.add('api/test')
  await trial.during(async () => {
    await trial.start()
    const test_ = await trial.gate('api', 'approve', 'test/gate@')
    const ahead = (await trial.run('api', 'production'))?.toCome?.[0]?.gate
    await trial.say('api', 'approve', { gates: [test_, ahead], by: 'chiba' })
    await trial.until('it is void', async () => (await trial.see('api')).log.some((l) => l.became === 'void'))
    expect((await trial.see('api')).log.find((l) => l.became === 'void')).toMatchObject({
      body: { gate: ahead, by: 'chiba' },
      because: expect.stringMatching(/2\.1 % against 0\.1 %/),
    })
    expect((await trial.run('api', 'production'))?.toCome).toMatchObject([{ gate: ahead, approvedBy: [] }])
  })
})
