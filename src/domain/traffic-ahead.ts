import { longestWindowMs } from './checks.ts'
import { milliseconds, seconds } from './duration.ts'
import { warning, type Finding } from './findings.ts'
import type { Environment, Weight } from './platform.ts'
import { rangesIn } from './series-asked.ts'
import { sourceInWords, type Check } from './verdict.ts'

/**
 * What last week's traffic says of the weights to come: a check reads a number only where there was a request to count, and
 * of too few numbers nobody can tell (P13). Requests are taken to come one by one, so that of readings that would see `n` on
 * average, a share of e⁻ⁿ sees none (Poisson).
 */

/** Requests that blue served from then on, for an hour. */
export interface Hour {
  readonly atMs: number
  readonly requests: number
}

/** What an environment is used to. */
export interface Traffic {
  /** In half of the hours it had no more. */
  readonly perMinute: number
  readonly from: 'CloudWatch' | 'Prometheus'
}

/** Of less than a day nobody can tell what is usual. */
const HOUR_MS = 3_600_000
export const FEWEST_HOURS = 24

/** The median of those hours in which it may move; of all of them, where it could in none. Undefined: there are none. */
export function usual(hours: readonly Hour[], mayMove: (ms: number) => boolean): number | undefined {
  const open = hours.filter(({ atMs }) => mayMove(atMs))
  const counts = (open.length > 0 ? open : hours).map((h) => h.requests).toSorted((a, b) => a - b)
  const middle = counts[Math.floor((counts.length - 1) / 2)]
  return middle === undefined ? undefined : (middle / HOUR_MS) * 60_000
}

/**
 * Every hour since the first that has a number: where none is told there was no request. Undefined: it is not a day yet.
 * `points`: by hour, of however many target groups.
 */
export function hoursSince(points: readonly Hour[], untilMs: number): Hour[] | undefined {
  const by = new Map<number, number>()
  for (const { atMs, requests } of points) by.set(atMs, (by.get(atMs) ?? 0) + requests)
  const first = Math.min(...by.keys())
  const count = Math.floor((untilMs - first) / HOUR_MS)
  if (!Number.isFinite(first) || count < FEWEST_HOURS) return undefined
  return Array.from({ length: count }, (_, n) => first + n * HOUR_MS).map((atMs) => ({
    atMs,
    requests: by.get(atMs) ?? 0,
  }))
}

/** How long a weight needs until its slowest check has its samples. `seconds`: absent, it never will. */
export interface WeightNeeds {
  readonly weight: Weight
  readonly check: string
  readonly seconds?: number
  /** Of its readings, the share that would see a request. */
  readonly sees: number
}

export interface TrafficAhead extends Traffic {
  /** How long a weight is observed, and for how many seconds at most where samples are to come. */
  readonly observe: string
  readonly longest: number
  readonly weights: readonly WeightNeeds[]
}

/** A verdict needs a number in half of the readings, as `judge` has it. */
const HALF = 0.5
/** A minute of CloudWatch's begins whole, and is told after another. */
const TOLD_LATE_S = 120

/** Undefined: no check of it counts requests. */
export function trafficAhead(
  { weights, checks, observe }: Pick<Environment, 'weights' | 'checks' | 'observe'>,
  traffic: Traffic,
): TrafficAhead | undefined {
  const counting = checks.flatMap((check) => {
    const over = countedOver(check)
    return over === undefined ? [] : [{ check, over }]
  })
  if (counting.length === 0) return undefined
  return {
    ...traffic,
    observe,
    longest: longestWindowMs(observe, checks) / 1000,
    weights: weights.flatMap((weight) => {
      const all = counting.map(({ check, over }) =>
        needs(check, over, (traffic.perMinute / 60) * (weight / 100), weight),
      )
      const [slowest] = all.toSorted((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity))
      return slowest ? [slowest] : []
    }),
  }
}

function needs(check: Check, over: number, perSecond: number, weight: Weight): WeightNeeds {
  const sees = 1 - Math.exp(-perSecond * over)
  const late = check.source.kind === 'cloudwatch' ? TOLD_LATE_S : 0
  return {
    weight,
    check: check.name,
    sees,
    ...(sees >= HALF && { seconds: Math.round((check.minSamples * seconds(check.every)) / sees) + late }),
  }
}

