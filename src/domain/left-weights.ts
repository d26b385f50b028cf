import type { Weight, WorkloadRef } from './platform.ts'

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
 * that was used and leaves blue no more than it can serve, and never more than green has. Nobody waits for it as on the
 * way back, so blue is never given more than it has pods for. Undefined: no cutover uses such a weight, so somebody else
 * wrote it.
 */
export function weightAfterLeft(found: Weight, used: readonly Weight[], blue: BlueNow): Weight | undefined {
  if (!used.includes(found)) return undefined
  const served = blue.targets === 0 ? 0 : Math.min(blue.share, blue.healthy / blue.targets)
  const least = (1 - served) * 100
  return Math.min(found, ...[0, ...used].filter((w) => w >= least && w <= found))
}
