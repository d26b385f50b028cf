import { thePlatform } from '../../client/find.ts'
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
    upgrades.report(temporal, await thePlatform(temporal, named ?? platform, true)),
  )
  out(output === 'json' ? JSON.stringify(it, null, 2) : markdown(it))
  return exit.done
}
