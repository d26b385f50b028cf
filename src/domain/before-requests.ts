import { warning, type Finding } from './findings.ts'
import type { Duration } from './duration.ts'
import { few } from './few.ts'
import type { Selector } from './series-asked.ts'
import { sourceInWords, type Check, type CheckSource } from './verdict.ts'

/**
 * What a check can say of green while nobody is sent there yet (P15). What a source has at weight 0:
 *
 * - A number is data, and so is NaN: a ratio of counters that are there and have counted nothing.
 * - Of Prometheus nothing at all may be a series that its first request makes: that of a label, or of a whole app where it is
 *   counted at the door. Where blue answers the same query and Prometheus has other series of green's, that is told. It never
 *   is where it has none by the labels that name the cluster (green is not scraped, or labelled otherwise), or where the query
 *   gives nothing of blue either.
 * - A load balancer counts no request of a target group that gets none, but how many of its targets are healthy at any time.
 * - Metrics of one's own in CloudWatch, and those in Datadog, are as Prometheus': where blue has them, they may come with requests.
 * - Pods, probes, Jobs and the cluster itself answer always; what can be tried before the gate has steps of its own there.
 */
export type Heard =
  /** It has data of green. */
  | { readonly is: 'answers' }
  /** Nothing yet, and nothing speaks against it that requests bring it. */
  | { readonly is: 'later'; readonly why: string }
  /** As it is, it would say nothing at any weight. */
  | { readonly is: 'silent'; readonly why: string }

/** Whether either side gives anything. `madeUp`: nobody is asked, and a probe makes up for requests that neither side gets. */
interface OnBoth {
  readonly green: boolean
  readonly blue: boolean
  readonly madeUp: boolean
}

interface Selected extends Selector {
  readonly found: boolean
  /** Whether green has other series by the labels `of`, and by those of `cluster`. Absent: no label says whose. */
  readonly near?: boolean
  readonly there?: boolean
}

/** What a query of Prometheus came to; NaN is something. */
export interface HeardOfPrometheus extends OnBoth {
  /** What it selects on green, where it gives nothing. */
  readonly selected: readonly Selected[]
}

export function heardOfPrometheus({ green, blue, madeUp, selected }: HeardOfPrometheus): Heard {
  if (green) return { is: 'answers' }
  const strange = selected.filter((s) => !s.found && s.there === false)
  if (strange.length > 0)
    return {
      is: 'silent',
      why: `Prometheus has no series at all by ${few(unique(strange.map((s) => s.cluster ?? s.text)))}: green is not scraped, or its series have other labels`,
    }
  if (!blue)
    return { is: madeUp ? 'later' : 'silent', why: 'the query gives nothing of green, and nothing of blue either' }
  const missing = selected.filter((s) => !s.found)
  if (missing.length === 0)
    return { is: 'later', why: 'its series are there, and it gives no number of them yet, where blue answers' }
  const far = missing.filter((s) => s.near === false)
  const nothingElse = far.length === 0 ? '' : `, nor any other series by ${few(unique(far.map((s) => s.of ?? s.text)))}`
  return {
    is: 'later',
    why: `Prometheus has no ${few(missing.map((s) => s.text))} yet${nothingElse}, where blue answers`,
  }
}

/** Of metrics of one's own in CloudWatch or Datadog. `over`: for how long was looked back. */
export function heardOfMetrics(source: string, over: string, { green, blue, madeUp }: OnBoth): Heard {
  if (green) return { is: 'answers' }
  return blue
    ? { is: 'later', why: `${source} has nothing of green in ${over}, and has of blue` }
    : { is: madeUp ? 'later' : 'silent', why: `${source} has nothing in ${over}, neither of green nor of blue` }
}

/** Of target groups: those of green that CloudWatch tells nothing of. */
export const heardOfGroups = (untold: readonly string[]): Heard =>
  untold.length === 0
    ? { is: 'answers' }
    : {
        is: 'silent',
        why: `CloudWatch does not tell how many targets of ${few(untold)} are healthy, so it would not tell of their requests`,
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
