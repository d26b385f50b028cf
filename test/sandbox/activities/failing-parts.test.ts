import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../support/account.ts'
import { aRichProvision, type Provision } from '../../support/rich-provision.ts'
import { scope } from '../../support/small-world.ts'

/**
 * What EKS could not make, of each kind: in its own words, with what to do; made anew by the next try, and not before, since
 * EKS makes nothing under a name that is taken; and gone when green is given up.
 */

let its: Provision
beforeAll(async () => {
  its = await aRichProvision()
}, 60_000)
afterAll(() => its.world.stop())

const kinds = [
  {
    id: 'cluster/create',
    what: 'cluster',
    name: scope.green,
    because: `${scope.green} is FAILED: InsufficientFreeAddresses: The subnets do not have enough free IP addresses. (${scope.green}). To do: free five addresses or more in each of two subnets of the cluster, in different zones`,
    again: `${scope.green} failed in an earlier try and is deleted first`,
  },
  {
    id: 'nodegroup/shared/create',
    what: 'node group',
    name: 'shared',
    because:
      'node group shared could not be made: AsgInstanceLaunchFailures: Could not launch On-Demand Instances. InsufficientInstanceCapacity (shared). To do: see that EC2 has such instances in these zones, and that the quota of vCPUs has room for a second cluster (Service Quotas, L-1216C47A)',
    again: 'node group shared failed in an earlier try and is deleted first',
  },
  {
    id: 'fargate/batch/create',
    what: 'Fargate profile',
    name: 'batch',
    because:
      'Fargate profile batch could not be made: PodExecutionRoleAlreadyInUse: The pod execution role is used by a node group of this cluster. (batch). To do: give the Fargate profile a role that no node group has',
    again: 'Fargate profile batch failed in an earlier try and is deleted first',
  },
  {
    id: 'addon/vpc-cni',
    what: 'add-on',
    name: 'vpc-cni',
    because:
      'vpc-cni could not be installed: ConfigurationConflict: Conflicts found when trying to apply it. To do: see who else has made these objects on green, and take them away there',
    again: 'vpc-cni failed in an earlier try and is deleted first',
  },
] as const

/** Everything before that step, and the step itself. */
async function upTo(id: string) {
  const n = its.steps.findIndex((step) => step.id === id)
  const step = its.steps[n]
  if (!step) throw new Error(`there is no step ${id}`)
  for (const before of its.steps.slice(0, n)) await its.done(before)
  return { step, begun: its.steps.slice(0, n + 1) }
}

test.for(kinds)(
  'what EKS could not make is told with what to do, and made anew by the next try: a $what',
  async (kind) => {
    const { id, what, name, because, again } = kind
    const { world } = its
    const before = accountOf(world)
    world.faults.break(what, name)
    const { step, begun } = await upTo(id)
    expect(await its.failed(step)).toEqual({ type: 'Failed', message: because })
    // The same try, by a worker that took over: nothing is deleted that people are to look at.
    expect(await its.failed(step)).toEqual({ type: 'Failed', message: because })
    // Nothing was mended.
    expect(await its.failed(step, 2)).toEqual({ type: 'Failed', message: because })
    world.faults.clear()
    expect(await its.done(step, 3)).toContain(again)
    its.takenOff(before, await its.back(begun))
    expect(accountOf(world)).toEqual(before)
  },
)

test.for(kinds)('what EKS could not make goes with a green that is given up: a $what', async ({ id, what, name }) => {
  const { world } = its
  const before = accountOf(world)
  world.faults.break(what, name)
  const { step, begun } = await upTo(id)
  expect((await its.failed(step)).type).toBe('Failed')
  its.takenOff(before, await its.back(begun))
  expect(accountOf(world)).toEqual(before)
  world.faults.clear()
})

test('a node group that lacks nodes is waited for, with EKS’s reasons, and is done when they are there', async () => {
  const { world } = its
  const before = accountOf(world)
  world.faults.break('nodes of', 'shared')
  const { step, begun } = await upTo('nodegroup/shared/create')
  const why = /^node group shared is DEGRADED: AsgInstanceLaunchFailures: .*UnfulfillableCapacity.* To do: see that EC2/
  await its.begun(step)
  await expect.poll(() => its.begun(step)).toMatch(why)
  world.faults.mend('nodes of', 'shared')
  await its.done(step)
  its.takenOff(before, await its.back(begun))
  expect(accountOf(world)).toEqual(before)
})

test.for(kinds.filter(({ what }) => what !== 'cluster'))(
  'one that failed and that EKS cannot delete is told, once by each try: a $what',
  async ({ id, what, name }) => {
    const { world } = its
    const before = accountOf(world)
    world.faults.break(what, name)
    world.faults.break('deletion of', name)
    const { step, begun } = await upTo(id)
    await its.failed(step)
    const stuck = {
      type: 'Failed',
      message: expect.stringMatching(
        new RegExp(
          `^(${what} )?${name} failed in an earlier try, and could not be deleted: Ec2SecurityGroupDeletionFailure: .*`,
        ),
      ) as string,
    }
    expect(await its.failed(step, 2)).toEqual(stuck)
    expect(await its.failed(step, 3)).toEqual(stuck)
    world.faults.clear()
    await its.done(step, 4)
    its.takenOff(before, await its.back(begun))
    expect(accountOf(world)).toEqual(before)
  },
)
