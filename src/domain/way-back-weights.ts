import type { Side, Weight } from './platform.ts'
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
  /** The same when the way back began. */
  readonly from: Weight
  /** Those of `stepsBack`. */
  readonly steps: readonly Weight[]
  /** How much of what blue needs to serve alone is ready, 0 to 1. Undefined: nobody can tell. */
  readonly share: number | undefined
  /** Blue breaks limits of its checks since it has some of the traffic, and which side does better. */
  readonly broken?: { readonly better: Side | undefined }
}

/**
 * What is next. `whole`: blue takes all of it. `grows`: as much as blue can carry now. `unseen`: nobody can tell how much that is.
 * `broken`: blue does badly too, and people are asked.
 */
export interface NextBack {
  readonly weight: Weight
  readonly is: 'whole' | 'grows' | 'unseen' | 'broken'
}

/**
 * Green's next weight on the way back: none, once blue is ready for all of it; until then the lowest step that leaves blue no more
 * than it can carry. A blue that cannot be seen gets no more than it has: no data is not good news. One that breaks its limits
 * gets none of it where green did better, and no more than it has where neither does. Never more to green than it had.
 */
export function onTheWayBack({ found, from, steps, share, broken }: SeenGoingBack): NextBack {
  if (broken && broken.better !== 'blue')
    return { weight: broken.better === 'green' ? Math.max(from, found) : found, is: 'broken' }
  if (share === undefined) return { weight: found, is: 'unseen' }
  if (share >= ENOUGH) return { weight: 0, is: 'whole' }
  return { weight: lowestFor(share, found, steps), is: 'grows' }
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

/** Which side does clearly better by the same checks. Undefined: neither, or nobody can tell. */
export function betterSide(all: readonly OnBothSides[]): Side | undefined {
  const votes = new Set(
    all.flatMap(({ check, blue, green }): Side[] => {
      if (blue === null || green === null) return []
      const [overBlue, overGreen] = [over(check, blue), over(check, green)]
      if (overBlue > TWICE * overGreen) return ['green']
      return overGreen > TWICE * overBlue ? ['blue'] : []
    }),
  )
  return votes.size === 1 ? [...votes][0] : undefined
}

/** By how much it breaks its limit; 0: it does not. */
const over = ({ limit: { atMost = Infinity, atLeast = -Infinity } }: Pick<Check, 'limit'>, value: number): number =>
  Math.max(0, value - atMost, atLeast - value)
