import type { Temporal } from '../../client/connect.ts'
import { BadInput } from '../../client/problems.ts'
import * as changes from '../../client/schedule-changes.ts'
import { scheduled, thePlatformScheduled, viewOf } from '../../client/schedules.ts'
import type { ScheduleDone } from '../../client/shapes.ts'
import { calendarIn, tellsIn, type KeptSchedule } from '../../domain/schedule.ts'
import { scheduleId } from '../../domain/scheduled.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { agree } from '../prompt.ts'
import { planned as drawPlanned, schedule as drawSchedule } from '../render/schedule.ts'
import { fileOf, textOf } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

interface Reading {
  readonly output: Shape
  readonly color: boolean
}
interface Options extends Reading {
  readonly as?: string | undefined
  readonly yes?: true | undefined
  readonly reason?: string | undefined
}

/** Makes the schedule that the platform file says, or makes the one that is there like it. Needs no worker. */
export async function create(options: Options & { readonly file: string }): Promise<number> {
  const by = whoIs(options.as)
  const { platform, kept } = await keptFrom(options.file)
  return withTemporal(async (temporal) => {
    const { is, changes: other } = await changes.planned(temporal, platform, kept)
    tell(drawPlanned(platform, kept, other, screenOn(process.stderr, options)))
    const end = (did: ScheduleDone['did'], message: string) =>
      done(did, platform, by, message, options.output, is === 'changed' ? other : [])
    if (is === 'same') return end('keep', `✔ the schedule of ${platform} is so already; nothing was changed`)
    await agree(`${is === 'new' ? 'Make' : 'Change'} the schedule of ${platform}?`, options.yes)
    await changes.put(temporal, platform, kept, by)
    return is === 'new'
      ? end('create', `✔ made the schedule of ${platform} (as ${by}): norikae schedule show ${platform}`)
      : end('update', `✔ changed the schedule of ${platform} (as ${by}): ${other.join('; ')}`)
  })
}

/** When it fires, what became of it, and whether it is paused. */
export async function show(named: string | undefined, options: Reading): Promise<number> {
  return withTemporal(async (temporal) => {
    const it = await viewOf(temporal, await thePlatformScheduled(temporal, named))
    await print(it, options.output, {
      table: () => drawSchedule(it, screenOn(process.stdout, options)),
      names: () => [it.scheduleId],
    })
    return exit.done
  })
}

export async function pauseOrResume(
  verb: 'pause' | 'resume',
  named: string | undefined,
  options: Options,
): Promise<number> {
  const by = whoIs(options.as)
  const note = `${verb}d by ${by}${options.reason === undefined ? '' : `: ${options.reason}`}`
  return withTemporal(async (temporal) => {
    const platform = await thePlatformScheduled(temporal, named)
    await (verb === 'pause' ? changes.pause : changes.resume)(temporal, platform, note)
    const message =
      verb === 'pause'
        ? `✔ paused the schedule of ${platform} (as ${by}): it announces nothing until norikae schedule resume; what was announced already starts`
        : `✔ resumed the schedule of ${platform} (as ${by})`
    return done(verb, platform, by, message, options.output)
  })
}

/** As if its day had come: it is decided and announced now. */
export async function trigger(named: string | undefined, options: Options): Promise<number> {
  const by = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const platform = await known(temporal, named)
    await agree(
      `Let the schedule of ${platform} decide now? Where there is something to upgrade to, every team is told`,
      options.yes,
    )
    await changes.trigger(temporal, platform)
    const message = `✔ triggered the schedule of ${platform} (as ${by}): norikae schedule show ${platform}`
    return done('trigger', platform, by, message, options.output)
  })
}

export async function remove(named: string | undefined, options: Options): Promise<number> {
  const by = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const platform = await known(temporal, named)
    await agree(`Delete the schedule of ${platform}? What it has started goes on`, options.yes)
    await changes.remove(temporal, platform)
    return done('delete', platform, by, `✔ deleted the schedule of ${platform} (as ${by})`, options.output)
  })
}

/** Nobody is asked about a schedule that is not there. */
async function known(temporal: Temporal, named: string | undefined): Promise<string> {
  const platform = await thePlatformScheduled(temporal, named)
  await scheduled(temporal, platform)
  return platform
}

async function keptFrom(file: string): Promise<{ readonly platform: string; readonly kept: KeptSchedule }> {
  const read = await fileOf(await textOf(file), file)
  const { platform, schedule } = read
  if (!schedule) throw new BadInput(`${file} has no schedule; write schedule: {} for each quarter, then try again`)
  return { platform, kept: { schedule, ...calendarIn(read), tells: tellsIn(read) } }
}

async function done(
  did: ScheduleDone['did'],
  platform: string,
  by: string,
  message: string,
  output: Shape,
  changed: readonly string[] = [],
): Promise<number> {
  const id = scheduleId(platform)
  const it: ScheduleDone = { did, platform, scheduleId: id, by, message, changes: changed }
  await print(it, output, { table: () => message, names: () => [id] })
  return exit.done
}
