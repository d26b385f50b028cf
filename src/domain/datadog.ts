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

/** From when to when is asked, in milliseconds: so long as the platform file says, until it is settled. */
export const askedOfDatadog = (
  nowMs: number,
  window: Duration,
): { readonly fromMs: number; readonly untilMs: number } => {
  const untilMs = Math.floor((nowMs - SETTLED_MS) / 1000) * 1000
  return { fromMs: untilMs - milliseconds(window), untilMs }
}

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
