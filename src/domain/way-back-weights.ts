import type { Weight } from './platform.ts'

/** So much of blue's pods is as good as all of them. */
const ENOUGH = 0.9

/**
 * Green's next weight on the way back: none, once blue has the pods for all of it; until then the highest that was used
 * on the way up and leaves blue no more than its pods can serve. Never more than green has now.
 *
 * `share`: how much of the pods that blue needs are ready, 0 to 1.
 */
export function weightOnTheWayBack(share: number, found: Weight, used: readonly Weight[]): Weight {
  if (share >= ENOUGH) return 0
  const rest = (1 - share) * 100
  const fitting = used.filter((w) => w <= rest && w <= found)
  return Math.max(0, ...fitting)
}
