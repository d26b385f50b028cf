import { clipped } from '../domain/visible.ts'
import type { Path } from './problem.ts'

/** How much of somebody's text a message repeats, and how long it gets by names that it lists. */
const CLIP = { value: 60, message: 600 }

/** Text of the file in a message: short, on one line, everything visible. */
export const visible = (text: string): string => clipped(text, CLIP.value)

/** A message as a whole, for it may list names of the file. */
export const presentable = (message: string): string => clipped(message, CLIP.message)

/** A value of the file in a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${visible(value)}"`
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'nothing'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a mapping'
}

/** What was written, held against what was expected; `write` where that does not say it already. */
export function unlike(value: unknown, expected: string, write?: string): string {
  if (value === undefined) return `is missing; write ${write ?? expected}`
  if (value === null) return `is empty; write ${write ?? expected}`
  return `${shown(value)} is not ${expected}${write === undefined ? '' : `; write ${write}`}`
}

/** `teams.scala.approvers[0]`; keys that are no plain words are quoted. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    if (!/^[\w/-]{1,64}$/.test(part)) return `${text}[${shown(part)}]`
    return text === '' ? part : `${text}.${part}`
  }, '')

/** ` (did you mean approvers?)`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? '' : ` (did you mean ${near}?)`
}

/** The known name with the fewest typing errors, if they are at most a third of it. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Infinity
  for (const candidate of known) {
    const allowed = Math.floor(candidate.length / 3)
    if (Math.abs(candidate.length - name.length) > allowed) continue
    const errors = distance(name.toLowerCase(), candidate.toLowerCase())
    if (errors <= allowed && errors < fewest) {
      best = candidate
      fewest = errors
    }
  }
  return best
}

/** Levenshtein: letters added, left out or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
