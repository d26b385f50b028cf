/** What may be typed next on the command line. Pure: what there is comes in, and lines for the shells' scripts go out. */

/** A command, as far as it is typed. */
export interface Verb {
  readonly name: string
  readonly says: string
  /** Its arguments, in order; words where only these are taken. */
  readonly takes: readonly (ArgumentKind | readonly string[])[]
  readonly options: readonly Flag[]
  /** Its own commands, such as `create` of `schedule`. */
  readonly under: readonly Verb[]
}

export interface Flag {
  readonly long: string
  readonly short?: string | undefined
  readonly says: string
  /** Absent: it takes no value. */
  readonly takes?: ArgumentKind | readonly string[]
}

/** What stands at a place; each is looked up in its own way. `text`: nobody can know. */
export type ArgumentKind = 'platform' | 'app' | 'environment' | 'gate' | 'person' | 'field' | 'file' | 'shell' | 'text'

export interface Suggestion {
  readonly value: string
  readonly says: string
}

/** What is asked for: one of the fixed words, or things of a kind that have to be looked up. */
export type Wanted =
  | { readonly fixed: readonly Suggestion[] }
  | { readonly kind: ArgumentKind; readonly verb: string; readonly before: readonly string[]; readonly typed: string }

/**
 * `words`: all after `norikae`, the last of them the one that is being typed, perhaps empty. `--flag=value` is for shells
 * that know no better; here a value is a word of its own.
 */
export function wanted(verbs: readonly Verb[], words: readonly string[]): Wanted {
  const typed = words.at(-1) ?? ''
  const [name = '', ...rest] = words.slice(0, -1)
  const fixed = (all: readonly Suggestion[]): Wanted => ({ fixed: all.filter((s) => s.value.startsWith(typed)) })
  const verb = verbs.find((v) => v.name === name)
  if (name === '') return fixed(verbs.map((v) => ({ value: v.name, says: v.says })))
  if (!verb) return { fixed: [] }
  if (verb.under.length > 0) return wanted(verb.under, words.slice(1))
  const flagOf = (word: string | undefined) => verb.options.find((o) => o.long === word || o.short === word)
  const of = (kind: ArgumentKind, before: readonly string[]): Wanted => ({ kind, verb: name, before, typed })

  const valued = flagOf(rest.at(-1))?.takes
  const positional = rest.filter((word, n) => !word.startsWith('-') && flagOf(rest[n - 1])?.takes === undefined)
  if (typeof valued === 'string') return of(valued, positional)
  if (valued !== undefined) return fixed(valued.map((value) => ({ value, says: '' })))
  if (typed.startsWith('-'))
    return fixed(verb.options.filter((o) => !rest.includes(o.long)).map((o) => ({ value: o.long, says: o.says })))
  const kind = verb.takes[positional.length]
  if (kind === undefined) return { fixed: [] }
  return typeof kind === 'string' ? of(kind, positional) : fixed(kind.map((value) => ({ value, says: '' })))
}

export const shellNames = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shellNames)[number]

/** A line each, `value<tab>what it is`; in place of them `:files` where the shell knows best. */
export const asLines = (suggestions: readonly Suggestion[]): string[] =>
  suggestions.map(({ value, says }) => `${value}\t${says.replaceAll(/\s+/g, ' ')}`)

export const FILES = ':files'
