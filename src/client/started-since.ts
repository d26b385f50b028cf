import { inputOf } from './ask.ts'
import type { Temporal } from './connect.ts'
import { upgradesSince } from './find.ts'

/**
 * What the upgrades of a platform were started with since then (an ISO time), but for this run; anything may be there.
 * Runs appear in Temporal's list a second or so late.
 */
export async function startedSince(
  temporal: Temporal,
  platform: string,
  since: string,
  butRun: string,
): Promise<readonly unknown[]> {
  const runs = await upgradesSince(temporal, platform, since)
  return Promise.all(runs.filter((r) => r.runId !== butRun).map((r) => inputOf(temporal, r.workflowId, r.runId)))
}
