import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connect } from '../src/client/connect.ts'
import type { OpenGate } from '../src/client/shapes.ts'
import { say } from '../src/client/say.ts'
import { viewOf } from '../src/client/views.ts'
import { beside, type Beside } from '../src/demo/processes.ts'
import { environmentOf, type SandboxInfo } from '../src/sandbox/command.ts'
import type { AwsCall } from '../src/sandbox/types.ts'
import { p50AndP99 } from './figures.ts'

/**
 * How long it takes from an approval until the first weight was read back, and from the moment at which an app fails on
 * green until it has no weight there: node bench/moments.ts [--runs 50] [--every 1s]. In a whole sandbox, with a real
 * worker: apps that move together are approved, fail at half of their traffic, go back by themselves, are mended and
 * tried again.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '50' }, every: { type: 'string', default: '1s' } },
})
/** They say of each other that they are related, or several that fail at once would be taken for the platform's trouble. */
const APPS = ['chat-api', 'chat-archiver', 'admin', 'files', 'billing', 'mail-sender']
const PLATFORM = 'chatwork-prod'
const approvers: Readonly<Record<string, string>> = {
  sre: 'aoki@example.com',
  scala: 'chiba@example.com',
  php: 'endo@example.com',
}

const folder = await mkdtemp(join(tmpdir(), 'norikae-bench-'))
const running: Beside[] = []
const approved: number[] = []
const failed: number[] = []
try {
  const info = await sandbox()
  await using temporal = await connect()
  await temporal.client.workflow.start('clusterUpgrade', {
    workflowId: `cluster-upgrade/${PLATFORM}`,
    taskQueue: temporal.taskQueue,
    args: [{ platform: PLATFORM, to: '1.36', by: 'baba@example.com' }],
  })
  const busy = new Map<string, Promise<void>>()
  while (failed.length < Number(values.runs)) {
    const view = await viewOf(temporal, PLATFORM)
    if (view?.outcome !== 'running') throw new Error(`the upgrade is ${view?.outcome ?? 'not there'}`)
    for (const gate of view.gates.filter((g) => !busy.has(g.gate))) {
      const work = gate.environment === 'production' ? production(gate) : answer(gate)
      busy.set(gate.gate, work)
    }
    await Promise.race([sleep(200), ...[...busy.values()].map((work) => work.then(() => sleep(200)))])
  }
  process.stdout.write(
    [
      `${values.runs} runs, health looked at every ${values.every}, seconds (p50, p99)`,
      `  approval → first weight read back   ${p50AndP99(approved)}`,
      `  fault → weight 0                    ${p50AndP99(failed)}`,
      '',
    ].join('\n'),
  )

  async function answer(gate: OpenGate): Promise<void> {
    const [first] = gate.send
    if (!first) throw new Error(`${gate.gate} takes no answer`)
    const by = approvers[gate.who[0] ?? ''] ?? ''
    await say(
      temporal,
      { workflowId: gate.workflowId, message: first.message, body: { gate: gate.gate, by } },
      gate.proves,
      [gate.digest],
    )
  }

  async function production(gate: OpenGate): Promise<void> {
    const app = gate.app ?? ''
    const retries = gate.send.some((s) => s.message === 'retry')
    if (retries) {
      await failing(app, 0)
      return answer(gate)
    }
    const asked = Date.now()
    await answer(gate)
    approved.push((await moment(info, app, asked, 'read back')) - asked)
    // Until both sides have been seen well.
    await sleep(4_000)
    const began = Date.now()
    await failing(app, 1)
    failed.push((await moment(info, app, began, 'back to 0')) - began)
  }

  async function failing(app: string, rate: number): Promise<void> {
    await control(info, 'PUT', '/faults/app-failing', { app, environment: 'production', cluster: 'green', rate })
  }
} finally {
  for (const it of running.toReversed()) await it.stop()
  await rm(folder, { recursive: true, force: true })
}

async function sandbox(): Promise<SandboxInfo> {
  const where = join(folder, 'sandbox.json')
  const args = ['src/cli/main.ts', 'sandbox', '--info', where, '--rate', '190', '--apps', APPS.join(',')]
  const it = beside('sandbox', args, folder)
  running.push(it)
  const info = await it.until('ready', 60_000, async () => JSON.parse(await readFile(where, 'utf8')) as SandboxInfo)
  const file = join(info.platforms, `${PLATFORM}.yaml`)
  await writeFile(file, ours(await readFile(file, 'utf8')))
  Object.assign(process.env, environmentOf(info))
  const worker = beside('worker', ['src/worker.ts'], folder, {
    NORIKAE_HOST: '127.0.0.1',
    NORIKAE_HEALTH_PORT: '18081',
    NORIKAE_METRICS_PORT: '18082',
  })
  running.push(worker)
  await worker.until('ready', 60_000, async () =>
    (await fetch('http://127.0.0.1:18081/readyz')).ok ? true : undefined,
  )
  return info
}

/** Half of the traffic at once, long enough for what is measured; a window is as long as what is between two looks. */
function ours(text: string): string {
  const together = APPS.map((app) => `  ${app}: { movesWith: [${APPS.filter((other) => other !== app).join(', ')}] }`)
  return text
    .replace('weights: [5, 25, 50, 100], observe: 4s', 'weights: [50, 100], observe: 10m')
    .replace(/^ {2}every: 1s$/m, `  every: ${values.every}`)
    .replaceAll('window: 5s', `window: ${values.every}`)
    .replace(/^apps:\n(?: .*\n)*/m, `apps:\n${together.join('\n')}\n`)
}

/** When the sandbox's AWS answered, in milliseconds since 1970; looked for until it did. */
async function moment(info: SandboxInfo, app: string, since: number, what: 'read back' | 'back to 0'): Promise<number> {
  const blue = `:targetgroup/${app}-production/`
  for (;;) {
    const query = `?service=elasticloadbalancing&since=${new Date(since).toISOString()}`
    const calls = (await control(info, 'GET', `/calls${query}`)) as AwsCall[]
    const written = calls.find(
      ({ operation, status, parameters }) =>
        operation === 'ModifyRule' && status === 200 && isOn(parameters, blue, what === 'read back'),
    )
    if (written && what === 'back to 0') return Date.parse(written.at)
    const read = calls.find((c) => written && c.operation === 'DescribeRules' && c.at > written.at)
    if (read) return Date.parse(read.at)
    await sleep(20)
  }
}

/** A rule with this target group of blue, whose other one has some weight, or none. */
function isOn(parameters: AwsCall['parameters'], blue: string, some: boolean): boolean {
  const { Actions = [] } = parameters as {
    Actions?: { ForwardConfig?: { TargetGroups?: { TargetGroupArn?: string; Weight?: number }[] } }[]
  } // as the SDK sent it
  const groups = Actions.flatMap((action) => action.ForwardConfig?.TargetGroups ?? [])
  const isBlue = (group: { TargetGroupArn?: string }) => group.TargetGroupArn?.includes(blue) === true
  return groups.some(isBlue) && groups.some((group) => !isBlue(group) && (group.Weight ?? 0) > 0 === some)
}

async function control(info: SandboxInfo, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${info.control.url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`${method} ${path} of the sandbox: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
