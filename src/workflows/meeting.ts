import { condition, getExternalWorkflowHandle } from '@temporalio/workflow'
import { ALONE } from '../domain/asking.ts'
import { milliseconds } from '../domain/duration.ts'
import { atPoint, saidAgainAfter } from '../domain/meetings.ts'
import { MEET, passKey, upgradeId, type Met } from '../domain/messages.ts'
import { failed, summary, wasStopped } from './problems.ts'

/**
 * Until all that it moves with are at this point. Safe to repeat: an answer counts for the try that it is of.
 * @throws `Alone` where the upgrade, which alone knows how far they are, is gone.
 */
export async function meet(platform: string, met: Met, passes: ReadonlySet<string>): Promise<void> {
  const key = passKey(met)
  for (let said = 0; ; said += 1) {
    const isHeard = await getExternalWorkflowHandle(upgradeId(platform))
      .signal(MEET, met)
      .then(
        () => true,
        (error: unknown) => {
          if (wasStopped(error)) throw error
          return false
        },
      )
    if (!isHeard)
      throw failed(
        ALONE,
        `the upgrade is gone, so nobody knows how far those are that it moves with, and it is ${atPoint(met.point)}. See how they stand; skip: it goes on by itself`,
      )
    const passed = await condition(() => passes.has(key), milliseconds(saidAgainAfter(said)), {
      summary: summary(`${met.app} ${met.environment} ${atPoint(met.point)}`),
    })
    if (passed) return
  }
}
