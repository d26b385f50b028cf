/**
 * Datadog's metric queries, the part that the sandbox speaks:
 *
 *     sum:http.requests{kube_cluster_name:x,kube_namespace:y,status_code:5*}.as_count()
 *     sum:kubernetes_state.deployment.replicas_ready{kube_namespace IN (a,b)}
 *     default_zero(q)   a / b   a * b   a + b   a - b   (q)   1.5
 *
 * Anything else is refused by name: a stand-in that guesses would pass queries that the real one refuses.
 * https://docs.datadoghq.com/dashboards/querying/
 */
import { evaluate } from '../prometheus/evaluate.ts'
import type { Expression, Matcher } from '../prometheus/parse.ts'
import type { SeriesStore } from '../prometheus/series.ts'

export class BadQuery extends Error {}

export type Points = readonly (readonly [ms: number, value: number | null])[]

/** So long a bucket is where little is asked for. */
const BUCKET_S = 10

interface Metric {
  readonly series: string
  readonly is: 'count' | 'gauge'
}
const metrics: Readonly<Record<string, Metric>> = {
  'http.requests': { series: 'http_requests_total', is: 'count' },
  'kubernetes_state.deployment.replicas_ready': { series: 'kube_deployment_status_replicas_ready', is: 'gauge' },
}
const tags: Readonly<Record<string, string>> = {
  kube_cluster_name: 'cluster',
  kube_namespace: 'namespace',
  kube_deployment: 'deployment',
  env: 'environment',
  service: 'app',
  status_code: 'code',
}

type Bucket = (atMs: number) => number | undefined
interface Part {
  /** A metric that nobody has sent is no series at all. */
  readonly known: boolean
  readonly at: Bucket
}

const TOKEN = /\s*(\d+(?:\.\d+)?|default_zero|[a-z0-9]+:[a-z][\w.]*\{[^}]*\}(?:\.as_(?:count|rate)\(\))?|[-+*/()])/y
const aggregators: ReadonlySet<string> = new Set(['avg', 'max', 'min', 'sum'])
const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}
const levels = [
  ['+', '-'],
  ['*', '/'],
] as const

/** The one series of a query between two moments, in ms; none where no such metric was ever sent. @throws BadQuery */
export function answer(query: string, store: SeriesStore, fromMs: number, toMs: number): Points | undefined {
  const tokens = tokensOf(query)
  let next = 0
  const part = level(0)
  if (next < tokens.length) throw new BadQuery(`Rule 'scope_expr' didn't match at '${tokens[next] ?? ''}'`)
  if (!part.known) return undefined
  const first = Math.ceil(fromMs / (BUCKET_S * 1000)) * BUCKET_S * 1000
  return Array.from({ length: Math.max(0, Math.floor((toMs - first) / (BUCKET_S * 1000))) }, (_, n) => {
    const atMs = first + n * BUCKET_S * 1000
    return [atMs, part.at(atMs) ?? null] as const
  }).filter(([, value]) => value !== null)

  function level(depth: number): Part {
    const signs: readonly string[] | undefined = levels[depth]
    if (!signs) return leaf()
    let left = level(depth + 1)
    while (signs.includes(tokens[next] ?? '')) {
      const apply = operators[tokens[next++] ?? '']
      const [a, b] = [left, level(depth + 1)]
      left = { known: a.known && b.known, at: (ms) => both(a.at(ms), b.at(ms), apply) }
    }
    return left
  }
  function leaf(): Part {
    const token = tokens[next++] ?? ''
    if (/^\d/.test(token)) return { known: true, at: () => Number(token) }
    if (token === '(') return closed(level(0))
    if (token === 'default_zero') {
      if (tokens[next++] !== '(') throw new BadQuery('default_zero takes a query in parentheses')
      const inner = closed(level(0))
      return { known: true, at: (ms) => inner.at(ms) ?? 0 }
    }
    return metric(token, store)
  }
  function closed(part: Part): Part {
    if (tokens[next++] !== ')') throw new BadQuery("Rule 'expr' didn't match: a parenthesis is open")
    return part
  }
}

const both = (a: number | undefined, b: number | undefined, apply: ((a: number, b: number) => number) | undefined) => {
  const value = a === undefined || b === undefined ? undefined : apply?.(a, b)
  return value === undefined || !Number.isFinite(value) ? undefined : value
}

function tokensOf(query: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < query.trimEnd().length) {
    const at = TOKEN.lastIndex
    const [, token] = TOKEN.exec(query) ?? []
    if (token === undefined)
      throw new BadQuery(
        `Error parsing query: unable to parse ${query}: the sandbox does not speak '${query.slice(at, at + 40)}'`,
      )
    tokens.push(token)
  }
  return tokens
}

function metric(token: string, store: SeriesStore): Part {
  const [, by = '', name = '', scope = '', how] =
    /^(\w+):([\w.]+)\{([^}]*)\}(?:\.as_(count|rate)\(\))?$/.exec(token) ?? []
  const found = metrics[name]
  // Whoever only wants to know whether it may ask names a metric that nobody has.
  if (!found && aggregators.has(by)) return { known: false, at: () => undefined }
  if (!found || by !== 'sum') throw new BadQuery(`Error parsing query: the sandbox does not speak '${token}'`)
  const of = { name: found.series, matchers: scoped(scope) }
  const range: Expression = found.is === 'gauge' ? { is: 'selector', ...of } : { is: 'increase', of, seconds: BUCKET_S }
  const at: Bucket = (ms) => {
    const summed = evaluate({ is: 'sum', by: [], of: range }, store, ms + BUCKET_S * 1000)
    const value = summed.is === 'scalar' ? summed.value : summed.elements[0]?.value
    return value === undefined || found.is === 'gauge' || how !== 'rate' ? value : value / BUCKET_S
  }
  const ever = store.find(found.series, () => true, 0, Infinity).length > 0
  return { known: ever, at }
}

/** `a:b,c:d*` or `a IN (b,c)`; `*` is everything. */
function scoped(scope: string): Matcher[] {
  const parts = scope.match(/[^,(]+\([^)]*\)|[^,]+/g) ?? []
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '*')
    .map((part) => {
      const [, tag = '', list, value = ''] = /^([\w.]+)(?:\s+IN\s+\(([^)]*)\)|:(\S+))$/i.exec(part) ?? []
      const label = tags[tag]
      if (label === undefined)
        throw new BadQuery(`the sandbox has no tag '${part}'; it has ${Object.keys(tags).join(', ')}`)
      const literal = (text: string) =>
        text
          .trim()
          .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
          .replaceAll('*', '.*')
      return { label, operator: '=~', value: (list?.split(',') ?? [value]).map(literal).join('|') }
    })
}
