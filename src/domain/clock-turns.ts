/**
 * Turns that several take of one thing without asking one another: time is cut into slots, and each has every n-th of them.
 * It takes a list of who there is, and clocks that agree to a part of a slot.
 */

export interface Place {
  /** From 0. */
  readonly at: number
  readonly of: number
}

export const ALONE: Place = { at: 0, of: 1 }

/** By name, so that all who see the same list see the same places. Who is not in it yet will be. */
export function placeAmong(own: string, all: readonly string[]): Place {
  const names = [...new Set([...all, own])].toSorted()
  return { at: names.indexOf(own), of: names.length }
}

/** Who there is, by what was told so far: how many lists in a row were without each. */
export type Known = ReadonlyMap<string, number>
export const nobody: Known = new Map()

/** Who is not in one list may have been forgotten for a moment: somebody else would take its turns beside it. */
const GONE_AFTER = 2

/**
 * What is known after another list. Whoever is in it counts at once. One without `own` is not whole, since who asks for it is
 * there, so it takes nobody away.
 */
export function heard(before: Known, own: string, list: readonly string[]): Known {
  const isWhole = list.includes(own)
  const missed = [...before].map(([name, times]) => [name, isWhole ? times + 1 : times] as const)
  return new Map([
    ...missed.filter(([name, times]) => times < GONE_AFTER && !list.includes(name)),
    ...list.map((name) => [name, 0] as const),
  ])
}

/** Of how many one takes itself to be where nobody was ever told of: few have more. */
const UNTOLD = 3

/** Where nobody is known it is by the name, so that not all who were told of nobody take the same turns. */
export function placeOf(known: Known, own: string): Place {
  if (known.size > 0) return placeAmong(own, [...known.keys()])
  const sum = Array.from(own, (letter) => letter.charCodeAt(0)).reduce((all, code) => all + code, 0)
  return { at: sum % UNTOLD, of: UNTOLD }
}

/** The first slot from `slot` on that is this one's. */
export const ownFrom = (slot: number, { at, of }: Place): number => slot + ((((at - slot) % of) + of) % of)
