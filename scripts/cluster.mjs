// npm run test:cluster: the tests on real control planes; with --keep both stay up to be looked at, until Ctrl-C.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const what = args.includes('--keep')
  ? ['test/cluster/up.ts']
  : ['vitest', 'run', '-c', 'vitest.cluster.config.ts', ...args]
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), ...what], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
