import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Temporal } from '../src/client/connect.ts'
import type { OpenGate, UpgradeView } from '../src/client/shapes.ts'
import { say } from '../src/client/say.ts'
import { cutoverId } from '../src/domain/messages.ts'
import { viewOf } from '../src/client/views.ts'
import { beside, type Beside } from '../src/demo/processes.ts'
import { environmentOf, type SandboxInfo } from '../src/sandbox/command.ts'
import { freePort } from '../src/sandbox/free-port.ts'
import type { AwsCall } from '../src/sandbox/types.ts'
import { bundle } from '../test/support/bundle.ts'

const PLATFORM = 'chatwork-prod'
const approvers: Readonly<Record<string, string>> = {
  sre: 'aoki@example.com',
  scala: 'chiba@example.com',
  php: 'endo@example.com',
}

/** A weight of green that was written on an app's route in production, and when AWS had done it (ms since 1970). */
export interface Written {
  readonly to: number
  readonly at: number
}

/** A whole sandbox with an upgrade that waits for its start, and what people and machines do in it. */
export interface Stage {
  /** Another worker of the same task queue, once it works; its workflow code is bundled already, as in the image. */
  worker(): Promise<Beside>
  /** Where everything is. */
  readonly info: SandboxInfo
  /** Throws when the upgrade is over. */
  view(): Promise<UpgradeView>
  /** Gates that are open now. Throws when the upgrade is over. */
  gates(): Promise<readonly OpenGate[]>
  answer(gate: OpenGate, how?: 'update' | 'signal'): Promise<void>
  /** By the platform team. */
  takeBack(app: string, environment: string): Promise<void>
  /** What AWS and the clusters were asked since then. */
  calls(since: number): Promise<readonly { readonly service: string; readonly operation?: string }[]>
  /** Of all its requests in production on green, this share fails. */
  failing(app: string, rate: 0 | 1): Promise<void>
  /** Since then, in the order in which they were written. */
  written(app: string, since: number): Promise<readonly Written[]>
  /** When the first weight above none that was written since was read back. */
  readBack(app: string, since: number): Promise<number>
  /** When it was written that green has none. */
  backToNone(app: string, since: number): Promise<number>
  close(): Promise<void>
}

/** `file`: what is made of the sandbox's platform file before a worker reads it. `rate`: requests a second of the sandbox's own. */
export async function aStage(apps: readonly string[], file: (text: string) => string, rate = 190): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'norikae-bench-'))
  const running: Beside[] = []
  let temporal: Temporal | undefined
  const close = async () => {
    await temporal?.[Symbol.asyncDispose]()
    for (const it of running.toReversed()) await it.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const where = join(folder, 'sandbox.json')
    const args = ['src/cli/main.ts', 'sandbox', '--info', where, '--rate', String(rate), '--apps', apps.join(',')]
    const it = beside('sandbox', args, folder)
    running.push(it)
    const info = await it.until('ready', 120_000, async () => JSON.parse(await readFile(where, 'utf8')) as SandboxInfo)
    const path = join(info.platforms, `${PLATFORM}.yaml`)
    await writeFile(path, file(await readFile(path, 'utf8')))
    Object.assign(process.env, environmentOf(info))
    const code = join(folder, 'workflows.js')
    const made = await bundle()
    if ('code' in made) await writeFile(code, made.code)
    temporal = await connect()
    return inside(info, temporal, { folder, code, running, close })
  } catch (error) {
    await close()
    throw error
  }
}

interface Backstage extends Pick<Stage, 'close'> {
  readonly folder: string
  readonly code: string
  readonly running: Beside[]
}

