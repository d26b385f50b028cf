import type { Route, Side } from './platform.ts'

/** One metric of CloudWatch, by all of its dimensions: with one more or one less it is another. */
export interface CloudWatchMetric {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  /** `Sum`, `Average`, `p99`… */
  readonly statistic: string
}

/** `expression`: metric math over `metrics`, by their names; left out where there is one. */
export interface CloudWatchQuery {
  readonly metrics: Readonly<Record<string, CloudWatchMetric>>
  readonly expression?: string
}

/** What a check asks: what load balancers count of the environment's target groups, or a query of its own. */
export type CloudWatchFile = 'errors' | 'latency' | CloudWatchQuery

/** A target group is known by its ARN on blue, and by its name on green, where it is made by the plan that holds this. */
export interface GroupOnBalancer {
  readonly loadBalancer: string
  readonly groups: Readonly<Record<Side, string>>
}

export type CloudWatchAsked =
  | { readonly of: 'errors' | 'latency'; readonly routes: readonly GroupOnBalancer[] }
  | { readonly of: 'query'; readonly queries: Readonly<Record<Side, CloudWatchQuery>> }

/** One period: when it began, in milliseconds, and what was measured in it. */
export interface Datapoint {
  readonly atMs: number
  readonly value: number
}

/** By the name of the metric, or `result` of an expression. Periods without a measurement are not in it. */
export type Series = Readonly<Record<string, readonly Datapoint[]>>

/** The name of what an expression gives. */
export const RESULT = 'result'

/** Load balancers measure by the minute: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
export const PERIOD_MS = 60_000
/** A minute is told by parts until about a minute after its end; before that its sum is none. */
export const SETTLED_MS = 60_000
/** Where so many minutes in a row have none, there is none; a single one may only be late. */
const LOOKED_BACK = 3
/** What blue had last counts for so long once it serves nothing; and nobody asks for what is older. */
const REMEMBERED_MS = 30 * PERIOD_MS

/** A listener rule's ARN names its load balancer: `…:listener-rule/app/<name>/<id>/<listener>/<rule>`. */
export const loadBalancerOf = (ruleArn: string): string =>
  /:listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(ruleArn)?.[1] ?? ''

/** `targetgroup/<name>/<id>`, as CloudWatch names it. */
export const dimensionOf = (targetGroupArn: string): string => targetGroupArn.split(':').at(-1) ?? ''

/** Those that are listener rules: only these have a target group on either side. */
export const balanced = (routes: readonly Route[]): GroupOnBalancer[] =>
  routes.flatMap((route) =>
    route.kind === 'alb' || route.kind === 'ingress'
      ? {
          loadBalancer: route.kind === 'alb' ? loadBalancerOf(route.ruleArn) : route.loadBalancer,
          groups: { blue: route.blueTargetGroup, green: route.greenTargetGroup },
        }
      : [],
  )

const NAMESPACE = 'AWS/ApplicationELB'

/** What is asked of one target group. `dimension`: of the group, as CloudWatch names it. */
export function groupMetrics(of: 'errors' | 'latency', loadBalancer: string, dimension: string): CloudWatchQuery {
  const dimensions = { TargetGroup: dimension, LoadBalancer: loadBalancer }
  const one = (metric: string, statistic: string) => ({ namespace: NAMESPACE, metric, dimensions, statistic })
  return {
    metrics:
      of === 'latency'
        ? { latency: one('TargetResponseTime', 'p99') }
        : {
            requests: one('RequestCount', 'Sum'),
            failures: one('HTTPCode_Target_5XX_Count', 'Sum'),
            refused: one('TargetConnectionErrorCount', 'Sum'),
          },
  }
}

/** How many requests it got. */
export const requestsServed = (loadBalancer: string, dimension: string): CloudWatchQuery => {
  const { requests } = groupMetrics('errors', loadBalancer, dimension).metrics
  return { metrics: requests ? { requests } : {} }
}

/** How many of its targets are healthy: told of whatever group is in use, also where it gets no request. */
export const healthyTargets = (loadBalancer: string, dimension: string): CloudWatchQuery => ({
  metrics: {
    healthy: {
      namespace: NAMESPACE,
      metric: 'HealthyHostCount',
      dimensions: { TargetGroup: dimension, LoadBalancer: loadBalancer },
      statistic: 'Average',
    },
  },
})

