/**
 * Datadog's API as far as Norikae asks it: `GET /api/v1/query`, with both keys, and with the headers of its rate limit. The
 * queries that it takes are listed at the top of `query.ts`.
 * https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Rule } from '../disturbances.ts'
import { disturbed } from '../disturbed.ts'
import { listen, send, type Listening } from '../listen.ts'
import type { SeriesStore } from '../prometheus/series.ts'
import { answer, BadQuery } from './query.ts'

export interface SandboxDatadog extends Listening {
  readonly apiKey: string
  readonly appKey: string
}

export interface DatadogOptions {
  readonly store: SeriesStore
  readonly disturb?: Rule
  /** Of requests in a period, in seconds: as of a new organization where it is left out. */
  readonly limit?: { readonly requests: number; readonly periodS: number }
  readonly port?: number
}

const KEYS = { apiKey: 'sandbox-api-key', appKey: 'sandbox-app-key' }

export async function startDatadog({
  store,
  disturb = () => undefined,
  limit = { requests: 1600, periodS: 3600 },
  port = 0,
}: DatadogOptions): Promise<SandboxDatadog> {
  const counted = { period: 0, requests: 0 }

  /** Periods begin with the clock's. */
  const limits = (nowMs: number) => {
    const period = Math.floor(nowMs / 1000 / limit.periodS)
    if (period !== counted.period) Object.assign(counted, { period, requests: 0 })
    counted.requests += 1
    const left = limit.requests - counted.requests
    const headers = {
      'x-ratelimit-limit': `${limit.requests}`,
      'x-ratelimit-period': `${limit.periodS}`,
      'x-ratelimit-remaining': `${Math.max(0, left)}`,
      'x-ratelimit-reset': `${Math.max(1, Math.ceil((period + 1) * limit.periodS - nowMs / 1000))}`,
      'x-ratelimit-name': 'batch_query',
    }
    return { over: left < 0, headers }
  }

  const serve: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://datadog')
    if (request.method !== 'GET' || url.pathname !== '/api/v1/query')
      return send(response, 404, { errors: ['Not found'] })
    const { headers } = request
    if (headers['dd-api-key'] !== KEYS.apiKey || headers['dd-application-key'] !== KEYS.appKey)
      return send(response, 403, { errors: ['Forbidden'] })
    const { over, headers: told } = limits(Date.now())
    if (over)
      return send(
        response,
        429,
        {
          errors: [
            `Rate limit of ${limit.requests} requests in ${limit.periodS} seconds reached. Please try again later.`,
          ],
        },
        told,
      )
    const [from, to] = ['from', 'to'].map((name) => Number(url.searchParams.get(name) ?? NaN) * 1000)
    const query = url.searchParams.get('query') ?? ''
    if (from === undefined || to === undefined || Number.isNaN(from + to) || query === '')
      return send(response, 400, { errors: ['Missing required parameter: from, to or query'] }, told)
    try {
      send(response, 200, resultOf(query, from, to, answer(query, store, from, to)), told)
    } catch (error) {
      if (error instanceof BadQuery) return send(response, 400, { errors: [error.message] }, told)
      send(response, 500, { errors: [String(error)] }, told)
    }
  }
  return { ...(await listen(disturbed(disturb, 'datadog', pathOf, serve), port)), ...KEYS }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => new URL(url, 'http://datadog').pathname

const resultOf = (query: string, from: number, to: number, points: ReturnType<typeof answer>) => ({
  status: 'ok',
  res_type: 'time_series',
  resp_version: 1,
  query,
  from_date: from,
  to_date: to,
  group_by: [],
  message: '',
  series:
    points === undefined || points.length === 0
      ? []
      : [
          {
            metric: query,
            expression: query,
            scope: '*',
            tag_set: [],
            query_index: 0,
            interval: 10,
            length: points.length,
            start: points[0]?.[0],
            end: (points.at(-1)?.[0] ?? 0) + 9_999,
            pointlist: points,
          },
        ],
})
