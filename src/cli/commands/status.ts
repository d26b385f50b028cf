import * as views from '../../client/views.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { gateDetails } from '../render/gates.ts'
import { blank, drawn } from '../render/lines.ts'
import { live } from '../render/live.ts'
import { overview as drawOverview } from '../render/overview.ts'
import { withTemporal } from '../run.ts'
import { screenOn } from '../terminal.ts'

interface Options {
  readonly platform?: string | undefined
  readonly as?: string | undefined
  readonly output: Shape
  readonly color: boolean
}

/** One platform's upgrade; without a name all of them, and every open gate. */
export async function status(named: string | undefined, options: Options): Promise<number> {
  const platform = named ?? options.platform
  const screen = screenOn(process.stdout, options)
  return withTemporal(async (temporal) => {
    if (platform === undefined) {
      const all = await views.overview(temporal)
      await print(all, options.output, {
        table: (wide) => drawOverview(all, screen, wide),
        names: () => all.upgrades.map((u) => u.platform),
      })
    } else {
      const view = await views.viewOrKept(temporal, platform)
      const { height: _all, ...whole } = screen
      await print(view, options.output, {
        table: (wide) =>
          [
            live(view, whole),
            ...(wide && view.kept === undefined
              ? view.gates.map((g) => drawn([blank, ...gateDetails(g, screen)], screen))
              : []),
          ].join('\n'),
        names: () => view.status.apps.map((a) => a.app),
      })
    }
    return exit.done
  })
}
