import { setTimeout as sleep } from 'node:timers/promises'

/** Each look is a query of the workflow, which a worker that has no time answers later still. */
const EVERY_MS = 1_000

export interface Settling {
  /** How long it may take. */
  readonly withinMs: number
  /** Where it stands, for who waits and for who is told that it was in vain. */
  readonly standing: () => string
  /** What no later look would mend; left out: everything may be. */
  readonly isFinal?: (error: unknown) => boolean
}

/**
 * Looks until it is so. Nobody answers while a worker is away, so what fails is looked at again. Throws where it is not so in
 * time, with where it stands and what failed last.
 */
export async function settled(
  what: string,
  look: () => Promise<boolean>,
  { withinMs, standing, isFinal = () => false }: Settling,
): Promise<void> {
  let last = 'nothing failed'
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(EVERY_MS)) {
    try {
      if (await look()) return
    } catch (error) {
      if (isFinal(error)) throw error
      last = String(error)
    }
  }
  throw new Error(`not ${what} within ${withinMs / 60_000} minutes: ${standing()}; last failure: ${last}`)
}

/** Says every so often how it goes, until it is stopped. */
export function progress(everyMs: number, says: () => string): { stop(): void } {
  const began = performance.now()
  const timer = setInterval(() => {
    process.stdout.write(`  ${((performance.now() - began) / 1000).toFixed(0)} s: ${says()}\n`)
  }, everyMs)
  return { stop: () => clearInterval(timer) }
}
