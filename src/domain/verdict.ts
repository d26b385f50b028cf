import type { JobFile } from './check-jobs.ts'
import type { CloudWatchAsked } from './cloudwatch.ts'
import type { Site } from './datadog.ts'
import { seconds, type Duration } from './duration.ts'
import type { Side } from './platform.ts'
import type { ProbeTarget } from './probes.ts'
import { lookedAt, tallied, within, type Tally } from './samples.ts'
import { AT_ONCE } from './troubles.ts'

export type Verdict = 'pass' | 'fail' | 'inconclusive'

/**
 * What a reading is held against: all that is written must hold. `timesBlue` compares with blue over the same window;
 * `fineUpTo` is what needs no comparing, because twice almost nothing is almost nothing.
 */
export interface Limit {
  readonly atMost?: number
  readonly atLeast?: number
  readonly timesBlue?: number
  readonly fineUpTo?: number
}

export type CheckSource =
  /** One number from an instant query; the same question for either side. */
  | {
      readonly kind: 'prometheus'
      readonly url: string
      readonly queries: Readonly<Record<Side, string>>
      /** Over how long it looks back; absent: nobody said. */
      readonly window?: Duration
    }
  /** Built in: how many pods that should be ready in these namespaces are not. */
  | { readonly kind: 'readiness'; readonly namespaces: readonly string[] }
  /** One GET of each address a look: how many failed, or how many seconds the slowest took. */
  | {
      readonly kind: 'probe'
      readonly gives: 'failures' | 'latency'
      readonly timeout: Duration
      /** Its answers stand in for traffic that is not there. */
      readonly makesUp: boolean
      readonly targets: Readonly<Record<Side, readonly ProbeTarget[]>>
    }
  /** One number a minute, which is told a minute late. */
  | { readonly kind: 'cloudwatch'; readonly asked: CloudWatchAsked }
  /** One number of Datadog: the mean over a window. */
  | {
      readonly kind: 'datadog'
      readonly site: Site
      readonly queries: Readonly<Record<Side, string>>
      readonly window: Duration
    }
  /** A Job on green for each window: 0 where it ended well, 1 where it did not. */
  | { readonly kind: 'job'; readonly job: JobFile; readonly namespaces: readonly string[] }
  /** What the API server and the pods of these namespaces tell by themselves. */
  | { readonly kind: 'kubernetes'; readonly of: KubernetesAsked; readonly namespaces: readonly string[] }

/**
 * `restarts`: within ten minutes, of the container that is still started again, most often. `scheduling`: seconds that the slowest
 * pod took, or waits, to get a node. `api-server`: seconds that the API server takes to tell one object.
 */
export type KubernetesAsked = 'restarts' | 'scheduling' | 'api-server'

/** What people call a source, in gates and reports. */
const called = {
  prometheus: 'Prometheus',
  readiness: 'pods',
  probe: 'probe',
  cloudwatch: 'CloudWatch',
  datadog: 'Datadog',
  kubernetes: 'Kubernetes',
  job: 'Job',
} as const satisfies Record<CheckSource['kind'], string>

export const sourceInWords = ({ source }: Pick<Check, 'source'>): string => called[source.kind]

/** That a source does not answer, which is neither zero nor nothing. */
export const awayInWords = (check: Pick<Check, 'name' | 'source'>, why: string): string =>
  `${check.name} (${sourceInWords(check)}) could not be reached: ${why}`

export interface Check {
  readonly name: string
  readonly source: CheckSource
  readonly limit: Limit
  readonly minSamples: number
  /** How many samples in a row make a breach. */
  readonly breachAfter: number
  readonly every: Duration
  /** Counts from the first reading within its limit on: what it asks for may be asleep until then. */
  readonly onceWell?: true
}

/** One reading; `value` is null when the source had nothing to say, which is not zero. */
export interface Sample {
  readonly at: string
  readonly value: number | null
  readonly blue?: number | null
  /** Why the source could not be reached, which is neither zero nor nothing. */
  readonly unreachable?: string
  /** What was seen, where the number alone does not say it. */
  readonly saw?: string
  /** Of which period it is, in milliseconds; absent: of the moment at which it was read. */
  readonly periodMs?: number
}

export interface Judgement {
  readonly check: string
  /** Where its numbers come from, as people call it. */
  readonly source: string
  readonly verdict: Verdict
  readonly because: string
}