/** Seconds over which one reading counts requests; undefined: it counts none, as far as one can see. */
function countedOver({ source, every }: Check): number | undefined {
  switch (source.kind) {
    case 'prometheus':
      if (!/\bi?rate\s*\(|\bincrease\s*\(/.test(source.queries.blue)) return undefined
      // What it says itself, be it by `{window}` or not; of several the one that sees least.
      return shortest(rangesIn(source.queries.blue)) ?? seconds(source.window ?? every)
    case 'cloudwatch':
      return source.asked.of === 'query' ? undefined : 60
    case 'datadog':
      return /\.as_(?:count|rate)\(\)/.test(source.queries.blue) ? seconds(source.window) : undefined
    case 'probe':
    case 'job':
    case 'kubernetes':
    case 'readiness':
      return undefined
  }
}

const shortest = (all: readonly number[]): number | undefined => all.toSorted((a, b) => a - b)[0]

export const isTooLittle = ({ longest }: TrafficAhead, { seconds: needed }: WeightNeeds): boolean =>
  needed === undefined || needed > longest

/** Where a window would end without a verdict. A probe that makes up what is missing needs none. */
export function trafficFindings(
  place: string,
  { checks }: Pick<Environment, 'checks'>,
  ahead: TrafficAhead | undefined,
): Finding[] {
  const short = ahead?.weights.filter((needed) => isTooLittle(ahead, needed)) ?? []
  const madeUp = checks.some(({ source }) => source.kind === 'probe' && source.makesUp)
  if (!ahead || short.length === 0 || madeUp) return []
  const each = short.map(({ weight, check, seconds: needed, sees }) =>
    needed === undefined
      ? `at ${weight} % ${check} would see a request in ${percent(sees)} of its readings, and half must`
      : `at ${weight} % ${check} needs ${inTime(needed)} for its samples`,
  )
  return [
    warning(
      'traffic-too-little',
      place,
      `it is used to ${perMinuteInWords(ahead.perMinute)} (median of last week's hours, ${ahead.from}): ${each.join('; ')}. A window of ${ahead.observe} is made ${inTime(ahead.longest)} long at most, and people are asked then`,
      `${helps(short)}; where nobody is asked before it moves (approval: none), a probe makes up what is missing`,
    ),
  ]
}

/** Longer windows and fewer samples bring no request into a reading. */
const helps = (short: readonly WeightNeeds[]): string =>
  short.some(({ seconds: needed }) => needed === undefined)
    ? 'begin with more weight, or give its query a longer window'
    : 'observe for longer, take fewer minSamples, or begin with more weight'

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`

export const perMinuteInWords = (perMinute: number): string => {
  const rounded = perMinute >= 10 ? Math.round(perMinute) : Number(perMinute.toPrecision(2))
  return `${rounded} ${rounded === 1 ? 'request' : 'requests'} a minute`
}

/** `90s`, `12m`, `3h`: rounded up to what people plan with. */
export const inTime = (s: number): string =>
  s <= 90 ? `${Math.ceil(s)}s` : s <= 5400 ? `${Math.ceil(s / 60)}m` : `${Math.ceil(s / 3600)}h`

/** A check whose source gives nothing of blue, which serves: it would give no verdict of green either. */
export interface SilentOfBlue {
  readonly check: Check
  /** In the source's words, where it refuses the question. */
  readonly refused?: string
}

export const silentFindings = (place: string, silent: readonly SilentOfBlue[]): Finding[] =>
  silent.map(({ check, refused }) =>
    warning(
      'check-without-data',
      place,
      refused === undefined
        ? `${check.name} (${sourceInWords(check)}) finds nothing of blue today, so it would give no verdict of green`
        : `${check.name} (${sourceInWords(check)}) is refused: ${refused}`,
      'mend its query or the labels of the series; where the app had no request today, look again when it had some',
    ),
  )

/** Hours are of a week. */
export const WEEK_MS = milliseconds('7d')
