import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Rewrite } from './patience.ts'
import type { Listens, Told, Word } from './told.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const url = (name: string) => new URL(name, import.meta.url).href

/** Some fifty times what it takes, where many others start beside it. */
const READY_MS = 180_000

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
  /** Where it says whether it is ready; undefined until it listens. */
  #port: number | undefined
  /** Somebody here ended it. */
  #isTold = false

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Loads its code, and waits for `begin`. */
  static standBy({ env, rewrites, log, hear }: WorkerOptions): WorkerProcess {
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
          NORIKAE_HEALTH_PORT: '0',
          NORIKAE_METRICS_PORT: '0',
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    for (const stream of [child.stdout, child.stderr]) stream?.pipe(file, { end: false })
    const worker = new WorkerProcess(child)
    child.on('message', (said: Told | Listens) => {
      if ('listens' in said) return void (worker.#port = said.listens)
      void Promise.resolve(hear(said, worker)).then(() => worker.#say({ go: said.n }))
    })
    return worker
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** How it ended, where nobody here ended it. */
  get brokeWith(): string | undefined {
    return this.runs || this.#isTold ? undefined : `${this.#child.exitCode ?? this.#child.signalCode}`
  }

  begin(): void {
    this.#say({ begin: true })
  }

  /** Once it polls. Throws where it ends before, or hangs. */
  async ready(): Promise<void> {
    for (const until = Date.now() + READY_MS; !(await this.#isReady()); await sleep(100)) {
      if (!this.runs) throw new Error(`the worker ended with ${this.#child.exitCode ?? this.#child.signalCode}`)
      if (Date.now() > until) throw new Error(`the worker is not ready after ${READY_MS / 1000} s`)
    }
  }

  async #isReady(): Promise<boolean> {
    if (this.#port === undefined) return false
    return fetch(`http://127.0.0.1:${this.#port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  /** At once, whatever it is at: SIGKILL. */
  kill = (): Promise<void> => this.#end('SIGKILL')
  /** As an orchestrator stops it. */
  stop = (): Promise<void> => this.#end('SIGTERM')

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.runs) return
    this.#isTold = true
    const gone = once(this.#child, 'exit')
    this.#child.kill(signal)
    await gone
  }

  /** One that was killed in between hears nothing any more. */
  #say(word: Word): void {
    if (this.runs && this.#child.connected) this.#child.send(word, () => undefined)
  }
}
