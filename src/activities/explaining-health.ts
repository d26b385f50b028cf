import { ApplicationFailure } from '@temporalio/common'
import { setTimeout as sleep } from 'node:timers/promises'
import { askedOf, comparedOf } from '../domain/cloudwatch.ts'
import { milliseconds, seconds, type Duration } from '../domain/duration.ts'
import type { NamespaceFacts } from '../domain/facts.ts'
import {
  besideEach,
  checksOf,
  explained,
  looksOf,
  readingsOf,
  type EnvironmentHealth,
  type HealthRequest,
  type Looked,
} from '../domain/health-explained.ts'
import { planCutover, type CutoverPlatform } from '../domain/plan-cutover.ts'
import type { App, Environment, Side } from '../domain/platform.ts'
import { resolvePlatform } from '../domain/resolve-platform.ts'
import type { Check, CheckSource, Sample } from '../domain/verdict.ts'
import type { Activities } from '../workflows/activities.ts'
import { clustersOf } from './both-sides.ts'
import { discover } from './discovery.ts'
import { invalidInput, isUnreachable } from './errors.ts'
import { fewAtATime } from './few-at-a-time.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { meantFile } from './platform-files.ts'
import { counted, meansIn, reading } from './readings.ts'
import { recordSurvey } from './record-survey.ts'
import { sha256 } from './tokens.ts'

/** Queries of one check under way at once. */
const AT_ONCE = 5

export const explainingHealthActivities = (outside: Outside): Pick<Activities, 'explainHealth'> => ({
  /** What the checks of an app say now, by the platform file as it is now. Reads only. */
  async explainHealth(request) {
    const { file, name } = await meantFile(outside, request)
    const { blue, green } = await clustersOf(outside, file)
    const world = await proven(outside, { ...file, blue, green: green ?? '' })
    const kubernetes = await world.on('blue')
    // Pools and zones are for findings, of which none is told here.
    const { namespaces } = await discover(kubernetes, world.loadBalancing, { name: blue, pools: [] })
    const { [request.app]: declared } = file.apps
    const records = await recordSurvey(world, kubernetes, { apps: declared ? { [request.app]: declared } : {} })
    const { platform } = resolvePlatform(file, {
      blue,
      green: green ?? '',
      namespaces,
      records,
      fingerprint: sha256,
    })
    const app = meantApp(platform.apps, request)
    return {
      platform: platform.name,
      app: app.name,
      team: app.team,
      file: name,
      blue,
      ...(green !== undefined && { green }),
      at: new Date().toISOString(),
      environments: await Promise.all(
        app.environments.map((environment) =>
          healthOf(world, green !== undefined, {
            ...environment,
            checks: watched(platform, app, environment, namespaces),
          }),
        ),
      ),
    }
  },
})

/** The app with the environments that are meant. Throws `invalidInput` with those that there are. */
function meantApp(apps: readonly App[], { app: name, environment }: HealthRequest): App {
  const app = apps.find((a) => a.name === name)
  if (!app) throw invalidInput(`there is no app ${name}; there is ${apps.map((a) => a.name).join(', ') || 'none'}`)
  const environments = app.environments.filter((e) => environment === undefined || e.name === environment)
  if (environments.length === 0)
    throw invalidInput(
      `${name} has no environment ${environment ?? ''}; it has ${app.environments.map((e) => e.name).join(', ')}`,
    )
  return { ...app, environments }
}

function watched(
  platform: CutoverPlatform,
  app: App,
  environment: Environment,
  namespaces: readonly NamespaceFacts[],
): readonly Check[] {
  const its = namespaces.filter((n) => environment.namespaces.includes(n.name))
  const facts = { images: '', workloads: its.flatMap((n) => n.workloads) }
  return checksOf(planCutover(platform, app, environment, facts), environment)
}

async function healthOf(world: Proven, hasGreen: boolean, environment: Environment): Promise<EnvironmentHealth> {
  const { name, observe, checks } = environment
  const judges = hasGreen ? 'green' : 'blue'
  const looked = await Promise.all(
    checks.map(async (check): Promise<Looked> => {
      try {
        return await lookedAt(world, check, readingsOf(check, observe), hasGreen)
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || error.nonRetryable !== true) throw error
        return { check, samples: [], lookedBack: 0, refused: error.message }
      }
    }),
  )
  return explained(name, judges, observe, looked)
}

