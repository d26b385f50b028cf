import type { Weight } from './platform.ts'
import type { Check } from './verdict.ts'

/** So much of blue's pods is as good as all of them. */
const ENOUGH = 0.9
/** What blue gets of the traffic while it grows, in per cent, beside what was left to it on the way up. */
const BLUE_FIRST = [5, 50]
/** Two sides that break a limit by about as much do so by one cause: then none of them is the better one. */
const TWICE = 2

/** Green's weights on a way back that goes in steps. `used`: those of the way up; none: no cutover has been there. */
export const stepsBack = (used: readonly Weight[]): Weight[] =>
  used.length === 0 ? [] : [...new Set([0, ...BLUE_FIRST.map((blue) => 100 - blue), ...used])]

/** A route on its way back to blue, as it is seen this moment. */
export interface SeenGoingBack {
  /** Green's share of it. */
  readonly found: Weight
  /** Those of `stepsBack`. */
  readonly steps: readonly Weight[]
  /** How much of what blue needs to serve alone is ready, 0 to 1. Undefined: nobody can tell. */
  readonly share: number | undefined
}

/**
 * Green's next weight on the way back: none, once blue is ready for all of it; until then the lowest step that leaves blue no more
 * than it can carry. A blue that cannot be seen gets no more than it has: no data is not good news.
 */
export function onTheWayBack({ found, steps, share }: SeenGoingBack): Weight {
  if (share === undefined) return found
  return share >= ENOUGH ? 0 : lowestFor(share, found, steps)
}

/** The lowest of these weights of green, and no more than it has, that leaves blue no more than this share of it. */
export const lowestFor = (share: number, found: Weight, steps: readonly Weight[]): Weight =>
  Math.min(found, ...steps.filter((weight) => weight >= (1 - share) * 100 && weight <= found))

/** One check of both sides: of blue since it has traffic, of green as it was when the way back began. */
export interface OnBothSides {
  readonly check: Pick<Check, 'limit'>
  readonly blue: number | null
  readonly green: number | null
}

/**
 * Whether green is known to do clearly better than blue: in one of these checks at least, and in none the other way round. What is
 * not known of green is nothing in its favour.
 */
export function greenDoesBetter(all: readonly OnBothSides[]): boolean {
  const overs = all.flatMap(({ check, blue, green }) =>
    blue === null || green === null ? [] : [{ blue: over(check, blue), green: over(check, green) }],
  )
  return overs.some(({ blue, green }) => blue > TWICE * green) && !overs.some(({ blue, green }) => green > TWICE * blue)
}

/** By how much it breaks its limit; 0: it does not. */
const over = ({ limit: { atMost = Infinity, atLeast = -Infinity } }: Pick<Check, 'limit'>, value: number): number =>
  Math.max(0, value - atMost, atLeast - value)
