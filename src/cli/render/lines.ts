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

/** Lines as text: cut to the width, coloured where that is wanted, without blanks at their ends. */
export function drawn(lines: readonly Line[], { width, colour }: Pick<Screen, 'width' | 'colour'>): string {
  return lines
    .map((cells) => {
      let left = width
      const out = cells.map(({ text, tone = 'plain' }) => {
        const flat = text.replaceAll(/\s*\n\s*/g, ' ')
        const shown = cut(flat, left)
        left -= stringWidth(shown)
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

export const head = (...names: readonly string[]): Cell[] => names.map((name) => cell(name, 'faint'))