async function inside(info: SandboxInfo, temporal: Temporal, { folder, code, running, close }: Backstage) {
  let workers = 0
  const stage: Stage = {
    close,
    async worker() {
      workers += 1
      // A worker of another bench that answered in place of ours would have this one wait for ever.
      const [port, metrics] = [await freePort(), await freePort()]
      const it = beside(`worker-${workers}`, ['src/worker.ts'], folder, {
        NORIKAE_HOST: '127.0.0.1',
        NORIKAE_HEALTH_PORT: String(port),
        NORIKAE_METRICS_PORT: String(metrics),
        NORIKAE_WORKFLOW_BUNDLE: code,
      })
      running.push(it)
      await it.until('ready', 120_000, async () =>
        (await fetch(`http://127.0.0.1:${port}/readyz`)).ok ? true : undefined,
      )
      return it
    },
    info,
    async view() {
      const view = await viewOf(temporal, PLATFORM)
      if (view?.outcome !== 'running') throw new Error(`the upgrade is ${view?.outcome ?? 'not there'}`)
      return view
    },
    gates: async () => (await stage.view()).gates,
    async takeBack(app, environment) {
      const body = { by: approvers['sre'] ?? '', reason: 'to see it come back', environment }
      await say(temporal, { workflowId: cutoverId(PLATFORM, app), message: 'rollback', body }, undefined)
    },
    calls: async (since) => (await control(info, 'GET', `/calls?since=${new Date(since).toISOString()}`)) as AwsCall[],
    async answer(gate, how = 'update') {
      const [first] = gate.send
      if (!first) throw new Error(`${gate.gate} takes no answer`)
      const body = { gate: gate.gate, by: approvers[gate.who[0] ?? ''] ?? '' }
      const { workflowId, proves, digest } = gate
      if (how === 'signal') return temporal.client.workflow.getHandle(workflowId).signal(first.message, body)
      return say(temporal, { workflowId, message: first.message, body }, proves, [digest])
    },
    async failing(app, rate) {
      await control(info, 'PUT', '/faults/app-failing', { app, environment: 'production', cluster: 'green', rate })
    },
    async written(app, since) {
      const calls = await elbCalls(info, since)
      return calls.flatMap(({ operation, status, parameters, at }) => {
        const to = operation === 'ModifyRule' && status === 200 ? weightOf(parameters, app) : undefined
        return to === undefined ? [] : [{ to, at: Date.parse(at) }]
      })
    },
    async readBack(app, since) {
      const { at } = await first(app, since, (to) => to > 0)
      return soon(`the weight of ${app} is read back`, async () => {
        const read = (await elbCalls(info, at)).find((c) => c.operation === 'DescribeRules' && Date.parse(c.at) > at)
        return read && Date.parse(read.at)
      })
    },
    backToNone: async (app, since) => (await first(app, since, (to) => to === 0)).at,
  }
  await temporal.client.workflow.start('clusterUpgrade', {
    workflowId: `cluster-upgrade/${PLATFORM}`,
    taskQueue: temporal.taskQueue,
    args: [{ platform: PLATFORM, to: '1.36', by: 'baba@example.com' }],
  })
  return stage

  async function first(app: string, since: number, is: (to: number) => boolean): Promise<Written> {
    return soon(`${app} is given a weight`, async () => (await stage.written(app, since)).find(({ to }) => is(to)))
  }
}

/** What takes longer has not been measured, and never ends. */
const SOON_MS = 5 * 60_000

async function soon<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + SOON_MS; Date.now() < until; await sleep(20)) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error(`not within ${SOON_MS / 60_000} minutes: ${what}`)
}

const elbCalls = async (info: SandboxInfo, since: number): Promise<readonly AwsCall[]> =>
  (await control(
    info,
    'GET',
    `/calls?service=elasticloadbalancing&since=${new Date(since).toISOString()}`,
  )) as AwsCall[]

/** Green's, of a rule in which the app's target group on blue is. */
function weightOf(parameters: AwsCall['parameters'], app: string): number | undefined {
  const { Actions = [] } = parameters as {
    Actions?: { ForwardConfig?: { TargetGroups?: { TargetGroupArn?: string; Weight?: number }[] } }[]
  } // as the SDK sent it
  const groups = Actions.flatMap((action) => action.ForwardConfig?.TargetGroups ?? [])
  const isBlue = ({ TargetGroupArn: arn = '' }) => arn.includes(`:targetgroup/${app}-production/`)
  const green = groups.find((group) => !isBlue(group))
  return groups.some(isBlue) ? green?.Weight : undefined
}

async function control(info: SandboxInfo, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${info.control.url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`${method} ${path} of the sandbox: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
