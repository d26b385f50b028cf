import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect, type Temporal } from '../client/connect.ts'
import { follow } from '../client/follow.ts'
import type { UpgradeReport, UpgradeView } from '../client/shapes.ts'
import { TASK_QUEUE } from '../domain/messages.ts'
import { appNames, environmentOf, type SandboxInfo } from '../sandbox/command.ts'
import { bringPrograms } from '../sandbox/control-plane/programs.ts'
import { freePort } from '../sandbox/free-port.ts'
import type { Judgement } from '../sandbox/judge.ts'
import { WEIGHED } from '../sandbox/seed/weighed.ts'
import { terminalFor } from '../sandbox/terminal.ts'
import { reader, teams, type Company } from './company.ts'
import { demoOptions } from './options.ts'
import { beside, norikae, type Beside, type Ran } from './processes.ts'
import { reachedOf } from './routes.ts'
import { stageOn, type Stage } from './stage.ts'
import {
  appsIn,
  faultsOf,
  judged,
  runsOn,
  readIn,
  wentBackOnce,
  type Call,
  type DemoResult,
  type Inventory,
  type Told,
} from './verdict.ts'

const PLATFORM = 'chatwork-prod'
const BLUE = 'chatwork-prod-1-35'
const GREEN = 'chatwork-prod-1-36'
const FROM = '1.35'
const TO = '1.36'
const REQUESTER = 'aoki@example.com'
/** Begins to fail on green once it has a quarter of the traffic, until somebody mends it. */
const SICK = { app: 'legacy-php', environment: 'production', cluster: 'green', rate: 0.5 }
const SICK_AT = 25
const REQUESTS_PER_SECOND = 190

const {
  values: { json, kubernetes, 'hands-on': handsOn, 'external-dns': externalDns },
} = parseArgs({ options: demoOptions })
// The last line of stdout is for programs; people read the rest.
const stage = stageOn(json ? process.stderr : process.stdout, handsOn)
const folder = await mkdtemp(join(tmpdir(), 'norikae-demo-'))
const running: Beside[] = []
const leave = async () => {
  for (const it of running.splice(0).toReversed()) await it.stop()
}
const told = new AbortController()
/** Once it is judged it ends as that says. */
let judgedWell: boolean | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Ctrl-C comes twice: from the terminal, and from what started this.
    if (told.signal.aborted) return
    told.abort()
    stage.end()
    stage.say('stopping')
    if (judgedWell !== undefined) return
    void leave()
      .then(() => rm(folder, { recursive: true, force: true }))
      .then(() => process.exit(130))
  })
}

try {
  const result = await demo(stage)
  const faults = faultsOf(result)
  judgedWell = faults.length === 0
  if (!handsOn) await leave()
  stage.say(
    judgedWell
      ? `\n${result.outcome === 'done' ? 'Done' : `Ended ${result.outcome}`} in ${result.seconds} s: nothing dropped, nothing twice, nothing lost, nothing left.`
      : `\nNot as it should be: ${faults.join('; ')}. What the processes printed is in ${folder}`,
  )
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  if (handsOn) {
    stage.say(`Look around as long as you like (norikae report ${PLATFORM}); Ctrl-C ends it.`)
    if (!told.signal.aborted) await once(told.signal, 'abort')
    await leave()
  }
  if (judgedWell) await rm(folder, { recursive: true, force: true })
  process.exitCode = judgedWell ? 0 : 1
} catch (error) {
  // Whoever ended it ended what it asks, too.
  if (!told.signal.aborted) {
    stage.end()
    stage.say(
      `\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}\nWhat the processes printed is in ${folder}`,
    )
    await leave()
    process.exitCode = 1
  }
}

async function demo(stage: Stage): Promise<DemoResult> {
  stage.say(
    `Starting a world on this machine: Temporal, an AWS, the cluster that serves now with its ${externalDns ? 'thirteen' : 'twelve'}\napps, traffic to most: by rules of a load balancer, to admin by an Ingress, to chat-push by an\nHTTPRoute, to billing by a record of Route 53, to chat-archiver by an HTTPRoute on a third cluster.${externalDns ? `\nThe record of ${WEIGHED.name} is made by external-dns: each of its weights is waited for by two minutes.` : ''}`,
  )
  if (kubernetes === 'real') await bringPrograms((text) => stage.say(`  ${text}`))
  const { info, began } = await world()
  Object.assign(process.env, environmentOf(info))
  stage.say(
    `  Temporal's UI  ${info.temporal.ui}\n  what is judged ${info.control.url}/judge (counted by the sandbox itself)\n`,
  )

  const before = (await control(info, 'GET', '/inventory')) as Inventory
  const place = {
    platform: PLATFORM,
    to: TO,
    by: REQUESTER,
    blue: BLUE,
    taskQueue: TASK_QUEUE,
    ui: info.temporal.ui,
    namespace: info.temporal.namespace,
  }
  await using temporal = await connect()
  const company = handsOn
    ? reader(stage, place, await terminalFor(info, folder), temporal)
    : teams(stage, place, join(info.platforms, `${PLATFORM}.yaml`))
  await company.begin()
  const last = await moved(stage, info, temporal, company)
  stage.end()

  const report = await norikae(['report', PLATFORM, '-o', 'json'])
  stage.say(`$ norikae report ${PLATFORM}\n${beginning((await norikae(['report', PLATFORM])).output)}`)
  await control(info, 'POST', '/traffic/stop')
  const judgement = (await control(info, 'GET', '/judge')) as Judgement
  const seen = {
    before,
    after: (await control(info, 'GET', '/inventory')) as Inventory,
    calls: (await control(info, 'GET', '/calls?service=elasticloadbalancing')) as Call[],
    judgement,
  }
  const result = resultOf(last, report, seen, began)
  stage.say(`\n${judged(result, judgement)}`)
  stage.say(`  Slack       ${readIn((await control(info, 'GET', '/slack')) as Told)}`)
  return result
}

