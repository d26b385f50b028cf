import { beside } from './cloudwatch.ts'
import { seconds, type Duration } from './duration.ts'
import type { PlanBody } from './plan.ts'
import type { Environment } from './platform.ts'
import { tallied } from './samples.ts'
import { leaves } from './steps.ts'
import {
  judgeAll,
  overall,
  sourceInWords,
  withoutBlue,
  type Check,
  type Judgement,
  type Limit,
  type Sample,
  type Verdict,
} from './verdict.ts'

/** What checks would say of an app at this moment, and why: asked for on its own, with nothing started. */

/** What starts `healthExplained`. `environment`: absent, all of the app's. */
export interface HealthRequest {
  readonly platform: string
  readonly app: string
  readonly environment?: string
  readonly file?: string
}

/** What `norikae explain health` prints. */
export interface HealthExplained {
  readonly platform: string
  readonly app: string
  readonly team: string
  /** By which platform file. */
  readonly file: string
  readonly blue: string
  /** Absent: there is none yet, and blue is judged by itself. */
  readonly green?: string
  readonly at: string
  readonly environments: readonly EnvironmentHealth[]
}

export interface EnvironmentHealth {
  readonly environment: string
  /** Who is held against the limits. */
  readonly judges: 'blue' | 'green'
  readonly verdict: Verdict
  /** How long a weight is observed. */
  readonly observe: string
  readonly checks: readonly CheckHealth[]
}

export interface CheckHealth {
  readonly check: string
  readonly source: string
  /** The newest number of each side; null: it has none. Absent: it was not asked. */
  readonly blue?: number | null
  readonly green?: number | null
  /** Readings that gave a number, of so many; and how many it needs for a verdict. */
  readonly known: number
  readonly of: number
  readonly needs: number
  readonly breachAfter: number
  /** Seconds that these readings look back over. */
  readonly lookedBack: number
  readonly limit: string
  readonly verdict: Verdict
  readonly because: string
}

/** What was read of one check. */
export interface Looked {
  readonly check: Check
  /** Of the side that is judged, oldest first; with blue's beside them where both are held against one another. */
  readonly samples: readonly Sample[]
  readonly blue?: number | null
  readonly green?: number | null
  readonly lookedBack: number
  /** Why it cannot be asked at all: it is refused, or may not be read. */
  readonly refused?: string
}

/**
 * All that a move of it is judged by, in its windows and between them: in that order, because what may be asleep on green is well
 * once it was. By name. Of an environment without any window, what it has.
 */
export function checksOf({ phases }: Pick<PlanBody, 'phases'>, { checks }: Pick<Environment, 'checks'>): Check[] {
  const byName = new Map<string, Check>()
  for (const { health, forward } of phases) {
    const windows = leaves(forward).flatMap((step) => (step.kind === 'observe' ? [step.checks] : []))
    for (const check of [health?.checks ?? [], ...windows].flat())
      if (!byName.has(check.name)) byName.set(check.name, check)
  }
  const all = byName.size === 0 ? checks : [...byName.values()]
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** So many readings of a source that tells of the past are asked for: enough for a verdict, and no more than people wait for. */
const MOST_READINGS = 20
/** Of one that tells of now alone each is a second after the other. */
const MOST_LOOKS = 5

/** How many readings of the past are looked at, at the pace of the check. */
export const readingsOf = (check: Check, observe: Duration): number =>
  Math.min(
    MOST_READINGS,
    Math.max(check.minSamples, check.breachAfter, Math.ceil(seconds(observe) / Math.max(1, seconds(check.every)))),
  )

/** How often one that tells of now alone is asked. */
export const looksOf = ({ minSamples, breachAfter }: Check): number =>
  Math.min(MOST_LOOKS, Math.max(minSamples, breachAfter))

/** Green's with blue's of the same minute, where both are told by the minute, else of the same look. */
export function besideEach(green: readonly Sample[], blue: readonly Sample[]): Sample[] {
  const minutes = blue.flatMap(({ periodMs, value }) =>
    periodMs === undefined || value === null ? [] : [{ atMs: periodMs, value }],
  )
  return green.map((sample, n) => ({
    ...sample,
    blue: sample.periodMs === undefined ? (blue[n]?.value ?? null) : beside(minutes, sample.periodMs),
  }))
}

/** As a window would be judged that ended now, of that which was looked at. */
export function explained(
  environment: string,
  judges: EnvironmentHealth['judges'],
  observe: Duration,
  looked: readonly Looked[],
): EnvironmentHealth {
  const judged = judgedBy(looked, judges)
  const checks = looked.map(({ check, samples, lookedBack, refused, ...sides }): CheckHealth => {
    const limit = limitInWords(check.limit)
    const { verdict, because } =
      refused === undefined
        ? (judged.get(check.name) ?? untold(check, samples))
        : { verdict: 'inconclusive' as const, because: refused }
    const [own = check] = judges === 'blue' ? withoutBlue(check) : [check]
    const { known } = tallied(own, samples)
    return {
      check: check.name,
      source: sourceInWords(check),
      ...sides,
      known,
      of: samples.length,
      needs: check.minSamples,
      breachAfter: check.breachAfter,
      lookedBack,
      limit,
      verdict,
      because,
    }
  })
  // One that is not asked here keeps nobody from hearing what the others say.
  const asked = checks.filter((_, n) => looked[n]?.check.source.kind !== 'job')
  return { environment, judges, verdict: overall(asked.map(asJudgement)), observe, checks }
}

/** By name. One that compares with blue alone says nothing of blue. */
function judgedBy(looked: readonly Looked[], judges: EnvironmentHealth['judges']): ReadonlyMap<string, Judgement> {
  const asked = looked.filter(({ check, refused }) => refused === undefined && check.source.kind !== 'job')
  const checks = asked.flatMap(({ check }) => (judges === 'blue' ? withoutBlue(check) : [check]))
  const samples = Object.fromEntries(asked.map(({ check, samples: its }) => [check.name, its]))
  return new Map(judgeAll(checks, samples).map((j) => [j.check, j]))
}

/** One that is not judged: it needs a green to compare, counts from its first good answer on, or would have to be started. */
function untold(check: Check, samples: readonly Sample[]): Pick<Judgement, 'verdict' | 'because'> {
  if (check.source.kind === 'job')
    return { verdict: 'inconclusive', because: 'it is run on green in each window, and nothing is started here' }
  if (check.onceWell === true && samples.length > 0)
    return { verdict: 'inconclusive', because: 'it counts from its first good answer on' }
  const answers = samples.some(({ value }) => value !== null)
  return answers
    ? { verdict: 'pass', because: 'it answers; its limit compares green with blue' }
    : { verdict: 'inconclusive', because: 'it answered without data, and its limit compares green with blue' }
}

const asJudgement = ({ check, source, verdict, because }: CheckHealth): Judgement => ({
  check,
  source,
  verdict,
  because,
})

/** `at most 0.02; at most 1.5 times blue's above 0.3`. */
export function limitInWords({ atMost, atLeast, timesBlue, fineUpTo }: Limit): string {
  return [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(timesBlue === undefined
      ? []
      : [`at most ${timesBlue} times blue's${fineUpTo === undefined ? '' : ` above ${fineUpTo}`}`]),
  ].join('; ')
}
