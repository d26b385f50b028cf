import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { denied, failed, invalidInput, unreachable } from '../../activities/errors.ts'
import type { DatadogPort } from '../../activities/ports.ts'
import { get, type Answer } from '../http.ts'
import { codeOf, spoken } from '../words.ts'

/** A gate asks often, and nobody waits for a graph. */
const TIMEOUT_MS = 10_000

/** What opens Datadog: itself, or a file that has it, which is read each time, so that it may be changed. */
export type DatadogKey = { readonly text: string } | { readonly file: string }

export interface DatadogOptions {
  readonly apiKey: DatadogKey
  readonly appKey: DatadogKey
  /** Left out: that of the site which is asked. */
  readonly api?: string
}

const point = z.tuple([z.number(), z.number().nullable()])
/** https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ */
const result = z.object({
  status: z.string().optional(),
  error: z.string().optional(),
  series: z.array(z.object({ scope: z.string().optional(), pointlist: z.array(point) })).optional(),
})
const refused = z.object({ errors: z.array(z.string()) })

/**
 * Datadog's metrics, by the one request that tells a number; its own client has some thousands. Keeps four things apart:
 * no answer, and one that asks for patience (`unreachable`), no point (an empty list), and zero.
 */
export function datadog({ apiKey, appKey, api }: DatadogOptions, timeoutMs: number = TIMEOUT_MS): DatadogPort {
  /** It counts for the whole organization: who asks before that has its limit last longer for all. */
  let closed = { untilMs: 0, limit: '' }

  return {
    async query(site, query, { fromMs, untilMs }) {
      const base = api ?? `https://api.${site}`
      if (Date.now() < closed.untilMs) throw tooMany(base, closed)
      const headers = {
        accept: 'application/json',
        'dd-api-key': await readKey(apiKey, 'NORIKAE_DATADOG_API_KEY'),
        'dd-application-key': await readKey(appKey, 'NORIKAE_DATADOG_APP_KEY'),
      }
      const [from, to] = [Math.floor(fromMs / 1000), Math.floor(untilMs / 1000)]
      const asked = new URLSearchParams({ from: `${from}`, to: `${to}`, query })
      const answer = await get(`${base.replace(/\/+$/, '')}/api/v1/query?${asked.toString()}`, { headers, timeoutMs })
      if (answer.status === 429) {
        closed = closedBy(answer)
        throw tooMany(base, closed)
      }
      if (answer.status !== 200) throw refusal(base, query, answer)
      const read = result.safeParse(json(answer.text))
      if (!read.success) throw failed(`${base} is no Datadog: its answer cannot be read as a query's result`)
      const { status = 'ok', error = 'it does not say why', series = [] } = read.data
      if (status !== 'ok') throw invalidInput(`Datadog does not understand it: ${spoken(error)}: ${query}`)
      if (series.length > 1)
        throw invalidInput(
          `the query gives ${series.length} series where one is needed: sum it, and take \`by {…}\` out: ${query}`,
        )
      return (series[0]?.pointlist ?? []).flatMap(([atMs, value]) => (value === null ? [] : [{ atMs, value }]))
    },
  }
}

/** https://docs.datadoghq.com/api/latest/rate-limits/ */
function closedBy({ headers, retryAfter }: Answer): { readonly untilMs: number; readonly limit: string } {
  const told = (name: string): number | undefined => {
    const text = headers.get(`x-ratelimit-${name}`)
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
  }
  const seconds = told('reset') ?? retryAfter ?? told('period') ?? 60
  const [limit, period] = [told('limit'), told('period')]
  return {
    untilMs: Date.now() + Math.max(1, seconds) * 1000,
    limit: limit === undefined || period === undefined ? '' : ` (${limit} in ${period}s)`,
  }
}

const tooMany = (base: string, { untilMs, limit }: ReturnType<typeof closedBy>) =>
  unreachable(`${base}: too many questions${limit}; it takes more in ${Math.ceil((untilMs - Date.now()) / 1000)}s`)

function refusal(base: string, query: string, { status, text }: Answer) {
  const told = refused.safeParse(json(text))
  const words = told.success ? spoken(told.data.errors.join('; ')) : `it answers with status ${status}`
  if (status === 400 || status === 422) return invalidInput(`Datadog does not understand it: ${words}: ${query}`)
  if (status === 401 || status === 403)
    return denied(
      `${base}: ${words}. It takes an API key (NORIKAE_DATADOG_API_KEY) and an application key that may timeseries_query (NORIKAE_DATADOG_APP_KEY), both of this site`,
    )
  if (status >= 500 || status === 408) return unreachable(`${base}: ${words}`)
  return failed(`${base}: ${words}`)
}

/** Never part of an error, as the client of HTTP would have it of one that is no header. */
async function readKey(key: DatadogKey, name: string): Promise<string> {
  const text = 'text' in key ? key.text : await contentOf(key.file, name)
  if (!/^[\x21-\x7e]+$/.test(text)) throw denied(`${name} is no key: it has none, or more than one line, or blanks`)
  return text
}

async function contentOf(file: string, name: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw denied(`${name}_FILE cannot be read: ${codeOf(error) ?? 'nobody knows why'} (${file})`)
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
