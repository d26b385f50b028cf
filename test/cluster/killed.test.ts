import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { follow } from '../../src/client/follow.ts'
import type { OpenGate, UpgradeView } from '../../src/client/shapes.ts'
import { answerTo, retryOf } from '../../src/demo/people.ts'
import { beside, norikae, type Beside } from '../../src/demo/processes.ts'
import { environmentOf, type SandboxInfo } from '../../src/sandbox/command.ts'
import type { Judgement } from '../../src/sandbox/judge.ts'
import { bundle } from '../support/bundle.ts'
import { eventually } from '../support/eventually.ts'

/**
 * The whole upgrade on real control planes, with a worker that is killed again and again while workloads change sides. What
 * the sandbox judges must be what it is with a worker that lives.
 */

const PLATFORM = 'chatwork-prod'
const BLUE = 'chatwork-prod-1-35'
/** A singleton, consumers of both kinds, schedules, and traffic beside them. */
const APPS = ['chat-actor', 'chat-worker', 'mail-sender', 'reports']
const MINUTE = 60_000
/** Of the worker's health; its metrics are at the next. */
const PORT = 18_000 + (process.pid % 10_000)

let folder: string
let info: SandboxInfo
let sandbox: Beside
let worker: Worker

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-killed-'))
  const where = join(folder, 'sandbox.json')
  const args = ['sandbox', '--kubernetes', 'real', '--apps', APPS.join(','), '--rate', '30', '--info', where]
  sandbox = beside('sandbox', ['src/cli/main.ts', ...args], folder)
  info = await sandbox.until('ready', 2 * MINUTE, async () => JSON.parse(await readFile(where, 'utf8')) as SandboxInfo)
  const file = join(info.platforms, `${PLATFORM}.yaml`)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('weights: [5, 25, 50, 100], observe: 4s', 'weights: [50, 100], observe: 3s'))
  Object.assign(process.env, environmentOf(info))
  const code = await bundle()
  if ('code' in code) await writeFile(join(folder, 'workflows.js'), code.code)
  worker = new Worker(join(folder, 'worker.log'))
}, 3 * MINUTE)

afterAll(async () => {
  await worker?.kill()
  await sandbox?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The real worker in a process of its own; another comes as soon as it is killed. */
class Worker {
  readonly #log: string
  #child: ChildProcess | undefined
  kills = 0

  constructor(log: string) {
    this.#log = log
  }

  /** Answers when it polls. */
  ready = (): Promise<unknown> =>
    eventually('the worker is ready', async () => (await fetch(`http://127.0.0.1:${PORT}/readyz`)).ok, {
      withinMs: MINUTE,
    })

  start(): void {
    const main = fileURLToPath(new URL('../../src/worker.ts', import.meta.url))
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
      env: {
        ...process.env,
        ...environmentOf(info),
        // A worker that bundles its workflows first would be away for as long again.
        NORIKAE_WORKFLOW_BUNDLE: join(folder, 'workflows.js'),
        NORIKAE_HOST: '127.0.0.1',
        NORIKAE_HEALTH_PORT: `${PORT}`,
        NORIKAE_METRICS_PORT: `${PORT + 1}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const file = createWriteStream(this.#log, { flags: 'a' })
    for (const stream of [child.stdout, child.stderr]) stream.pipe(file, { end: false })
    this.#child = child
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async restart(): Promise<void> {
    this.kills += 1
    await this.kill()
    this.start()
  }
}

/** Until the app's turn is over: the environments that are on their way to a side. */
const onTheirWay = ({ cutovers }: UpgradeView): number =>
  cutovers.flatMap((c) => c.runs).filter((r) => r.state === 'moving' || r.state === 'going-back').length

async function answered(gate: OpenGate): Promise<void> {
  const { args } = answerTo(gate, BLUE) ?? retryOf(gate)
  const { code, output } = await norikae([...args, '--platform', PLATFORM, '--yes'])
  // Whoever answers while no worker is there is heard later: its command says so, and is asked again.
  if (code !== 0) console.log(`norikae ${args.join(' ')}: ${code} ${output}`)
}

test(
  'a worker that is killed while workloads change sides changes nothing in what is judged',
  async () => {
    worker.start()
    await worker.ready()
    const file = join(info.platforms, `${PLATFORM}.yaml`)
    const start = await norikae(['start', '-f', file, '--to', '1.36', '--as', 'aoki@example.com', '--yes'])
    expect(start.code, start.output).toBe(0)

    let moving = 0
    const over = new AbortController()
    const killing = (async () => {
      while (!over.signal.aborted) {
        await sleep(8_000 + Math.random() * 15_000)
        if (moving > 0 && !over.signal.aborted) await worker.restart()
      }
    })()
    await using temporal = await connect()
    const asked = new Map<string, number>()
    let last: UpgradeView | undefined
    for await (const view of follow(temporal, PLATFORM, { everyMs: 500, signal: new AbortController().signal })) {
      last = view
      moving = onTheirWay(view)
      for (const gate of view.gates) {
        if (Date.now() - (asked.get(gate.gate) ?? 0) < 20_000) continue
        asked.set(gate.gate, Date.now())
        await answered(gate)
      }
    }
    over.abort()
    await killing
    expect(last?.outcome).toBe('done')
    expect(worker.kills).toBeGreaterThan(3)

    const judged = (await (await fetch(`${info.control.url}/judge`)).json()) as Judgement
    const { requests, jobs, singletonOverlapMs, bufferedLost, leftovers } = judged
    expect(requests.lastDropped).toEqual([])
    expect(jobs.offences).toEqual([])
    expect({ dropped: requests.dropped, singletonOverlapMs, bufferedLost, leftovers }).toEqual({
      dropped: 0,
      singletonOverlapMs: 0,
      bufferedLost: 0,
      leftovers: [],
    })
    expect(jobs.slots).toBeGreaterThan(0)
  },
  15 * MINUTE,
)
