import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaves } from '../../../src/domain/steps.ts'
import type { Prepared } from '../../../src/workflows/activities.ts'
import { driven } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { SECRET, stateOf } from '../../support/terraform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'

/** A blue that a stack has: planned, and removed by somebody else. */

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await world.aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    nodegroups: [{ name: 'general', size: 1, min: 1, max: 2, labels: {} }],
    addons: [],
    tags: { 'aws:cloudformation:stack-name': 'eks-blue' },
  })
})
afterAll(() => world.stop())

const prepare = (more = ''): Promise<Prepared> =>
  driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile(more) },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  ).then(({ answer }) => answer)
const removal = ({ plan }: Prepared) =>
  leaves(plan.phases.find((p) => p.name === 'decommission')?.forward ?? [])
    .map((s) => s.id)
    .filter((id) => id !== 'blue/empty')

test('the plan says whose it is, and waits for its owner', async () => {
  const prepared = await prepare()
  const by = 'CloudFormation (eks-blue)'
  expect(prepared.owned.map(({ resource, owner, written }) => [resource, owner, written])).toEqual([
    ['cluster demo-1-36, with all that hangs on it', 'Norikae', 'own'],
    ['cluster demo-1-35', by, 'requested'],
    ['node group general of demo-1-35', by, 'requested'],
  ])
  expect(removal(prepared)).toEqual(['blue/removal', 'blue/remains'])
})

test('where the file says so Norikae deletes it, and the plan still says whose it was', async () => {
  const prepared = await prepare('decommission: { deletes: norikae }\n')
  expect(prepared.owned.map(({ owner, written }) => [owner, written])).toContainEqual([
    'CloudFormation (eks-blue)',
    'own',
  ])
  expect(removal(prepared)).toEqual(['blue/nodegroup/general', 'blue/delete', 'blue/remains'])
})

test('what a state file has is its owner’s by address, before any tag', async () => {
  const { account, region, blue: name } = scope
  world.states.set('terraform/eks.tfstate', stateOf({ account, region, name, nodeGroups: ['general'] }))
  const prepared = await prepare('owners: { terraform: { states: [terraform/eks.tfstate], at: infra/eks } }\n')
  const group = 'module.eks.module.eks_managed_node_group["general"].aws_eks_node_group.this[0]'
  expect(prepared.owned.map(({ resource, owner, written }) => [resource, owner, written])).toEqual([
    ['cluster demo-1-36, with all that hangs on it', 'Norikae', 'own'],
    ['cluster demo-1-35', 'Terraform (infra/eks) module.eks.aws_eks_cluster.this[0]', 'requested'],
    ['node group general of demo-1-35', `Terraform (infra/eks) ${group}`, 'requested'],
  ])
  expect(removal(prepared)).toEqual(['blue/removal', 'blue/remains'])
  expect(JSON.stringify(prepared)).not.toContain(SECRET)
})

test.for([
  {
    says: 'is not there',
    text: undefined,
    hears: 'small.tfstate" is not there; put it into the worker’s folder of platforms',
  },
  { says: 'is none', text: `{"${SECRET}`, hears: 'small.tfstate:1:' },
  {
    says: 'is of another account',
    text: stateOf({ account: '000000000000', region: scope.region, name: scope.blue }),
    hears: `names nothing of account ${scope.account}`,
  },
])('a state file that $says ends it, before anything is asked of AWS', async ({ text, hears }) => {
  if (text !== undefined) world.states.set('small.tfstate', text)
  else world.states.delete('small.tfstate')
  const refused = prepare('owners: { terraform: { states: [small.tfstate] } }\n')
  await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(hears) })
  await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('nothing was started') })
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining(SECRET) })
})

test('what green uses of the same stack stands in the way', async () => {
  const tags = { 'aws:cloudformation:stack-name': 'eks-blue' }
  const subnet = 'subnet-0a1a1a1a1a1a1a1a1'
  const nodes = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
  world.aws.subnets.tag(subnet, tags)
  world.aws.iam.seedRole('eks-node', { Version: '2012-10-17', Statement: [nodes] }, tags)
  world.aws.iam.seedRole('somebody', { Version: '2012-10-17', Statement: [nodes] }, tags)
  const taken = async (more = '') =>
    (await prepare(more)).plan.findings.filter((f) => f.code === 'removal-takes-green').map((f) => f.message)
  expect(await taken()).toEqual([`who removes blue by it removes with it what green uses: role eks-node, ${subnet}`])
  expect(await taken('decommission: { deletes: norikae }\n')).toEqual([])
})

test('where people went on without, what Norikae made for its node groups stays with them', async () => {
  const { facts } = await prepare()
  const tags = { 'norikae.io/platform': scope.platform, 'norikae.io/cluster': scope.blue, 'norikae.io/run': 'run-0' }
  const templates = world.theirs.launchTemplates(scope.region)
  const given = { settings: { KeyName: 'k' }, tags }
  await templates.create({ ...given, name: `${scope.blue}.general` }, 'lt-general')
  await templates.create({ ...given, name: `${scope.blue}.gone` }, 'lt-gone')
  const remove = async (nodeGroup: string) => {
    const input = { cluster: scope.blue, nodeGroup, identity: facts.blue }
    return (await driven(world.activities.deleteLaunchTemplate, call<'deleteLaunchTemplate'>(input))).answer.note
  }
  expect(await remove('general')).toBe(
    'node group general of demo-1-35 is there yet, and launch template demo-1-35.general stays with it',
  )
  expect(await remove('gone')).toBe('launch template demo-1-35.gone is gone')
  expect(await templates.find(`${scope.blue}.general`, '1')).toBeDefined()
})

test('it is waited for with the command of its owner, and done once it is gone', async () => {
  const { facts } = await prepare()
  const input = { cluster: scope.blue, identity: facts.blue, parts: facts.requested ?? [] }
  const eks = world.theirs.eks(scope.region)
  const { waits, answer } = await driven(world.activities.awaitRemoval, call<'awaitRemoval'>(input), {
    between: async (_why, attempt) => {
      if (attempt > 1) return
      await eks.deleteNodegroup(scope.blue, 'general')
      await eventually('it has no nodes', async () => (await eks.nodegroupNames(scope.blue)).length === 0)
      if ((await eks.findCluster(scope.blue))?.deletionProtection)
        await eks.setDeletionProtection(scope.blue, false, 'protection')
      await eventually('it may go', async () => (await eks.findCluster(scope.blue))?.status === 'ACTIVE')
      await eks.deleteCluster(scope.blue)
    },
  })
  expect(waits[0]).toContain(
    'node group general of demo-1-35, cluster demo-1-35 are there yet: aws cloudformation delete-stack --stack-name eks-blue --region ap-northeast-1',
  )
  expect(answer.note).toBe('demo-1-35 is gone')
})
