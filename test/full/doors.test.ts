import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UpgradeView } from '../../src/client/shapes.ts'
import { answers, commands, WITHDRAW, type UpgradeStatus } from '../../src/domain/messages.ts'
import { run } from '../cli/stage.ts'
import { anApp, anEnvironment, aPlatform, rule } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { api, refusalsFor, teams, whereRefused } from '../support/refusals.ts'
import { dev, Trial } from '../support/server.ts'
import { temporalCommand, type Said } from '../support/temporal-command.ts'

/**
 * Each message through each of its doors, on a real server: taken, with what comes of it, and refused for each reason. The
 * doors are those that people have: updates and signals, by a client and by the `temporal` command, and a signal that waits
 * until there is a worker again.
 */

let env: TestWorkflowEnvironment
let folder: string
beforeAll(async () => {
  env = await dev()
  folder = await mkdtemp(join(tmpdir(), 'norikae-doors-'))
})
afterAll(async () => {
  await env.teardown()
  await rm(folder, { recursive: true, force: true })
})

/** A worker that goes home now and then. */
class Shift {
  readonly #trial: Trial
  #now: { readonly worker: Worker; readonly ran: Promise<void> } | undefined
  constructor(trial: Trial) {
    this.#trial = trial
  }
  async begin(): Promise<void> {
    const worker = await this.#trial.worker()
    this.#now = { worker, ran: worker.run() }
  }
  async end(): Promise<void> {
    this.#now?.worker.shutdown()
    await this.#now?.ran
    this.#now = undefined
  }
}

/** So many characters still fit into one argument. */
const LINE = 50_000
let files = 0
/** As somebody types it who has nothing of Norikae. What is too long for a command line is in a file. */
async function byCommand(
  trial: Trial,
  door: 'update' | 'signal',
  app: string | undefined,
  name: string,
  body: unknown,
) {
  const input = JSON.stringify(body) ?? ''
  const path = join(folder, `${(files += 1)}.json`)
  if (input.length > LINE) await writeFile(path, input)
  const typed = input.length > LINE ? ['--input-file', path] : ['--input', input]
  return temporalCommand(env.address)(
    'workflow',
    ...(door === 'update' ? ['update', 'execute'] : ['signal']),
    '--workflow-id',
    trial.handle(app).workflowId,
    '--name',
    name,
    ...(input === '' ? [] : typed),
  )
}
const taken = async (said: Promise<Said>): Promise<void> => {
  const { code, text } = await said
  expect(code, text).toBe(0)
}

type Send = (app: string | undefined, message: string, body: object) => Promise<unknown>
const doors: Readonly<Record<string, (trial: Trial, shift: Shift) => Send>> = {
  'an update by a client': (trial) => trial.say,
  'a signal by a client': (trial) => trial.signal,
  'an update by the temporal command': (trial) => (app, message, body) =>
    taken(byCommand(trial, 'update', app, message, body)),
  'a signal by the temporal command': (trial) => (app, message, body) =>
    taken(byCommand(trial, 'signal', app, message, body)),
  'a signal while no worker runs': (trial, shift) => async (app, message, body) => {
    await shift.end()
    await trial.signal(app, message, body)
    await shift.begin()
  },
}

const aTrial = (name: string, more: Parameters<typeof aPlatform>[0]) =>
  new Trial(env, new Outside(aPlatform({ name, rest: '0s', soak: '1s', ...more }), '100ms'))
const two = anApp('api', {
  environments: [
    anEnvironment('test'),
    anEnvironment('production', { weights: [5, 100], gate: rule('scala', { approvals: 2 }) }),
  ],
})

