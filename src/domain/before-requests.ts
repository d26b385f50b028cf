import { warning, type Finding } from './findings.ts'
import type { Duration } from './duration.ts'
import { few } from './few.ts'
import type { NamingLabel, Selector } from './series-asked.ts'
import { sourceInWords, type Check, type CheckSource } from './verdict.ts'

/**
 * What a check can say of green while nobody is sent there yet (P15). What a source has at weight 0:
 *
 * - A number is data, and so is NaN: a ratio of counters that are there and have counted nothing.
 * - Of Prometheus nothing at all may be a series that its first request makes: that of a label, or of a whole app where it is
 *   counted at the door. Nor need there be any of blue: of an app that is quiet, or never failed. So silence proves nothing by
 *   itself. What does: no series of the metric has the label that names the cluster, on either side; or that label is one of
 *   where series come from, and green has none by it (it is not scraped, or labelled otherwise).
 * - A load balancer counts no request of a target group that gets none, but how many of its targets are healthy at any time.
 * - Metrics of one's own in CloudWatch, and those in Datadog, may come with requests, whether blue has any just now or not.
 * - Pods, probes, Jobs and the cluster itself answer always; what can be tried before the gate has steps of its own there.
 */
export type Heard =
  /** It has data of green. */
  | { readonly is: 'answers' }
  /** Nothing yet, and nothing speaks against it that requests bring it. */
  | { readonly is: 'later'; readonly why: string }
  /** As it is, it would say nothing at any weight. */
  | { readonly is: 'silent'; readonly why: string }

/** Whether either side gives anything. */
interface OnBoth {
  readonly green: boolean
  readonly blue: boolean
}

interface Selected extends Selector {
  readonly found: boolean
  /** Whether green has other series by the labels `of`. Absent: no label says whose. */
  readonly near?: boolean
  readonly looked: readonly Looked[]
}

/** A label that names the cluster, looked for. */
export interface Looked extends Pick<NamingLabel, 'label' | 'text' | 'metric'> {
  /** Green has series by it. */
  readonly there: boolean
  /** Series of the metric have it, of whichever cluster; true too where nobody can know. */
  readonly carried: boolean
  /** It says where series come from. */
  readonly ofSource: boolean
}

/** What a query of Prometheus came to; NaN is something. */
export interface HeardOfPrometheus extends OnBoth {
  /** What it selects on green, where it gives nothing. */
  readonly selected: readonly Selected[]
}

export function heardOfPrometheus({ green, blue, selected }: HeardOfPrometheus): Heard {
  if (green) return { is: 'answers' }
  const mistake = mistakeIn(blue, selected)
  if (mistake !== undefined) return { is: 'silent', why: mistake }
  const beside = blue ? 'where blue answers' : 'and the query gives nothing of blue just now either'
  const missing = selected.filter((s) => !s.found)
  if (missing.length === 0) return { is: 'later', why: `it gives no number of green yet, ${beside}` }
  const far = missing.filter((s) => s.near === false)
  const nothingElse = far.length === 0 ? '' : `, nor any other series by ${few(unique(far.map((s) => s.of ?? s.text)))}`
  return {
    is: 'later',
    why: `Prometheus has no ${few(missing.map((s) => s.text))} yet${nothingElse}, ${beside}`,
  }
}

/**
 * Of all labels that name the cluster, because a query may try several (`a{cluster="g"} or a{k8s_cluster="g"}`), of which one
 * is enough. Undefined: nothing that requests could not mend.
 */
function mistakeIn(blue: boolean, selected: readonly Selected[]): string | undefined {
  const labels = selected.flatMap((s) => s.looked)
  if (labels.some((l) => l.there)) return undefined
  const sources = labels.filter((l) => l.ofSource)
  if (sources.length > 0)
    return `Prometheus has no series at all by ${few(unique(sources.map((l) => l.text)))}: green is not scraped, or its series have other labels`
  if (blue || labels.length === 0 || labels.some((l) => l.carried)) return undefined
  return `Prometheus has no series at all by ${few(unique(labels.map((l) => l.text)))}: no ${few(unique(labels.map((l) => l.metric ?? 'series')))} has a label ${few(unique(labels.map((l) => l.label)))}, of blue neither`
}

/** Of metrics of one's own in CloudWatch or Datadog. `over`: for how long was looked back. */
export function heardOfMetrics(source: string, over: string, { green, blue }: OnBoth): Heard {
  if (green) return { is: 'answers' }
  return {
    is: 'later',
    why: blue
      ? `${source} has nothing of green in ${over}, and has of blue`
      : `${source} has nothing in ${over}, neither of green nor of blue`,
  }
}

