// npm run test:full: every interruption, in about twenty minutes; with --every at each step instead of one of its kind, in
// hours, telling each minute how far it is. With --nothing-kept only test/workflow, all of it, and no workflow in memory
// between two of its tasks. Everything else goes to vitest: a file, or -t with the name of a test.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const every = args.includes('--every')
const nothingKept = args.includes('--nothing-kept')
const others = args.filter((arg) => arg !== '--every' && arg !== '--nothing-kept')
if (nothingKept) others.push('--project', 'nothing kept')
const more = { ...(every && { NORIKAE_TEST_EVERY: '1' }), ...(nothingKept && { NORIKAE_TEST_NOTHING_KEPT: '1' }) }
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts', 'run.mjs'), 'vitest', 'run', '-c', 'vitest.full.config.ts', ...others],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...more } },
)
process.exit(status ?? 1)
