import type { WorkflowHandle } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { searchAttributes } from '../../src/domain/search-attributes.ts'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker, type WorkerOptions } from '@temporalio/worker'
import type { Logged } from '../../src/domain/gates.ts'
import {
  cutoverId,
  upgradeId,
  type AppStanding,
  type CutoverStatus,
  type UpgradeResult,
  type UpgradeStatus,
} from '../../src/domain/messages.ts'
import type { Status, Waiting } from '../../src/domain/status.ts'
import { dataConverter } from '../../src/client/large-payloads.ts'
import { find } from '../../scripts/temporal.mjs'
import { bundle } from './bundle.ts'
import type { Outside } from './fakes.ts'

const path = (name: 'temporal' | 'temporal-test-server'): string => {
  const found = find(name)
  if (found === undefined) throw new Error(`${name} is not here: run npm run setup -- --temporal`)
  return found
}
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
})

const { KEYWORD, KEYWORD_LIST } = SearchAttributeType
const keys = Object.entries(searchAttributes).map(([name, type]) =>
  defineSearchAttributeKey(name, type === 'Keyword' ? KEYWORD : KEYWORD_LIST),
)

/** Time passes by itself while a result is waited for, and in `sleep`. */
export async function skipping(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: path('temporal-test-server') } },
    client: { dataConverter },
  })
  const types = { Keyword: 2, KeywordList: 7 } as const
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(Object.entries(searchAttributes).map(([name, type]) => [name, types[type]])),
  })
  return env
}
/** A whole server, in real time. */
export const dev = (): Promise<TestWorkflowEnvironment> =>
  TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: path('temporal') }, searchAttributes: keys },
    client: { dataConverter },
  })

/**
 * Never the moment at which a timer of the workflows (full minutes and hours) fires. The test server refuses a task that
 * cancels a timer which has just fired ("invalid history builder state for action"), and then forgets the task; the real
 * server takes the firing back. Sleeps of tests are no multiple of the 4 h of a reminder either.
 */
const oddStep = '47m'
/**
 * What has not come within a day and a half is a soak's end or a deadline: each look is a query, and a week of them one by
 * one was half of what these tests took. Of minutes past the hour it is as odd.
 */
const NEAR_LOOKS = 48
const oddStride = '347m'

/** What the query `status` answers, of an upgrade and of a cutover alike. */
export interface Seen {
  runs: Status[]
  log: Logged[]
  apps: AppStanding[]
  ending?: string
  held?: string
  refused: string[]
  paused: boolean
}

/** `npm run test:full -- --nothing-kept`: each task runs its workflow from the history. What a worker had in memory must not matter. */
const NOTHING_KEPT = process.env['NORIKAE_TEST_NOTHING_KEPT'] === '1'

/** One upgrade on a server, and what people do with it. */
export class Trial {
  readonly env: TestWorkflowEnvironment
  readonly outside: Outside
  readonly queue: string
  constructor(env: TestWorkflowEnvironment, outside: Outside) {
    this.env = env
    this.outside = outside
    this.queue = `norikae-${outside.platform.name}`
  }

  worker = async (more: Partial<WorkerOptions> = {}): Promise<Worker> =>
    Worker.create({
      connection: this.env.nativeConnection,
      taskQueue: this.queue,
      workflowBundle: await bundle(),
      activities: this.outside.activities(),
      dataConverter,
      debugMode: true, // workflows on this thread: starting another takes half a second in each test
      stickyQueueScheduleToStartTimeout: '2s',
      ...(NOTHING_KEPT && { maxCachedWorkflows: 0 }),
      ...more,
    })

  /** Starts the upgrade, or whatever is given instead of a request. */
  begin = (...given: readonly unknown[]): Promise<WorkflowHandle> =>
    this.env.client.workflow.start('clusterUpgrade', {
      workflowId: upgradeId(this.outside.platform.name),
      taskQueue: this.queue,
      args: given.length > 0 ? [...given] : [{ platform: this.outside.platform.name, to: '1.36', by: 'aoki' }],
    })

  async during<T>(work: (upgrade: WorkflowHandle) => Promise<T>, more: Partial<WorkerOptions> = {}): Promise<T> {
    const worker = await this.worker(more)
    return worker.runUntil(async () => work(await this.begin()))
  }

