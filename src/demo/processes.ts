import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const WITH_PARENT = new URL('../../scripts/with-parent.mjs', import.meta.url).href

/** A program of this project beside the demo, which ends when the demo does, also by SIGKILL; what it prints goes to a file. */
export interface Beside {
  readonly log: string
  /** Resolves when `ready` does; throws, with the end of what it printed, when it is over before or takes too long. */
  until<T>(what: string, withinMs: number, ready: () => Promise<T | undefined>): Promise<T>
  stop(): Promise<void>
  /** SIGKILL: as a machine goes. */
  kill(): Promise<void>
}

export function beside(
  name: string,
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Beside {
  const log = join(folder, `${name}.log`)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', WITH_PARENT, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.channel?.unref()
  const file = createWriteStream(log)
  child.stdout?.pipe(file)
  child.stderr?.pipe(file)
  return {
    log,
    async until(what, withinMs, ready) {
      for (const until = Date.now() + withinMs; Date.now() < until && isRunning(child); await sleep(100)) {
        const found = await ready().catch(() => undefined)
        if (found !== undefined) return found
      }
      const printed = await readFile(log, 'utf8').catch(() => '')
      throw new Error(
        `${name} ${isRunning(child) ? `was not ${what} within ${withinMs / 1000} s` : 'ended'}:\n${printed.slice(-2000)}`,
      )
    },
    async kill() {
      if (!isRunning(child)) return
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      if (!isRunning(child)) return
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      const killed = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await gone
      clearTimeout(killed)
    },
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

export interface Ran {
  readonly code: number
  readonly output: string
}

/** `norikae …`, as a person runs it. */
export function norikae(args: readonly string[]): Promise<Ran> {
  return new Promise((done, failed) => {
    const main = join(root, 'src/cli/main.ts')
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
    child.on('error', failed)
    child.on('close', (code) => done({ code: code ?? 1, output: output.trimEnd() }))
  })
}
