import { z } from 'zod'
import { denied, failed, invalidInput, unreachable } from '../../activities/errors.ts'
import type { MetricsPort } from '../../activities/ports.ts'
import { parse, post, shown } from '../http.ts'
import { spoken } from '../words.ts'

/** A gate asks often; Prometheus' own limit for a query is two minutes, which nobody would wait for. */
const TIMEOUT_MS = 10_000

const sample = z.tuple([z.number(), z.string()])
/** https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats */
const success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ metric: z.record(z.string(), z.string()).default({}), value: sample })),
    }),
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ values: z.array(sample).default([]) })) }),
    z.object({ resultType: z.literal('string') }),
  ]),
})
const failure = z.object({ error: z.string() })

/**
 * Prometheus' HTTP API, or what speaks it (Thanos, Mimir, Amazon Managed Prometheus behind a signing proxy). Keeps three
 * things apart: no answer (`unreachable`), no number (null), and zero.
 */
export const prometheus = (timeoutMs: number = TIMEOUT_MS): MetricsPort => ({
  async query(url, promql, atMs) {
    const time = atMs === undefined ? {} : { time: inSeconds(atMs) }
    const data = await asked(url, 'query', { query: promql, ...time }, timeoutMs)
    switch (data.resultType) {
      case 'scalar':
        return number(data.result[1])
      case 'vector':
        if (data.result.length > 1)
          throw invalidInput(`the query gives ${data.result.length} numbers where one is needed: sum it: ${promql}`)
        return number(data.result[0]?.value[1] ?? 'NaN')
      default:
        throw invalidInput(`the query gives a ${data.resultType} where one number is needed: ${promql}`)
    }
  },
  async range(url, promql, { fromMs, untilMs, stepMs }) {
    const span = { start: inSeconds(fromMs), end: inSeconds(untilMs), step: inSeconds(stepMs) }
    const data = await asked(url, 'query_range', { query: promql, ...span }, timeoutMs)
    if (data.resultType !== 'matrix')
      throw failed(`${shown(url)} is no Prometheus: of a span of time it gives a ${data.resultType}`)
    if (data.result.length > 1)
      throw invalidInput(`the query gives ${data.result.length} series where one is needed: sum it: ${promql}`)
    return (data.result[0]?.values ?? []).flatMap(([at, text]) => {
      const value = number(text)
      return value === null ? [] : [{ atMs: at * 1000, value }]
    })
  },
  async series(url, promql) {
    const data = await asked(url, 'query', { query: promql }, timeoutMs)
    if (data.resultType !== 'scalar' && data.resultType !== 'vector')
      throw invalidInput(`the query gives a ${data.resultType} where numbers are needed: ${promql}`)
    const all = data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result
    return all.flatMap(({ metric: labels, value: [, text] }) => {
      const value = number(text)
      return value === null ? [] : [{ labels, value }]
    })
  },
  async answers(url, promql) {
    const data = await asked(url, 'query', { query: promql }, timeoutMs)
    return data.resultType === 'scalar' || (data.resultType === 'vector' && data.result.length > 0)
  },
})

const inSeconds = (ms: number): string => `${ms / 1000}`

async function asked(
  url: string,
  endpoint: 'query' | 'query_range',
  question: Readonly<Record<string, string>> & { readonly query: string },
  timeoutMs: number,
) {
  const { status, text } = await post(below(url, endpoint), {
    body: new URLSearchParams(question).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    timeoutMs,
  })
  if (status !== 200) throw refusal(url, question.query, status, text)
  const answer = success.safeParse(json(text))
  if (!answer.success) throw failed(`${shown(url)} is no Prometheus: its answer cannot be read as a query's result`)
  return answer.data.data
}

function below(base: string, endpoint: string): string {
  const url = parse(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${endpoint}`
  return url.toString()
}

function refusal(url: string, promql: string, status: number, text: string) {
  const told = failure.safeParse(json(text))
  const words = told.success ? spoken(told.data.error) : `it answers with status ${status}`
  const message = `${shown(url)}: ${words}`
  // 422: understood, and cannot be executed (https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview).
  if (status === 400 || status === 422) return invalidInput(`${message}: ${promql}`)
  if (status === 401 || status === 403) return denied(message)
  if (status >= 500 || status === 408 || status === 429) return unreachable(message)
  return failed(message)
}

/** As Go writes them. NaN is what a ratio of nothing gives: no number. */
function number(text: string): number | null {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  const value = Number(text)
  return Number.isNaN(value) ? null : value
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
