import type { Question } from './actions.ts'
import { isHttp, type Measure, type Measuring } from './measures.ts'
import type { Duration } from './duration.ts'
import type { Metrics, Scope, Side } from './platform.ts'
import type { HealthFile } from './platform-file.ts'
import type { Check } from './verdict.ts'

export interface Asked {
  readonly cluster: string
  readonly namespaces: readonly string[]
  readonly window?: Duration
}

/** A query of the platform file with its placeholders filled in: `{cluster}`, `{namespaces}` (a regular expression), `{window}`. */
export const filled = (query: string, { cluster, namespaces, window }: Asked): string =>
  query
    .replaceAll('{cluster}', cluster)
    .replaceAll('{namespaces}', namespaces.join('|'))
    .replaceAll('{window}', window ?? '1m')

/** A measure of the platform file, put to one side. */
export const measuring = (measure: Measure, { url }: Pick<Metrics, 'url'>, asked: Asked): Measuring =>
  isHttp(measure) ? measure : { url, query: filled(measure, asked) }

/** How many requests one side served in a window. */
export const requestsOn = (metrics: Metrics, asked: Asked): Question => ({
  url: metrics.url,
  query: filled(metrics.requests, asked),
})

/**
 * What is watched in one environment: the file's checks where requests come in, and always that its pods are ready.
 */
export function checksFor(
  health: HealthFile,
  scope: Pick<Scope, 'blue' | 'green'>,
  namespaces: readonly string[],
  routed: boolean,
): Check[] {
  const readiness: Check = {
    name: 'ready',
    source: { kind: 'readiness', namespaces },
    limit: { atMost: 0 },
    minSamples: 1,
    // Two in a row: a pod that is replaced is not a breach.
    breachAfter: 2,
    every: health.every,
  }
  if (!routed) return [readiness]
  const declared = Object.entries(health.checks).map(([name, check]): Check => {
    const query = (side: Side) => filled(check.query, { cluster: scope[side], namespaces, window: check.window })
    return {
      name,
      source: {
        kind: 'prometheus',
        url: health.prometheus.url,
        queries: { blue: query('blue'), green: query('green') },
      },
      limit: check.limit,
      minSamples: check.minSamples,
      breachAfter: check.breachAfter,
      every: health.every,
    }
  })
  return [...declared, readiness]
}
