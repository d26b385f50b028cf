import { otherImages } from './verdict.ts'

/** What is seen of both sides while an environment is on both, in words: what makes them another release, or may yet. */
export interface BothSides {
  /** Which workloads run other images on blue than on green. */
  readonly differing: readonly string[]
  /** What Argo CD would do by itself that its owners had ruled out when it was synced. */
  readonly hazards: readonly string[]
}

/** Why what was approved before does not count any more, and what people look at first; empty: both are as they were. */
export const unlikeBefore = ({ differing, hazards }: BothSides): string =>
  [...(differing.length === 0 ? [] : [otherImages(differing)]), ...hazards.map(byArgo)].join('; ')

const byArgo = (hazard: string): string => `Argo CD: ${hazard}`
