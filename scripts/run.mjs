// Runs a program of the project on the project's own Node: node scripts/run.mjs src/worker.ts, or the name of a tool.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const tools = { vitest: 'node_modules/vitest/vitest.mjs' }
const [what = '', ...args] = process.argv.slice(2)
const file = join(root, tools[what] ?? what)
const node = existsSync(join(bin, 'node')) ? join(bin, 'node') : process.execPath

const child = spawn(node, ['--disable-warning=ExperimentalWarning', file, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: {
    // Stripping types and compiling is most of a short program's time.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)))
