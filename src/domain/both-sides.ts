import { otherImages } from './verdict.ts'

/** What is seen of both sides while an environment is on both, in words: what makes them another release, or may yet. */
export interface BothSides {
  /** Which workloads run other images on blue than on green. */
  readonly differing: readonly string[]
  /** What Argo CD would do by itself that its owners had ruled out when it was synced. */
  readonly hazards: readonly string[]
  /** Why nobody knows which images run there: then nothing differs as far as is known, which is no good news. */
  readonly unseen?: string | undefined
}

/** For who decides: what differs, or that it is not known. */
export const imagesInWords = ({ differing = [], unseen }: Partial<BothSides>): readonly string[] => [
  ...differing,
  ...(unseen === undefined ? [] : [`what runs on the two sides is not known: ${unseen}`]),
]

/** In words; empty: both are as they were. */
export const unlikeBefore = ({ differing, hazards, unseen }: BothSides): string =>
  [
    ...(differing.length === 0 ? [] : [otherImages(differing)]),
    ...(unseen === undefined ? [] : imagesInWords({ unseen })),
    ...hazards.map(byArgo),
  ].join('; ')

/**
 * Why what was approved before this look does not count any more: what is seen now, where the look before had not shown
 * all of it to who approved. Empty: they had read it.
 */
export function newlyUnlike(before: Partial<BothSides>, seen: BothSides): string {
  const isNew = (key: 'differing' | 'hazards') => seen[key].some((what) => !before[key]?.includes(what))
  // That it is not known was read, whatever is said to be the reason.
  const isGone = seen.unseen !== undefined && before.unseen === undefined
  return isNew('differing') || isNew('hazards') || isGone ? unlikeBefore(seen) : ''
}

const byArgo = (hazard: string): string => `Argo CD: ${hazard}`
