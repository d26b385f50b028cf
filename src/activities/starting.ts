import { activityInfo } from '@temporalio/activity'
import { milliseconds } from '../domain/duration.ts'
import { upgradeId, type UpgradeRequest } from '../domain/messages.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { CLOCK_SKEW, headerIn, parseProof, statement } from '../domain/proofs.ts'
import { startRefusal } from '../domain/starting.ts'
import { invalidInput } from './errors.ts'
import type { Outside } from './outside.ts'
import { tokenRefused } from './proofs.ts'

/**
 * Throws `invalidInput` where the platform wants proof of who starts an upgrade, and the request has none that is good. A
 * look at the plan starts nothing. That a proof was used before is seen in Temporal's list, a second or so late.
 */
export async function mustBeProven(
  outside: Pick<Outside, 'ports' | 'startedSince'>,
  { platform, trust }: Pick<PlatformFile, 'platform' | 'trust'>,
  request: UpgradeRequest,
): Promise<void> {
  const { workflowType, workflowExecution, scheduledTimestampMs } = activityInfo()
  if (workflowType !== 'clusterUpgrade') return
  const proof = trust && parseProof(request.proof ?? '')
  const since = proof && new Date(Date.parse(proof.issued) - milliseconds(CLOCK_SKEW)).toISOString()
  const others = since === undefined ? [] : await outside.startedSince(platform, since, workflowExecution?.runId ?? '')
  const headers = new Set(others.map(headerIn))
  const refused =
    startRefusal(trust, request, new Date(scheduledTimestampMs).toISOString(), (header) => headers.has(header)) ??
    (proof && trust?.kind === 'oidc'
      ? await tokenRefused(outside, {
          text: proof.evidence,
          by: request.by,
          statement: statement(proof, upgradeId(platform), { ...request }),
          oidc: trust,
        })
      : undefined)
  if (refused) throw invalidInput(`${refused.code}: ${refused.message}. Nothing was started`)
}
