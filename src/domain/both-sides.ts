import { otherImages } from './verdict.ts'

/** What is seen of both sides while an environment is on both, in words: what makes them another release, or may yet. */
export interface BothSides {
  /** Which workloads run other images on blue than on green. */
  readonly differing: readonly string[]
  /** What Argo CD would do by itself that its owners had ruled out when it was synced. */
  readonly hazards: readonly string[]
}

/** In words; empty: both are as they were. */
export const unlikeBefore = ({ differing, hazards }: BothSides): string =>
  [...(differing.length === 0 ? [] : [otherImages(differing)]), ...hazards.map(byArgo)].join('; ')

/**
 * Why what was approved before this look does not count any more: what is seen now, where the look before had not shown
 * all of it to who approved. Empty: they had read it.
 */
export function newlyUnlike(before: Partial<BothSides>, seen: BothSides): string {
  const isNew = (key: keyof BothSides) => seen[key].some((what) => !before[key]?.includes(what))
  return isNew('differing') || isNew('hazards') ? unlikeBefore(seen) : ''
}

const byArgo = (hazard: string): string => `Argo CD: ${hazard}`
