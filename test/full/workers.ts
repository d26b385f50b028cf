import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'
import type { Rewrite } from './patience.ts'
import type { Told } from './told.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const url = (name: string) => new URL(name, import.meta.url).href

/** What its activities are told when they say where they are; it goes on once this has ended. */
export type Listener = (told: Told, worker: WorkerProcess) => Promise<unknown> | undefined

export interface WorkerOptions {
  readonly env: Readonly<Record<string, string>>
  readonly rewrites: readonly Rewrite[]
  readonly log: string
  readonly hear: Listener
}

/** The real worker, in a process of its own, which ends when this one does. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
  }

  static async start({ env, rewrites, log, hear }: WorkerOptions): Promise<WorkerProcess> {
    const [health, metrics] = [await freePort(), await freePort()]
    const file: WriteStream = createWriteStream(log, { flags: 'a' })
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--import',
        url('../../scripts/with-parent.mjs'),
        '--import',
        url('wires.ts'),
        path('../../src/worker.ts'),
      ],
      {
        env: {
          ...process.env,
          ...env,
          NORIKAE_TEST_REWRITES: JSON.stringify(rewrites),
          NORIKAE_HOST: '127.0.0.1',
          NORIKAE_HEALTH_PORT: `${health}`,
          NORIKAE_METRICS_PORT: `${metrics}`,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    for (const stream of [child.stdout, child.stderr]) stream?.pipe(file, { end: false })
    const worker = new WorkerProcess(child, health)
    child.on('message', (told: Told) => {
      void Promise.resolve(hear(told, worker)).then(() => {
        // One that was killed in between hears nothing any more.
        if (worker.runs && child.connected) child.send({ go: told.n }, () => undefined)
      })
    })
    return worker
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Answers when it polls. */
  ready = (): Promise<unknown> =>
    eventually(
      'the worker is ready',
      async () => {
        if (!this.runs) throw new Error(`it ended with ${this.#child.exitCode ?? this.#child.signalCode}`)
        return (await fetch(`http://127.0.0.1:${this.#port}/readyz`)).ok
      },
      { withinMs: 60_000, everyMs: 100 },
    )

  /** At once, whatever it is at: SIGKILL. */
  kill = (): Promise<void> => this.#end('SIGKILL')
  /** As an orchestrator stops it. */
  stop = (): Promise<void> => this.#end('SIGTERM')

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.runs) return
    const gone = once(this.#child, 'exit')
    this.#child.kill(signal)
    await gone
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
