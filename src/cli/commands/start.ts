import { Refused } from '../../client/problems.ts'
import type { Done } from '../../client/shapes.ts'
import * as upgrades from '../../client/upgrades.ts'
import type { UpgradeRequest } from '../../domain/messages.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { planned } from '../planning.ts'
import { agree } from '../prompt.ts'
import { plan as drawPlan } from '../render/plan.ts'
import { many } from '../render/words.ts'
import { requestFrom } from '../request.ts'
import { complain, withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly to: string
  readonly as?: string | undefined
  readonly yes?: true | undefined
  readonly output: Shape
  readonly color: boolean
  readonly watch?: true | undefined
}

/** Shows the plan, asks, and starts. A run that was started with this request already is attached to. */
export async function start(named: string | undefined, options: Options): Promise<number> {
  const by = whoIs(options.as)
  const request = await requestFrom(named, options, by)
  const { platform, to } = request
  const { did, workflowId, runId } = await withTemporal(async (temporal) => {
    const there = await upgrades.running(temporal, request)
    if (there) return there
    const it = await planned(temporal, request)
    tell(drawPlan(it, screenOn(process.stderr, options)))
    // Those of the upgrade's own end it at once; an app's stop that app, and are asked about there.
    const own = it.upgrade.findings.filter((f) => f.level === 'blocker')
    if (own.length > 0)
      throw new Refused(
        'blocked',
        `${many(own.length, 'blocker')} in the way: ${own.map((f) => f.code).join(', ')}. The remedies are listed above`,
      )
    await agree(
      it.from === to ? `Refresh ${platform}: build it anew at ${to}?` : `Upgrade ${platform} from ${it.from} to ${to}?`,
      options.yes,
    )
    return upgrades.start(temporal, request, it.proves)
  })
  const done: Done = { did, platform, workflowId, runId, by, message: said(did, request) }
  await print(done, options.output, { table: () => done.message, names: () => [workflowId] })
  if (options.watch === true) {
    const { watch } = await import('./watch.ts')
    const shape = options.output === 'json' ? 'json' : 'table'
    // It was started, whatever becomes of the watching.
    return await watch(platform, { ...options, output: shape }).catch((error: unknown) => complain(error, options, ''))
  }
  tell(`norikae watch ${platform} shows how it goes`)
  return exit.done
}

const said = (did: upgrades.Started['did'], { platform, to, by }: UpgradeRequest): string =>
  did === 'start'
    ? `✔ started: ${platform} to ${to}, as ${by}`
    : `✔ attached: ${platform} is being upgraded to ${to} already, with this request of ${by}; nothing was started`
