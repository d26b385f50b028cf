import { expect, test } from 'vitest'
import { connectOutside } from '../../src/adapters/index.ts'
import { actions } from '../../src/domain/actions.ts'
import { upgradeId } from '../../src/domain/messages.ts'
import type { SandboxCluster } from '../../src/sandbox/types.ts'
import { accountOf, broughtControllers, deployedTo, MADE } from '../support/account.ts'
import { aBed, BLUE, GREEN, PLATFORM, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { EVERY, report } from './every.ts'
import { played } from './played.ts'

/** In the order in which an upgrade comes to them: the first of each kind, in the upgrade or in an app. */
const all = [
  'makeLogGroup',
  'createCluster',
  'grantAccess',
  'createProvider',
  'trustCluster',
  'installAddon',
  'copyAccessEntry',
  'copyPodIdentity',
  'copyLaunchTemplate',
  'createNodeGroup',
  'createFargateProfile',
  'copyLogRetention',
  'copyIdentityProvider',
  'awaitNetworkTags',
  'awaitGroupRules',
  'openNamespaces',
  'deploy',
  'checkReady',
  'dryRunApps',
  'dryRunObjects',
  'publishWhere',
  'pinSize',
  'openRoute',
  'checkExternal',
  'proveRoles',
  'proveChecks',
  'reserveCapacity',
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
  'drainBuffer',
  'proveIdle',
] as const
/** Of an app that has gone back by itself before. */
const ofWayBack: ReadonlySet<string> = new Set(['settleRoute', 'releaseCapacity', 'withdraw'])
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

/** Steps that this world comes to and that nobody aborts at: they want a line above. */
const unlisted = (seen: ReadonlySet<string>): string[] => {
  const known: ReadonlySet<string> = new Set([...all, ...ofWayBack])
  return [...seen].filter((type) => Object.hasOwn(actions, type) && !known.has(type))
}

/** Aborts once, when it is at this step, after somebody has deployed to green if `deploys`; how that ended is held against before. */
async function abortedAt(bed: Bed, type: (typeof all)[number], deploys: (green: SandboxCluster) => Promise<number>) {
  const before = accountOf(bed.world)
  let said = false
  let outside = 0
  const seen = new Set<string>()
  const worker = bed.worker((told) => {
    if (!said) seen.add(told.type)
    if (said || told.at !== 'before' || told.type !== type) return undefined
    said = true
    const upgrade = bed.temporal.client.workflow.getHandle(upgradeId(PLATFORM))
    const green = bed.world.clusters().find(({ name }) => name === GREEN)
    return (green ? deploys(green) : Promise.resolve(0)).then((made) => {
      outside = made
      return upgrade.signal('abort', { by: 'baba@example.com', reason: `it is at ${type}` })
    })
  })
  await worker.ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  report(`abort at ${type}`, asked)
  expect(said).toBe(true)
  expect(unlisted(seen)).toEqual([])
  expect(view.outcome).toBe('rolled-back')
  expect(await endState(bed)).toEqual(wellOn(BLUE))
  // Whoever owns the network hears a moment later that green is gone.
  await expect.poll(() => accountOf(bed.world), { timeout: 40_000 }).toEqual(before)
  return { outside, asked }
}

test.for(all.filter((type) => EVERY || sampled.has(type)))(
  'aborted when it is at %s, everything is back on blue as it was',
  async (type) => {
    await using bed = await aBed()
    const { outside } = await abortedAt(bed, type, (green) =>
      withDriver.has(type) ? deployedTo(bed.world, green) : Promise.resolve(0),
    )
    // A volume, and then three load balancers: nothing of it is left.
    expect(outside).toBeGreaterThanOrEqual(withControllers.has(type) ? MADE : withDriver.has(type) ? 1 : 0)
  },
)

/** Steps of a green without add-ons, at which others have brought their own controllers by then. */
const bare = ['grantAccess', 'copyAccessEntry', 'createNodeGroup', 'awaitGroupRules'] as const
test.for(bare.filter((type) => EVERY || type === 'createNodeGroup'))(
  'aborted when it is at %s of a green without add-ons, to which others have deployed, the account is as it was',
  async (type) => {
    await using bed = await aBed()
    const { aws } = bed.world
    const theirs = connectOutside({ credentials: async () => aws.admin })
    const eks = theirs.eks(aws.identity.region)
    for (const name of await eks.addonNames(BLUE)) await eks.deleteAddon(BLUE, name)
    await expect.poll(() => eks.addonNames(BLUE)).toEqual([])
    await theirs.close()
    const { outside } = await abortedAt(bed, type, async (green) => {
      await broughtControllers(green)
      return deployedTo(bed.world, green)
    })
    expect(outside).toBe(MADE)
  },
)
