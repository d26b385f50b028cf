/** Which series a query of Prometheus asks for: read from its text, without knowing what it does with them. */

/** One place of a query that selects series. */
export interface Selector {
  /** `http_requests_total{cluster="green",code=~"5.."}`. */
  readonly text: string
  /** The same without its metric, by those of its labels alone that say of which cluster and namespaces. Absent: none says of which cluster. */
  readonly of?: string
  /** Each label that says of which cluster, by itself. */
  readonly naming: readonly NamingLabel[]
}

/** What tells a label that is not there from one that no series of green has yet. Each is a selector. */
export interface NamingLabel {
  readonly label: string
  /** `{cluster="green"}`. */
  readonly text: string
  /** Series of the same metric that have the label, whatever its value. */
  readonly carried: string
  /** All of them; absent: of whatever metric. */
  readonly metric?: string
  /**
   * Prometheus writes `up` for each target that it scrapes, with the labels of the target: those say where series come from.
   * One that says where a request goes (`destination_cluster`, a target group) is never on it.
   * https://prometheus.io/docs/concepts/jobs_instances/#automatically-generated-labels-and-time-series
   */
  readonly scraped: string
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
  const tokens = tokensOf(query)
  const found = new Map<string, Selector>()
  tokens.forEach((token, open) => {
    if (token !== '{') return
    const close = tokens.indexOf('}', open)
    const inside = tokens.slice(open + 1, close < 0 ? undefined : close)
    const before = tokens[open - 1] ?? ''
    const metric = isName(before) && !isOperator(before) ? before : ''
    const text = `${metric}{${inside.join('')}}`
    const labels = labelsIn(inside)
    const its = labels.filter((label) => ofCluster(label) || ofNamespaces(label))
    const of = labels.some(ofCluster) ? `{${its.map(written).join(',')}}` : undefined
    const naming = labels.filter(ofCluster).map((one) => ({
      label: one.label,
      text: `{${written(one)}}`,
      carried: `${metric}{${one.label}!=""}`,
      ...(metric !== '' && { metric }),
      scraped: `up{${one.label}!=""}`,
    }))
    found.set(text, { text, naming, ...(of !== undefined && { of }) })
  })
  return [...found.values()]
}

/** Over how many seconds it looks back, at each place that says so: `[5m]`, `[1h:30s]`. */
export function rangesIn(query: string): number[] {
  const tokens = tokensOf(query)
  return tokens.flatMap((token, open) => {
    if (token !== '[') return []
    const [range = ''] = tokens
      .slice(open + 1, tokens.indexOf(']', open))
      .join('')
      .split(':')
    const seconds = /^\d+$/.test(range) ? Number(range) : inSeconds(range)
    return seconds > 0 ? [seconds] : []
  })
}

/** https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}
const inSeconds = (range: string): number =>
  [...range.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce((sum, [, n, unit = '']) => sum + Number(n) * (UNITS[unit] ?? 0), 0)

const tokensOf = (query: string): string[] => (query.match(TOKENS) ?? []).filter((token) => !token.startsWith('#'))

interface Label {
  readonly label: string
  readonly operator: string
  /** As it is written, in its quotes. */
  readonly value: string
}

const written = ({ label, operator, value }: Label): string => `${label}${operator}${value}`

/** Those that say what must be, and not what must not. */
const labelsIn = (tokens: readonly string[]): Label[] =>
  tokens.flatMap((operator, n): Label[] => {
    const [label = '', value = ''] = [tokens[n - 1], tokens[n + 1]]
    return (operator === '=' || operator === '=~') && isName(label) && isText(value) ? [{ label, operator, value }] : []
  })

/** Words of PromQL that may stand before braces, and are no metric: https://prometheus.io/docs/prometheus/latest/querying/operators/ */
const isOperator = (token: string): boolean =>
  /^(?:and|or|unless|bool|atan2|offset|by|without|on|ignoring|group_left|group_right)$/i.test(token)

const isName = (token: string): boolean => /^[a-zA-Z_:]/.test(token)
const isText = (token: string): boolean => /^["'`]/.test(token)
