import type { PlannedUpgrade } from '../../domain/outline.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { planned } from '../planning.ts'
import { leaves, plan as drawPlan } from '../render/plan.ts'
import { requestFrom } from '../request.ts'
import { withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

interface Options {
  readonly file?: string | undefined
  readonly to: string
  readonly as?: string | undefined
  readonly output: Shape
  readonly color: boolean
  readonly exitCode?: true | undefined
}

/** What the upgrade would do. Starts nothing, changes nothing. */
export async function plan(named: string | undefined, options: Options): Promise<number> {
  const request = await requestFrom(named, options, options.as ?? 'norikae plan')
  const it = await withTemporal((temporal) => planned(temporal, request))
  await print(it, options.output, {
    table: (wide) => drawPlan(it, screenOn(process.stdout, options), wide),
    names: () => stepsOf(it),
  })
  tell('nothing was started')
  if (options.exitCode !== true) return exit.done
  if (blockers(it) > 0) return exit.refused
  return stepsOf(it).length > 0 ? exit.changes : exit.done
}

const stepsOf = ({ upgrade }: PlannedUpgrade): string[] =>
  upgrade.phases.flatMap((p) => leaves([...p.forward, ...p.commit])).map((s) => s.id)

export const blockers = ({ upgrade, cutovers }: PlannedUpgrade): number =>
  [...upgrade.findings, ...cutovers.flatMap((c) => c.findings)].filter((f) => f.level === 'blocker').length
