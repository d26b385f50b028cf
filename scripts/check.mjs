// Types, lint, format and dead code, side by side: node scripts/check.mjs
import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const checks = {
  types: ['tsc'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['oxfmt', '--check', 'src', 'test', 'bench'],
  'dead code': ['knip', '--no-progress'],
}

const results = await Promise.all(Object.entries(checks).map(([name, command]) => check(name, command)))
for (const { name, passed, seconds, output } of results) {
  process.stdout.write(`${passed ? '✔' : '✖'} ${name} (${seconds} s)\n`)
  if (!passed) process.stdout.write(`${output}\n`)
}
process.exit(results.every((r) => r.passed) ? 0 : 1)

function check(name, [command, ...args]) {
  const began = Date.now()
  return new Promise((done) => {
    let output = ''
    const child = spawn(join(bin, command), args, {
      cwd: root,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    })
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (output += text))
    child.on('close', (code) =>
      done({ name, passed: code === 0, seconds: ((Date.now() - began) / 1000).toFixed(1), output }),
    )
  })
}
