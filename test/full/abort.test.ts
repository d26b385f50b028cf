import { expect, test } from 'vitest'
import { upgradeId } from '../../src/domain/messages.ts'
import { accountOf, deployedToGreen } from './account.ts'
import { aBed, BLUE, endState, GREEN, PLATFORM, played, wellOn, WITHIN_MS } from './bed.ts'
import { EVERY, report } from './every.ts'

/** In the order in which an upgrade comes to them: the first of each kind, in the upgrade or in an app. */
const all = [
  'createCluster',
  'grantAccess',
  'createProvider',
  'trustCluster',
  'installAddon',
  'createNodeGroup',
  'openNamespaces',
  'deploy',
  'checkReady',
  'dryRunApps',
  'dryRunObjects',
  'pinSize',
  'openRoute',
  'checkExternal',
  'proveRoles',
  'proveChecks',
  'setWeight',
  'observe',
  'stopWorkload',
  'suspendSchedule',
  'retainVolumes',
  'detachVolumes',
  'attachVolumes',
  'startWorkload',
  'resumeSchedule',
  'confirmQuiet',
  'proveIdle',
] as const
const sampled: ReadonlySet<string> = new Set([
  'createNodeGroup',
  'deploy',
  'proveRoles',
  'setWeight',
  'detachVolumes',
  'resumeSchedule',
  'proveIdle',
])

const from = (type: (typeof all)[number]): ReadonlySet<string> => new Set(all.slice(all.indexOf(type)))
/** Green's add-ons are there, and with them who makes volumes. */
const withDriver = from('openNamespaces')
/** And the platform's own apps, with who makes load balancers. */
const withControllers = from('dryRunObjects')

test.for(all.filter((type) => EVERY || sampled.has(type)))(
  'aborted when it is at %s, everything is back on blue as it was',
  async (type) => {
    await using bed = await aBed()
    const before = accountOf(bed.world)
    let said = false
    let outside = 0
    const worker = await bed.worker((told) => {
      if (said || told.at !== 'before' || told.type !== type) return undefined
      said = true
      const upgrade = bed.temporal.client.workflow.getHandle(upgradeId(PLATFORM))
      return (withDriver.has(type) ? deployedToGreen(bed.world, GREEN) : Promise.resolve(0)).then((made) => {
        outside = made
        return upgrade.signal('abort', { by: 'baba@example.com', reason: `it is at ${type}` })
      })
    })
    await worker.ready()
    await bed.begin()
    const { view, asked } = await played(bed, { withinMs: WITHIN_MS })
    report(`abort at ${type}`, asked)
    expect(said).toBe(true)
    expect(view.outcome).toBe('rolled-back')
    expect(await endState(bed)).toEqual(wellOn(BLUE))
    // A volume, and then two load balancers: nothing of it is left.
    expect(outside).toBeGreaterThanOrEqual(withControllers.has(type) ? 3 : withDriver.has(type) ? 1 : 0)
    // Whoever owns the network hears a moment later that green is gone.
    await expect.poll(() => accountOf(bed.world), { timeout: 40_000 }).toEqual(before)
  },
)
