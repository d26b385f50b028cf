import { setTimeout as sleep } from 'node:timers/promises'

/** Less than a glance takes: what is seen beside it is told all the same. */
export const LOOK_MS = 10_000

/** It may still be answered, and nobody waits for it. */
export class Late extends Error {}

/** What a look answers; throws what it throws, and once so many milliseconds are over, `Late`. */
export async function inTime<T>(look: Promise<T>, lookMs = LOOK_MS): Promise<T> {
  const over = new AbortController()
  const late = async (): Promise<never> => {
    await sleep(lookMs, undefined, { signal: over.signal })
    throw new Late(`it was not read in ${lookMs / 1000}s`)
  }
  try {
    return await Promise.race([look, late()])
  } finally {
    over.abort()
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What was told in time, or why it was not: `late`, where that was it. Throws nothing. */
export const orWhy = async <T>(
  look: Promise<T>,
  lookMs = LOOK_MS,
  late?: string,
): Promise<{ readonly told: T } | { readonly why: string }> =>
  inTime(look, lookMs).then(
    (told) => ({ told }),
    (error: unknown) => ({ why: (error instanceof Late ? late : undefined) ?? messageOf(error) }),
  )
