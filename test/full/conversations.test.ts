import type { TestWorkflowEnvironment } from '@temporalio/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CutoverStatus } from '../../src/domain/messages.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

/**
 * A thousand random conversations with apps that wait at a gate, on a real server: each message through one of its two
 * doors, held against a model that was written from the docs. Many people talk to many apps at once.
 */

const APPS = 20
const CONVERSATIONS = 1000
const MESSAGES = 8
const MINUTES = 60_000

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

/** Five of these four: it is never decided. Who asked for the upgrade is of the team, and may not approve. */
const mayApprove = ['chiba', 'doi', 'eda', 'fujita']
const teams = { sre: { approvers: ['aoki', 'baba'] }, scala: { approvers: ['aoki', ...mayApprove] } }
const gate = rule('scala', { approvals: 5, exclude: ['requester'] })
const names = Array.from({ length: APPS }, (_, n) => `app-${n}`)
const apps = names.map((name) => anApp(name, { environments: [anEnvironment('production', { gate })] }))

const flaws = ['none', 'plan', 'try', 'elsewhere', 'long', 'unknown', 'proof', 'shape', 'late'] as const

interface Said {
  readonly message: string
  readonly by: string
  readonly how: 'update' | 'signal'
  /** What is wrong with it, beside who says it. */
  readonly flaw: (typeof flaws)[number]
  readonly several: boolean
}

const messages = ['approve', 'approve', 'approve', 'withdraw', 'pause', 'resume']
const refusedAlways = ['reject', 'retry', 'skip', 'rerun', 'abort', 'rollback', 'replan', 'dance']
const said: fc.Arbitrary<Said> = fc.record({
  message: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...messages) },
    { weight: 8, arbitrary: fc.constantFrom(...refusedAlways) },
  ),
  by: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...teams.sre.approvers, ...mayApprove) },
    { weight: 2, arbitrary: fc.constantFrom('mallory', '') },
  ),
  how: fc.constantFrom('update', 'signal'),
  flaw: fc.oneof(
    { weight: 16, arbitrary: fc.constant('none' as const) },
    { weight: 8, arbitrary: fc.constantFrom(...flaws) },
  ),
  several: fc.boolean(),
})

const answers: ReadonlySet<string> = new Set(['approve', 'reject', 'retry', 'skip', 'rerun'])
/** Would end the conversation: said only by who may not. */
const ends: ReadonlySet<string> = new Set(['reject', 'abort', 'rollback'])
const sayable = ({ message, by }: Said): Said['by'] => (ends.has(message) ? 'mallory' : by)

function bodyOf(it: Said, id: string, other: string): unknown {
  const { message, flaw, several } = it
  if (flaw === 'shape') return several ? [id] : 'approve'
  const is = { plan: id.replace(/@.{8}/, '@00000000'), try: id.replace(/\.\d+$/, '.9'), elsewhere: other }
  const meant = flaw === 'plan' || flaw === 'try' || flaw === 'elsewhere' ? is[flaw] : id
  const isAct = answers.has(message) || message === 'withdraw'
  return {
    ...(isAct && (several && (message === 'approve' || message === 'withdraw') ? { gates: [meant] } : { gate: meant })),
    ...(message === 'replan' && { app: 'app-0' }),
    by: sayable(it),
    ...(flaw === 'long' && { comment: 'x'.repeat(2001) }),
    ...(flaw === 'unknown' && { force: 'yes' }),
    ...(flaw === 'proof' && { proof: 'signed by me' }),
    ...(flaw === 'late' && message === 'approve' && { notAfter: '2020-01-01T00:00:00Z' }),
    ...(!isAct && message !== 'pause' && { reason: 'why not' }),
  }
}

class Model {
  readonly approved = new Set<string>()
  paused = false
  /** Whether it counts. */
  hear({ message, by, flaw }: Said): boolean {
    const isAct = answers.has(message) || message === 'withdraw'
    // What is about no gate is of no other plan either; and only approvals end.
    const harmless =
      (flaw === 'late' && message !== 'approve') || (!isAct && ['plan', 'try', 'elsewhere'].includes(flaw))
    if (flaw !== 'none' && !harmless) return false
    switch (message) {
      case 'approve':
        if (!mayApprove.includes(by) || this.approved.has(by)) return false
        this.approved.add(by)
        return true
      case 'withdraw':
        if (!teams.scala.approvers.includes(by) || this.approved.size === 0) return false
        this.approved.clear()
        return true
      case 'pause':
      case 'resume':
        if (!teams.sre.approvers.includes(by) || (message === 'pause') === this.paused) return false
        this.paused = message === 'pause'
        return true
      default:
        return false
    }
  }
}

test('a thousand random conversations go as the docs say', { timeout: 20 * MINUTES }, async () => {
  const trial = new Trial(env, new Outside(aPlatform({ name: 'talk', apps, teams, maxParallel: APPS }), '100ms'))
  const counts = { taken: 0, refused: 0, conversations: 0 }
  await trial.during(async () => {
    await trial.start()
    const gates = new Map<string, string>()
    for (const name of names) gates.set(name, await trial.gate(name, 'approve', 'production/gate@'))
    const told = async (name: string) => trial.handle(name).query<CutoverStatus>('status')

    const talk = async (name: string, nth: number): Promise<void> => {
      const id = gates.get(name) ?? expect.fail(name)
      const other = gates.get(names[(nth + 1) % APPS] ?? '') ?? expect.fail(name)
      const model = new Model()
      const all = fc.sample(fc.array(said, { minLength: MESSAGES, maxLength: MESSAGES }), CONVERSATIONS / APPS)
      for (const conversation of all) {
        const expected: string[] = []
        for (const it of conversation) {
          const body = bodyOf(it, id, other)
          const isTaken = model.hear({ ...it, by: sayable(it) })
          counts[isTaken ? 'taken' : 'refused'] += 1
          // Nobody answers to a name that is not there: only its signal is written down.
          if (it.how === 'signal' || it.message === 'dance') await trial.signal(name, it.message, body as object)
          else {
            const taken = await trial.say(name, it.message, body as object).then(
              () => true,
              () => false,
            )
            expect(taken, `${name}: ${JSON.stringify([it, body])}`).toBe(isTaken)
            if (!isTaken) continue
          }
          expected.push(`${it.message} ${isTaken ? 'counted' : 'refused'}`)
        }
        const { log, paused, runs } = await told(name)
        const heard = log.filter((l) => l.became !== 'void').map((l) => `${l.message} ${l.became}`)
        expect(expected.length === 0 ? [] : heard.slice(-expected.length), name).toEqual(expected)
        expect([paused, runs[0]?.waitingFor[0]?.approvedBy?.toSorted() ?? []], name).toEqual([
          model.paused,
          [...model.approved].toSorted(),
        ])
        counts.conversations += 1
      }
    }
    await Promise.all(names.map(talk))
    // The conversations say something.
    expect(counts.conversations).toBe(CONVERSATIONS)
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(1000)
    expect((await trial.see()).apps.every((a) => a.environments.every((e) => e.is === 'moving'))).toBe(true)
    await trial.handle().terminate('seen enough')
    for (const name of names) await trial.handle(name).terminate('seen enough')
  })
})
