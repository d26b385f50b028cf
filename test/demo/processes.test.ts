import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-demo-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** What the demo starts, and says as it ends; it goes on talking to nobody. */
const CHILD = `
  const { writeFileSync } = require('node:fs')
  process.on('SIGTERM', () => {
    console.log('stopping')
    setTimeout(() => { writeFileSync('{folder}/ended', 'well'); process.exit() }, 100)
  })
  setInterval(() => console.log('.'), 10)
  writeFileSync('{folder}/pid', String(process.pid))
`
const demo = (): string => {
  const processes = new URL('../../src/demo/processes.ts', import.meta.url).href
  return `
    import { beside } from '${processes}'
    beside('child', ['-e', ${JSON.stringify(CHILD.replaceAll('{folder}', folder))}], '${folder}')
    setInterval(() => undefined, 1000)
  `
}
const read = (name: string) => readFile(join(folder, name), 'utf8')
const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.for(['SIGKILL', 'SIGTERM'] as const)(
  'what the demo started ends well when the demo is gone by %s',
  async (signal) => {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', demo()]
    const started = spawn(process.execPath, args, { stdio: 'ignore' })
    const pid = Number(await eventually('it is there', () => read('pid')))
    expect(runs(pid)).toBe(true)
    started.kill(signal)
    expect(await eventually('it ended', () => read('ended'))).toBe('well')
    await eventually('it is gone', () => !runs(pid))
  },
)
