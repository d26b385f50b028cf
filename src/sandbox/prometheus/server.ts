/**
 * Prometheus' HTTP API, as much of it as asks one question about one moment, or about several in a row: `/api/v1/query`
 * and `/api/v1/query_range` by GET or form, and `/-/ready`. The forms of PromQL that it accepts are listed at the top of `parse.ts`; others are 400 by name.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Rule } from '../disturbances.ts'
import { disturbed } from '../disturbed.ts'
import { listen, readBody, send, type Listening } from '../listen.ts'
import { evaluate, type Result } from './evaluate.ts'
import { BadQuery, parse } from './parse.ts'
import { identity, type SeriesStore } from './series.ts'

export function startPrometheus(options: {
  readonly store: SeriesStore
  /** The fault: while true, connections break. */
  readonly unreachable: () => boolean
  readonly disturb?: Rule
  readonly port?: number
}): Promise<Listening> {
  const { store, unreachable, disturb = () => undefined, port } = options
  const serve: RequestListener = (request, response) => {
    if (unreachable()) return void request.socket.destroy()
    answer(store, request, response).catch((error: unknown) => send(response, 500, failure('internal', String(error))))
  }
  return listen(disturbed(disturb, 'prometheus', pathOf, serve), port)
}

const pathOf = ({ url = '/' }: IncomingMessage): string => new URL(url, 'http://prometheus').pathname

async function answer(store: SeriesStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://prometheus')
  switch (url.pathname) {
    case '/-/ready':
    case '/-/healthy':
      return text(response, 200, 'Prometheus Server is Ready.\n')
    case '/api/v1/query':
    case '/api/v1/query_range':
      break
    default:
      return text(response, 404, '404 page not found\n')
  }
  const parameters = new URLSearchParams([...new URLSearchParams(await readBody(request)), ...url.searchParams])
  try {
    const query = parse(parameters.get('query') ?? '')
    if (url.pathname === '/api/v1/query_range') {
      const each = momentsOf(parameters).map((atMs) => ({ atMs, result: evaluate(query, store, atMs) }))
      return send(response, 200, { status: 'success', data: matrix(each) })
    }
    const atMs = moment(parameters.get('time'))
    send(response, 200, { status: 'success', data: data(evaluate(query, store, atMs), atMs / 1000) })
  } catch (error) {
    if (!(error instanceof BadQuery)) throw error
    send(response, 400, failure('bad_data', error.message))
  }
}

function moment(time: string | null, name = 'time'): number {
  if (time === null || time === '') return Date.now()
  const ms = Number.isNaN(Number(time)) ? Date.parse(time) : Number(time) * 1000
  if (Number.isNaN(ms)) throw new BadQuery(`invalid parameter "${name}": cannot parse "${time}" to a valid timestamp`)
  return ms
}

/** As Prometheus has it: it answers with no more for each series. */
const MOST = 11_000

function momentsOf(parameters: URLSearchParams): number[] {
  const [from, until] = [
    moment(parameters.get('start') ?? 'none', 'start'),
    moment(parameters.get('end') ?? 'none', 'end'),
  ]
  const step = Number(parameters.get('step') ?? '') * 1000
  if (!(step > 0)) throw new BadQuery('invalid parameter "step": the sandbox takes seconds')
  if (until < from) throw new BadQuery('invalid parameter "end": end timestamp must not be before start time')
  const count = Math.floor((until - from) / step) + 1
  if (count > MOST) throw new BadQuery(`exceeded maximum resolution of ${MOST} points per timeseries`)
  return Array.from({ length: count }, (_, n) => from + n * step)
}

function matrix(each: readonly { readonly atMs: number; readonly result: Result }[]) {
  const series = new Map<string, { metric: object; values: [number, string][] }>()
  for (const { atMs, result } of each) {
    const elements = result.is === 'scalar' ? [{ labels: {}, value: result.value }] : result.elements
    for (const { labels, value } of elements) {
      const key = identity(labels)
      const one = series.get(key) ?? { metric: labels, values: [] }
      one.values.push([atMs / 1000, number(value)])
      series.set(key, one)
    }
  }
  return { resultType: 'matrix', result: [...series.values()] }
}

function data(result: Result, at: number) {
  if (result.is === 'scalar') return { resultType: 'scalar', result: [at, number(result.value)] }
  return {
    resultType: 'vector',
    result: result.elements.map(({ labels, value }) => ({ metric: labels, value: [at, number(value)] })),
  }
}

/** As Go writes them. */
function number(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

const failure = (errorType: string, error: string) => ({ status: 'error', errorType, error })

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(body)
}
