// npm run test:full: every interruption, in about twenty minutes; with --every at each step instead of one of its kind, in
// hours. Everything else goes to vitest: a file, or -t with the name of a test.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const every = args.includes('--every')
const others = args.filter((arg) => arg !== '--every')
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts', 'run.mjs'), 'vitest', 'run', '-c', 'vitest.full.config.ts', ...others],
  { cwd: root, stdio: 'inherit', env: every ? { ...process.env, NORIKAE_TEST_EVERY: '1' } : process.env },
)
process.exit(status ?? 1)
