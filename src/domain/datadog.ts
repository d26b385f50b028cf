import type { Datapoint } from './cloudwatch.ts'
import { milliseconds, type Duration } from './duration.ts'
import { put } from './probes.ts'

/**
 * Where an organization of Datadog is. The worker sends its keys there, so none but Datadog's own may be named in a file.
 * https://docs.datadoghq.com/getting_started/site/
 */
export const SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'uk1.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const
export type Site = (typeof SITES)[number]

/** Agents send each 15 seconds, and what they send is there some seconds later. */
const SETTLED_MS = 30_000

/** In milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly untilMs: number
}

/** From when to when is asked: so long as the platform file says, until it is settled. */
export const askedOfDatadog = (nowMs: number, window: Duration): Span => {
  const untilMs = Math.floor((nowMs - SETTLED_MS) / 1000) * 1000
  return { fromMs: untilMs - milliseconds(window), untilMs }
}

/**
 * Of up to an hour each point is of so long; of more it is of minutes, which are not those of a window.
 * https://docs.datadoghq.com/dashboards/functions/rollup/#rollup-interval-enforced-vs-custom
 */
const POINT_MS = 20_000
const FINE_MS = 3_600_000
/** What has fewer points than these is another number than its own question gives. */
const POINTS = 3

const hasPoints = ({ fromMs, untilMs }: Span): boolean => untilMs - fromMs >= POINTS * POINT_MS

/**
 * What to ask for, so that each of these windows has its points in one of the answers: an organization has some 1,600 questions
 * an hour. Earliest first.
 */
export function spansOf(windows: readonly Span[]): Span[] {
  const spans: Span[] = []
  for (const window of windows.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = spans.at(-1)
    const one = last && { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, window.untilMs) }
    if (one && [last, window].every(hasPoints) && one.untilMs - one.fromMs <= FINE_MS) spans.splice(-1, 1, one)
    else spans.push(window)
  }
  return spans
}

/** Those of a window, of the answer to a longer one. */
export const within = (points: readonly Datapoint[], { fromMs, untilMs }: Span): readonly Datapoint[] =>
  points.filter(({ atMs }) => fromMs <= atMs && atMs <= untilMs)

/** One number of the points of a window: their mean; null: there are none, which is not zero. */
export const meanOf = (points: readonly Datapoint[]): number | null =>
  points.length === 0 ? null : points.reduce((sum, { value }) => sum + value, 0) / points.length

/** A query of the platform file, put to one side. `{namespaces}`: all of them, as `IN (…)` takes them. */
export const datadogQuery = (
  query: string,
  place: {
    readonly cluster: string
    readonly app: string
    readonly environment: string
    readonly namespaces: readonly string[]
  },
): string =>
  put(query.replaceAll('{namespaces}', place.namespaces.join(',')), { ...place, namespace: place.namespaces[0] ?? '' })

export const NO_DATADOG_KEYS =
  'NORIKAE_DATADOG_API_KEY and NORIKAE_DATADOG_APP_KEY (or each with _FILE) are not set where the worker runs'