async function world(): Promise<{ info: SandboxInfo; began: number }> {
  const where = join(folder, 'sandbox.json')
  const began = Date.now()
  const sandbox = beside(
    'sandbox',
    [
      'src/cli/main.ts',
      'sandbox',
      '--info',
      where,
      '--rate',
      `${REQUESTS_PER_SECOND}`,
      '--kubernetes',
      kubernetes,
      ...(externalDns ? ['--apps', appNames.join()] : []),
    ],
    folder,
  )
  running.push(sandbox)
  const info = await sandbox.until(
    'ready',
    60_000,
    async () => JSON.parse(await readFile(where, 'utf8')) as SandboxInfo,
  )
  const health = await freePort()
  const worker = beside('worker', ['src/worker.ts'], folder, {
    ...environmentOf(info),
    NORIKAE_HOST: '127.0.0.1',
    NORIKAE_HEALTH_PORT: `${health}`,
    NORIKAE_METRICS_PORT: `${await freePort()}`,
  })
  running.push(worker)
  await worker.until('ready', 60_000, async () =>
    (await fetch(`http://127.0.0.1:${health}/readyz`)).ok ? true : undefined,
  )
  return { info, began }
}

/** Watches to the end, with one app that fails on the way. */
async function moved(stage: Stage, info: SandboxInfo, temporal: Temporal, company: Company): Promise<UpgradeView> {
  let sick: 'not yet' | 'sick' | 'mended' = 'not yet'
  let handedOver = false
  let last: UpgradeView | undefined
  for await (const view of follow(temporal, PLATFORM, { everyMs: 500, signal: new AbortController().signal })) {
    last = view
    stage.show(view)
    if (sick === 'not yet' && weightOf(view) >= SICK_AT) {
      sick = 'sick'
      await control(info, 'PUT', '/faults/app-failing', SICK)
      stage.say(
        `▲ from here on every second request to ${SICK.app} fails on green (in ${SICK.environment}): nobody knows yet`,
      )
    }
    if (!handedOver && provesIdle(view)) {
      handedOver = true
      const hosts = (await control(info, 'POST', '/hand-over')) as readonly string[]
      stage.say(
        `▲ the load balancers of ${hosts.join(' and ')} are ${BLUE}'s and would go with it,\n  so that is not proven idle yet: their owners bring the same to green, whose controller makes ones that stay,\n  and take them off ${BLUE}`,
      )
    }
    await company.hear(view.gates, async (gate) => {
      if (gate.app !== SICK.app) return false
      if (sick === 'sick') {
        stage.say(`▲ ${gate.what}`)
        stage.say(
          `  nobody had to be asked: it is back on blue. Its team mends the fault, and it moves again when they say so`,
        )
        await control(info, 'DELETE', '/faults/app-failing')
        sick = 'mended'
      }
      return true
    })
  }
  await company.done()
  if (!last) throw new Error('nothing was there to watch')
  return last
}

/** From here on it is asked whether blue's load balancers serve anybody. */
function provesIdle({ status: { run } }: UpgradeView): boolean {
  return run?.doing.some((what) => what.startsWith(`prove that nothing used ${BLUE}`)) === true
}

function weightOf({ cutovers }: UpgradeView): number {
  const runs = cutovers.find((c) => c.app === SICK.app)?.runs ?? []
  return runs.find((r) => r.subject.environment === SICK.environment)?.weight ?? 0
}

/** Each weight and verdict would fill several screens. */
function beginning(report: string): string {
  const [first = ''] = report.split('\n## Weights and verdicts')
  return `${first}\n… and each weight, verdict and finding`
}

async function control(
  { control: { url } }: SandboxInfo,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`${method} ${path} of the sandbox: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** By the sandbox, all but the outcome and how many decisions there were: those are the upgrade's own word. */
function resultOf(
  { outcome }: UpgradeView,
  report: Ran,
  { before, after, calls, judgement }: { before: Inventory; after: Inventory; calls: Call[]; judgement: Judgement },
  began: number,
): DemoResult {
  const { report: told } = JSON.parse(report.output) as UpgradeReport
  const { requests, jobs, singletonOverlapMs, singletonDowntimeMs, bufferedLost, leftovers, twin } = judgement
  const apps = appsIn(before)
  return {
    outcome,
    platform: PLATFORM,
    from: FROM,
    to: TO,
    apps: apps.length,
    onGreen: runsOn(after, GREEN, apps),
    ...(handsOn && { onBlue: runsOn(after, BLUE, apps) }),
    rolledBackOnce: wentBackOnce(calls, before),
    requests: { sent: requests.sent, dropped: requests.dropped, failed: requests.failed },
    reached: reachedOf(requests, apps, BLUE, GREEN),
    jobs: { slots: jobs.slots, twice: jobs.twice, lost: jobs.lost },
    singletonOverlapMs,
    singletonDowntimeMs,
    bufferedLost,
    leftovers: leftovers.length,
    twin: twin.length,
    decisions: told.decisions.filter((d) => d.became === 'counted').length,
    seconds: Math.round((Date.now() - began) / 1000),
  }
}
