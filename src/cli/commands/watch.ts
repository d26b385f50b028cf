import { changes } from '../../client/changes.ts'
import { thePlatform } from '../../client/find.ts'
import { follow } from '../../client/follow.ts'
import { isFor } from '../../client/gates.ts'
import { BadInput } from '../../client/problems.ts'
import type { UpgradeView } from '../../client/shapes.ts'
import { isDuration, milliseconds } from '../../domain/duration.ts'
import { exit, exitOf } from '../exit-codes.ts'
import { change } from '../render/change.ts'
import { live } from '../render/live.ts'
import { withTemporal } from '../run.ts'
import { canvas } from '../canvas.ts'
import { out, screenOn, tell, type Look } from '../terminal.ts'

interface Options extends Look {
  readonly platform?: string | undefined
  readonly output: 'table' | 'json'
  readonly timeout?: string | undefined
  readonly untilAsked?: true | undefined
}

const EVERY_MS = 1000
const NEVER_MS = 2 ** 31 - 1 // setTimeout takes no more; 24 days

/**
 * One live view on a terminal; a line, or with JSON an object, per change elsewhere. Ends when the upgrade does, when
 * `--timeout` has passed (5), when somebody is asked and `--until-asked` was given (4), or by Ctrl-C (130).
 */
export async function watch(named: string | undefined, options: Options): Promise<number> {
  const limit = timeout(options.timeout)
  const leaving = new AbortController()
  let code: number | undefined
  const leave = (why: number) => () => {
    code ??= why
    leaving.abort()
  }
  const onSignal = leave(exit.detached)
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  const clock = setTimeout(leave(exit.timedOut), limit)
  try {
    return await withTemporal(async (temporal) => {
      const platform = await thePlatform(temporal, named ?? options.platform)
      const show = options.output === 'json' ? asJson() : process.stdout.isTTY ? onScreen(options) : asLines(options)
      let last: UpgradeView | undefined
      try {
        for await (const view of follow(temporal, platform, { everyMs: EVERY_MS, signal: leaving.signal })) {
          show.view(view)
          last = view
          if (options.untilAsked && asked(view, options.as)) leave(exit.needsPerson)()
          if (leaving.signal.aborted) break
        }
      } finally {
        show.end()
      }
      if (last !== undefined && last.outcome !== 'running') return exitOf[last.outcome]
      // Over the ^C that the terminal wrote.
      tell((process.stderr.isTTY ? '\r' : '') + farewell(code, platform, options.timeout))
      return code ?? exit.detached
    })
  } finally {
    clearTimeout(clock)
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
  }
}

interface Shown {
  view(view: UpgradeView): void
  end(): void
}

function onScreen(options: Options): Shown {
  let latest: UpgradeView | undefined
  const draw = canvas(() => (latest === undefined ? '' : live(latest, screenOn(process.stdout, options))))
  return {
    view: (view) => {
      latest = view
      draw.changed()
    },
    end: draw.end,
  }
}

function asLines(options: Options): Shown {
  const screen = screenOn(process.stdout, options)
  return perChange((it) => change(it, screen))
}

const asJson = (): Shown => perChange((it) => JSON.stringify(it))

function perChange(text: (it: ReturnType<typeof changes>[number]) => string): Shown {
  let before: UpgradeView | undefined
  return {
    view: (view) => {
      for (const it of changes(before, view)) out(text(it))
      before = view
    },
    end: () => undefined,
  }
}

/** Of this person, where it is known who that is. What goes on by itself needs nobody. */
const asked = ({ gates }: UpgradeView, who: string | undefined): boolean =>
  gates.some((g) => g.opensAt === undefined && (who === undefined || isFor(g, who) !== false))

function timeout(text: string | undefined): number {
  if (text === undefined) return NEVER_MS
  if (!isDuration(text)) throw new BadInput(`--timeout ${text} is not a duration; write 60s, 1m30s or 2h`)
  return Math.min(milliseconds(text), NEVER_MS)
}

function farewell(code: number | undefined, platform: string, timeout: string | undefined): string {
  const goesOn = `the upgrade of ${platform} goes on; come back with: norikae watch ${platform}`
  if (code === exit.timedOut) return `not over within ${timeout ?? ''}: ${goesOn}`
  if (code === exit.needsPerson) return `somebody is asked (norikae approve --platform ${platform}): ${goesOn}`
  return `detached: ${goesOn}`
}
