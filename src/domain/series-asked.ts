/** Which series a query of Prometheus asks for: read from its text, without knowing what it does with them. */

/** One place of a query that selects series. */
export interface Selector {
  /** `http_requests_total{cluster="green",code=~"5.."}`. */
  readonly text: string
  /** The same without its metric, by those of its labels alone that say of which cluster: `{cluster="green"}`. Absent: none does. */
  readonly cluster?: string
  /** Likewise, with those that say of which namespaces. */
  readonly of?: string
}

/**
 * Comments, texts, names, and what stands between. In PromQL braces are around labels alone, outside of texts and comments:
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#time-series-selectors
 */
const TOKENS = /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[a-zA-Z_:][\w:]*|=~|!~|!=|[^\s]/g

export interface Whose {
  readonly cluster: string
  readonly namespaces: readonly string[]
}

/** Each selector once. A label of namespaces is called so: apps and Services often have the name of theirs. */
export function selectorsIn(query: string, { cluster, namespaces }: Whose): Selector[] {
  const ofCluster = ({ value }: Label) => value.includes(cluster)
  const ofNamespaces = ({ label, value }: Label) =>
    /namespace|^ns$/i.test(label) && namespaces.some((name) => value.includes(name))
  const tokens = (query.match(TOKENS) ?? []).filter((token) => !token.startsWith('#'))
  const found = new Map<string, Selector>()
  tokens.forEach((token, open) => {
    if (token !== '{') return
    const close = tokens.indexOf('}', open)
    const inside = tokens.slice(open + 1, close < 0 ? undefined : close)
    const metric = tokens[open - 1] ?? ''
    const text = `${isName(metric) ? metric : ''}{${inside.join('')}}`
    const labels = labelsIn(inside)
    const by = (is: (label: Label) => boolean) => {
      const its = labels.filter(is).map(({ label, operator, value }) => `${label}${operator}${value}`)
      return its.length === 0 ? undefined : `{${its.join(',')}}`
    }
    const its = by(ofCluster)
    const of = its && by((label) => ofCluster(label) || ofNamespaces(label))
    found.set(text, { text, ...(its !== undefined && { cluster: its }), ...(of !== undefined && { of }) })
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
