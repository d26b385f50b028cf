import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Temporal } from '../../src/client/connect.ts'
import { viewOf } from '../../src/client/views.ts'
import type { UpgradeView } from '../../src/client/shapes.ts'
import { TASK_QUEUE, upgradeId } from '../../src/domain/messages.ts'
import { environmentOf } from '../../src/sandbox/command.ts'
import { rights, seedLikeBlue } from '../../src/sandbox/seed.ts'
import { narrowed, platformFile } from '../../src/sandbox/platform-file.ts'
import { ZONE } from '../../src/sandbox/seed/ways.ts'
import { WEIGHED, withExternalDns } from '../../src/sandbox/seed/weighed.ts'
import { startTemporal, type SandboxTemporal } from '../../src/sandbox/temporal.ts'
import { startWorld, type World } from '../../src/sandbox/world.ts'
import { bundle } from '../support/bundle.ts'
import { ofWorker, ofWorkflows, rewritten, WORKFLOW_TASK_TIMEOUT, type Rewrite } from './patience.ts'
import { DECLARED, seedStore, STORE } from './store.ts'
import { WorkerProcess, type Listener } from './workers.ts'

export const PLATFORM = 'chatwork-prod'
export const BLUE = 'chatwork-prod-1-35'
export const GREEN = 'chatwork-prod-1-36'
/** At blue's own version. */
export const REFRESHED = 'chatwork-prod-1-35-r2'

/** Every class: overlap, a singleton, a consumer, a schedule, something that scales; buffers are the platform's own, and the store is added. */
export const APPS = ['chat-actor', 'legacy-php', 'mail-sender', 'chat-search']
/** Fails on green until its team has mended it. */
export const SICK = 'legacy-php'

/** AWS takes minutes; nobody watches here. */
const times = {
  aws: { clusterMs: 600, nodegroupMs: 500, addonMs: 200, deletionMs: 300, updateMs: 100 },
}

/** Stands for something outside that answers. */
const ANSWERING = 'answering:1'

/** What examples/demo.yaml says, so that nobody waits; and what it lacks. */
const hurried: readonly (readonly [from: string | RegExp, to: string])[] = [
  ['weights: [5, 25, 50, 100], observe: 4s', 'weights: [50, 100], observe: 3s'],
  [/ +stage: .*\n/, ''],
  ['soak: 25s', 'soak: 1s'],
  ['rest: 5s', 'rest: 0s'],
  // A worker that is killed again and again is away for longer than a singleton may be; what is judged is the overlap.
  [
    'downtime: 30s }',
    `downtime: 30m }\n    externals: { messages: { endpoint: "${ANSWERING}", connections: 1, limit: 9 } }`,
  ],
  [/apps:\n/, `apps:\n${DECLARED}`],
]

/** A world on this machine with an upgrade in it, and workers that can be killed. */
export interface Bed extends AsyncDisposable {
  readonly folder: string
  readonly world: World
  readonly temporal: Temporal
  readonly address: string
  /** All that move in it. */
  readonly apps: readonly string[]
  /** Starts one more. */
  worker(hear?: Listener, more?: MoreOfWorker): WorkerProcess
  /** The same, which has only loaded its code, and begins when it is told to. */
  standBy(hear?: Listener, more?: MoreOfWorker): WorkerProcess
  /** What ended of them by itself, with the last that they said: nobody works on anything then. */
  broken(): Promise<string | undefined>
  /** Stops the server as SIGTERM does, and starts it again with what it has written down. */
  restartTemporal(awayMs: number): Promise<void>
  /** `to`: 1.36 where it is left out. */
  begin(to?: string): Promise<void>
  /** An app of those that fail on green: it does not any more. */
  mend(app: string): void
  view(): Promise<UpgradeView>
}

/** What a bed has beside what all have. */
export interface MoreOfBed {
  /** A green of this name is there, made by others as blue is, with nothing on it but the worker's rights. */
  readonly adopts?: string
  /** Further apps of the sandbox. */
  readonly apps?: readonly string[]
  /** Those that fail on green until their team has mended them; left out: SICK. */
  readonly sick?: readonly string[]
  /** Of the sandbox's record, in seconds. */
  readonly recordTtl?: number
  /** What the platform file says otherwise. */
  readonly says?: typeof hurried
}

export interface MoreOfWorker {
  readonly env?: Readonly<Record<string, string>>
  readonly rewrites?: readonly Rewrite[]
}

