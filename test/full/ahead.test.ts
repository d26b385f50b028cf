import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { NativeConnection, Worker } from '@temporalio/worker'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataConverter } from '../../src/client/large-payloads.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { bundle } from '../support/bundle.ts'
import { eventually } from '../support/eventually.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'
import { wireTo } from './cut.ts'

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

/** The server waits so long for a worker that has died: for a query first, then for a task. */
const STICKY_MS = 2_000

/** What is said once a query has shown a step's end that no task has told yet. */
interface Row {
  readonly says: string
  readonly of?: 'api'
  /** What is held until nobody works on the workflow. */
  readonly step: string
  /** Until it is held there. */
  readonly come: (trial: Trial) => Promise<unknown>
  /** Or an update, of which the answer is awaited. */
  readonly speak: (trial: Trial) => Promise<unknown>
  /** That it was heard. */
  readonly heard: (trial: Trial) => Promise<boolean>
}
const rows: readonly Row[] = [
  {
    says: 'pause',
    step: 'cluster/create',
    come: (trial) => trial.start(),
    speak: (trial) => trial.signal(undefined, 'pause', { by: 'baba' }),
    heard: async (trial) => (await trial.peek())?.runs[0]?.state === 'paused',
  },
  {
    says: 'pause, as an update to an app',
    of: 'api',
    step: 'production/deploy',
    come: (trial) => trial.start(),
    speak: (trial) => trial.say('api', 'pause', { by: 'baba' }),
    heard: async (trial) => (await trial.run('api', 'production'))?.state === 'paused',
  },
  {
    says: 'approve, where only the query has opened the gate',
    of: 'api',
    step: 'production/ready',
    come: (trial) => trial.start(),
    speak: async (trial) =>
      trial.signal('api', 'approve', {
        gate: await trial.gate('api', 'approve', 'production/gate@'),
        by: 'chiba',
      }),
    heard: async (trial) =>
      (await trial.peek('api'))?.log.some((l) => l.message === 'approve' && l.became === 'counted') ?? false,
  },
  {
    says: 'rollback',
    of: 'api',
    step: 'production/route/web/5',
    come: async (trial) => {
      await trial.start()
      await trial.approveApps()
    },
    speak: (trial) => trial.signal('api', 'rollback', { by: 'doi', reason: 'late', environment: 'production' }),
    heard: async (trial) => (await trial.run('api', 'production'))?.state === 'rolled-back',
  },
]

/** Whether the query comes before the step's task is a matter of milliseconds: in one of these it does. */
const TRIES = 4

test.for(rows.map((row, n) => ({ ...row, n })))(
  '$says: heard right after a query on a new worker, it is heard in the same order in each replay',
  async ({ n, ...row }) => {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const failed = await heardAhead(row, `ahead-${n}-${tries}`)
      if (failed.length === 0) continue
      expect(failed).toEqual([expect.stringMatching(/^a query made this worker run ahead of its task/)])
      return
    }
    throw new Error(`no worker ran ahead in ${TRIES} tries`)
  },
)

/** Why tasks failed meanwhile. Fails where the history does not replay. */
async function heardAhead({ of, step, come, speak, heard }: Row, name: string): Promise<string[]> {
  const platform = aPlatform({ name, soak: '1s', rest: '0s', apps: [anApp('api')] })
  const trial = new Trial(env, new Outside(platform, '100ms'))
  const { outside } = trial
  const place = `${of ?? 'upgrade'}:${step}`
  let asked = 0
  const isHeld = { now: true }
  outside.holds = { has: (at) => at === place && (asked += 1) > 0 && isHeld.now }
  await using wire = await wireTo(env.address)
  const connections = await Promise.all(
    [wire.address, env.address].map((address) => NativeConnection.connect({ address })),
  )
  const [cutOff, other] = await Promise.all(
    connections.map(async (connection) =>
      Worker.create({
        connection,
        taskQueue: trial.queue,
        workflowBundle: await bundle(),
        stickyQueueScheduleToStartTimeout: STICKY_MS,
      }),
    ),
  )
  const acting = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: trial.queue,
    activities: outside.activities(),
  })
  if (!cutOff || !other) throw new Error('there are no workers')
  const running = [acting.run(), cutOff.run()]
  try {
    await trial.begin()
    await come(trial)
    await trial.until(`${place} is asked for`, async () => asked > 0)
    await sleep(500) // what it has begun is written down
    wire.cut()
    running.push(other.run())
    // It is waited for who has died; meanwhile the step ends, and its task waits too, for longer.
    const query = eventually('the query is answered', () => trial.see(of), { withinMs: 60_000 })
    await sleep(STICKY_MS / 2)
    isHeld.now = false
    await query
    await speak(trial)
    await trial.until('it was heard', () => heard(trial))

    const { events } = await trial.handle(of).fetchHistory()
    const failed = (events ?? []).flatMap((e) => e.workflowTaskFailedEventAttributes?.failure?.message ?? [])
    await Worker.runReplayHistory({ workflowBundle: await bundle(), dataConverter }, { events: events ?? [] })
    return failed
  } finally {
    for (const app of [of, undefined])
      await trial
        .handle(app)
        .terminate()
        .catch(() => undefined)
    wire.mend()
    if (other.getState() === 'INITIALIZED') running.push(other.run())
    for (const worker of [acting, cutOff, other]) worker.shutdown()
    await Promise.all(running)
    await Promise.all(connections.map((connection) => connection.close()))
  }
}
