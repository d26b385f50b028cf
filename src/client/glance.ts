import { cutoverId, upgradeId } from '../domain/messages.ts'
import { recalled } from '../domain/remembered.ts'
import type { Temporal } from './connect.ts'
import { endedUpgrades, openCutovers, openUpgrades, platformOf } from './find.ts'
import type { OpenGate } from './shapes.ts'
import { keptGate } from './kept.ts'

/** What can be named on a command line, from Temporal's lists alone: no worker is asked. */
export interface Glance {
  /** Open ones first, with the apps that are there and their environments. */
  readonly open: readonly {
    readonly platform: string
    readonly apps: readonly { readonly app: string; readonly environments: readonly string[] }[]
    readonly gates: readonly OpenGate[]
  }[]
  readonly ended: readonly string[]
}

export async function glance(temporal: Temporal): Promise<Glance> {
  const [open, ended] = await Promise.all([openUpgrades(temporal), endedUpgrades(temporal)])
  return {
    open: await Promise.all(
      open.map(async (run) => {
        const platform = platformOf(run)
        const cutovers = await openCutovers(temporal, platform)
        return {
          platform,
          apps: cutovers.map(({ app, phase }) => ({ app, environments: phase.map((p) => p.split(': ', 1)[0] ?? p) })),
          gates: [
            ...recalled(run.memo).gates.map((g) => keptGate(platform, upgradeId(platform), g)),
            ...cutovers.flatMap((c) => c.gates.map((g) => keptGate(platform, cutoverId(platform, c.app), g, c.app))),
          ],
        }
      }),
    ),
    ended: [...new Set(ended.map(platformOf))],
  }
}
