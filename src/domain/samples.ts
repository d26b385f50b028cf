import type { Check, Sample } from './verdict.ts'

/** Undefined: nobody knows. */
export function within({ limit }: Pick<Check, 'limit'>, { value, blue }: Sample): boolean | undefined {
  const { atMost, atLeast, timesBlue, fineUpTo = -Infinity } = limit
  if (value === null) return undefined
  if (atMost !== undefined && value > atMost) return false
  if (atLeast !== undefined && value < atLeast) return false
  if (timesBlue === undefined || value <= fineUpTo) return true
  return blue === undefined || blue === null ? undefined : value <= timesBlue * blue
}

/** Once blue serves nothing it has no rate any more: green is held against the last one that it had. */
export function besideBlue(samples: readonly Sample[], before: number | null = null): Sample[] {
  let last = before
  return samples.map((s) => {
    last = s.blue ?? last
    return s.blue === undefined ? s : { ...s, blue: last }
  })
}

/** All that a verdict needs of samples, however many there were. */
export interface Tally {
  /** How many gave a number that could be held against the limit. */
  readonly known: number
  readonly withoutData: number
  readonly withoutBlue: number
  /** The longest run over the limit, and the one that is under way. */
  readonly longest: number
  readonly run: number
  /** Those over the limit that were last, as many as make a breach. */
  readonly over: readonly Sample[]
  /** Whether the last one that was known was within the limit. */
  readonly lastWithin?: boolean
  readonly blue: number | null
}

export const NOTHING_SEEN: Tally = {
  known: 0,
  withoutData: 0,
  withoutBlue: 0,
  longest: 0,
  run: 0,
  over: [],
  blue: null,
}

/** How many there were. */
export const lookedAt = ({ known, withoutData, withoutBlue }: Tally): number => known + withoutData + withoutBlue

/** What was seen before, and these. Of a check that counts `onceWell`, what was read before it was is not seen. */
export function tallied(check: Check, samples: readonly Sample[], before = NOTHING_SEEN): Tally {
  let tally = before
  for (const sample of besideBlue(samples, before.blue)) {
    const is = within(check, sample)
    if (check.onceWell === true && tally.known === 0 && is !== true) continue
    tally = { ...counted(tally, check, sample, is), blue: sample.blue ?? tally.blue }
  }
  return tally
}

function counted(tally: Tally, { breachAfter }: Check, sample: Sample, is: boolean | undefined): Tally {
  if (is === undefined)
    return sample.value === null
      ? { ...tally, withoutData: tally.withoutData + 1, run: 0 }
      : { ...tally, withoutBlue: tally.withoutBlue + 1, run: 0 }
  const known = tally.known + 1
  if (is) return { ...tally, known, run: 0, lastWithin: true }
  const run = tally.run + 1
  const over = [...tally.over, sample].slice(-breachAfter)
  return { ...tally, known, run, longest: Math.max(tally.longest, run), over, lastWithin: false }
}

/** The last `kept` as they were read, among which is all that a source may still tell otherwise or late; and a tally before them. */
export const condensed = (
  check: Check,
  samples: readonly Sample[],
  before: Tally | undefined,
  kept: number,
): { readonly samples: readonly Sample[]; readonly tally: Tally | undefined } =>
  samples.length <= kept
    ? { samples, tally: before }
    : { samples: samples.slice(-kept), tally: tallied(check, samples.slice(0, -kept), before) }

/**
 * What a watch needs of samples for its next look, `kept` at most: a run over the limit that is under way, and the last number of
 * blue where green is held against it. A source that may still tell a period otherwise, and one that counts `onceWell`, leaves all.
 */
export function underWay(check: Check, samples: readonly Sample[], kept: number): readonly Sample[] {
  const last = samples.slice(-kept)
  if (check.onceWell === true || last.some((s) => s.periodMs !== undefined)) return last
  const isOver = (s: Sample) => s.unreachable !== undefined || within(check, s) === false
  const run = besideBlue(last).findLastIndex((s) => !isOver(s)) + 1
  const isRate = (s: Sample) => typeof s.blue === 'number'
  // The one that the first of the run is held against, which may be from before it.
  const blue = check.limit.timesBlue === undefined ? -1 : last.slice(0, run + 1).findLastIndex(isRate)
  return last.slice(blue < 0 ? run : Math.min(run, blue))
}
