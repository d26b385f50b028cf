import type { Weight, WorkloadRef } from './platform.ts'
import { lowestFor, stepsBack } from './way-back-weights.ts'

/** What an earlier cutover of an app may have left of its route, and who serves on blue. */
export interface MayBeLeft {
  /** Green's weights on the way up. */
  readonly weights: readonly Weight[]
  /** Those that are sized by something: on blue they have to be as large as on green before they serve alone. */
  readonly grown: readonly WorkloadRef[]
}

/** How much of blue could serve this moment. */
export interface BlueNow {
  /** Of the pods that it needs, 0 to 1. */
  readonly share: number
  /** Of its target group's, draining ones aside. */
  readonly targets: number
  readonly healthy: number
}

/**
 * Green's next weight where a cutover that was terminated left some: none, once all of blue serves; until then the lowest
 * of the way up, or of the way back, that leaves blue no more than it can serve, and never more than green has. Undefined: no
 * cutover uses such a weight, so somebody else wrote it.
 */
export function weightAfterLeft(found: Weight, used: readonly Weight[], blue: BlueNow): Weight | undefined {
  const steps = stepsBack(used)
  return steps.includes(found) ? lowestFor(servedBy(blue), found, steps) : undefined
}

export const servedBy = ({ share, targets, healthy }: BlueNow): number =>
  targets === 0 ? 0 : Math.min(share, healthy / targets)
