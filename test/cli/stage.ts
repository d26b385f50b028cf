import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker } from '@temporalio/worker'
import type { Platform } from '../../src/domain/platform.ts'
import type { Activities } from '../../src/workflows/activities.ts'
import { workerIsThere } from '../../src/client/ask.ts'
import { commandLine } from '../../src/cli/command-line.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { eventually } from '../support/eventually.ts'
import { bundle } from '../support/bundle.ts'
import { dev } from '../support/server.ts'

/** The command as people run it: a real process, against a real server with a worker on a toy world. */

const norikae = fileURLToPath(new URL('../../norikae', import.meta.url))

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

type Env = Readonly<Record<string, string>>

export const clean: Env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }

/** In a process of its own, to its end. Nothing of this machine's own Temporal configuration is seen. */
export const runApart = (args: readonly string[], env: Env = {}): Promise<Ended> =>
  new Promise((done) => {
    execFile(norikae, args, { env: { ...clean, ...env }, maxBuffer: 1 << 24, timeout: 60_000 }, (error, out, err) =>
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err }),
    ).stdin?.end()
  })

let queue: Promise<unknown> = Promise.resolve()

/**
 * The same in this process, one after the other: starting one takes half a second of a core. What a process adds to it
 * (the launcher, signals, its own modules) is for `runApart` and `Background`.
 */
export function run(args: readonly string[], env: Env = {}): Promise<Ended> {
  const ran = queue.then(() => inside(args, { ...clean, ...env }))
  queue = ran.catch(() => undefined)
  return ran
}

async function inside(args: readonly string[], env: Env): Promise<Ended> {
  const [before, { stdout, stderr }] = [process.env, process]
  const said = { out: '', err: '' }
  const [writeOut, writeErr] = [stdout.write, stderr.write]
  const into = (where: keyof typeof said) => (text: string | Uint8Array) => {
    said[where] += text.toString()
    return true
  }
  process.env = { ...env }
  stdout.write = into('out')
  stderr.write = into('err')
  try {
    return { code: await commandLine(args), ...said }
  } finally {
    process.env = before
    stdout.write = writeOut
    stderr.write = writeErr
  }
}

/** One that goes on beside the others, with what it has said so far. */
export class Background {
  readonly child: ChildProcessWithoutNullStreams
  out = ''
  err = ''
  readonly ended: Promise<number>
  constructor(args: readonly string[], env: Env) {
    this.child = spawn(norikae, args, { env: { ...clean, ...env } })
    this.child.stdout.on('data', (text: Buffer) => (this.out += text.toString()))
    this.child.stderr.on('data', (text: Buffer) => (this.err += text.toString()))
    this.ended = new Promise((done) => {
      this.child.on('close', (code) => done(code ?? -1))
    })
  }
}

/** Waits that are weeks elsewhere are over at once. */
export const aQuickPlatform = (more: Partial<Platform> = {}): Platform =>
  aPlatform({ rest: '0s', soak: '1s', apps: [anApp('api')], ...more })

/** A server, and a worker for each platform that asks for one. */
export class Stage {
  readonly env: TestWorkflowEnvironment
  private readonly workers: { worker: Worker; ran: Promise<void> }[] = []
  constructor(env: TestWorkflowEnvironment) {
    this.env = env
  }
  static open = async (): Promise<Stage> => new Stage(await dev())

  /** What makes the command find this platform's worker. */
  envOf = (platform: string, who?: string): Env => ({
    TEMPORAL_ADDRESS: this.env.address,
    NORIKAE_TASK_QUEUE: `norikae-${platform}`,
    ...(who !== undefined && { NORIKAE_AS: who }),
  })

  async work(platform: Platform, instead: Partial<Activities> = {}): Promise<Outside> {
    const outside = new Outside(platform, '100ms')
    const taskQueue = `norikae-${platform.name}`
    const worker = await Worker.create({
      connection: this.env.nativeConnection,
      taskQueue,
      workflowBundle: await bundle(),
      activities: { ...outside.activities(), ...instead },
      debugMode: true, // workflows on this thread: starting another takes half a second in each test
      stickyQueueScheduleToStartTimeout: '2s',
    })
    this.workers.push({ worker, ran: worker.run() })
    const { client } = this.env
    const temporal = { client, namespace: 'default', taskQueue, [Symbol.asyncDispose]: () => Promise.resolve() }
    await eventually('the worker asks for work', () => workerIsThere(temporal))
    return outside
  }

  async close(): Promise<void> {
    for (const { worker } of this.workers) worker.shutdown()
    await Promise.all(this.workers.map((w) => w.ran))
    await this.env.teardown()
  }
}
