// npm run bench: every measurement, one after the other; npm run bench -- <name> [its options]: that one.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const all = ['dry-run', 'fleet', 'moments', 'traffic', 'idle']
const [name, ...options] = process.argv.slice(2)
if (name !== undefined && !all.includes(name)) {
  process.stderr.write(`npm run bench -- ${name}: there is ${all.join(', ')}\n`)
  process.exit(2)
}
// One that fails keeps nobody from the others.
const failed = (name === undefined ? all : [name]).filter((it) => {
  process.stdout.write(`\n${it}\n`)
  const args = [join(root, 'scripts', 'run.mjs'), `bench/${it}.ts`, ...options]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.exitCode = Math.max(Number(process.exitCode ?? 0), status ?? 1)
  return status !== 0
})
if (failed.length > 0) process.stderr.write(`failed: ${failed.join(', ')}\n`)
