import type { Given, Moved } from './contests.ts'
import type { Route, Weight } from './platform.ts'
import type { Check } from './verdict.ts'

/** What is watched of one environment, from the first request on green until it is committed. */
export interface WatchedEnvironment {
  readonly name: string
  readonly checks: readonly Check[]
  /** Which nobody else may move back to blue without being followed. */
  readonly routes: readonly Route[]
  /** Green's, as its plan has them. */
  readonly weights: readonly Weight[]
}

/**
 * Environments that are watched now, by the activity that watches them. In the memo of the app's workflow: an input cannot change,
 * and what an activity has seen until then is lost with it.
 */
export type Watches = Readonly<Record<string, Entries>>
export type Entries = Readonly<Record<string, Entry>>

export interface Entry {
  /** One that went back and comes again begins anew. */
  readonly times: number
  /** What the plan had given of its routes by then; absent: nothing. */
  readonly given?: Given
}

/** The memo's name. */
export const WATCHES = 'norikae-watches'

/** Why a watch ends: what it says of one of its environments. */
export interface Trouble {
  readonly environment: string
  readonly type: string
  readonly message: string
  readonly moved?: Moved
}

/** What a watch knows of each entry by now; only whoever looks reads it. */
export type SeenSoFar = Readonly<Record<string, unknown>>

/** What a watch sends along with its end. */
export interface WatchEnd {
  readonly troubles: readonly Trouble[]
  /** Of the others, for the watch that goes on. */
  readonly seen: SeenSoFar
}

export const entryOf = (environment: string, { times }: Entry): string => `${environment}.${times}`

/** What a memo says of one watch; nothing where it is not ours. */
export function entriesIn(memo: unknown, watch: string): Entries {
  if (typeof memo !== 'object' || memo === null) return {}
  const found: unknown = Object.getOwnPropertyDescriptor(memo, watch)?.value
  if (typeof found !== 'object' || found === null) return {}
  return Object.fromEntries(Object.entries(found).filter(([, it]) => isEntry(it)))
}

const isEntry = (it: unknown): boolean =>
  typeof it === 'object' && it !== null && 'times' in it && typeof it.times === 'number'

/**
 * When the next look is due: a pace after the last one began, so that what a look takes does not add up. A source that took
 * long is left alone for half a pace all the same: it may be too many who ask it that make it slow.
 */
export const nextLookMs = (beganMs: number, endedMs: number, paceMs: number): number =>
  Math.max(beganMs + paceMs, endedMs + paceMs / 2)

/** So much of a pace a look may come early: what is due in a moment is looked at with what is due now. */
const EARLY = 0.1
const EARLY_MS = 1_000

export const isDue = (dueMs: number, paceMs: number, nowMs: number): boolean =>
  nowMs >= dueMs - Math.min(EARLY_MS, paceMs * EARLY)

export interface Due {
  readonly dueMs: number
  readonly paceMs: number
}

/**
 * Which are looked at now: those that are due, and with them those of the same pace whose last look is half a pace ago, so that
 * all of one pace are looked at together from then on.
 */
export const dueTogether = <T extends Due>(all: readonly T[], nowMs: number): T[] => {
  const paces = new Set(all.filter((it) => isDue(it.dueMs, it.paceMs, nowMs)).map((it) => it.paceMs))
  return all.filter(
    ({ dueMs, paceMs }) => isDue(dueMs, paceMs, nowMs) || (paces.has(paceMs) && nowMs >= dueMs - paceMs / 2),
  )
}
