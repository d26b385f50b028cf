import { type CloudWatch, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch'
import { denied, invalidInput, unreachable } from '../../activities/errors.ts'
import type { CloudWatchPort } from '../../activities/ports.ts'
import { PERIOD_MS, RESULT, type CloudWatchQuery, type Datapoint } from '../../domain/cloudwatch.ts'
import { askForAll } from '../aws-errors.ts'

/** CloudWatch's metrics, by the minute where no other period is asked for. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const cloudWatch = (client: CloudWatch): CloudWatchPort => ({
  async data(query, { fromMs, untilMs, periodMs = PERIOD_MS }) {
    const asked = {
      MetricDataQueries: queriesOf(query, periodMs / 1000),
      StartTime: new Date(fromMs),
      EndTime: new Date(untilMs),
      ScanBy: 'TimestampAscending',
    } as const
    const results = await askForAll(
      `GetMetricData ${said(query)}`,
      (o) => paginateGetMetricData({ client }, asked, o),
      (page) => page.MetricDataResults,
    )
    const series = new Map<string, { readonly label: string; readonly points: Datapoint[] }>()
    for (const { Id = '', Label = '', StatusCode, Timestamps = [], Values = [] } of results) {
      if (StatusCode === 'InternalError')
        throw unreachable(`CloudWatch failed to read ${said(query)}; it is asked again`)
      if (StatusCode === 'Forbidden') throw denied(`CloudWatch does not let this worker read ${said(query)}`)
      const found = series.get(Id) ?? { label: Label, points: [] }
      if (found.label !== Label)
        throw invalidInput(`${said(query)} gives several numbers where one is needed: ${found.label} and ${Label}`)
      found.points.push(...Timestamps.map((at, n) => ({ atMs: at.getTime(), value: Values[n] ?? NaN })))
      series.set(Id, found)
    }
    return Object.fromEntries(
      [...series].map(([id, { points }]) => [id, points.filter(isNumber).toSorted((a, b) => a.atMs - b.atMs)]),
    )
  },
})

/** Metrics under an expression are read for it alone. */
const queriesOf = ({ metrics, expression }: CloudWatchQuery, Period: number): MetricDataQuery[] => [
  ...Object.entries(metrics).map(([Id, { namespace, metric, dimensions, statistic }]) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period,
      Stat: statistic,
    },
    ReturnData: expression === undefined,
  })),
  ...(expression === undefined ? [] : [{ Id: RESULT, Expression: expression, Period }]),
]

const said = ({ metrics, expression }: CloudWatchQuery): string =>
  expression ?? [...new Set(Object.values(metrics).map((m) => `${m.namespace} ${m.metric}`))].join(', ')

const isNumber = ({ value }: Datapoint): boolean => Number.isFinite(value)
