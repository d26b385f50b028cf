import { alongWith } from '../../client/along.ts'
import { cutoverStatus, upgradeStatus } from '../../client/ask.ts'
import type { Temporal } from '../../client/connect.ts'
import { thePlatform } from '../../client/find.ts'
import { BadInput, NotReady, Refused } from '../../client/problems.ts'
import { lookFirst, say } from '../../client/say.ts'
import type { Done } from '../../client/shapes.ts'
import { cutoverId, upgradeId, type AppStanding } from '../../domain/messages.ts'
import type { Status } from '../../domain/status.ts'
import type { ToProve } from '../../domain/trust.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { agree } from '../prompt.ts'
import { many } from '../render/words.ts'
import { withTemporal } from '../run.ts'
import { tell } from '../terminal.ts'

export interface OrderOptions {
  readonly platform?: string | undefined
  readonly as?: string | undefined
  readonly yes?: true | undefined
  readonly reason?: string | undefined
  readonly output: Shape
}

/** Takes one environment of an app, or all of them, back to blue; what moves with it goes too, which is said before. */
export async function rollback(app: string, environment: string | undefined, options: OrderOptions): Promise<number> {
  const by = whoIs(options.as)
  const reason = because(options.reason)
  return withTemporal(async (temporal) => {
    const platform = await thePlatform(temporal, options.platform)
    const workflowId = cutoverId(platform, app)
    const where = environment === undefined ? {} : { environment }
    const said = { workflowId, message: 'rollback', body: { by, reason, ...where } } as const
    const { mine, along, proves } = await lookFirst(temporal, said, () => movable(temporal, platform, app, environment))
    showWayBack(mine.flatMap((r) => r.wayBack))
    if (along.length > 0) tell(`it moves with others, which go back too: ${along.join(', ')}`)
    const place = [app, environment].filter((n) => n !== undefined).join(' ')
    const all = along.length === 0 ? place : `${place} and ${along.join(', ')}`
    await agree(`Take ${all} of ${platform} back to blue?`, options.yes)
    await say(temporal, said, proves)
    const message = `✔ rolling back ${place} (as ${by}): norikae watch ${platform} shows how it goes`
    return done({ did: 'rollback', platform, workflowId, by, app, ...where, message }, options.output)
  })
}

/** What a rollback would take back. Throws `BadInput` where there is nothing of this name, `Refused` where it may not. */
async function movable(
  temporal: Temporal,
  platform: string,
  app: string,
  environment: string | undefined,
): Promise<{ readonly mine: readonly Status[]; readonly along: readonly string[]; readonly proves?: ToProve }> {
  const { apps } = await upgradeStatus(temporal, platform)
  const environments = apps.find((a) => a.app === app)?.environments ?? []
  if (apps.length > 0 && environments.length === 0)
    throw unknown(
      `app ${app} of ${platform}`,
      apps.map((a) => a.app),
    )
  const wanted = environments.filter((e) => environment === undefined || e.name === environment)
  if (environments.length > 0 && wanted.length === 0)
    throw unknown(
      `environment ${environment} of ${app}`,
      environments.map((e) => e.name),
    )
  const place = [app, environment].filter((n) => n !== undefined).join(' ')
  if (wanted.length > 0 && wanted.every((e) => e.is === 'committed'))
    throw new Refused('not-now', `${place} is committed: there is no way back`)
  const { runs, proves } = await cutoverStatus(temporal, cutoverId(platform, app)).catch((error: unknown) => {
    if (error instanceof NotReady && error.code === 'not-found')
      throw new Refused('not-now', `${place} is on blue: it has not begun to move`)
    throw error
  })
  const mine = runs.filter((r) => environment === undefined || r.subject.environment === environment)
  const [reason, ...reasons] = mine.map((r) => r.can.rollback)
  if (reason !== undefined && reasons.every((r) => r !== undefined)) throw new Refused('not-now', `${place}: ${reason}`)
  return { mine, along: alongWith(apps, app, environment), ...(proves && { proves }) }
}

const unknown = (what: string, known: readonly string[]): BadInput =>
  new BadInput(`there is no ${what}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`)

/** Takes everything back: the apps, last first, then green. */
export async function abort(options: OrderOptions): Promise<number> {
  const by = whoIs(options.as)
  const reason = because(options.reason)
  return withTemporal(async (temporal) => {
    const platform = await thePlatform(temporal, options.platform)
    const workflowId = upgradeId(platform)
    const said = { workflowId, message: 'abort', body: { by, reason } } as const
    const { run, proves } = await lookFirst(temporal, said, () => upgradeStatus(temporal, platform))
    showWayBack(run?.wayBack ?? [])
    await agree(`Abort the upgrade of ${platform}, and take all of it back?`, options.yes)
    await say(temporal, said, proves)
    const message = `✔ aborting the upgrade of ${platform} (as ${by}): norikae watch ${platform} shows how it goes`
    return done({ did: 'abort', platform, workflowId, by, message }, options.output)
  })
}

/** No app gets its turn, and the upgrade begins no step; what moves already goes to its end. */
export async function pauseOrResume(verb: 'pause' | 'resume', options: OrderOptions): Promise<number> {
  const by = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const platform = await thePlatform(temporal, options.platform)
    const workflowId = upgradeId(platform)
    const { reason } = options
    const said = { workflowId, message: verb, body: { by, ...(reason !== undefined && { reason }) } }
    const { proves, apps } = await lookFirst(temporal, said, () => upgradeStatus(temporal, platform))
    await say(temporal, said, proves)
    const message =
      verb === 'pause'
        ? [`✔ paused ${platform} (as ${by}): nothing new begins until norikae resume`, ...goingOn(apps)].join('\n')
        : `✔ resumed ${platform} (as ${by})`
    return done({ did: verb, platform, workflowId, by, message }, options.output)
  })
}

/** What a pause does not hold: stopping half way would leave it on both sides. */
function goingOn(apps: readonly AppStanding[]): string[] {
  const moving = apps.flatMap((a) => a.environments.filter((e) => e.is === 'moving').map((e) => `${a.app} ${e.name}`))
  const [first] = moving
  if (first === undefined) return []
  const more = moving.length > SHOWN ? ` and ${moving.length - SHOWN} more` : ''
  return [
    `what moves already goes to its end: ${moving.slice(0, SHOWN).join(', ')}${more}. To take one back: norikae rollback ${first} --reason "<why>"`,
  ]
}

async function done(it: Done, output: Shape): Promise<number> {
  await print(it, output, { table: () => it.message, names: () => [it.workflowId] })
  return exit.done
}

/** It is in the report, and what the app's team reads. */
export function because(reason: string | undefined): string {
  if (reason === undefined || reason.trim() === '') throw new BadInput('why? Say it with --reason "<text>"')
  return reason
}

const SHOWN = 8

function showWayBack(steps: readonly string[]): void {
  if (steps.length === 0) return
  tell(`the way back, ${many(steps.length, 'step')}:`)
  for (const title of steps.slice(0, SHOWN)) tell(`  ↩ ${title}`)
  if (steps.length > SHOWN) tell(`  … and ${steps.length - SHOWN} more`)
}