test.concurrent.for(Object.entries(doors).map(([says, door], n) => ({ says, door, n })))(
  'each message is taken as $says',
  { timeout: 300_000 },
  async ({ door, n }) => {
    const trial = aTrial(`doors-${n}`, { apps: [two] })
    const { outside } = trial
    const shift = new Shift(trial)
    const through = door(trial, shift)
    const said = new Set<string>()
    const send: Send = (app, message, body) => {
      said.add(message)
      return through(app, message, body)
    }
    const status = () => trial.handle().query<UpgradeStatus>('status')
    const isPaused = async (app?: string) => (await trial.handle(app).query<{ paused: boolean }>('status')).paused
    const pausedAndResumed = async (app?: string) => {
      await send(app, 'pause', { by: 'baba', reason: 'a freeze' })
      await trial.until('it is paused', () => isPaused(app))
      await send(app, 'resume', { by: 'baba' })
      await trial.until('it goes on', async () => !(await isPaused(app)))
    }
    const approvals = async () => (await trial.waiting('api'))[0]?.approvedBy?.join() ?? ''
    const schedule = 'test/shop/cronjob/invoices/suspend-blue'
    outside.faults.set('upgrade:verify/objects/scala/1', { times: 1, type: 'Failed' })
    outside.faults.set(`api:${schedule}`, { times: 1, type: 'Busy', message: 'invoices-1 still runs' })
    await shift.begin()
    try {
      await trial.begin()
      const first = await trial.gate(undefined, 'approve', 'start@')
      await pausedAndResumed()
      outside.onBlue = [two, { ...two, name: 'web' }]
      await send(undefined, 'replan', { app: 'web', by: 'baba', reason: 'it was born yesterday' })
      await trial.until('it joins', async () => (await status()).replans?.at(-1)?.became === 'joins')
      const start = await trial.gate(undefined, 'approve', 'start@')
      expect(start).not.toBe(first)
      await send(undefined, 'approve', { gate: start, by: 'aoki' })

      await send(undefined, 'skip', {
        gate: await trial.gate(undefined, 'skip', 'verify/objects/scala/1@'),
        by: 'baba',
      })
      await send('api', 'rerun', { gate: await trial.gate('api', 'rerun', `${schedule}@`), by: 'chiba' })
      const gate = await trial.gate('api', 'approve', 'production/gate@')
      expect(outside.chosen.get(`api:${schedule}`)).toBe('rerun')
      await send('api', 'approve', { gates: [gate], by: 'chiba' })
      await trial.until('one has approved', async () => (await approvals()) === 'chiba')
      await send('api', WITHDRAW, { gate, by: 'doi', comment: 'a release comes' })
      await trial.until('nobody has', async () => (await approvals()) === '')
      await send('api', 'reject', { gate, by: 'doi', comment: 'not today' })
      await send('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'chiba' })
      const again = await trial.gate('api', 'approve', 'production/gate@')
      await pausedAndResumed('api')
      for (const by of ['chiba', 'doi']) await send('api', 'approve', { gate: again, by })
      await trial.onGreen('api')
      await send('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
      await trial.gate('api', 'retry', 'production@')
      await send(undefined, 'abort', { by: 'baba', reason: 'seen enough' })
      const { outcome, report } = await trial.result()
      expect(outcome).toBe('rolled-back')
      expect(report.decisions.filter((d) => d.became === 'refused')).toEqual([])
      expect(outside.world.snapshot()).toBe('[]')
      expect([...said].toSorted()).toEqual([...answers, WITHDRAW, ...commands].toSorted())
    } finally {
      await shift.end()
    }
  },
)

test.concurrent(
  'the temporal command is told each refusal, and that is written down',
  { timeout: 300_000 },
  async () => {
    const trial = aTrial('refused', { apps: [api, anApp('web')], teams })
    await trial.during(async () => {
      const { start, gate, web } = await whereRefused(trial)
      const wrong: string[] = []
      // Of each message each reason once, and what has no input, or more than a line takes; all else a client sends in
      // test/workflow/messages.test.ts.
      const all = Map.groupBy(refusalsFor(gate, { start, web }), ({ to, message, body, code }) => {
        const size = body === undefined ? 'none' : JSON.stringify(body).length > LINE
        return `${to} ${message} ${code} ${size}`
      })
      for (const { says, to, message, body, code } of [...all.values()].flatMap((alike) => alike.slice(0, 1))) {
        const row = `${to ?? 'upgrade'}: ${message} ${says}`
        const [update, signal] = [
          await byCommand(trial, 'update', to, message, body),
          await byCommand(trial, 'signal', to, message, body),
        ]
        if (update.code !== 1 || !update.text.includes(`type: ${code}`))
          wrong.push(`${row}: ${update.text}, not ${code}`)
        const seen = await trial.see(to)
        const last = to === undefined ? seen.refused.at(-1) : `${seen.log.at(-1)?.message}: ${seen.log.at(-1)?.because}`
        if (signal.code !== 0 || !last?.startsWith(`${message}: ${code}: `)) wrong.push(`${row}: ${last}, not ${code}`)
      }
      expect(wrong).toEqual([])
      expect((await trial.waiting('api')).find((w) => w.gate === gate)?.needs).toMatch(/^1 of 3/)
      await trial.say(undefined, 'abort', { by: 'baba', reason: 'seen enough' })
      await trial.result()
    })
  },
)

test.concurrent('what names a run that is over reaches no other, by either door', { timeout: 120_000 }, async () => {
  const trial = aTrial('over', { apps: [anApp('api')] })
  const over = await trial.during(async (upgrade) => {
    const gate = await trial.gate(undefined, 'reject', 'start@')
    await trial.say(undefined, 'reject', { gate, by: 'baba' })
    await trial.result()
    return { gate, runId: (await upgrade.describe()).runId }
  })
  await trial.during(async () => {
    // Of the very same plan: only the run is another.
    const gate = await trial.gate(undefined, 'approve', 'start@')
    expect(gate).toBe(over.gate)
    const earlier = env.client.workflow.getHandle(trial.handle().workflowId, over.runId)
    for (const [message, body] of [
      ['approve', { gate, by: 'aoki' }],
      ['abort', { by: 'baba', reason: 'late' }],
    ] as const) {
      await expect(earlier.executeUpdate(message, { args: [body] })).rejects.toThrow()
      await expect(earlier.signal(message, body)).rejects.toThrow(/already completed|not found/i)
    }
    expect((await trial.waiting())[0]?.needs).toMatch(/^0 of 1/)
    expect((await trial.see()).refused).toEqual([])
    await trial.say(undefined, 'reject', { gate, by: 'baba' })
    await trial.result()
  })
})

test('with no worker at all the status shows each gate, with what a worker would have told', async () => {
  const trial = aTrial('alone', { apps: [anApp('api')] })
  const shift = new Shift(trial)
  const status = async (queue: string) =>
    JSON.parse(
      (
        await run(['status', 'alone', '-o', 'json'], {
          TEMPORAL_ADDRESS: env.address,
          NORIKAE_TASK_QUEUE: queue,
          NORIKAE_AS: 'chiba',
        })
      ).out,
    ) as UpgradeView
  await shift.begin()
  await trial.begin()
  await trial.start()
  await trial.gate('api', 'approve', 'production/gate@')
  const told = await status(trial.queue)
  await shift.end()
  // The list of workers forgets one after minutes; on this queue there never was any.
  const kept = await status('norikae-nobody')
  const shown = ({ gates }: UpgradeView) =>
    gates.map((g) => [g.gate, g.app, g.what, g.people, g.since, g.holdsUp, g.send])
  expect(told.gates).toHaveLength(1)
  expect(shown(kept)).toEqual(shown(told))
  expect([told.silent, kept.silent]).toEqual([undefined, expect.stringContaining('no worker answers')])
  await trial.handle().terminate()
  await trial.handle('api').terminate()
})
