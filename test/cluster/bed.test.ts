import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'

const up = fileURLToPath(new URL('./up.ts', import.meta.url))
const isThere = (pid: number) => existsSync(`/proc/${pid}`)

const TIMES = { timeout: 150_000 }

test.for(['SIGKILL', 'SIGINT'] as const)(
  'after %s nothing of two control planes is left running',
  TIMES,
  async (signal) => {
    const child = spawn(process.execPath, [up], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (text: Buffer) => (said += text.toString()))
    const pids = await eventually(
      'both are up',
      () => {
        const found = [...said.matchAll(/processes {2}([\d ]+)/g)].map(([, list = '']) =>
          list.trim().split(' ').map(Number),
        )
        return found.length === 2 && found.flat()
      },
      { withinMs: 90_000 },
    )
    expect(pids).toHaveLength(10)
    expect(pids.filter(isThere)).toEqual(pids)
    child.kill(signal)
    await eventually('they are gone', () => pids.every((pid) => !isThere(pid)), { withinMs: 20_000 })
  },
)
