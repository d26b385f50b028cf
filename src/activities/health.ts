import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { REPLICAS } from '../domain/annotations.ts'
import { milliseconds, seconds, type Duration } from '../domain/duration.ts'
import { blueVerdict } from '../domain/verdict.ts'
import { unrelatedBreaches } from '../domain/troubles.ts'
import type { Side } from '../domain/platform.ts'
import { judge, overall, type Check, type Judgement, type Sample } from '../domain/verdict.ts'
import { readinessOf } from '../domain/workload-state.ts'
import type { Activities } from '../workflows/activities.ts'
import { differingImages } from './image-comparison.ts'
import { notReady, unhealthy } from './errors.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { remember, remembered } from './waiting.ts'

/** A window in which too little was seen is made longer, so many times, before people are asked. */
const EXTENDED = 3
/** What a watch looks back on: more than any check needs in a row. */
const KEPT = 30

type Samples = Readonly<Record<string, readonly Sample[]>>

export const healthActivities = (
  outside: Outside,
): Pick<Activities, 'observe' | 'watch' | 'compare' | 'awaitMetrics'> => ({
  async observe({ for: window, checks, subject }) {
    const samples = await sampled(await proven(outside, subject), checks, remembered<Samples>({}))
    remember(samples)
    const judged = judgements(checks, samples)
    const elapsed = Date.now() - activityInfo().scheduledTimestampMs
    const verdict = overall(judged)
    // Bad news ends a window at once; too few samples make it longer.
    if (verdict === 'fail') return judged
    const long = milliseconds(window) * (verdict === 'inconclusive' ? EXTENDED : 1)
    if (elapsed >= long || checks.length === 0) return judged
    throw notReady(judged.map((j) => `${j.check}: ${j.because}`).join('; '), shortest(checks))
  },

  async watch({ subject, checks }) {
    const all = await sampled(await proven(outside, subject), checks, remembered<Samples>({}))
    const samples = Object.fromEntries(Object.entries(all).map(([name, s]) => [name, s.slice(-KEPT)]))
    remember(samples)
    const bad = judgements(checks, samples).filter((j) => j.verdict === 'fail')
    if (bad.length > 0) throw unhealthy(bad.map((j) => `${j.check} ${j.because}`).join('; '))
    throw notReady('well so far', shortest(checks))
  },

  async awaitMetrics({ url, until }) {
    const silence = await silenceOf(outside, url)
    if (until === 'answering') {
      if (silence !== undefined) throw notReady(silence, '30s')
      return { since: now(), why: '' }
    }
    const since = silence === undefined ? undefined : (remembered<Silent>({}).since ?? now())
    remember({ ...(since !== undefined && { since }) })
    if (silence === undefined || since === undefined) throw notReady('they answer', '1m')
    if (Date.now() - Date.parse(since) < milliseconds(SILENT_FOR)) throw notReady(silence, '1m')
    return { since, why: silence }
  },

  async compare({ subject, checks, related = [] }) {
    const world = await proven(outside, subject)
    const judged = await Promise.all(
      checks.map(async (check) => ({ check, sample: { at: now(), value: await reading(world, check, 'blue') } })),
    )
    const namespaces = checks.flatMap((c) => (c.source.kind === 'readiness' ? c.source.namespaces : []))
    const differing = await differingImages(world, namespaces)
    const status = await outside.upgradeStatus(subject.platform)
    return {
      blue: blueVerdict(judged),
      differing,
      unrelated: unrelatedBreaches(status?.apps ?? [], subject.app ?? '', related, now()),
      at: now(),
    }
  },
})

/** Longer than Prometheus is away when it is moved or restarted. */
const SILENT_FOR: Duration = '30m'

interface Silent {
  readonly since?: string
}

/** Why nothing can be measured; undefined: it can. Whoever refuses a query has answered. */
async function silenceOf({ ports }: Outside, url: string): Promise<string | undefined> {
  try {
    await ports.metrics.query(url, 'vector(1)')
    return undefined
  } catch (error) {
    return error instanceof ApplicationFailure && error.type === 'Unreachable' ? error.message : undefined
  }
}

const now = (): string => new Date().toISOString()

const judgements = (checks: readonly Check[], samples: Samples): Judgement[] =>
  checks.map((check) => judge(check, samples[check.name] ?? []))

const shortest = (checks: readonly Check[]) =>
  checks.map((c) => c.every).toSorted((a, b) => seconds(a) - seconds(b))[0] ?? '30s'

/** One more reading of each check. */
async function sampled(world: Proven, checks: readonly Check[], before: Samples): Promise<Samples> {
  const entries = await Promise.all(
    checks.map(async (check): Promise<[string, readonly Sample[]]> => {
      const [value, blue] = await Promise.all([
        reading(world, check, 'green'),
        'timesBlue' in check.limit ? reading(world, check, 'blue') : undefined,
      ])
      const sample: Sample = { at: now(), value, ...(blue !== undefined && { blue }) }
      return [check.name, [...(before[check.name] ?? []), sample]]
    }),
  )
  return Object.fromEntries(entries)
}

function reading(world: Proven, { source }: Check, side: Side): Promise<number | null> {
  return source.kind === 'prometheus'
    ? world.metrics.query(source.url, source.queries[side])
    : unready(world, source.namespaces, side)
}

/** Pods that should be ready and are not; what sleeps on purpose is left out. */
async function unready(world: Proven, namespaces: readonly string[], side: Side): Promise<number> {
  const cluster = await world.on(side)
  const lists = await Promise.all(
    (['Deployment', 'StatefulSet'] as const).flatMap((kind) =>
      namespaces.map((namespace) => cluster.list(kind, { namespace })),
    ),
  )
  return lists
    .flat()
    .filter((w) => w.metadata.annotations?.[REPLICAS] === undefined)
    .reduce((sum, w) => {
      const { wanted, ready } = readinessOf(w)
      return sum + Math.max(0, wanted - ready)
    }, 0)
}
