import { condition, getExternalWorkflowHandle } from '@temporalio/workflow'
import { ALONE } from '../domain/asking.ts'
import { milliseconds } from '../domain/duration.ts'
import { atPoint, saidAgainAfter } from '../domain/meetings.ts'
import { MEET, passKey, upgradeId, type Met, type Pass } from '../domain/messages.ts'
import { failed, summary, wasStopped } from './problems.ts'

const alone = ({ point }: Met) =>
  failed(
    ALONE,
    `the upgrade that started it is gone, so nobody knows how far those are that it moves with, and it is ${atPoint(point)}. See how they stand; skip: it goes on by itself`,
  )

/**
 * Until all that it moves with are at this point. Safe to repeat: an answer counts for the try that it is of.
 * @throws `Alone` where the upgrade that started it, which alone knows how far they are, is gone.
 */
export async function meet(platform: string, met: Met, passes: ReadonlyMap<string, Pass>): Promise<void> {
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
    if (!isHeard) throw alone(met)
    const passed = await condition(() => passes.has(key), milliseconds(saidAgainAfter(said)), {
      summary: summary(`${met.app} ${met.environment} ${atPoint(met.point)}`),
    })
    if (!passed) continue
    if (passes.get(key)?.nobody) throw alone(met)
    return
  }
}
