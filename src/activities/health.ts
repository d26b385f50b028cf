import { activityInfo } from '@temporalio/activity'
import { longestWindowMs } from '../domain/checks.ts'
import { milliseconds } from '../domain/duration.ts'
import {
  blueVerdict,
  inWords,
  judgeAll,
  overall,
  withoutBlue,
  type Check,
  type Judgement,
  type Sample,
} from '../domain/verdict.ts'
import { condensed, type Tally } from '../domain/samples.ts'
import { unrelatedBreaches } from '../domain/troubles.ts'
import type { Activities } from '../workflows/activities.ts'
import { stopped } from './check-jobs.ts'
import { differingImages } from './image-comparison.ts'
import { isUnreachable, notReady, unreachable } from './errors.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { reading } from './readings.ts'
import { awayIn, keptOf, sampled, shortest, SILENT_FOR, type Samples } from './sampling.ts'
import { remember, remembered } from './waiting.ts'

/** Of a window: the last samples, and what those before came to. */
interface Memory {
  readonly samples?: Samples
  readonly tallies?: Readonly<Record<string, Tally | undefined>>
  /** Since when one of the sources does not answer. */
  readonly awaySinceMs?: number
}

export const healthActivities = (outside: Outside): Pick<Activities, 'observe' | 'compare' | 'awaitMetrics'> => ({
  async observe({ for: window, checks, subject, run }) {
    const { samples: before = {}, tallies = {}, awaySinceMs = Date.now() } = remembered<Memory>({})
    const world = await proven(outside, subject)
    const samples = await sampled(world, checks, before, activityInfo().scheduledTimestampMs, run)
    const away = awayIn(checks, samples)
    const kept = checks.map((c) => [c, condensed(c, samples[c.name] ?? [], tallies[c.name], keptOf(c))] as const)
    remember({
      samples: Object.fromEntries(kept.map(([c, it]) => [c.name, it.samples])),
      tallies: Object.fromEntries(kept.map(([c, it]) => [c.name, it.tally])),
      ...(away !== undefined && { awaySinceMs }),
    } satisfies Memory)
    const judged = judgeAll(checks, samples, tallies)
    const elapsed = Date.now() - activityInfo().scheduledTimestampMs
    const verdict = overall(judged)
    // Bad news ends a window at once; too few samples make it longer.
    if (verdict === 'fail') return ended()
    // Whoever does not answer is asked again at its pace, and not taken for having nothing to say. What was read is kept.
    if (away !== undefined) {
      if (Date.now() - awaySinceMs < milliseconds(SILENT_FOR)) throw unreachable(away, shortest(checks))
      // Not to see is no breach, whatever was seen before: people say whether it goes on without.
      await stopped(world, checks)
      return judged.map((it) => unheard(it, checks, samples))
    }
    // One in which too little was seen is made longer before people are asked.
    const long = verdict === 'inconclusive' ? longestWindowMs(window, checks) : milliseconds(window)
    if (elapsed >= long || checks.length === 0) return ended()
    throw notReady(judged.map(inWords).join('; '), shortest(checks))

    async function ended(): Promise<readonly Judgement[]> {
      await stopped(world, checks)
      return judged
    }
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

function unheard(judgement: Judgement, checks: readonly Check[], samples: Samples): Judgement {
  const check = checks.find(({ name }) => name === judgement.check)
  const why = check && samples[check.name]?.at(-1)?.unreachable
  if (why === undefined) return judgement
  return { ...judgement, verdict: 'inconclusive', because: `could not be reached for ${SILENT_FOR}: ${why}` }
}

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
