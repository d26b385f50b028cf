// Records golden histories that are not there yet: npm run record. What is there was released, and is never recorded again;
// a case that changed before its release is recorded anew after its file was deleted.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1
process.exit(run(join(root, 'scripts', 'run.mjs'), 'test/replay/record.ts'))