type Read = Pick<Sample, 'at' | 'value' | 'saw' | 'periodMs' | 'unreachable'>

async function lookedAt(world: Proven, check: Check, readings: number, hasGreen: boolean): Promise<Looked> {
  const [blue, green] = await Promise.all([
    readOf(world, check, 'blue', readings),
    hasGreen ? readOf(world, check, 'green', readings) : undefined,
  ])
  const newest = (some: readonly Read[]) => some.at(-1)?.value ?? null
  return {
    check,
    samples: green === undefined ? blue : check.limit.timesBlue === undefined ? green : besideEach(green, blue),
    blue: newest(blue),
    ...(green && { green: newest(green) }),
    lookedBack: lookedBack(check, readings),
  }
}

const lookedBack = (check: Check, readings: number): number =>
  tellsOfThePast.has(check.source.kind) ? readings * seconds(check.every) : looksOf(check)

const tellsOfThePast: ReadonlySet<CheckSource['kind']> = new Set(['prometheus', 'cloudwatch', 'datadog'])

/** Oldest first. A source that is away is a reading of that. */
async function readOf(world: Proven, check: Check, side: Side, readings: number): Promise<readonly Read[]> {
  try {
    return await readers[check.source.kind](world, check, side, readings)
  } catch (error) {
    if (!isUnreachable(error)) throw error
    return [{ at: new Date().toISOString(), value: null, unreachable: error.message }]
  }
}

type Reader = (world: Proven, check: Check, side: Side, readings: number) => Promise<readonly Read[]>

/** What tells of the past is asked for the past, which is what a watch would have read; the others a few times now. */
const readers: { readonly [K in CheckSource['kind']]: Reader } = {
  prometheus: async ({ metrics }, { source, every }, side, readings) => {
    if (source.kind !== 'prometheus') return []
    return atEach(readings, every, (atMs) => metrics.query(source.url, source.queries[side], atMs))
  },
  datadog: async (world, { source, every }, side, readings) => {
    if (source.kind !== 'datadog') return []
    const times = lastTimes(readings, every)
    const means = await meansIn(world, source, side, times)
    return times.map((atMs, n) => ({ at: new Date(atMs).toISOString(), value: means[n] ?? null }))
  },
  cloudwatch: async (world, { source, every }, side, readings) => {
    const now = Date.now()
    const asking = askedOf(now, -Infinity, now - readings * milliseconds(every))
    if (source.kind !== 'cloudwatch' || !asking) return []
    const points = await counted(world, source, side, side === 'blue' ? comparedOf(asking) : asking)
    const at = new Date(now).toISOString()
    return points.length === 0
      ? [{ at, value: null }]
      : points.slice(-readings).map(({ atMs, value }) => ({ at, value, periodMs: atMs }))
  },
  probe: nowAndAgain,
  readiness: nowAndAgain,
  kubernetes: nowAndAgain,
  // It would have to be started.
  job: async () => [],
}

/** When a watch would have read, until now. */
function lastTimes(readings: number, every: Duration): readonly number[] {
  const now = Date.now()
  return Array.from({ length: readings }, (_, n) => now - (readings - 1 - n) * milliseconds(every))
}

/** As a watch would have read it, until now. */
async function atEach(
  readings: number,
  every: Duration,
  readAt: (atMs: number) => Promise<number | null>,
): Promise<readonly Read[]> {
  const times = lastTimes(readings, every)
  const read = new Map<number, number | null>()
  await fewAtATime(times, AT_ONCE, async (atMs) => read.set(atMs, await readAt(atMs)))
  return times.map((atMs) => ({ at: new Date(atMs).toISOString(), value: read.get(atMs) ?? null }))
}

/** One attempt has a minute, and who does not answer may be waited for 20 s each time. */
const LOOKS_WITHIN_MS = 20_000

/** A second apart. */
async function nowAndAgain(world: Proven, check: Check, side: Side): Promise<readonly Read[]> {
  const read: Read[] = []
  const until = Date.now() + LOOKS_WITHIN_MS
  for (let n = 0; n < looksOf(check) && Date.now() < until; n += 1) {
    if (n > 0) await sleep(1000)
    read.push({ at: new Date().toISOString(), ...(await reading(world, check, side)) })
  }
  return read
}
