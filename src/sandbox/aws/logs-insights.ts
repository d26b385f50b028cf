/**
 * The query language of CloudWatch Logs Insights, as far as somebody asks in it: `filter` by expressions (`or`), `stats` by
 * fields and bins of minutes, `sort`, `limit`. Whatever else is refused, as a malformed query is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import type { LogLine } from '../types.ts'
import { AwsError } from './errors.ts'

type Value = string | number | undefined
type Row = Readonly<Record<string, Value>>
/** A field of a line, or of a row that `stats` made. */
type Get = (field: string) => Value

interface State {
  readonly of: readonly Get[]
  /** Absent until `stats`: then these are what is answered. */
  readonly rows?: readonly Row[]
}

type Command = (rest: string) => (state: State) => State

const malformed = (what: string): AwsError =>
  new AwsError('MalformedQueryException', `the sandbox understands no ${what} in a query of Logs Insights`)

const commands: Readonly<Record<string, Command>> = {
  filter(rest) {
    const terms = rest.split(/(?<=\/)\s+or\s+/).map(termOf)
    const passes = (get: Get) => terms.some((term) => term(get))
    return ({ of, rows }) => ({
      of: of.filter(passes),
      ...(rows && { rows: rows.filter((row) => passes(fieldOf(row))) }),
    })
  },
  stats(rest) {
    const [, figures, by] = /^(.*)\s+by\s+(.*)$/s.exec(rest) ?? []
    if (figures === undefined || by === undefined) throw malformed(`stats "${rest}"`)
    const fields = listed(by)
    const counted = listed(figures).map(figureOf)
    return ({ of }) => {
      const groups = Map.groupBy(of, (get) => JSON.stringify(fields.map((field) => get(field) ?? null)))
      const rows = [...groups.values()].map((group): Row => {
        const known = fields.map((field) => [field, group[0]?.(field)] as const)
        return Object.fromEntries([...known, ...counted.map(({ name, value }) => [name, value(group)] as const)])
      })
      return { of: rows.map(fieldOf), rows }
    }
  },
  sort(rest) {
    const [, field = '', way] = /^([\w@.]+)\s+(asc|desc)$/.exec(rest) ?? []
    if (way === undefined) throw malformed(`sort "${rest}"`)
    return ({ rows = [] }) => {
      const sorted = rows.toSorted((a, b) => Number(a[field] ?? 0) - Number(b[field] ?? 0))
      const rightly = way === 'asc' ? sorted : sorted.toReversed()
      return { of: rightly.map(fieldOf), rows: rightly }
    }
  },
  limit(rest) {
    const most = Number(rest)
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html
    if (!Number.isInteger(most) || most < 1 || most > 10_000) throw malformed(`limit "${rest}"`)
    return ({ of, rows }) => ({ of: of.slice(0, most), ...(rows && { rows: rows.slice(0, most) }) })
  },
}

const fieldOf =
  (row: Row): Get =>
  (field) =>
    row[field]

function termOf(text: string): (get: Get) => boolean {
  const [, field = '', not, pattern] = /^([\w@.]+)\s+(not\s+)?like\s+\/(.*)\/$/.exec(text) ?? []
  if (pattern === undefined) throw malformed(`filter "${text}"`)
  const expression = new RegExp(pattern)
  return (get) => expression.test(String(get(field) ?? '')) === (not === undefined)
}

const listed = (text: string): string[] => text.split(',').map((part) => part.trim())

const figures: Readonly<Record<string, (values: readonly Value[]) => number>> = {
  count_distinct: (values) => new Set(values.filter((v) => v !== undefined)).size,
  min: (values) => Math.min(...values.map(Number)),
  max: (values) => Math.max(...values.map(Number)),
}

function figureOf(text: string): { readonly name: string; readonly value: (group: readonly Get[]) => number } {
  const [, figure = '', field = '', name] = /^(\w+)\(([\w@.]+)\) as (\w+)$/.exec(text) ?? []
  const of = figures[figure]
  if (of === undefined || name === undefined) throw malformed(`figure "${text}"`)
  return { name, value: (group) => of(group.map((get) => get(field))) }
}

/** Throws MalformedQueryException. What it answers are the rows of its `stats`. */
export function understood(query: string): (lines: readonly LogLine[]) => readonly Row[] {
  const parsed = query.split(/\n\s*\|/).map((text) => {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*?)\s*$/s.exec(text) ?? []
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command) throw malformed(`command "${text.trim()}"`)
    return command(rest)
  })
  return (lines) => {
    const begin: State = { of: lines.map(fieldsOf) }
    return parsed.reduce((state, command) => command(state), begin).rows ?? []
  }
}

/** Of a line that is JSON its members by their paths, as `user.extra.arn.0`. */
function fieldsOf({ at, stream, message }: LogLine): Get {
  const json: unknown = JSON.parse(message)
  return (field) => {
    if (field === '@timestamp') return at
    if (field === '@logStream') return stream
    if (field === '@message') return message
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
    const [, minutes] = /^bin\((\d+)m\)$/.exec(field) ?? []
    if (minutes !== undefined) return at - (at % (Number(minutes) * 60_000))
    const found = field
      .split('.')
      .reduce<unknown>((of, key) => (typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined), json)
    return typeof found === 'string' || typeof found === 'number' ? found : undefined
  }
}
