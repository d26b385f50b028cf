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

/** The first slot from `slot` on that is this one's. */
export const ownFrom = (slot: number, { at, of }: Place): number => slot + ((((at - slot) % of) + of) % of)
