import { activityInfo } from '@temporalio/activity'
import { longestWindowMs } from '../domain/checks.ts'
import { milliseconds, seconds, type Duration } from '../domain/duration.ts'
import {
  awayInWords,
  blueVerdict,
  followedBy,
  inWords,
  judgeAll,
  overall,
  withoutBlue,
  type Check,
  type Judgement,
  type Sample,
} from '../domain/verdict.ts'
import { scopeOf } from '../domain/platform.ts'
import { condensed, type Tally } from '../domain/samples.ts'
import { unrelatedBreaches } from '../domain/troubles.ts'
import type { Activities } from '../workflows/activities.ts'
import { stopped } from './check-jobs.ts'
import { differingImages } from './image-comparison.ts'
import { failed, isUnreachable, notReady, unhealthy, unreachable } from './errors.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { lookAtRoutes } from './route-watch.ts'
import { reading, samplesOf } from './readings.ts'
import { doneWithin, noteAside, notedAside, noteDone, remember, remembered } from './waiting.ts'

/** What is looked back on at least: all that CloudWatch tells at once. Details of a heartbeat may be 2 MB, and a window days. */
const KEPT = 30
const keptOf = ({ breachAfter }: Check): number => Math.max(KEPT, breachAfter)

type Samples = Readonly<Record<string, readonly Sample[]>>

/** Of a window: the last samples, and what those before came to. */
interface Memory {
  readonly samples?: Samples
  readonly tallies?: Readonly<Record<string, Tally | undefined>>
}

export const healthActivities = (
  outside: Outside,
): Pick<Activities, 'observe' | 'watch' | 'compare' | 'awaitMetrics'> => ({
  async observe({ for: window, checks, subject, run }) {
    const { samples: before = {}, tallies = {} } = remembered<Memory>({})
    const world = await proven(outside, subject)
    const samples = await sampled(world, checks, before, run)
    const kept = checks.map((c) => [c, condensed(c, samples[c.name] ?? [], tallies[c.name], keptOf(c))] as const)
    remember({
      samples: Object.fromEntries(kept.map(([c, it]) => [c.name, it.samples])),
      tallies: Object.fromEntries(kept.map(([c, it]) => [c.name, it.tally])),
    } satisfies Memory)
    const judged = judgeAll(checks, samples, tallies)
    const elapsed = Date.now() - activityInfo().scheduledTimestampMs
    const verdict = overall(judged)
    // Bad news ends a window at once; too few samples make it longer.
    if (verdict === 'fail') return ended()
    awaitSources(checks, samples)
    // One in which too little was seen is made longer before people are asked.
    const long = verdict === 'inconclusive' ? longestWindowMs(window, checks) : milliseconds(window)
    if (elapsed >= long || checks.length === 0) return ended()
    throw notReady(judged.map(inWords).join('; '), shortest(checks))

    async function ended(): Promise<readonly Judgement[]> {
      await stopped(world, checks)
      return judged
    }
  },

  async watch({ subject, checks, ...watched }) {
    const world = await proven(outside, subject)
    const all = await sampled(world, checks, remembered<Samples>({}))
    const samples = Object.fromEntries(checks.map((c) => [c.name, (all[c.name] ?? []).slice(-keptOf(c))]))
    remember(samples)
    const bad = judgeAll(checks, samples).filter((j) => j.verdict === 'fail')
    if (bad.length > 0) throw unhealthy(bad.map(inWords).join('; '))
    await lookAtRoutes(world, { ...watched, scope: scopeOf(subject) })
    const blind = blindBy(checks, samples)
    if (blind !== undefined) throw failed(blind)
    awaitSources(checks, samples)
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
      checks.flatMap(withoutBlue).map(async (check) => ({
        check,
        sample: { at: now(), ...(await ofBlue(world, check)) },
      })),
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

/** Longer than Prometheus is away when it is moved or restarted, and CloudWatch or an API server by itself. */
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
    return isUnreachable(error) ? error.message : undefined
  }
}

/** Whether its pods are ready must be known. What is away beside that says nothing, as what serves nothing does. */
async function ofBlue(world: Proven, check: Check): Promise<Pick<Sample, 'value'>> {
  try {
    return await reading(world, check, 'blue')
  } catch (error) {
    if (check.source.kind === 'readiness' || !isUnreachable(error)) throw error
    return { value: null }
  }
}

const now = (): string => new Date().toISOString()

const shortest = (checks: readonly Check[]) =>
  checks.map((c) => c.every).toSorted((a, b) => seconds(a) - seconds(b))[0] ?? '30s'

/** One more reading of each check. */
async function sampled(world: Proven, checks: readonly Check[], before: Samples, run?: string): Promise<Samples> {
  const since = activityInfo().scheduledTimestampMs
  const often = milliseconds(shortest(checks))
  const entries = await Promise.all(
    checks.map(async (check): Promise<[string, readonly Sample[]]> => {
      const { name } = check
      const samples = before[name] ?? []
      const every = milliseconds(check.every)
      // Beside one that is read more often, a slow one has its own pace.
      if (every > often && doneWithin(`read ${name}`, every)) return [name, samples]
      const next = await samplesOf(world, check, since, samples, run)
      // One that is away, too: it may be too many who ask it that keep it away.
      noteDone(`read ${name}`)
      // Who was reached and has nothing new to say is not away any more.
      const known = next.length > 0 ? samples : samples.filter((s) => s.unreachable === undefined)
      return [name, next.reduce<readonly Sample[]>((all, sample) => followedBy(all, sample), known)]
    }),
  )
  return Object.fromEntries(entries)
}

/** Whoever does not answer is asked again at its pace, and not taken for having nothing to say. What was read is kept. */
function awaitSources(checks: readonly Check[], samples: Samples): void {
  const away = checks.flatMap((check) => awayOf(check, samples) ?? [])
  if (away.length > 0) throw unreachable(away.join('; '), shortest(checks))
}

/** Undefined: it was reached when it was last asked. */
function awayOf(check: Check, samples: Samples): string | undefined {
  const why = samples[check.name]?.at(-1)?.unreachable
  return why === undefined ? undefined : awayInWords(check, why)
}

/**
 * Why a watch sees too little to go on: a source that none of its checks has reached for a while. Undefined: it does not. Of
 * Prometheus one tells for all apps (`awaitMetrics`).
 */
function blindBy(checks: readonly Check[], samples: Samples): string | undefined {
  const before = notedAside('away') as Readonly<Record<string, number>> | undefined
  const others = Map.groupBy(
    checks.filter((c) => c.source.kind !== 'prometheus'),
    (c) => c.source.kind,
  )
  const away = [...others].flatMap(([kind, all]) => {
    const whys = all.flatMap((check) => awayOf(check, samples) ?? [])
    return whys.length < all.length ? [] : [{ kind, whys, sinceMs: before?.[kind] ?? Date.now() }]
  })
  noteAside('away', Object.fromEntries(away.map(({ kind, sinceMs }) => [kind, sinceMs])))
  const long = away.filter(({ sinceMs }) => Date.now() - sinceMs > milliseconds(SILENT_FOR))
  return long.length === 0 ? undefined : `for ${SILENT_FOR} ${long.flatMap(({ whys }) => whys).join('; ')}`
}
