import { setTimeout as sleep } from 'node:timers/promises'
import type { Temporal } from './connect.ts'
import { NotReady } from './problems.ts'
import type { UpgradeView } from './shapes.ts'
import { viewOf } from './views.ts'

export interface Pace {
  /** At least this long between two looks. */
  readonly everyMs: number
  /** Ends it at once, without an error, also while an answer is waited for. */
  readonly signal: AbortSignal
}

/**
 * The run that is there now, again and again until it ends; the last view says how. Where server or worker fall silent
 * it goes on asking and says so in the view. Throws only when the first look fails.
 */
export async function* follow(
  temporal: Temporal,
  platform: string,
  { everyMs, signal }: Pace,
): AsyncGenerator<UpgradeView> {
  const left = new Promise<undefined>((done) => signal.addEventListener('abort', () => done(undefined), { once: true }))
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
  const look = (runId?: string) => Promise.race([viewOf(temporal, platform, runId), left])

  let view = await look()
  while (view !== undefined) {
    yield view
    if (view.outcome !== 'running' || signal.aborted) return
    await pause(everyMs)
    const began = Date.now()
    const last: UpgradeView = view
    view = await look(last.runId).catch((error: unknown) => silent(last, error))
    // A platform of many apps is not asked more than half of the time.
    await pause(Math.max(0, Date.now() - began - everyMs))
  }
}

function silent(last: UpgradeView, error: unknown): UpgradeView {
  if (!(error instanceof NotReady) || error.code === 'not-found') throw error
  return { ...last, silent: last.silent ?? `${error.message.split('\n')[0]}; this is how it was at ${last.at}` }
}
