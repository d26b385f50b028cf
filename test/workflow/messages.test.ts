import type { TestWorkflowEnvironment } from '@temporalio/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anApp, aPlatform } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { api, otherDigest, refusalsFor, teams, whereRefused } from '../support/refusals.ts'
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

const aTrial = () => new Trial(env, new Outside(aPlatform({ apps: [api, anApp('web')], teams })))

test('each message is refused for each reason, as update and as signal, and that is written down', async () => {
  const trial = aTrial()
  const { outside } = trial
  await trial.during(async () => {
    const { start, gate, web } = await whereRefused(trial)

    const wrong: string[] = []
    for (const { says, to, message, body, code } of refusalsFor(gate, { start, web })) {
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
