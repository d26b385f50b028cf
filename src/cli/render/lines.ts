import { styleText } from 'node:util'
import stringWidth from 'string-width'

/** Where something is drawn, and when; everything in `render/` is a function of this and of what is shown. */
export interface Screen {
  /** Columns; `Infinity` where nobody's terminal limits it. */
  readonly width: number
  /** Rows, where there are only so many. */
  readonly height?: number
  readonly colour: boolean
  /** ISO. */
  readonly now: string
  /** Who is looking, where that is known. */
  readonly who?: string
  /** They are known by what they typed only: what they paste must say it again. */
  readonly named?: true
}

const tones = {
  plain: [],
  strong: ['bold'],
  faint: ['dim'],
  good: ['green'],
  busy: ['cyan'],
  asks: ['yellow'],
  bad: ['red'],
  badly: ['bold', 'red'],
} as const satisfies Record<string, readonly ('bold' | 'dim' | 'green' | 'cyan' | 'yellow' | 'red')[]>
export type Tone = keyof typeof tones

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}
/** Cells one after the other. */
export type Line = readonly Cell[]

export const cell = (text: string, tone: Tone = 'plain'): Cell => ({ text, tone })
export const line = (text: string, tone: Tone = 'plain'): Line => [cell(text, tone)]
export const blank: Line = []

export const widthOf = (cells: Line): number => cells.reduce((sum, c) => sum + stringWidth(c.text), 0)

/** No wider than this; what is left out shows as `…`. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`
}

/** In lines of at most this width, broken between words; the last of `atMost` lines takes what is left. */
export function wrapped(text: string, width: number, atMost: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && (stringWidth(`${last} ${word}`) <= width || lines.length === atMost))
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A text of several lines as it is: none is cut, and each begins on its own. */
export const paragraph = (text: string, { width }: Pick<Screen, 'width'>, tone: Tone = 'plain'): Line[] =>
  text.split('\n').flatMap((one) => wrapped(one, width, Infinity).map((words) => line(cut(words, width), tone)))

/** A text under its own beginning: `first` before its first line, as many blanks before the others. None is cut. */
export function hanging(first: string, text: string, width: number, tone: Tone = 'plain'): Line[] {
  const indent = stringWidth(first)
  return wrapped(text, width - indent, Infinity).map((words, n) =>
    line((n === 0 ? first : ' '.repeat(indent)) + words, tone),
  )
}

/** What belongs to some lines, behind the last of them; below it where it does not fit there. */
export function withAside(lines: readonly Line[], aside: Line, width: number): Line[] {
  const last = lines.at(-1) ?? []
  return widthOf(last) + widthOf(aside) <= width
    ? [...lines.slice(0, -1), [...last, ...aside]]
    : [...lines, [cell('  '), ...aside]]
}

/** Lines as text: cut to the width, coloured where that is wanted, without blanks at their ends. */
export function drawn(lines: readonly Line[], { width, colour }: Pick<Screen, 'width' | 'colour'>): string {
  return lines
    .map((cells) => {
      let left = width
      const out = cells.map(({ text, tone = 'plain' }) => {
        const flat = text.replaceAll(/\s*\n\s*/g, ' ')
        // What fits without the blanks after it is whole; where it does not, nothing follows what was cut.
        const shown = stringWidth(flat.trimEnd()) > left ? cut(flat, left) : flat
        left = stringWidth(flat) > left ? 0 : left - stringWidth(shown)
        const words = shown.trimEnd()
        if (!colour || words === '' || tones[tone].length === 0) return shown
        return styleText([...tones[tone]], words, { validateStream: false }) + shown.slice(words.length)
      })
      return out.join('').trimEnd()
    })
    .join('\n')
}

const GAP = 2

/** Columns as wide as their widest cell; the last one is not padded. `indent`: blanks before each row. */
export function columns(rows: readonly (readonly Cell[])[], indent = 0): Line[] {
  const count = Math.max(0, ...rows.map((r) => r.length))
  const widths = Array.from({ length: count }, (_, n) => Math.max(0, ...rows.map((r) => stringWidth(r[n]?.text ?? ''))))
  return rows.map((row) => [
    ...(indent > 0 ? [cell(' '.repeat(indent))] : []),
    ...row.map(({ text, tone = 'plain' }, n) => {
      const pad = n === row.length - 1 ? 0 : (widths[n] ?? 0) - stringWidth(text) + GAP
      return cell(text + ' '.repeat(pad), tone)
    }),
  ])
}

/**
 * As `columns`, and within a width: the last column goes on below itself, and where there is no room for it the first column
 * gets lines of its own.
 */
export function fitted(rows: readonly (readonly Cell[])[], width: number): Line[] {
  const plain = columns(rows)
  if (Math.max(0, ...plain.map(widthOf)) <= width) return plain
  const starts = plain.map((row) => widthOf(row.slice(0, -1)))
  if (width - Math.max(...starts) >= LEAST) return plain.flatMap((row) => lastBelowItself(row, width))
  const rest = columns(
    rows.map((row) => row.slice(1)),
    UNDER,
  )
  return rows.flatMap((row, n) => [row.slice(0, 1), ...lastBelowItself(rest[n] ?? [], width)])
}

/** A column that is narrower than this is not read. */
const LEAST = 24
const UNDER = 4

function lastBelowItself(row: Line, width: number): Line[] {
  const before = row.slice(0, -1)
  const { text = '', tone } = row.at(-1) ?? {}
  const start = widthOf(before)
  const [first = '', ...more] = wrapped(text, width - start, Infinity)
  return [[...before, cell(first, tone)], ...more.map((words) => [cell(' '.repeat(start)), cell(words, tone)])]
}

export const head = (...names: readonly string[]): Cell[] => names.map((name) => cell(name, 'faint'))
