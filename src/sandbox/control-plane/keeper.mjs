// The parent of a control plane's programs: starts each that it is told on stdin (a JSON object a line), and ends them all
// when stdin closes. So nothing is left running when the process that wanted them is killed.
import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [folder = ''] = process.argv.slice(2)
const children = new Map()

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { name, path, args } = JSON.parse(line)
    const log = openSync(join(folder, `${name}.log`), 'a')
    const child = spawn(path, args, { cwd: folder, stdio: ['ignore', log, log] })
    children.set(name, child)
    process.stdout.write(`${JSON.stringify({ name, pid: child.pid ?? 0 })}\n`)
    // Another of its name may have been started by then.
    const over = () => children.get(name) === child && children.delete(name)
    child.on('error', over)
    child.on('exit', over)
  })
  .on('close', () => {
    for (const child of children.values()) child.kill('SIGKILL')
    const over = setInterval(() => {
      if (children.size > 0) return
      clearInterval(over)
      rmSync(folder, { recursive: true, force: true })
    }, 20)
  })
// Whoever ends the group means the one that asked, and then this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
