import type { Finding } from '../../domain/findings.ts'
import type { RunOutcome } from '../../client/shapes.ts'
import type { Place } from '../../client/standing.ts'
import { cell, type Cell, type Tone } from './lines.ts'

/** A status is a glyph and a word; which, is said here once. */
interface Sign {
  readonly glyph: string
  readonly tone: Tone
}

export const places = {
  pending: { glyph: '·', tone: 'faint' },
  moving: { glyph: '◐', tone: 'busy' },
  'to deploy': { glyph: '◇', tone: 'asks' },
  window: { glyph: '◷', tone: 'busy' },
  asks: { glyph: '◇', tone: 'asks' },
  paused: { glyph: '‖', tone: 'asks' },
  'going back': { glyph: '↶', tone: 'asks' },
  stuck: { glyph: '✖', tone: 'badly' },
  'rolled back': { glyph: '↩', tone: 'bad' },
  held: { glyph: '✖', tone: 'badly' },
  'on green': { glyph: '✔', tone: 'good' },
  committed: { glyph: '●', tone: 'good' },
  'on blue': { glyph: '↩', tone: 'plain' },
  trouble: { glyph: '✖', tone: 'bad' },
} as const satisfies Record<Place['word'], Sign>

export const isPlace = (word: string): word is Place['word'] => Object.hasOwn(places, word)

/** `◐ 25 %`: where it moves, the weight says it; elsewhere it is added. */
export function placed({ word, weight }: Place, short = false): Cell {
  const { glyph, tone } = places[word]
  const share = weight === undefined ? '' : ` ${weight} %`
  if (short) return cell(`${glyph}${share}`, tone)
  return cell(word === 'moving' && share !== '' ? `${glyph}${share}` : `${glyph} ${word}${share}`, tone)
}

export const isTrouble = (word: Place['word']): boolean => ['bad', 'badly'].includes(places[word].tone)

const outcomes = {
  running: { glyph: '◐', tone: 'busy' },
  done: { glyph: '✔', tone: 'good' },
  'rolled-back': { glyph: '↩', tone: 'asks' },
  rejected: { glyph: '✖', tone: 'asks' },
  blocked: { glyph: '✖', tone: 'bad' },
  failed: { glyph: '✖', tone: 'badly' },
  cancelled: { glyph: '✖', tone: 'bad' },
  terminated: { glyph: '✖', tone: 'bad' },
  'timed-out': { glyph: '✖', tone: 'bad' },
} as const satisfies Record<RunOutcome, Sign>

export const ended = (outcome: RunOutcome): Cell =>
  cell(`${outcomes[outcome].glyph} ${outcome.replace('-', ' ')}`, outcomes[outcome].tone)

const levels = {
  blocker: { glyph: '✖', tone: 'badly' },
  warning: { glyph: '▲', tone: 'asks' },
  info: { glyph: '·', tone: 'plain' },
} as const satisfies Record<Finding['level'], Sign>

export const level = (of: Finding['level']): Cell => cell(`${levels[of].glyph} ${of}`, levels[of].tone)

const DAY = 86_400
const HOUR = 3600
const MINUTE = 60

/** `3d 4h`, `12m`, `40s`: two units at most. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s >= DAY) return two(s, DAY, 'd', HOUR, 'h')
  if (s >= HOUR) return two(s, HOUR, 'h', MINUTE, 'm')
  return s >= MINUTE ? two(s, MINUTE, 'm', 1, 's') : `${s}s`
}

const two = (s: number, large: number, l: string, small: number, m: string): string => {
  const rest = Math.floor((s % large) / small)
  return `${Math.floor(s / large)}${l}${rest > 0 ? ` ${rest}${m}` : ''}`
}

export const since = (then: string, now: string): string => span((Date.parse(now) - Date.parse(then)) / 1000)

/** `2026-11-24 03:51 UTC`. */
export const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

export const many = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`
