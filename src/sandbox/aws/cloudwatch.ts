/**
 * CloudWatch's metrics, as much of it as answers GetMetricData: by the minute, each a minute after it has ended, and with
 * no datapoint where nothing was measured. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
import type { GetMetricDataInput, GetMetricDataOutput, MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch'
import { anywhere, type Needs } from './authorization/needs.ts'
import { AwsError } from './errors.ts'
import { valueOf, type Values } from './metric-math.ts'
import { page, type Operations, type Serve } from './protocol/operations.ts'

const MINUTE_MS = 60_000
const KEPT_MS = 60 * MINUTE_MS

export interface Metric {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** By which rule a request went to which group. */
interface Sent {
  readonly ruleArn: string
  readonly targetGroupArn: string
}

export class Metrics {
  /** By metric, by the minute's beginning: every measurement. */
  readonly #minutes = new Map<string, Map<number, number[]>>()

  put(metric: Metric, atMs: number, ...values: readonly number[]): void {
    const key = keyOf(metric)
    const minutes = this.#minutes.get(key) ?? new Map<number, number[]>()
    this.#minutes.set(key, minutes)
    const minute = Math.floor(atMs / MINUTE_MS) * MINUTE_MS
    const measured = minutes.get(minute) ?? []
    if (measured.length === 0) for (const old of minutes.keys()) if (old < minute - KEPT_MS) minutes.delete(old)
    measured.push(...values)
    minutes.set(minute, measured)
  }

  /**
   * What a load balancer counts of one answer of a target. Failures are counted only where there are any.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
   */
  answered(of: Sent & { readonly status: number; readonly seconds: number }): void {
    this.#count(of, 'RequestCount', 1)
    this.#count(of, 'TargetResponseTime', of.seconds)
    if (of.status >= 500) this.#count(of, 'HTTPCode_Target_5XX_Count', 1)
  }

  /** Of a request whose target was chosen and did not answer it. `refused`: it could not even be connected to. */
  unanswered(of: Sent & { readonly refused: boolean }): void {
    this.#count(of, 'RequestCount', 1)
    if (of.refused) this.#count(of, 'TargetConnectionErrorCount', 1)
  }

  /** Of a group that a rule forwards to, whatever share it gets. */
  healthy({ healthy, ...of }: Sent & { readonly healthy: number }): void {
    this.#count(of, 'HealthyHostCount', healthy)
  }

  #count({ ruleArn, targetGroupArn }: Sent, metric: string, value: number): void {
    const LoadBalancer = /:listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(ruleArn)?.[1] ?? ''
    const dimensions = { TargetGroup: targetGroupArn.split(':').at(-1) ?? '', LoadBalancer }
    this.put({ namespace: 'AWS/ApplicationELB', metric, dimensions }, Date.now(), value)
  }

  between(metric: Metric, fromMs: number, untilMs: number): [number, readonly number[]][] {
    return [...(this.#minutes.get(keyOf(metric)) ?? [])]
      .filter(([at]) => at >= fromMs && at < untilMs)
      .toSorted(([a], [b]) => a - b)
  }
}

/** Another set of dimensions is another metric. */
const keyOf = ({ namespace, metric, dimensions }: Metric): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))])

const invalid = (message: string) => new AwsError('ValidationError', message)

export const metricOperations = (metrics: Metrics, now: () => number = Date.now) =>
  ({
    GetMetricData: (({ MetricDataQueries, StartTime, EndTime, ScanBy, NextToken }) => {
      const [fromMs, endMs] = [msOf(StartTime), msOf(EndTime)]
      if (fromMs >= endMs) throw invalid('The parameter StartTime must be less than the parameter EndTime.')
      // A minute is told once it has ended and another has passed.
      const untilMs = Math.min(endMs, now() - 2 * MINUTE_MS + 1)
      const series = new Map<string, Values>()
      for (const query of MetricDataQueries) {
        const { Id = '' } = query
        if (!/^[a-z]\w*$/.test(Id))
          throw invalid(`The value ${Id} for parameter Id is not matching the expected pattern.`)
        if (series.has(Id)) throw invalid(`The values for parameter id in MetricDataQueries are not unique: ${Id}`)
        series.set(Id, seriesOf(query, metrics, series, fromMs, untilMs))
      }
      const asked = MetricDataQueries.filter(({ ReturnData = true }) => ReturnData)
      const { items, next } = page(asked, NextToken, undefined, 500)
      return {
        MetricDataResults: items.map(({ Id = '', Label, MetricStat }) => {
          const told = [...(series.get(Id) ?? [])].toSorted(([a], [b]) =>
            ScanBy === 'TimestampAscending' ? a - b : b - a,
          )
          return {
            Id,
            Label: Label ?? MetricStat?.Metric?.MetricName ?? Id,
            StatusCode: 'Complete' as const,
            Timestamps: told.map(([at]) => new Date(at)),
            Values: told.map(([, value]) => value),
          }
        }),
        Messages: [],
        NextToken: next,
      }
    }) satisfies Serve<GetMetricDataInput, GetMetricDataOutput>,
  }) satisfies Operations

function seriesOf(
  { MetricStat, Expression }: MetricDataQuery,
  metrics: Metrics,
  known: ReadonlyMap<string, Values>,
  fromMs: number,
  untilMs: number,
): Values {
  if ((MetricStat === undefined) === (Expression === undefined))
    throw invalid('Exactly one of MetricStat and Expression must be given for each query.')
  if (Expression !== undefined) return valueOf(Expression, known)
  const {
    Metric: { Namespace = '', MetricName = '', Dimensions = [] } = {},
    Period,
    Stat = '',
  }: Partial<MetricStat> = MetricStat ?? {}
  const periodMs = (Period ?? 0) * 1000
  if (periodMs <= 0 || periodMs % MINUTE_MS !== 0)
    throw new AwsError('NotServedBySandbox', 'the sandbox counts by the minute: Period 60, or a multiple of it', 501)
  const dimensions = Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]))
  const minutes = metrics.between({ namespace: Namespace, metric: MetricName, dimensions }, fromMs, untilMs)
  const periods = Map.groupBy(minutes, ([at]) => Math.floor(at / periodMs) * periodMs)
  return new Map(
    [...periods].map(([at, its]) => [
      at,
      statisticOf(
        Stat,
        its.flatMap(([, values]) => values),
      ),
    ]),
  )
}

function statisticOf(name: string, values: readonly number[]): number {
  const sum = values.reduce((all, value) => all + value, 0)
  const percentile = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1]
  if (percentile !== undefined) {
    const sorted = values.toSorted((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil((Number(percentile) / 100) * sorted.length) - 1)] ?? 0
  }
  switch (name) {
    case 'Sum':
      return sum
    case 'Average':
      return sum / values.length
    case 'Minimum':
      return Math.min(...values)
    case 'Maximum':
      return Math.max(...values)
    case 'SampleCount':
      return values.length
    default:
      throw invalid(`The value ${name} for parameter Stat is not supported.`)
  }
}

/** Seconds in JSON. */
const msOf = (time: Date | number | undefined): number =>
  time instanceof Date ? time.getTime() : Number(time ?? NaN) * 1000

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export const metricNeeds: Needs = anywhere('cloudwatch', 'GetMetricData')
