import type { Temporal } from '../../client/connect.ts'
import { endedUpgrades, platformOf } from '../../client/find.ts'
import { NotReady } from '../../client/problems.ts'
import * as upgrades from '../../client/upgrades.ts'
import { exit } from '../exit-codes.ts'
import { report as markdown } from '../render/report.ts'
import { withTemporal } from '../run.ts'
import { out } from '../terminal.ts'

interface Options {
  readonly platform?: string | undefined
  readonly output: 'md' | 'json'
}

/** What the upgrade left written down, after it ended. */
export async function report(named: string | undefined, { platform, output }: Options): Promise<number> {
  const it = await withTemporal(async (temporal) =>
    upgrades.report(temporal, named ?? platform ?? (await endedLast(temporal))),
  )
  out(output === 'json' ? JSON.stringify(it, null, 2) : markdown(it))
  return exit.done
}

async function endedLast(temporal: Temporal): Promise<string> {
  const [latest] = await endedUpgrades(temporal, 1)
  if (latest === undefined) throw new NotReady('not-found', 'no upgrade has ended here; see: norikae status')
  return platformOf(latest)
}