/** Of target groups: those of green that are not there, and those that CloudWatch tells nothing of. */
export function heardOfGroups(absent: readonly string[], untold: readonly string[]): Heard {
  const whys = [
    ...(absent.length === 0 ? [] : [`there is no target group ${few(absent)}`]),
    ...(untold.length === 0
      ? []
      : [
          `CloudWatch does not tell how many targets of ${few(untold)} are healthy, so it would not tell of their requests`,
        ]),
  ]
  return whys.length === 0 ? { is: 'answers' } : { is: 'silent', why: whys.join('; ') }
}

/** What is asked of green before anybody is asked to let it serve. Pods, probes and Jobs have other steps for it. */
const beforehand = {
  prometheus: true,
  cloudwatch: true,
  datadog: true,
  readiness: false,
  kubernetes: false,
  job: false,
  probe: false,
} as const satisfies Record<CheckSource['kind'], boolean>

export const askedBeforehand = (checks: readonly Check[]): readonly Check[] =>
  checks.filter(({ source }) => beforehand[source.kind])

/** Series come with the first scrapes of pods that just got ready; after this whoever is asked sees what is not there. */
export const COMES_WITHIN: Duration = '2m'
/** Metrics may have a long way to go: to be discovered, scraped and written on. */
export const SILENT_AFTER: Duration = '10m'
/** So far is looked back: an app may have no request for a while at night. */
export const HEARD_WITHIN: Duration = '1h'

/** How often a source is asked that tells by the minute, or takes few questions: Datadog 1,600 an hour of all that ask it. */
const SLOW_MS = 60_000
/** A worker may have been away between two looks: of longer than this nobody knows whether green was silent. */
const LONGEST_GAP_MS = 2 * SLOW_MS

/** What a check was heard to say so far, over all attempts. */
export interface HeardSoFar {
  /** Absent: its source was not reached yet. */
  readonly heard?: Heard
  /** It was asked last, in milliseconds. */
  readonly askedAtMs: number
  /** For how long it was asked and green was not heard; not while its source was away. */
  readonly forMs: number
  /** Why its source was not reached when it was asked last. */
  readonly away?: string
  /** Blue gave something, or nothing: asked once, since it is for the words alone. */
  readonly blue?: boolean
}

/** Whether it is to be asked now: not if it has answered, nor sooner than its source takes it. */
export const isDue = ({ source }: Check, before: HeardSoFar | undefined, nowMs: number): boolean =>
  before?.heard?.is !== 'answers' && (!before || !isSlow(source) || nowMs - before.askedAtMs >= SLOW_MS)

/** With one more look. */
export function heardAgain(
  before: HeardSoFar | undefined,
  look: Pick<HeardSoFar, 'heard' | 'away' | 'blue'>,
  nowMs: number,
): HeardSoFar {
  const gapMs = before && before.away === undefined && look.away === undefined ? nowMs - before.askedAtMs : 0
  const { heard = before?.heard, blue = before?.blue, away } = look
  return {
    askedAtMs: nowMs,
    forMs: (before?.forMs ?? 0) + Math.min(gapMs, LONGEST_GAP_MS),
    ...(heard && { heard }),
    ...(blue !== undefined && { blue }),
    ...(away !== undefined && { away }),
  }
}

/** When to look again, for those that are still waited for: soon for what comes with the next scrape. */
export const soonest = (
  waiting: readonly { readonly check: Check; readonly silent: boolean; readonly away?: string | undefined }[],
): Duration => {
  const fast = waiting.filter(({ check }) => !isSlow(check.source))
  if (fast.length === 0) return '1m'
  return fast.some(({ silent, away }) => !silent && away === undefined) ? '5s' : '15s'
}

const isSlow = ({ kind }: CheckSource): boolean => kind === 'cloudwatch' || kind === 'datadog'

/** What is told at the gate of one that has nothing yet. */
export const notYetHeard = (place: string, check: Check, why: string): Finding =>
  warning(
    'check-not-heard',
    place,
    `${check.name} (${sourceInWords(check)}) has no number of green before requests come: ${why}`,
    "see that green's series have the labels of blue's; if they come with the first requests, all is well; if not, the first weight ends without a verdict",
  )

/** Why the environment does not go on. */
export const silentInWords = (check: Check, why: string): string => `${check.name} (${sourceInWords(check)}): ${why}`

const unique = (some: readonly string[]): string[] => [...new Set(some)]
