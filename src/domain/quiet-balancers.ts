import { PERIOD_MS, SETTLED_MS, type Asking, type CloudWatchQuery, type Datapoint, type Series } from './cloudwatch.ts'
import { milliseconds, type Duration } from './duration.ts'

/**
 * What load balancers count of a side, as CloudWatch tells it. They count by the minute: a shorter window is for those who
 * count by the second.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
export const countsWithin = (window: Duration): boolean => milliseconds(window) >= PERIOD_MS

/** The last whole minutes that are told. */
export function quietAsking(nowMs: number, window: Duration): Asking {
  const untilMs = Math.floor((nowMs - SETTLED_MS) / PERIOD_MS) * PERIOD_MS
  return { fromMs: untilMs - Math.ceil(milliseconds(window) / PERIOD_MS) * PERIOD_MS, untilMs }
}

/** `app/<name>/<id>` or `net/<name>/<id>`, as CloudWatch names it. */
export const balancerDimension = (loadBalancerArn: string): string => loadBalancerArn.split(':loadbalancer/')[1] ?? ''

export const isNetwork = (loadBalancer: string): boolean => loadBalancer.startsWith('net/')

const APPLICATION = 'AWS/ApplicationELB'
const NETWORK = 'AWS/NetworkELB'

/**
 * Of one target group. `there`: told of whatever group is in use, so that silence beside it is zero: requests are told only
 * where there are any.
 */
export const groupTraffic = (LoadBalancer: string, TargetGroup: string): CloudWatchQuery => {
  const dimensions = { LoadBalancer, TargetGroup }
  return {
    metrics: {
      requests: { namespace: APPLICATION, metric: 'RequestCount', dimensions, statistic: 'Sum' },
      there: { namespace: APPLICATION, metric: 'HealthyHostCount', dimensions, statistic: 'Average' },
    },
  }
}

/** Of an application load balancer as a whole, which is told only where there are any. */
export const openAt = (LoadBalancer: string): CloudWatchQuery => ({
  metrics: {
    open: { namespace: APPLICATION, metric: 'ActiveConnectionCount', dimensions: { LoadBalancer }, statistic: 'Sum' },
  },
})

/** Of a network load balancer, which tells of flows always. */
export const flowsAt = (LoadBalancer: string): CloudWatchQuery => {
  const dimensions = { LoadBalancer }
  return {
    metrics: {
      requests: { namespace: NETWORK, metric: 'NewFlowCount', dimensions, statistic: 'Sum' },
      open: { namespace: NETWORK, metric: 'ActiveFlowCount', dimensions, statistic: 'Maximum' },
    },
  }
}

/** Of all minutes together; null where the group is not told of at all. */
export function requestsIn({ requests = [], there = [] }: Series): number | null {
  if (requests.length === 0 && there.length === 0) return null
  return total(requests)
}

/** Of a network load balancer; null where it is not told of at all. */
export const flowsIn = (series: Series): { readonly began: number | null; readonly open: number | null } => ({
  began: series['requests'] && series['requests'].length > 0 ? total(series['requests']) : null,
  open: series['open'] && series['open'].length > 0 ? highest(series['open']) : null,
})

export const openIn = ({ open = [] }: Series): number => highest(open)

const total = (points: readonly Datapoint[]): number => points.reduce((sum, { value }) => sum + value, 0)
const highest = (points: readonly Datapoint[]): number => Math.max(0, ...points.map(({ value }) => value))
