import { setTimeout as sleep } from 'node:timers/promises'
import { upgradeStatus } from '../../client/ask.ts'
import { thePlatform } from '../../client/find.ts'
import { NotReady, Refused } from '../../client/problems.ts'
import { lookFirst, say } from '../../client/say.ts'
import type { Done } from '../../client/shapes.ts'
import { upgradeId } from '../../domain/messages.ts'
import type { Replan } from '../../domain/replanning.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs } from '../output.ts'
import { agree } from '../prompt.ts'
import { withTemporal } from '../run.ts'
import { because, type OrderOptions } from './order.ts'

const LOOK_EVERY_MS = 500
/** Looking for an app asks AWS and Kubernetes about all of blue, as planning does. */
const WITHIN_MS = 300_000

/** Has one app looked for again on blue, and says what became of it. */
export async function replan(app: string, options: OrderOptions): Promise<number> {
  const by = whoIs(options.as)
  const reason = because(options.reason)
  return withTemporal(async (temporal) => {
    const platform = await thePlatform(temporal, options.platform)
    const workflowId = upgradeId(platform)
    const said = { workflowId, message: 'replan', body: { app, by, reason } } as const
    const look = () => upgradeStatus(temporal, platform)
    const { replans: before = [], proves } = await lookFirst(temporal, said, look)
    await agree(`Look for ${app} of ${platform} on blue again, and plan with it as it is now?`, options.yes)
    await say(temporal, said, proves)
    const until = Date.now() + WITHIN_MS
    for (;;) {
      const { replans = [] } = await look().catch((error: unknown) => {
        if (error instanceof NotReady) throw untold(app, platform, error)
        throw error
      })
      const found = replans.findLast((r) => r.app === app && r.became !== 'looking')
      if (found !== undefined && !before.some((r) => r.app === app && r.at === found.at)) {
        if (found.became === 'refused') throw new Refused('not-replanned', `${app}: ${found.note ?? ''}`)
        const message = `✔ ${app} ${words[found.became]} (as ${by}): norikae watch ${platform} shows how it goes`
        const done: Done = { did: 'replan', platform, workflowId, by, app, message }
        await print(done, options.output, { table: () => message, names: () => [app] })
        return exit.done
      }
      if (Date.now() > until)
        throw new NotReady('no-answer', `${app} is still looked for; see: norikae status ${platform}`)
      await sleep(LOOK_EVERY_MS)
    }
  })
}

/** It was said and has counted: whatever is wrong now, it does not mean that nothing was changed. */
const untold = (app: string, platform: string, error: NotReady): NotReady =>
  new NotReady(
    'no-answer',
    `${app} is looked for, and what becomes of it cannot be seen now (${error.message}); see: norikae status ${platform}`,
    error,
  )

const words = {
  looking: 'is looked for',
  joins: 'joins the upgrade',
  changes: 'is planned as it is on blue now',
  leaves: 'leaves the upgrade',
  unchanged: 'is planned as it is on blue already; nothing was changed',
  refused: 'stays as it is',
} as const satisfies Record<Replan['became'], string>
