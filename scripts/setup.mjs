// Installs what the other commands need, and says so. Plain JavaScript: it runs on Node 20, before anything is there.
//   node scripts/setup.mjs               dependencies
//   node scripts/setup.mjs --temporal    and the Temporal programs
//   node scripts/setup.mjs --kubernetes  and the programs of a Kubernetes control plane; with --kubectl that too
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (text) => process.stderr.write(`norikae: ${text}\n`)

if (Number(process.versions.node.split('.')[0]) < 20) {
  say(`Node ${process.versions.node} is too old to set this up; use Node 20 or newer`)
  process.exit(1)
}

install()
if (process.argv.includes('--temporal')) await temporal()
if (process.argv.includes('--kubernetes')) await kubernetes()

/** Only when the lock file is another one than what was installed last. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  const mark = join(root, 'node_modules', '.norikae-installed')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
  say('installing dependencies (about half a minute)')
  const began = Date.now()
  // The engines of some packages want a newer Node than the one that installs them; they run on the project's own.
  // `install`, not `ci`: a lock file made where a registry serves some platforms only lacks the optional parts of others.
  const npm = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const done = spawnSync('npm', npm, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    say('npm install failed; what it said is above')
    process.exit(1)
  }
  mkdirSync(dirname(mark), { recursive: true })
  writeFileSync(mark, wanted)
  say(`installed in ${Math.round((Date.now() - began) / 1000)} s`)
}

async function temporal() {
  const { bring } = await import('./temporal.mjs')
  try {
    for (const name of ['temporal', 'temporal-test-server']) await bring(name, say)
  } catch (error) {
    say(error.message)
    process.exit(1)
  }
}

async function kubernetes() {
  const { bring } = await import('./kubernetes.mjs')
  try {
    await bring(say, { requested: process.argv.includes('--kubectl') ? ['kubectl'] : [] })
  } catch (error) {
    say(error.message)
    process.exit(1)
  }
}