/**
 * What is read next follows what was read before. A source that was away for a while leaves no trace once it answers. What
 * is told of a period twice counts once, as it was told last, and one that is told late stands among its own.
 */
export function followedBy(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const before = samples.filter((s) => s.unreachable === undefined)
  const { periodMs } = next
  const at = before.findIndex((s) => periodMs !== undefined && s.periodMs !== undefined && s.periodMs >= periodMs)
  return at < 0 ? [...before, next] : before.toSpliced(at, before[at]?.periodMs === periodMs ? 1 : 0, next)
}

/** `before`: of samples that came before these and are not kept. */
export function judge(check: Check, samples: readonly Sample[], before?: Tally): Judgement {
  const say = (verdict: Verdict, because: string): Judgement => ({
    check: check.name,
    source: sourceInWords(check),
    verdict,
    because,
  })
  const tally = tallied(check, samples, before)
  const { known, longest, over } = tally
  const last = over.at(-1)

  if (check.source.kind === 'job') return say(...ofJob(known, last, samples))
  if (longest >= check.breachAfter)
    return say(
      'fail',
      `${over.map((s) => rounded(s.value)).join(', ')} in a row, where ${allowed(check, last)}${seen(last)}`,
    )
  if (known < check.minSamples)
    return say('inconclusive', `${known} of ${check.minSamples} samples${unknown(tally, samples)}`)
  // A window of which little was seen is no good window.
  if (2 * known < lookedAt(tally))
    return say('inconclusive', `only ${known} of ${lookedAt(tally)} readings gave a number`)
  // What was seen last decides whether more may be risked: one more reading makes it a breach, or well again.
  if (tally.lastWithin === false)
    return say(
      'inconclusive',
      `${rounded(last?.value ?? null)} was read last, where ${allowed(check, last)}${seen(last)}`,
    )
  return say(
    'pass',
    longest === 0 ? `${known} samples within the limit` : `${known} samples, ${longest} over the limit`,
  )
}

/** It is run once, so there is nothing to count. */
function ofJob(known: number, failed: Sample | undefined, samples: readonly Sample[]): [Verdict, string] {
  const away = samples.findLast((s) => s.unreachable !== undefined)?.unreachable
  if (failed) return ['fail', failed.saw ?? 'failed']
  if (known > 0) return ['pass', samples.findLast((s) => s.value !== null)?.saw ?? 'ended well']
  const gone = samples.findLast((s) => s.saw !== undefined)?.saw
  if (gone !== undefined) return ['inconclusive', gone]
  return [
    'inconclusive',
    away === undefined ? 'has not ended yet' : `has not ended yet; it could not be reached: ${away}`,
  ]
}

/**
 * All checks of a window. One that hears of no traffic, or of too little, has its samples made up by a probe that passes,
 * where the probe may. What was bad, and a source that could not be reached, is not made up.
 */
export function judgeAll(
  all: readonly Check[],
  samples: Readonly<Record<string, readonly Sample[]>>,
  before: Readonly<Record<string, Tally | undefined>> = {},
): Judgement[] {
  const tallyOf = (check: Check) => tallied(check, samples[check.name] ?? [], before[check.name])
  const checks = all.filter((check) => check.onceWell !== true || tallyOf(check).known > 0)
  const judged = checks.map((check) => judge(check, samples[check.name] ?? [], before[check.name]))
  const probe = checks.find(
    ({ source }, n) => source.kind === 'probe' && source.makesUp && judged[n]?.verdict === 'pass',
  )
  if (!probe) return judged
  return judged.map((judgement, n) => {
    const check = checks[n]
    const lacks = check && lacksTraffic(check, samples[check.name] ?? [], tallyOf(check))
    if (judgement.verdict !== 'inconclusive' || lacks !== true) return judgement
    return { ...judgement, verdict: 'pass', because: `${judgement.because}, made up by ${probe.name}, which passes` }
  })
}

/** Only these tell nothing where there is no traffic. */
const counters: ReadonlySet<CheckSource['kind']> = new Set(['prometheus', 'cloudwatch', 'datadog'])

/** Looked often enough, never in vain, and never bad. */
const lacksTraffic = (check: Check, samples: readonly Sample[], tally: Tally): boolean =>
  counters.has(check.source.kind) &&
  lookedAt(tally) >= check.minSamples &&
  tally.longest === 0 &&
  samples.every((s) => s.unreachable === undefined)