/** `environments`: more than production alone where it matters who moves first. */
export async function aBed(
  environments: readonly ('test' | 'production')[] = ['production'],
  { adopts, apps = [], sick = [SICK], recordTtl, says = [] }: MoreOfBed = {},
): Promise<Bed> {
  const ends: (() => unknown)[] = []
  const end = async () => {
    for (const one of ends.splice(0).toReversed()) await one()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'norikae-full-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const database = join(folder, 'temporal.db')
    let server: SandboxTemporal = await startTemporal({ database }, () => undefined)
    ends.push(() => server.stop())
    const { address } = server.info
    const world = await startWorld({
      apps: [...APPS, ...apps],
      environments,
      // As many for each as four have of thirty.
      requestsPerSecond: (30 * (APPS.length + apps.length)) / APPS.length,
      ...(recordTtl !== undefined && { recordTtl }),
      times,
    })
    ends.push(() => world.stop())
    await seedStore(world)
    if (adopts !== undefined) await seedAdopted(world, adopts)
    const fail = (app: string) =>
      world.faults.set('app-failing', { app, environment: 'production', cluster: 'green', rate: 0.5 })
    let failing = sick
    for (const app of sick) fail(app)

    const platforms = join(folder, 'platforms')
    await mkdir(platforms)
    await writeFile(
      join(platforms, `${PLATFORM}.yaml`),
      platformFile(await file(environments, apps, says), world.info())
        .replace(ANSWERING, new URL(world.info().control.url).host)
        .replace('green: { clone: true }', adopts === undefined ? '$&' : `green: { adopt: ${adopts} }`),
    )
    const code = await bundle()
    if (!('code' in code)) throw new Error('the workflows are bundled as a path')
    const workflows = join(folder, 'workflows.js')
    await writeFile(workflows, rewritten(code.code, ofWorkflows))
    const here = environmentOf({ ...world.info(), temporal: server.info, platforms })
    Object.assign(process.env, here)
    const temporal = await connect()
    ends.push(() => temporal[Symbol.asyncDispose]())

    const log = join(folder, 'worker.log')
    const workers: WorkerProcess[] = []
    const standBy: Bed['standBy'] = (hear = () => undefined, { env = {}, rewrites = [] } = {}) => {
      const worker = WorkerProcess.standBy({
        env: { ...here, NORIKAE_WORKFLOW_BUNDLE: workflows, ...env },
        rewrites: [...ofWorker, ...rewrites],
        log,
        hear,
      })
      workers.push(worker)
      ends.push(() => worker.kill())
      return worker
    }

    return {
      folder,
      world,
      temporal,
      address,
      apps: [...APPS, ...apps, STORE],
      standBy,
      worker(hear, more) {
        const worker = standBy(hear, more)
        worker.begin()
        return worker
      },
      async broken() {
        const how = workers.flatMap((w) => w.brokeWith ?? [])[0]
        if (how === undefined) return undefined
        const said = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-5)
        return [`a worker ended by itself, with ${how}; they said last:`, ...said].join('\n')
      },
      async restartTemporal(awayMs) {
        await server.stop()
        await sleep(awayMs)
        const frontend = Number(address.split(':')[1])
        server = await startTemporal({ database, frontend }, () => undefined)
      },
      begin: async (to = '1.36') => {
        await temporal.client.workflow.start('clusterUpgrade', {
          workflowId: upgradeId(PLATFORM),
          taskQueue: TASK_QUEUE,
          args: [{ platform: PLATFORM, to, by: 'aoki@example.com' }],
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        })
      },
      mend(app) {
        const left = failing.filter((one) => one !== app)
        if (left.length === failing.length) return
        failing = left
        world.faults.clear('app-failing')
        for (const one of left) fail(one)
      },
      view: () => viewOf(temporal, PLATFORM),
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** As Terraform would have made it. */
async function seedAdopted(world: World, name: string): Promise<void> {
  await seedLikeBlue(world.aws, { name, version: '1.36' }, {})
  const cluster = world.clusters().find((c) => c.name === name)
  if (!cluster) throw new Error(`${name} does not run`)
  // Whoever makes a cluster makes its provider too: a green without one is waited for.
  world.aws.iam.seedProvider(world.aws.eks.issuer(name) ?? '')
  for (const right of await rights()) await cluster.apply(right)
}

async function file(environments: readonly string[], apps: readonly string[], says: typeof hurried): Promise<string> {
  const example = await readFile(new URL('../../examples/demo.yaml', import.meta.url), 'utf8')
  const less: typeof hurried = environments.includes('test') ? [] : [[/ +test: .*\n/, '']]
  return [...hurried, ...less, ...says].reduce(
    (text, [from, to]) => {
      const changed = text.replace(from, to)
      if (changed === text) throw new Error(`examples/demo.yaml does not say ${from} any more: mend test/full/bed.ts`)
      return changed
    },
    narrowed(apps.includes(WEIGHED.name) ? withExternalDns(example, ZONE) : example, [...APPS, ...apps]),
  )
}