/**
 * Of all target groups of a side, minute by minute. Errors: the share of requests that the app answered with 5xx, or to
 * which no target could be connected: that the load balancer answers itself, and counts of the group as connections alone. It
 * may try several for one request, so the share ends at all of them. A minute without requests has no share; one with requests
 * and no count of failures has none of them, because that is counted only where there are any. Latency: of the slowest group.
 */
export function combined(of: 'errors' | 'latency', groups: readonly Series[]): Datapoint[] {
  if (of === 'latency')
    return merged(
      groups.map((g) => g['latency'] ?? []),
      Math.max,
    )
  const sum = (a: number, b: number) => a + b
  const requests = merged(
    groups.map((g) => g['requests'] ?? []),
    sum,
  )
  const failures = new Map(
    merged(
      groups.flatMap((g) => [g['failures'] ?? [], g['refused'] ?? []]),
      sum,
    ).map((d) => [d.atMs, d.value]),
  )
  return requests.flatMap(({ atMs, value }) =>
    value > 0 ? [{ atMs, value: Math.min(1, (failures.get(atMs) ?? 0) / value) }] : [],
  )
}

function merged(all: readonly (readonly Datapoint[])[], join: (a: number, b: number) => number): Datapoint[] {
  const by = new Map<number, number>()
  for (const { atMs, value } of all.flat()) by.set(atMs, by.has(atMs) ? join(by.get(atMs) ?? 0, value) : value)
  return [...by].map(([atMs, value]) => ({ atMs, value })).toSorted((a, b) => a.atMs - b.atMs)
}

/** The one series of a query. */
export const onlyOf = (series: Series): readonly Datapoint[] => Object.values(series)[0] ?? []

/** A query of the platform file, put to one side. */
export const queryFor = (query: CloudWatchQuery, fill: (text: string) => string): CloudWatchQuery => ({
  ...query,
  metrics: Object.fromEntries(
    Object.entries(query.metrics).map(([id, metric]) => [
      id,
      {
        ...metric,
        dimensions: Object.fromEntries(Object.entries(metric.dimensions).map(([name, value]) => [name, fill(value)])),
      },
    ]),
  ),
})

/** From when to when is asked, in milliseconds: whole minutes, until the last that is settled; or longer periods of the past. */
export interface Asking {
  readonly fromMs: number
  readonly untilMs: number
  /** Absent: by the minute. */
  readonly periodMs?: number
}

/**
 * Of the side that is judged: nothing of before `sinceMs`, and from `lastMs` on, the last minute that was told, so that none
 * is left out however late it is asked for; of half an hour at most. Undefined: no minute is settled yet.
 */
export function askedOf(nowMs: number, sinceMs = -Infinity, lastMs = Infinity): Asking | undefined {
  const untilMs = floor(nowMs - SETTLED_MS)
  const fromMs = Math.max(
    Math.min(untilMs - LOOKED_BACK * PERIOD_MS, lastMs),
    untilMs - REMEMBERED_MS,
    Math.ceil(sinceMs / PERIOD_MS) * PERIOD_MS,
  )
  return fromMs < untilMs ? { fromMs, untilMs } : undefined
}

/** Of the side that it is compared with. */
export const comparedOf = ({ untilMs }: Asking): Asking => ({ fromMs: untilMs - REMEMBERED_MS, untilMs })

const floor = (ms: number): number => Math.floor(ms / PERIOD_MS) * PERIOD_MS

/** Of all minutes that were looked at none has a number. Of few it would mean nothing: they may only be late. */
export const isNoData = (points: readonly Datapoint[], { fromMs, untilMs }: Asking): boolean =>
  points.length === 0 && untilMs - fromMs >= LOOKED_BACK * PERIOD_MS

/** Of the same minute; where it has none, the last one before. */
export const beside = (points: readonly Datapoint[], atMs: number): number | null =>
  points.findLast((p) => p.atMs <= atMs)?.value ?? null
