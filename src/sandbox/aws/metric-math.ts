/**
 * As much of CloudWatch's metric math as one number of several metrics needs: names, numbers, `+ - * /`, parentheses and
 * `FILL(x, 0)`. Anything else is refused by name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
import { AwsError } from './errors.ts'

/** By the minute's beginning. */
export type Values = ReadonlyMap<number, number>

type Term = number | Values

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

export function valueOf(expression: string, known: ReadonlyMap<string, Values>): Values {
  const tokens = expression.match(/\d+(?:\.\d+)?|\w+|[^\s\w]/g) ?? []
  const refuse = (at: string | undefined) =>
    new AwsError(
      'ValidationError',
      `Error in expression '${expression}' [the sandbox does not read ${at ?? 'its end'}]`,
    )
  const take = (wanted: string) => {
    if (tokens[0] !== wanted) throw refuse(tokens[0])
    tokens.shift()
  }
  const chain = (next: () => Term, signs: readonly string[]): Term => {
    let left = next()
    for (let sign = tokens[0]; sign !== undefined && signs.includes(sign); sign = tokens[0]) {
      tokens.shift()
      left = joined(operations[sign] ?? ((a) => a), left, next())
    }
    return left
  }
  const sum = (): Term => chain(() => chain(one, ['*', '/']), ['+', '-'])
  const one = (): Term => {
    const token = tokens.shift()
    if (token === '(') {
      const inside = sum()
      take(')')
      return inside
    }
    if (token === 'FILL') {
      take('(')
      const series = sum()
      take(',')
      const value = Number(tokens.shift())
      take(')')
      if (typeof series === 'number' || Number.isNaN(value)) throw refuse(token)
      const minutes = new Set([...known.values()].flatMap((s) => [...s.keys()]))
      return new Map([...minutes].map((at) => [at, series.get(at) ?? value]))
    }
    if (token !== undefined && /^\d/.test(token)) return Number(token)
    const series = token === undefined ? undefined : known.get(token)
    if (!series) throw refuse(token)
    return series
  }
  const result = sum()
  if (tokens.length > 0 || typeof result === 'number') throw refuse(tokens[0])
  return result
}

/** A minute that one of both does not have has no number, nor one that is divided by nothing. */
function joined(operation: (a: number, b: number) => number, left: Term, right: Term): Term {
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right)
  const minutes = typeof left === 'number' ? (right as Values).keys() : left.keys() // one of them is a series
  const at = (term: Term, minute: number) => (typeof term === 'number' ? term : term.get(minute))
  return new Map(
    [...minutes].flatMap((minute): [number, number][] => {
      const [a, b] = [at(left, minute), at(right, minute)]
      const value = a === undefined || b === undefined ? NaN : operation(a, b)
      return Number.isFinite(value) ? [[minute, value]] : []
    }),
  )
}
