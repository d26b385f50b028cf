import { seconds, type Duration } from './duration.ts'
import type { Side } from './platform.ts'

export type Verdict = 'pass' | 'fail' | 'inconclusive'

/** What a reading is held against. `timesBlue` compares with blue over the same window. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number } | { readonly timesBlue: number }

export type CheckSource =
  /** One number from an instant query; the same question for either side. */
  | { readonly kind: 'prometheus'; readonly url: string; readonly queries: Readonly<Record<Side, string>> }
  /** Built in: how many pods that should be ready in these namespaces are not. */
  | { readonly kind: 'readiness'; readonly namespaces: readonly string[] }

export interface Check {
  readonly name: string
  readonly source: CheckSource
  readonly limit: Limit
  readonly minSamples: number
  /** How many samples in a row make a breach. */
  readonly breachAfter: number
  readonly every: Duration
}

/** One reading; `value` is null when the source had nothing to say, which is not zero. */
export interface Sample {
  readonly at: string
  readonly value: number | null
  readonly blue?: number | null
}

export interface Judgement {
  readonly check: string
  readonly verdict: Verdict
  readonly because: string
}

export function judge(check: Check, samples: readonly Sample[]): Judgement {
  const say = (verdict: Verdict, because: string): Judgement => ({ check: check.name, verdict, because })
  const readings = besideBlue(samples).map((s) => within(check, s))
  const known = readings.filter((r) => r !== undefined)
  const worst = longestRun(readings, false)

  if (worst >= check.breachAfter) {
    const bad = besideBlue(samples)
      .filter((s) => within(check, s) === false)
      .slice(-check.breachAfter)
    return say('fail', `${bad.map((s) => rounded(s.value)).join(', ')} in a row, where ${allowed(check, bad.at(-1))}`)
  }
  if (known.length < check.minSamples) return say('inconclusive', `${known.length} of ${check.minSamples} samples`)
  // A window of which little was seen is no good window.
  if (2 * known.length < readings.length)
    return say('inconclusive', `only ${known.length} of ${readings.length} readings gave a number`)
  // What was seen last decides whether more may be risked: one more reading makes it a breach, or well again.
  if (known.at(-1) === false) {
    const last = besideBlue(samples).findLast((s) => within(check, s) === false)
    return say('inconclusive', `${rounded(last?.value ?? null)} was read last, where ${allowed(check, last)}`)
  }
  return say(
    'pass',
    worst === 0 ? `${known.length} samples within the limit` : `${known.length} samples, ${worst} over the limit`,
  )
}

/** Once blue serves nothing it has no rate any more: green is held against the last one that it had. */
function besideBlue(samples: readonly Sample[]): Sample[] {
  let last: number | null = null
  return samples.map((s) => {
    last = s.blue ?? last
    return s.blue === undefined ? s : { ...s, blue: last }
  })
}

/** What the limit says, in the words of the platform file. */
function allowed({ limit }: Check, sample: Sample | undefined): string {
  if ('atMost' in limit) return `at most ${limit.atMost} is allowed`
  if ('atLeast' in limit) return `at least ${limit.atLeast} is needed`
  return `at most ${limit.timesBlue} times blue's ${rounded(sample?.blue ?? null)} is allowed`
}

const rounded = (value: number | null): string => (value === null ? 'nothing' : `${Number(value.toPrecision(3))}`)

/** Worst first: one failure fails, one unknown leaves it open, and nothing asked is nothing known. */
export function overall(judgements: readonly Judgement[]): Verdict {
  if (judgements.some((j) => j.verdict === 'fail')) return 'fail'
  if (judgements.length === 0 || judgements.some((j) => j.verdict === 'inconclusive')) return 'inconclusive'
  return 'pass'
}

/** Why a window ended as it did: where it did not pass, only what is to blame. */
export function told(judgements: readonly Judgement[]): string {
  const verdict = overall(judgements)
  const reasons = judgements.filter((j) => j.verdict === verdict)
  return `${verdict}: ${reasons.map((j) => `${j.check} ${j.because}`).join('; ') || 'nothing was asked'}`
}

function within({ limit }: Check, { value, blue }: Sample): boolean | undefined {
  if (value === null) return undefined
  if ('atMost' in limit) return value <= limit.atMost
  if ('atLeast' in limit) return value >= limit.atLeast
  return blue === undefined || blue === null ? undefined : value <= limit.timesBlue * blue
}

function longestRun<T>(items: readonly T[], wanted: T): number {
  let run = 0
  let longest = 0
  for (const item of items) {
    run = item === wanted ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

/** What is known at the moment of a breach. */
export interface Breach {
  readonly because: string
  /** The same checks, asked of blue. */
  readonly blue: Verdict
  /** Which workloads run other images there, and the images of each side. */
  readonly differing: readonly string[]
  /** Other apps that breach now and have nothing to do with this one. */
  readonly unrelated: readonly string[]
  /** Since the last weight or handover; undefined while they still move. */
  readonly secondsSinceMoved?: number
}

/** With this one, several at once: rather the checks, or what everybody uses, than every app by itself. */
const UNRELATED = 2

/** Why this breach must not go back by itself; undefined: it may. */
export function mustHold(breach: Breach, autoRollback: Duration): string | undefined {
  const { blue, differing, unrelated, secondsSinceMoved = 0 } = breach
  if (blue !== 'pass') return `blue's own checks say ${blue}`
  if (differing.length > 0) return otherImages(differing)
  if (unrelated.length >= UNRELATED) return `${unrelated.join(', ')} breach at the same time`
  if (secondsSinceMoved > seconds(autoRollback)) return `it moved longer than ${autoRollback} ago`
  return undefined
}

/** Another release would serve, which may be worse or lack what was written meanwhile: for people to say. */
export const otherImages = (differing: readonly string[]): string =>
  `blue runs other images than green (${differing.join('; ')})`

/**
 * What blue's checks say at the moment of a breach, one reading each. A side that serves nothing any more has no error
 * rate: such a check says nothing of it. Whether its pods are ready must be known.
 */
export function blueVerdict(readings: readonly { readonly check: Check; readonly sample: Sample }[]): Verdict {
  const absolute = readings.filter(({ check }) => !('timesBlue' in check.limit))
  if (absolute.some(({ check, sample }) => within(check, sample) === false)) return 'fail'
  const ready = absolute.filter(({ check }) => check.source.kind === 'readiness')
  return ready.length > 0 && ready.every(({ sample }) => sample.value !== null) ? 'pass' : 'inconclusive'
}
