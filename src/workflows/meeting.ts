import { condition, getExternalWorkflowHandle } from '@temporalio/workflow'
import { ALONE } from '../domain/asking.ts'
import type { Duration } from '../domain/duration.ts'
import { milliseconds } from '../domain/duration.ts'
import { atPoint } from '../domain/meetings.ts'
import { MEET, passKey, upgradeId, type Met } from '../domain/messages.ts'
import { failed, summary } from './problems.ts'

/**
 * How often it is said again that one waits: what was lost with a reset of either side is made up for by that, and a wait
 * of three days is 360 events of the 10,000 and more that a history may have.
 */
const SAID_EVERY: Duration = '1h'

/**
 * Until all that it moves with are at this point. Safe to repeat: an answer counts for the try that it is of.
 * @throws `Alone` where the upgrade, which alone knows how far they are, is gone.
 */
export async function meet(platform: string, met: Met, passes: ReadonlySet<string>): Promise<void> {
  const key = passKey(met)
  for (;;) {
    const said = await getExternalWorkflowHandle(upgradeId(platform))
      .signal(MEET, met)
      .then(
        () => true,
        () => false,
      )
    if (!said)
      throw failed(
        ALONE,
        `the upgrade is gone, so nobody knows how far those are that it moves with, and it is ${atPoint(met.point)}. See how they stand; skip: it goes on by itself`,
      )
    const passed = await condition(() => passes.has(key), milliseconds(SAID_EVERY), {
      summary: summary(`${met.app} ${met.environment} ${atPoint(met.point)}`),
    })
    if (passed) return
  }
}