/** Why there are too few samples: three things that are not the same. */
function unknown({ withoutData, withoutBlue: alone }: Tally, samples: readonly Sample[]): string {
  const away = samples.findLast((s) => s.unreachable !== undefined)
  if (away?.unreachable !== undefined) return `; it could not be reached: ${away.unreachable}`
  const times = (n: number) => (n === 1 ? 'once' : `${n} times`)
  return [
    ...(withoutData > 0 ? [`; it answered ${times(withoutData)} without data`] : []),
    ...(alone > 0 ? [`; blue had nothing to compare with ${times(alone)}`] : []),
  ].join('')
}

const seen = (sample: Sample | undefined): string => (sample?.saw === undefined ? '' : ` (${sample.saw})`)

/** What the limit says, in the words of the platform file: the part of it that does not hold. */
function allowed({ limit: { atMost, atLeast, timesBlue, fineUpTo } }: Check, sample: Sample | undefined): string {
  const { value = null, blue = null } = sample ?? {}
  if (atMost !== undefined && value !== null && value > atMost) return `at most ${atMost} is allowed`
  if (atLeast !== undefined && value !== null && value < atLeast) return `at least ${atLeast} is needed`
  const fine = fineUpTo === undefined ? '' : `${fineUpTo}, or `
  return `at most ${fine}${timesBlue} times blue's ${rounded(blue)}${fine === '' ? '' : ','} is allowed`
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
  return `${verdict}: ${reasons.map(inWords).join('; ') || 'nothing was asked'}`
}

/** `errors (Prometheus) 0.2, 0.3 in a row, where at most 0.02 is allowed`. */
export const inWords = ({ check, source, because }: Judgement): string => `${check} (${source}) ${because}`

/** The check without its comparison with blue, where that leaves anything of it: blue serves nothing any more, or is it. */
export function withoutBlue(check: Check): Check[] {
  const { timesBlue, fineUpTo: _, ...absolute } = check.limit
  if (timesBlue === undefined) return [check]
  return Object.keys(absolute).length === 0 ? [] : [{ ...check, limit: absolute }]
}

/** Asked of green it says something before anybody else asks it. */
export const needsNoTraffic = ({ source }: Check): boolean => source.kind === 'probe' || source.kind === 'job'

/**
 * Whether a breach of it takes back what is on green. What the cluster is like for all apps alike only decides whether more
 * moves there: an app that serves does so whatever its API server and its scheduler take. A Job is run for a window.
 */
export const takesBack = ({ source }: Pick<Check, 'source'>): boolean =>
  source.kind === 'kubernetes' ? source.of === 'restarts' : source.kind !== 'job'

/** Whether it says how blue does while it is sent more again. That its pods get ready is what is waited for there. */
export const judgesBlue = (check: Pick<Check, 'source'>): boolean =>
  takesBack(check) && check.source.kind !== 'readiness'

/** What is known at the moment of a breach. */
export interface Breach {
  readonly because: string
  /** The same checks, asked of blue. */
  readonly blue: Verdict
  /** Which workloads run other images there, and the images of each side. */
  readonly differing: readonly string[]
  /** Other apps that breach now, or did so with others and wait for people, and have nothing to do with this one. */
  readonly unrelated: readonly string[]
  /** Since the last weight or handover; undefined while they still move. */
  readonly secondsSinceMoved?: number
}

/** With this one, two at once: rather the checks, or what everybody uses, than every app by itself. */
const UNRELATED = 1

/** Why this breach must not go back by itself; undefined: it may. */
export function mustHold(breach: Breach, autoRollback: Duration): string | undefined {
  const { blue, differing, unrelated, secondsSinceMoved = 0 } = breach
  if (blue !== 'pass') return `blue's own checks say ${blue}`
  if (differing.length > 0) return otherImages(differing)
  if (unrelated.length >= UNRELATED)
    return `${unrelated.join(', ')} breached too, less than ${AT_ONCE} ago or with no answer since`
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
  const absolute = readings.flatMap(({ check, sample }) => withoutBlue(check).map((it) => ({ check: it, sample })))
  if (absolute.some(({ check, sample }) => within(check, sample) === false)) return 'fail'
  const ready = absolute.filter(({ check }) => check.source.kind === 'readiness')
  return ready.length > 0 && ready.every(({ sample }) => sample.value !== null) ? 'pass' : 'inconclusive'
}
