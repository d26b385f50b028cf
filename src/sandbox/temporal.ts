import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { bring } from '../../scripts/temporal.mjs'
import { freePort } from './free-port.ts'

export interface TemporalInfo {
  readonly address: string
  readonly namespace: string
  readonly ui: string
}

export interface SandboxTemporal {
  readonly info: TemporalInfo
  readonly pid: number
  stop(): Promise<void>
}

const READY_WITHIN_MS = 20_000

/**
 * A Temporal development server with its UI, in memory, or in a `database` file that outlives it. Throws with what it printed when it
 * does not come up.
 */
export async function startTemporal(
  ports: { readonly frontend?: number; readonly ui?: number; readonly database?: string },
  say: (text: string) => void,
): Promise<SandboxTemporal> {
  const program = await bring('temporal', say)
  const frontend = ports.frontend || (await freePort())
  const ui = ports.ui || (await freePort())
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    `${frontend}`,
    '--ui-port',
    `${ui}`,
    '--log-level',
    'error',
    ...(ports.database === undefined ? [] : ['--db-filename', ports.database]),
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => printed.push(text.toString()))

  const info: TemporalInfo = { address: `127.0.0.1:${frontend}`, namespace: 'default', ui: `http://127.0.0.1:${ui}` }
  const until = Date.now() + READY_WITHIN_MS
  while (!(await answers(info.address))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL')
      throw new Error(`the Temporal server did not start:\n${printed.join('').slice(-2000)}`)
    }
    await sleep(100)
  }
  return { info, pid: child.pid ?? 0, stop: () => ended(child) }
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '1s' })
    await connection.workflowService.describeNamespace({ namespace: 'default' })
    await connection.close()
    return true
  } catch {
    return false
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const killed = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(killed)
}
