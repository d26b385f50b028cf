import { inline, type Explanation, type FieldSummary } from '../../config/explain.ts'
import type { Now } from '../../config/now.ts'
import { blank, cell, columns, drawn, head, line, wrapped, type Cell, type Line, type Screen } from './lines.ts'

/** A field by itself, then what is in it; as `kubectl explain` does. */
export function explanation(it: Explanation, screen: Screen): string {
  const { field, type, needed, means, write, classes, fields, now } = it
  const rows = [
    ...under('FIELD', [field === '' ? 'the platform file' : field], 'strong'),
    ...under('TYPE', [`${type}${needed && field !== '' ? '; must be there' : ''}`]),
    ...(classes ? under('WITH', [`handover: ${classes.join(' or ')}`]) : []),
    ...under('MEANS', wrapped(means, screen.width - 10, Infinity)),
    ...(it.default === undefined ? [] : under('DEFAULT', wrapped(inline(it.default), screen.width - 10, Infinity))),
    ...(write === undefined ? [] : under('WRITE', wrapped(write, screen.width - 10, Infinity))),
    ...(now === undefined ? [] : under('NOW', nowIn(now, screen.width - 10))),
    ...(now === undefined ? [] : under('PROBLEM', now.problems, 'bad')),
  ]
  return drawn(
    [
      ...columns(rows),
      ...(fields.length === 0 ? [] : [blank, ...inIt(fields, screen)]),
      ...(fields.every((f) => f.name === '<name>')
        ? []
        : [blank, line(`norikae explain ${field === '' ? '' : `${field}.`}<field> says more`, 'faint')]),
    ],
    screen,
  )
}

const under = (name: string, lines: readonly string[], tone: Cell['tone'] = 'plain'): Cell[][] =>
  lines.map((text, n) => [cell(n === 0 ? name : '', 'faint'), cell(text, tone)])

const nowIn = ({ value, where }: Now, width: number): string[] =>
  value === undefined ? wrapped(where, width, Infinity) : [...wrapped(inline(value), width, 4), where]

/** Name, type, and what it means under it: no column is cut by the next. */
function inIt(fields: readonly FieldSummary[], { width }: Screen): Line[] {
  const [heads = [], ...rows] = columns([
    head('FIELDS', 'TYPE'),
    ...fields.map((f): Cell[] => [
      cell(f.name, 'strong'),
      cell(
        [
          f.type,
          ...(f.needed ? ['must be there'] : []),
          ...(f.classes ? [`with handover: ${f.classes.join(' or ')}`] : []),
        ].join('; '),
      ),
    ]),
  ])
  return [
    heads,
    ...rows.flatMap((row, n) => {
      const means = fields[n]?.means ?? ''
      return [
        row,
        ...(means === '' ? [] : wrapped(means, width - 2, Infinity).map((text) => line(`  ${text}`, 'faint'))),
      ]
    }),
  ]
}
