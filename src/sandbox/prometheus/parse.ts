/**
 * PromQL, the part that the sandbox speaks:
 *
 *     1.5                                              numbers
 *     m   m{l="v",l2=~"re",l3!="v",l4!~"re"}           instant vectors
 *     {l="v"}                                          of whatever metric
 *     rate(m{…}[30s])   increase(m{…}[1m30s])          of a range
 *     sum(x)   sum by (l1, l2) (x)   count(x)
 *     a + b   a - b   a * b   a / b   (x)              vectors one to one, on all labels
 *     x or vector(0)   vector(0)
 *
 * Anything else is refused by name: a stand-in that guesses would pass queries that the real one refuses.
 */

export type Operator = '+' | '-' | '*' | '/'
type MatchOperator = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  readonly label: string
  readonly operator: MatchOperator
  readonly value: string
}
export interface Selector {
  /** Empty: any. */
  readonly name: string
  readonly matchers: readonly Matcher[]
}
export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | ({ readonly is: 'selector' } & Selector)
  | { readonly is: 'vector'; readonly value: number }
  | { readonly is: 'rate' | 'increase'; readonly of: Selector; readonly seconds: number }
  | { readonly is: 'sum'; readonly by: readonly string[]; readonly of: Expression }
  | { readonly is: 'count'; readonly of: Expression }
  | { readonly is: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'or'; readonly left: Expression; readonly value: number }

/** What Prometheus calls `bad_data`. */
export class BadQuery extends Error {}

interface Token {
  readonly type: 'number' | 'duration' | 'name' | 'string' | 'sign'
  readonly text: string
  readonly at: number
}

const patterns: readonly (readonly [Token['type'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])/iy],
  ['name', /[a-zA-Z_:][\w:]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ['sign', /=~|!~|!=|==|<=|>=|[=(){}[\],+\-*/%^<>@]/y],
]
const millis: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}
const matchOperators: readonly string[] = ['=', '!=', '=~', '!~'] satisfies MatchOperator[]
const levels: readonly (readonly string[])[] = [
  ['+', '-'],
  ['*', '/'],
]