  handle = (app?: string): WorkflowHandle =>
    this.env.client.workflow.getHandle(
      app === undefined ? upgradeId(this.outside.platform.name) : cutoverId(this.outside.platform.name, app),
    )

  async see(app?: string): Promise<Seen> {
    if (app !== undefined)
      return { apps: [], refused: [], ...(await this.handle(app).query<CutoverStatus>('status')) } as unknown as Seen
    const { run, ...rest } = await this.handle().query<UpgradeStatus>('status')
    return { log: [], ...rest, runs: run ? [run] : [] } as unknown as Seen
  }
  /** Undefined where there is no such workflow yet. */
  peek = (app?: string): Promise<Seen | undefined> => this.see(app).catch(() => undefined)
  waiting = async (app?: string): Promise<Waiting[]> => (await this.peek(app))?.runs.flatMap((r) => r.waitingFor) ?? []
  run = async (app: string, environment: string): Promise<Status | undefined> =>
    (await this.peek(app))?.runs.find((r) => r.subject.environment === environment)

  /** Time goes on until it is so. */
  async until(
    what: string,
    isSo: () => Promise<boolean>,
    step: '47m' | number = oddStep,
    tries = this.env.supportsTimeSkipping ? 400 : 1000,
  ): Promise<void> {
    for (let n = 0; n < tries; n += 1) {
      if (await isSo()) return
      const far = n > NEAR_LOOKS && step === oddStep
      if (this.env.supportsTimeSkipping && n > 3) await this.env.sleep(far ? oddStride : step)
      else await new Promise((go) => setTimeout(go, 50))
    }
    const ending = (await this.peek())?.ending
    const seen = [
      ending,
      await Promise.all(
        [undefined, ...this.outside.platform.apps.map((a) => a.name)].map(async (a) => [
          a,
          (await this.peek(a))?.runs.map((r) => [r.state, r.phase, r.waitingFor.map((w) => w.what)]),
        ]),
      ),
    ]
    throw new Error(`never: ${what}\n${JSON.stringify(seen, null, 1)}\n${this.outside.done.slice(-8).join('\n')}`)
  }

  /** The id of the open gate that offers this. */
  async gate(app: string | undefined, offer: string, step = ''): Promise<string> {
    let id: string | undefined
    await this.until(`${app ?? 'upgrade'} offers ${offer} ${step}`, async () => {
      const sends = (await this.waiting(app))
        .flatMap((w) => w.send)
        .filter((s) => s.message === offer)
        .flatMap((s) => s.body['gate'] ?? [])
      id = sends.find((g) => g.startsWith(step))
      return id !== undefined
    })
    return id ?? ''
  }

  say = (app: string | undefined, message: string, body: object): Promise<unknown> =>
    this.handle(app).executeUpdate(message, { args: [body] })
  /** How it ended, and its report. */
  result = (): Promise<UpgradeResult> => this.handle().result() as Promise<UpgradeResult>
  signal = (app: string | undefined, message: string, body: object): Promise<void> =>
    this.handle(app).signal(message, body)

  /** The id of a gate that is yet to open, once its environment is planned. */
  async plannedGate(app: string, environment = 'production'): Promise<string> {
    await this.until('it is planned', async () => (await this.run(app, environment)) !== undefined, 1_000)
    return `${environment}/gate@${(await this.run(app, environment))?.digest.slice(0, 8)}.1`
  }

  async start(): Promise<void> {
    await this.say(undefined, 'approve', { gate: await this.gate(undefined, 'approve', 'start@'), by: 'aoki' })
  }
  async approveApps(names = this.outside.platform.apps.map((a) => a.name)): Promise<void> {
    for (const name of names)
      await this.say(name, 'approve', { gate: await this.gate(name, 'approve', 'production/gate@'), by: 'chiba' })
  }
  onGreen = (app: string, environment = 'production'): Promise<void> =>
    this.until(
      `${app} ${environment} is on green`,
      async () => (await this.run(app, environment))?.state === 'on-green',
    )
  /** What the upgrade says of one environment. */
  standing = async (app: string, environment = 'production'): Promise<string | undefined> =>
    (await this.peek())?.apps.find((a) => a.app === app)?.environments.find((e) => e.name === environment)?.is
  async decommission(): Promise<void> {
    await this.say(undefined, 'approve', {
      gate: await this.gate(undefined, 'approve', 'soak/gate@'),
      by: 'baba',
      typed: this.outside.platform.blue,
    })
  }
}
