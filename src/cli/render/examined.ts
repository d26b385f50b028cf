import type { Examination } from '../../client/shapes.ts'
import type { Seen } from '../../domain/examination.ts'
import { blank, cell, columns, drawn, line, wrapped, widthOf, type Line, type Screen, type Tone } from './lines.ts'
import { many } from './words.ts'

const signs = {
  works: { glyph: '✔', word: 'works', tone: 'good' },
  look: { glyph: '▲', word: 'look', tone: 'asks' },
  broken: { glyph: '✖', word: 'broken', tone: 'badly' },
  unknown: { glyph: '·', word: 'not tried', tone: 'faint' },
} as const satisfies Record<Seen['is'], { glyph: string; word: string; tone: Tone }>

/** Each thing with what was seen of it, and under it what to do. */
export function examined({ here, worker, well }: Examination, screen: Screen): string {
  const all = [...here, ...worker]
  const broken = all.filter((s) => s.is === 'broken').length
  const look = all.filter((s) => s.is === 'look').length
  return drawn(
    [
      line('FROM HERE', 'faint'),
      ...part(here, all, screen),
      blank,
      line('FROM THE WORKER', 'faint'),
      ...part(worker, all, screen),
      blank,
      [
        cell(
          well ? '✔ nothing is broken' : `✖ ${many(broken, 'thing is', 'things are')} broken`,
          well ? 'good' : 'badly',
        ),
        cell(look === 0 ? '' : `; ${look} to look at`, 'asks'),
      ],
    ],
    screen,
  )
}

/** Both parts have the same columns. */
function part(some: readonly Seen[], all: readonly Seen[], { width }: Screen): Line[] {
  const left = columns(
    all.map((s) => [
      cell(`${signs[s.is].glyph} ${signs[s.is].word}`, signs[s.is].tone),
      cell(s.about, 'strong'),
      cell(''),
    ]),
  )
  const indent = Math.max(...left.map(widthOf))
  return some.flatMap((s) => {
    const [first = '', ...more] = wrapped(s.saw, width - indent, Infinity)
    const row = left[all.indexOf(s)] ?? []
    return [
      [...row, cell(first)],
      ...more.map((text) => line(' '.repeat(indent) + text)),
      ...(s.todo === undefined
        ? []
        : wrapped(s.todo, width - indent - 2, Infinity).map((text, n) =>
            line(`${' '.repeat(indent)}${n === 0 ? '→' : ' '} ${text}`, 'faint'),
          )),
    ]
  })
}