/** @throws BadQuery naming the place, or the form that is not spoken here */
export function parse(query: string): Expression {
  const tokens = tokenize(query)
  let at = 0

  const bad = (token: Token | undefined, why: string) =>
    new BadQuery(`invalid parameter "query": 1:${(token?.at ?? query.length) + 1}: parse error: ${why}`)
  const unspoken = (token: Token | undefined, form: string) => bad(token, `the sandbox does not speak ${form}`)
  const peek = (text?: string) => (text === undefined || tokens[at]?.text === text ? tokens[at] : undefined)
  const take = (text: string) => (peek(text) ? tokens[at++] : undefined)
  const need = (text: string) => {
    const found = take(text)
    if (!found) throw bad(tokens[at], `unexpected ${shown(tokens[at])}, expected "${text}"`)
    return found
  }
  const needType = (type: Token['type'], what: string) => {
    const found = tokens[at]
    if (found?.type !== type) throw bad(found, `unexpected ${shown(found)}, expected ${what}`)
    at++
    return found
  }

  if (tokens.length === 0) throw bad(undefined, 'no expression found in input')
  const whole = either()
  const rest = peek()
  if (rest) throw unspoken(rest, `${shown(rest)} here`)
  return whole

  function either(): Expression {
    let left = operation(0)
    while (take('or')) {
      const token = peek()
      const right = operation(0)
      if (right.is !== 'vector') throw unspoken(token, '"or" with anything but vector(n)')
      left = { is: 'or', left, value: right.value }
    }
    return left
  }

  function operation(level: number): Expression {
    const operators = levels[level]
    if (!operators) return primary()
    let left = operation(level + 1)
    for (let token = peek(); token?.type === 'sign' && operators.includes(token.text); token = peek()) {
      at++
      const next = peek()
      if (next && ['on', 'ignoring', 'bool'].includes(next.text)) throw unspoken(next, `"${next.text}"`)
      left = { is: 'binary', operator: token.text as Operator, left, right: operation(level + 1) } // one of `levels`
    }
    return left
  }

  function primary(): Expression {
    const token = peek()
    if (take('(')) {
      const inner = either()
      need(')')
      return inner
    }
    if (token?.type === 'number') return { is: 'number', value: number() }
    if (token?.type === 'duration') throw unspoken(token, `the duration ${token.text} as a number`)
    if (token?.text === '{') return anyMetric(token)
    if (token?.text === '-' || token?.text === '+') throw unspoken(token, `the sign "${token.text}" before a value`)
    const name = needType('name', 'an expression')
    const next = peek()
    if (name.text === 'sum') return sum()
    if (name.text === 'count' && take('(')) {
      const of = either()
      need(')')
      return { is: 'count', of }
    }
    if (name.text === 'vector' && take('(')) {
      const value = number()
      need(')')
      return { is: 'vector', value }
    }
    if ((name.text === 'rate' || name.text === 'increase') && take('(')) {
      const of = selector(needType('name', 'a metric'))
      need('[')
      const seconds = duration(needType('duration', 'a duration').text) / 1000
      if (peek(':')) throw unspoken(peek(), 'subqueries')
      need(']')
      need(')')
      return { is: name.text, of, seconds }
    }
    if (next?.text === '(' || next?.text === 'by' || next?.text === 'without') throw unspoken(name, `${name.text}(…)`)
    const found = selector(name)
    const after = peek()
    if (after?.text === '[') throw unspoken(after, 'a range outside of rate() and increase()')
    if (after?.text === 'offset' || after?.text === '@') throw unspoken(after, `"${after.text}"`)
    return { is: 'selector', ...found }
  }

  function sum(): Expression {
    const by: string[] = []
    if (peek('without')) throw unspoken(peek(), '"without"')
    if (take('by')) {
      need('(')
      while (!take(')')) {
        by.push(needType('name', 'a label').text)
        if (!peek(')')) need(',')
      }
    }
    need('(')
    const of = either()
    need(')')
    const after = peek()
    if (after?.text === 'by') throw unspoken(after, '"by" after the brackets; write sum by (l) (x)')
    return { is: 'sum', by, of }
  }

  /** As Prometheus refuses those of which every matcher lets in what has no such label. */
  function anyMetric(token: Token): Expression {
    const { matchers } = selector()
    if (
      !matchers.some(({ operator, value }) => (operator === '=' || operator === '=~') && value !== '' && value !== '.*')
    )
      throw bad(token, 'vector selector must contain at least one non-empty matcher')
    return { is: 'selector', name: '', matchers }
  }

  function selector(name?: Token): Selector {
    const matchers: Matcher[] = []
    if (take('{')) {
      while (!take('}')) {
        const label = needType('name', 'a label').text
        const operator = needType('sign', 'one of = != =~ !~')
        if (!matchOperators.includes(operator.text)) throw bad(operator, `unexpected ${shown(operator)}`)
        const value = needType('string', 'a quoted value')
        const matcher = { label, operator: operator.text as MatchOperator, value: unquote(value.text) } // looked up above
        if (matcher.operator.endsWith('~')) asPattern(matcher.value)
        matchers.push(matcher)
        if (!peek('}')) need(',')
      }
    }
    return { name: name?.text ?? '', matchers }
  }

  function number(): number {
    return Number(needType('number', 'a number').text)
  }
}

/** As Prometheus matches: the whole value. */
export function asPattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 's')
  } catch {
    throw new BadQuery(`invalid parameter "query": parse error: error parsing regexp: ${text}`)
  }
}

function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < query.length;) {
    let found: string | undefined
    for (const [type, pattern] of patterns) {
      pattern.lastIndex = at
      found = pattern.exec(query)?.[0]
      if (found === undefined) continue
      if (type !== 'space') tokens.push({ type, text: found, at })
      break
    }
    if (found === undefined) {
      throw new BadQuery(`invalid parameter "query": 1:${at + 1}: parse error: unexpected character: '${query[at]}'`)
    }
    at += found.length
  }
  return tokens
}

const shown = (token: Token | undefined) => (token ? `${token.type} ${JSON.stringify(token.text)}` : 'end of input')
const unquote = (text: string) => text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
const duration = (text: string) =>
  [...text.matchAll(/(\d+)(ms|[a-z])/g)].reduce((ms, [, n, unit = '']) => ms + Number(n) * (millis[unit] ?? 0), 0)
