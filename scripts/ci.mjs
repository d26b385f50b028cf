// What .ci/run runs: npm run check, npm test, npm run test:cluster, npm run test:full, and the demo on stand-ins and on
// real control planes. Ends with a line `N passed, N failed`; fails when one of them fails, and when a test that should
// have run did not.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
let passed = 0
let failed = 0
/** Said again at the end: whoever sees only the last lines must see why. */
const why = []

const npm = (...args) =>
  spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })
    .status === 0
const count = (name, good) => {
  if (good) passed += 1
  else {
    failed += 1
    why.push(name)
  }
  process.stdout.write(`${good ? '✔' : '✖'} ${name}\n`)
}

count('npm run check', npm('run', 'check'))
tests('test')
tests('run', 'test:cluster')
tests('run', 'test:full')
count('npm run demo -- --json', demo())
count('npm run demo -- --json --kubernetes real', demo('--kubernetes', 'real'))
for (const line of why) process.stdout.write(`✖ ${line}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 && passed > 5 ? 0 : 1)

/** A file that could not be loaded, a skipped test and a run without tests all count as failures. */
function tests(...command) {
  const name = `npm ${command.join(' ')}`
  const results = join(tmpdir(), `norikae-tests-${process.pid}.json`)
  const good = npm(...command, '--', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`)
  const report = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined
  rmSync(results, { force: true })
  if (!report) return count(`${name} left no results`, false)
  passed += report.numPassedTests
  failed += report.numFailedTests + report.numPendingTests + report.numTodoTests
  for (const file of report.testResults) {
    for (const test of file.assertionResults)
      if (test.status !== 'passed') why.push(`${test.status}: ${test.fullName}${firstLines(test)}`)
    if (file.assertionResults.length === 0) count(`${file.name} ran no test`, false)
  }
  // By itself too: a run that failed beside its tests must not pass for one that did not.
  count(name, good)
}

function firstLines({ failureMessages = [] }) {
  return failureMessages.map((message) => `\n    ${message.split('\n').slice(0, 6).join('\n    ')}`).join('')
}

function demo(...more) {
  const run = spawnSync('npm', ['run', '--silent', 'demo', '--', '--json', ...more], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 << 20,
    shell: process.platform === 'win32',
  })
  const last = run.stdout.trimEnd().split('\n').at(-1) ?? ''
  process.stdout.write(`${last}\n`)
  let said
  try {
    said = JSON.parse(last)
  } catch {
    return false
  }
  const { requests = {}, jobs = {} } = said
  const wrong = Object.entries({
    outcome: said.outcome === 'done',
    platform: said.platform === 'chatwork-prod',
    versions: said.from === '1.35' && said.to === '1.36',
    apps: said.apps === 12 && said.onGreen === 12,
    rolledBackOnce: said.rolledBackOnce === 1,
    sent: requests.sent > 20_000,
    dropped: requests.dropped === 0,
    slots: jobs.slots >= 20,
    twice: jobs.twice === 0,
    lost: jobs.lost === 0,
    singletonOverlapMs: said.singletonOverlapMs === 0,
    singletonDowntimeMs: said.singletonDowntimeMs <= 30_000,
    bufferedLost: said.bufferedLost === 0,
    leftovers: said.leftovers === 0,
    twin: said.twin === 0,
    seconds: said.seconds < 300,
    exit: run.status === 0,
  }).flatMap(([name, right]) => (right ? [] : [name]))
  if (wrong.length > 0) process.stdout.write(`the demo's own words are wrong in: ${wrong.join(', ')}\n`)
  return wrong.length === 0
}
