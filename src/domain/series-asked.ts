/** Which series a query of Prometheus asks for: read from its text, without knowing what it does with them. */

/** One place of a query that selects series. */
export interface Selector {
  /** `http_requests_total{cluster="green",code=~"5.."}`. */
  readonly text: string
  /** The same without its metric, by those of its labels alone that say of whom: `{cluster="green"}`. Absent: none does. */
  readonly of?: string
}

/**
 * Comments, texts, names, and what stands between. In PromQL braces are around labels alone, outside of texts and comments:
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#time-series-selectors
 */
const TOKENS = /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[a-zA-Z_:][\w:]*|=~|!~|!=|[^\s]/g

/** `names`: what a label must speak of to say of whom it is: a cluster, a namespace. Each selector once. */
export function selectorsIn(query: string, names: readonly string[]): Selector[] {
  const tokens = (query.match(TOKENS) ?? []).filter((token) => !token.startsWith('#'))
  const found = new Map<string, Selector>()
  tokens.forEach((token, open) => {
    if (token !== '{') return
    const close = tokens.indexOf('}', open)
    const inside = tokens.slice(open + 1, close < 0 ? undefined : close)
    const metric = tokens[open - 1] ?? ''
    const text = `${isName(metric) ? metric : ''}{${inside.join('')}}`
    const whose = labelsIn(inside).filter(({ value }) => names.some((name) => value.includes(name)))
    const of = whose.map(({ label, operator, value }) => `${label}${operator}${value}`).join(',')
    found.set(text, { text, ...(of !== '' && { of: `{${of}}` }) })
  })
  return [...found.values()]
}

interface Label {
  readonly label: string
  readonly operator: string
  /** As it is written, in its quotes. */
  readonly value: string
}

/** Those that say what must be, and not what must not. */
const labelsIn = (tokens: readonly string[]): Label[] =>
  tokens.flatMap((operator, n): Label[] => {
    const [label = '', value = ''] = [tokens[n - 1], tokens[n + 1]]
    return (operator === '=' || operator === '=~') && isName(label) && isText(value) ? [{ label, operator, value }] : []
  })

const isName = (token: string): boolean => /^[a-zA-Z_:]/.test(token)
const isText = (token: string): boolean => /^["'`]/.test(token)
