import { asPattern, BadQuery, type Expression, type Matcher, type Operator, type Selector } from './parse.ts'
import { identity, type Found, type Labels, type Point, type SeriesStore } from './series.ts'

interface Element {
  readonly labels: Labels
  readonly value: number
}
export type Result =
  | { readonly is: 'scalar'; readonly value: number }
  | { readonly is: 'vector'; readonly elements: readonly Element[] }

/** Sampled each second, so what has no sample for this long is gone: Prometheus marks it stale at the next scrape. */
const STALE_MS = 5_000

const operators: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/** @param atMs the moment that is asked about, in ms since 1970 */
export function evaluate(expression: Expression, store: SeriesStore, atMs: number): Result {
  switch (expression.is) {
    case 'number':
      return { is: 'scalar', value: expression.value }
    case 'vector':
      return vector([{ labels: {}, value: expression.value }])
    case 'selector':
      return vector(
        find(store, expression, atMs - STALE_MS, atMs).map(({ labels, points }) => ({
          labels: { ...(expression.name !== '' && { __name__: expression.name }), ...labels },
          value: points.at(-1)?.value ?? Number.NaN,
        })),
      )
    case 'rate':
    case 'increase': {
      const { of, seconds, is } = expression
      const from = atMs - seconds * 1000
      return vector(
        find(store, of, from, atMs)
          .filter(({ points }) => points.length > 1)
          .map(({ labels, points }) => ({
            labels,
            value: increase(points, from, atMs) / (is === 'rate' ? seconds : 1),
          })),
      )
    }
    case 'sum':
      return vector(sum(asVector(evaluate(expression.of, store, atMs), 'sum'), expression.by))
    case 'count': {
      const { length } = asVector(evaluate(expression.of, store, atMs), 'count')
      return vector(length === 0 ? [] : [{ labels: {}, value: length }])
    }
    case 'or': {
      const left = asVector(evaluate(expression.left, store, atMs), 'or')
      const none = !left.some(({ labels }) => Object.keys(labels).length === 0)
      return vector(none ? [...left, { labels: {}, value: expression.value }] : left)
    }
    case 'binary':
      return binary(
        operators[expression.operator],
        evaluate(expression.left, store, atMs),
        evaluate(expression.right, store, atMs),
      )
  }
}

const vector = (elements: readonly Element[]): Result => ({ is: 'vector', elements })

function asVector(result: Result, what: string): readonly Element[] {
  if (result.is === 'vector') return result.elements
  throw new BadQuery(`invalid parameter "query": parse error: expected type instant vector in "${what}", got scalar`)
}

function find(store: SeriesStore, { name, matchers }: Selector, from: number, to: number): Found[] {
  const tests = matchers.map(test)
  return store.find(name, (labels) => tests.every((t) => t(labels)), from, to)
}

/** A label that is not there reads as empty. */
function test({ label, operator, value }: Matcher): (labels: Labels) => boolean {
  const pattern = operator.endsWith('~') ? asPattern(value) : undefined
  const wanted = !operator.startsWith('!')
  return (labels) => {
    const found = labels[label] ?? ''
    return (pattern ? pattern.test(found) : found === value) === wanted
  }
}

function sum(elements: readonly Element[], by: readonly string[]): Element[] {
  const groups = Map.groupBy(elements, ({ labels }) => JSON.stringify(by.map((l) => labels[l] ?? '')))
  return [...groups.values()].map((group) => {
    const first = group[0]?.labels ?? {}
    const kept = by.filter((l) => first[l] !== undefined).map((l) => [l, first[l] ?? ''])
    return { labels: Object.fromEntries(kept), value: group.reduce((total, e) => total + e.value, 0) }
  })
}

function binary(apply: (a: number, b: number) => number, left: Result, right: Result): Result {
  if (left.is === 'scalar' && right.is === 'scalar') return { is: 'scalar', value: apply(left.value, right.value) }
  if (left.is === 'scalar') return each(right, (value) => apply(left.value, value))
  if (right.is === 'scalar') return each(left, (value) => apply(value, right.value))
  const partners = byLabels(right.elements)
  byLabels(left.elements)
  return vector(
    left.elements.flatMap((a) => {
      const b = partners.get(identity(nameless(a)))
      return b ? [{ labels: nameless(a), value: apply(a.value, b.value) }] : []
    }),
  )
}

function each(result: Result, change: (value: number) => number): Result {
  if (result.is === 'scalar') return result
  return vector(result.elements.map((e) => ({ labels: nameless(e), value: change(e.value) })))
}

/** One to one: two elements that differ in nothing but their metric's name have no partner that could be told. */
function byLabels(elements: readonly Element[]): Map<string, Element> {
  const found = new Map(elements.map((e) => [identity(nameless(e)), e]))
  if (found.size < elements.length) throw new BadQuery('found duplicate series for the match group; sum them first')
  return found
}
const nameless = ({ labels }: Element): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => name !== '__name__'))

/**
 * How much a counter grew, carried on to the edges of the range as Prometheus does (promql/functions.go,
 * extrapolatedRate): by half a step where the series begins or ends within it, and never below zero.
 */
function increase(points: readonly Point[], from: number, to: number): number {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || first === last) return 0
  let grown = last.value - first.value
  let before = first.value
  for (const { value } of points) {
    if (value < before) grown += before // it was reset
    before = value
  }
  const covered = last.ms - first.ms
  const step = covered / (points.length - 1)
  const edge = (gap: number) => (gap >= step * 1.1 ? step / 2 : gap)
  const toZero = grown > 0 ? covered * (first.value / grown) : Number.POSITIVE_INFINITY
  return (grown * (covered + Math.min(edge(first.ms - from), toZero) + edge(to - last.ms))) / covered
}
