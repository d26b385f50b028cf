import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataConverter } from '../../src/client/large-payloads.ts'
import type { Platform } from '../../src/domain/platform.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { bundle } from '../support/bundle.ts'
import { dev, Trial } from '../support/server.ts'
import { WorldOnDisk } from '../support/world-on-disk.ts'

const program = fileURLToPath(new URL('../support/worker-process.ts', import.meta.url))
let env: TestWorkflowEnvironment
let folder: string
let codePath: string
/** Of every trial. */
const workers = new Set<ChildProcess>()
let n = 0

beforeAll(async () => {
  env = await dev()
  folder = await mkdtemp(join(tmpdir(), 'norikae-'))
  codePath = join(folder, 'workflows.js')
  const code = await bundle()
  if ('code' in code) await writeFile(codePath, code.code)
})
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  await env.teardown()
  await rm(folder, { recursive: true })
})

/** An upgrade whose worker is another process; the world is on disk. */
async function aTrial(more: Partial<Platform> = {}, sticky: '1s' | '10s' = '1s') {
  n += 1
  const platform = aPlatform({ name: `killed-${n}`, apps: [anApp('api')], rest: '0s', soak: '1s', ...more })
  const world = new WorldOnDisk(join(folder, platform.name))
  const trial = new Trial(env, world.open(platform))
  let worker: ChildProcess | undefined
  const start = async () => {
    const told = { address: env.address, queue: trial.queue, codePath, folder: world.folder, platform, sticky }
    const child = spawn(process.execPath, [program, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'inherit'] })
    worker = child
    workers.add(child)
    await once(child.stdout, 'data')
  }
  const kill = async () => {
    const dead = worker && once(worker, 'exit')
    worker?.kill('SIGKILL')
    await dead
  }
  const restarted = async () => {
    await kill()
    await start()
  }
  /** Until this step is asked for and not answered: then its worker dies, another comes, and it may end. */
  const killedAt = async (place: string, step: string) => {
    const app = place === 'upgrade' ? undefined : place
    let quiet = 0
    await trial.until(`${step} is begun, and nothing else is under way`, async () => {
      // A task that dies with its worker is given out again after 60 s; here it is the activity that is cut off.
      const all = await Promise.all(
        [undefined, 'api'].map((a) =>
          trial
            .handle(a)
            .describe()
            .catch(() => undefined),
        ),
      )
      const pending = (n: number) => all[n]?.raw.pendingActivities ?? []
      const it = pending(app === undefined ? 0 : 1).find((a) => a.activityId === step)
      const others = [...pending(0), ...pending(1)].filter((a) => a !== it && !/(^|\/)watch\./.test(a.activityId ?? ''))
      const still = all.every((w) => w?.raw.pendingWorkflowTask == null) && others.length === 0
      quiet = still && Number(it?.attempt) > 1 ? quiet + 1 : 0
      return quiet === 3
    })
    await restarted()
    world.release(`${place}:${step}`)
  }
  await start()
  await trial.begin()
  return { trial, world, killedAt, restarted }
}
const doneBy = (world: WorldOnDisk) => world.read().map(([place, step]) => `${place}:${step.id}`)

// They wait most of their time, each for a worker of its own.
test.concurrent(
  'the worker is killed in provisioning and in a cutover, and the end is the same',
  { timeout: 120_000 },
  async () => {
    const { trial, world, killedAt } = await aTrial()
    world.hold('upgrade:nodegroup/b/create')
    world.hold('api:production/ready')
    await trial.start()
    await killedAt('upgrade', 'nodegroup/b/create')
    await killedAt('api', 'production/ready')
    await trial.approveApps()
    await trial.decommission()
    expect((await trial.result()).outcome).toBe('done')
    const done = doneBy(world)
    expect(done.filter((d, i) => done.indexOf(d) !== i)).toEqual([]) // nothing was done twice
    expect(done.at(-1)).toBe('upgrade:blue/remains')
    expect(world.open(trial.outside.platform).world.get('api/production/route/web', 0)).toBe(100)
  },
)

test.concurrent('the worker is killed on the way back, and the world is as it was', { timeout: 120_000 }, async () => {
  const { trial, world, killedAt } = await aTrial()
  world.hold('api:production/withdraw')
  world.hold('upgrade:green/empty')
  await trial.start()
  await trial.approveApps()
  await trial.onGreen('api')
  await trial.signal(undefined, 'abort', { by: 'baba', reason: 'not today' })
  await killedAt('api', 'production/withdraw')
  await killedAt('upgrade', 'green/empty')
  expect((await trial.result()).outcome).toBe('rolled-back')
  expect(world.open(trial.outside.platform).world.snapshot()).toBe('[]')
})

/** A query that comes to a new worker before the next task runs what has happened since, under the time of the last task. */
test.concurrent(
  'what time decides while the worker is another replays, whoever asks in between',
  { timeout: 120_000 },
  async () => {
    const { trial, restarted } = await aTrial({ rest: '6s' }, '10s')
    await trial.start()
    await trial.onGreen('api', 'test')
    await restarted()
    // Each waits for the worker that is dead, and then comes to the new one, at whatever has happened by then.
    const asked: Promise<unknown>[] = []
    const asking = setInterval(() => asked.push(trial.peek()), 200)
    await trial
      .until('the rest is over', async () => (await trial.standing('api')) === 'moving', 0, 300)
      .finally(() => clearInterval(asking))
    await Promise.all(asked) // one still asked when the connection closes would be tried again, and fail nobody's test
    const history = await trial.handle().fetchHistory()
    await Worker.runReplayHistory({ workflowBundle: { codePath }, dataConverter }, history, trial.handle().workflowId)
    const rests = (history.events ?? []).filter((e) => e.timerStartedEventAttributes != null)
    expect(rests.length).toBeGreaterThan(0)
  },
)
