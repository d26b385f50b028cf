import type { Question } from './actions.ts'
import { warning, type Finding } from './findings.ts'
import { balanced, PERIOD_MS, queryFor } from './cloudwatch.ts'
import { isHttp, type Measure, type Measuring } from './measures.ts'
import { datadogQuery } from './datadog.ts'
import { milliseconds, type Duration } from './duration.ts'
import type { Metrics, Route, Scope, Side } from './platform.ts'
import type { CheckFile, HealthFile } from './platform-file.ts'
import { jobAt } from './check-jobs.ts'
import { BUILT_IN } from './built-in-checks.ts'
import { probeTargets, put } from './probes.ts'
import type { Check, CheckSource } from './verdict.ts'

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

/** One environment of an app, as far as its checks go by it. */
export interface Watched {
  readonly app: string
  readonly environment: string
  readonly namespaces: readonly string[]
  readonly routes: readonly Route[]
  /** Somebody is asked before it moves: then nothing is made up. */
  readonly asked: boolean
  /** The app's own: beside those of the platform, or in place of one of that name. */
  readonly own?: Readonly<Record<string, CheckFile>>
}

/**
 * What is watched in one environment: the platform's checks where requests come in, the app's own, and always what is built
 * in, and that its pods are ready.
 */
export function checksFor(health: HealthFile, scope: Pick<Scope, 'blue' | 'green'>, watched: Watched): Check[] {
  const { every } = health
  const readiness: Check = {
    name: 'ready',
    source: { kind: 'readiness', namespaces: watched.namespaces },
    limit: { atMost: 0 },
    minSamples: 1,
    // Two in a row: a pod that is replaced is not a breach.
    breachAfter: 2,
    every,
  }
  const written = writtenFor(health, watched)
  // What is written first, and in place of what is built in.
  const declared = Object.entries({ ...written, ...BUILT_IN, ...written }).flatMap(([name, check]): Check[] => {
    if (readsNothing(check, watched.routes)) return []
    const { limit, minSamples, breachAfter } = check
    const source = sourceOf(check, health, scope, watched)
    return [{ name, source, limit, minSamples, breachAfter, every: isSlow(source) ? minutely(every) : every }]
  })
  return [...declared, readiness]
}

const writtenFor = (health: HealthFile, { routes, own }: Watched): Readonly<Record<string, CheckFile>> => ({
  ...(routes.length > 0 && health.checks),
  ...own,
})

/** It asks for target groups, and no route here has any. */
const readsNothing = (check: CheckFile, routes: readonly Route[]): boolean =>
  'cloudwatch' in check && typeof check.cloudwatch === 'string' && balanced(routes).length === 0

/** Requests come in, and of what is written nothing sees them. */
export function unseen(health: HealthFile, watched: Watched): Finding[] {
  const left = Object.entries(writtenFor(health, watched)).filter(([, check]) => readsNothing(check, watched.routes))
  if (watched.routes.length === 0 || left.length === 0) return []
  const names = left.map(([name]) => name).join(', ')
  return [
    warning(
      'check-without-groups',
      `${watched.app}/${watched.environment}`,
      `no route of it is a listener rule, so ${names} would have no target group to read: left out`,
      `write checks that see its requests: a query, a probe or own metrics, in health.checks or apps.${watched.app}.checks`,
    ),
  ]
}

/**
 * CloudWatch tells by the minute, Datadog takes 1,600 questions an hour of a whole organization, and how often a container was
 * started again is kept for ten minutes.
 */
const isSlow = ({ kind }: CheckSource): boolean => kind === 'cloudwatch' || kind === 'datadog' || kind === 'kubernetes'

/** What is told once a minute is asked for no more often. */
const minutely = (every: Duration): Duration => (milliseconds(every) < PERIOD_MS ? '60s' : every)

/**
 * How long a window may be made for samples that are still to come, in milliseconds: three times what was asked for, and
 * never less than its slowest check needs. CloudWatch's first minute is a whole one, and is told after another; a Job has its
 * own time, and is told some time after it; one bad reading of what is read by the minute is looked at again, also in a window
 * of seconds.
 */
export const longestWindowMs = (window: Duration, checks: readonly Check[]): number =>
  Math.max(
    EXTENDED * milliseconds(window),
    ...checks.map(({ source, minSamples, every }) => minSamples * milliseconds(every) + takesBeside(source)),
  )
const EXTENDED = 3

function takesBeside(source: CheckSource): number {
  if (source.kind === 'cloudwatch') return 4 * PERIOD_MS
  if (source.kind === 'kubernetes') return 2 * PERIOD_MS
  return source.kind === 'job' ? milliseconds(source.job.timeout) + 2 * PERIOD_MS : 0
}

function sourceOf(
  check: CheckFile,
  health: HealthFile,
  scope: Pick<Scope, 'blue' | 'green'>,
  { asked, ...place }: Watched,
): CheckSource {
  const both = <T>(of: (cluster: string, side: Side) => T) => ({
    blue: of(scope.blue, 'blue'),
    green: of(scope.green, 'green'),
  })
  const { namespaces } = place
  if ('query' in check) {
    const queries = both((cluster) => filled(check.query, { cluster, namespaces, window: check.window }))
    return { kind: 'prometheus', url: health.prometheus.url, queries, window: check.window }
  }
  if ('datadog' in check) {
    const queries = both((cluster) => datadogQuery(check.datadog, { ...place, cluster }))
    return { kind: 'datadog', site: health.datadog.site, queries, window: check.window }
  }
  const fill = (cluster: string) => (text: string) => put(text, { ...place, cluster, namespace: namespaces[0] ?? '' })
  if ('cloudwatch' in check) {
    const { cloudwatch: of } = check
    if (typeof of === 'string') return { kind: 'cloudwatch', asked: { of, routes: balanced(place.routes) } }
    return { kind: 'cloudwatch', asked: { of: 'query', queries: both((cluster) => queryFor(of, fill(cluster))) } }
  }
  if ('job' in check) return { kind: 'job', job: jobAt(check.job, { ...place, cluster: scope.green }), namespaces }
  if ('kubernetes' in check) return { kind: 'kubernetes', of: check.kubernetes, namespaces }
  const { gives, timeout } = check.probe
  const targets = both((cluster) => probeTargets(check.probe, { ...place, cluster }))
  return { kind: 'probe', gives, timeout, makesUp: !asked && gives === 'failures', targets }
}
