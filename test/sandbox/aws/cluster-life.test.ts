import {
  CreateAddonCommand,
  CreateClusterCommand,
  CreateNodegroupCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  ListNodegroupsCommand,
  ListUpdatesCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { aCluster, aNodegroup, aSandbox, refused, seedBlue, type Fixture } from './a-sandbox.ts'

const clusterOf = async ({ eks }: Fixture, name = 'green') =>
  (await eks.send(new DescribeClusterCommand({ name }))).cluster
const groupOf = async ({ eks }: Fixture, clusterName = 'green') =>
  (await eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName: 'apps' }))).nodegroup
const addonOf = async ({ eks }: Fixture, addonName: string) =>
  (await eks.send(new DescribeAddonCommand({ clusterName: 'green', addonName }))).addon

test('a cluster lives: it is made, gets nodes and add-ons, and goes when nothing hangs on it', async () => {
  const it = await aSandbox()
  const { eks, outside, aws } = it

  const made = await eks.send(new CreateClusterCommand(aCluster()))
  expect(made.cluster).toMatchObject({
    status: 'CREATING',
    arn: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/green',
    kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
    tags: { 'norikae/run': 'r1' },
    deletionProtection: false,
  })
  expect(made.cluster?.endpoint).toBeUndefined()
  expect(made.cluster?.createdAt?.getTime()).toBeGreaterThan(Date.now() - 60_000)

  const active = await eventually('green is ACTIVE', async () => {
    const cluster = await clusterOf(it)
    return cluster?.status === 'ACTIVE' && cluster
  })
  expect(active.endpoint).toBe('https://green.test')
  expect(active.certificateAuthority?.data).toBe('Q0E=')
  expect(active.identity?.oidc?.issuer).toMatch(
    /^https:\/\/oidc\.eks\.ap-northeast-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/,
  )

  await eks.send(new CreateAddonCommand({ clusterName: 'green', addonName: 'coredns' }))
  const alone = await eventually('coredns has no nodes', async () => {
    const addon = await addonOf(it, 'coredns')
    return addon?.status === 'DEGRADED' && addon
  })
  expect(alone.health?.issues?.[0]?.code).toBe('InsufficientNumberOfReplicas')

  const group = await eks.send(new CreateNodegroupCommand(aNodegroup({ clusterName: 'green' })))
  expect(group.nodegroup).toMatchObject({ status: 'CREATING', version: '1.36', amiType: 'AL2023_x86_64_STANDARD' })
  expect(group.nodegroup?.nodegroupArn).toMatch(/^arn:aws:eks:ap-northeast-1:\d{12}:nodegroup\/green\/apps\/[\w-]{36}$/)
  await eventually('the node group is ACTIVE', async () => (await groupOf(it))?.status === 'ACTIVE')
  expect((await addonOf(it, 'coredns'))?.status).toBe('ACTIVE')

  expect(await refused(eks.send(new DeleteClusterCommand({ name: 'green' })))).toBe('409 ResourceInUseException')
  const leaving = await eks.send(new DeleteNodegroupCommand({ clusterName: 'green', nodegroupName: 'apps' }))
  expect(leaving.nodegroup?.status).toBe('DELETING')
  await eventually('the node group is gone', async () => {
    const { nodegroups } = await eks.send(new ListNodegroupsCommand({ clusterName: 'green' }))
    return nodegroups?.length === 0
  })
  expect(await refused(groupOf(it))).toBe('404 ResourceNotFoundException')

  const { cluster } = await eks.send(new DeleteClusterCommand({ name: 'green' }))
  expect(cluster?.status).toBe('DELETING')
  await eventually('green is gone', async () => (await refused(clusterOf(it))) === '404 ResourceNotFoundException')
  expect(aws.eks.inventory()).toEqual([])
  expect(outside.told).toEqual([
    'start green',
    'green/apps 3 {"pool":"apps"}',
    'green/apps 0 {"pool":"apps"}',
    'stop green',
  ])
})

test('a cluster whose API server does not start is FAILED, and says why', async () => {
  const it = await aSandbox()
  it.outside.clusterFails = true
  await it.eks.send(new CreateClusterCommand(aCluster()))
  const failed = await eventually('green is FAILED', async () => {
    const cluster = await clusterOf(it)
    return cluster?.status === 'FAILED' && cluster
  })
  expect(failed.health?.issues?.[0]?.message).toContain('no room')
})

test('a node group that is told to fail ends in CREATE_FAILED, with the issue, and can be deleted', async () => {
  const it = await aSandbox()
  await seedBlue(it.aws)
  it.faults.failNodegroup('apps')
  await it.eks.send(new CreateNodegroupCommand(aNodegroup()))
  const failed = await eventually('the node group failed', async () => {
    const group = await groupOf(it, 'blue')
    return group?.status === 'CREATE_FAILED' && group
  })
  expect(failed.health?.issues).toMatchObject([{ code: 'AsgInstanceLaunchFailures', resourceIds: ['apps'] }])
  expect(await refused(it.eks.send(new DeleteClusterCommand({ name: 'blue' })))).toBe('409 ResourceInUseException')
  await it.eks.send(new DeleteNodegroupCommand({ clusterName: 'blue', nodegroupName: 'apps' }))
  await eventually('it is gone', async () => (await refused(groupOf(it, 'blue'))).startsWith('404'))
})

test('a protected cluster can be deleted once an update took the protection off', async () => {
  const it = await aSandbox()
  const { eks } = it
  await eks.send(new CreateClusterCommand(aCluster({ deletionProtection: true })))
  await eventually('green is ACTIVE', async () => (await clusterOf(it))?.status === 'ACTIVE')
  expect(await refused(eks.send(new DeleteClusterCommand({ name: 'green' })))).toBe('400 InvalidRequestException')

  const { update } = await eks.send(new UpdateClusterConfigCommand({ name: 'green', deletionProtection: false }))
  expect(update).toMatchObject({ status: 'InProgress', type: 'DeletionProtectionUpdate' })
  await eventually('the update is Successful', async () => {
    const read = await eks.send(new DescribeUpdateCommand({ name: 'green', updateId: update?.id }))
    return read.update?.status === 'Successful'
  })
  expect((await eks.send(new ListUpdatesCommand({ name: 'green' }))).updateIds).toEqual([update?.id])
  expect(await clusterOf(it)).toMatchObject({ status: 'ACTIVE', deletionProtection: false })
  expect(await refused(eks.send(new DeleteClusterCommand({ name: 'green' })))).toBe('served')
})

test('a cluster with an update under way takes no other, and is not deleted', async () => {
  const { eks, aws } = await aSandbox({ updateMs: 60_000 })
  await seedBlue(aws)
  await eks.send(new UpdateClusterConfigCommand({ name: 'blue', deletionProtection: false }))
  expect(aws.eks.inventory()[0]?.status).toBe('UPDATING')
  const another = eks.send(new UpdateClusterConfigCommand({ name: 'blue', deletionProtection: true }))
  expect(await refused(another)).toBe('409 ResourceInUseException')
  expect(await refused(eks.send(new DeleteClusterCommand({ name: 'blue' })))).toBe('409 ResourceInUseException')
})

test('a seeded cluster is ACTIVE at once, with its nodes, add-ons and an administrator', async () => {
  const it = await aSandbox()
  await seedBlue(it.aws, {
    nodegroups: [{ name: 'apps', size: 2, min: 1, max: 4, labels: {} }],
    addons: [{ name: 'coredns', version: 'v1.9.3-eksbuild.1' }],
    tags: { colour: 'blue' },
  })
  expect(it.aws.eks.inventory()).toMatchObject([
    {
      name: 'blue',
      version: '1.35',
      status: 'ACTIVE',
      nodegroups: [{ name: 'apps', status: 'ACTIVE' }],
      addons: [{ name: 'coredns', version: 'v1.9.3-eksbuild.1', status: 'ACTIVE' }],
      accessEntries: [it.aws.identity.roleArn, 'arn:aws:iam::123456789012:role/eks-node'],
      tags: { colour: 'blue' },
    },
  ])
  expect(it.aws.eks.access('blue', it.aws.identity.sessionArn)?.admin === true).toBe(true)
  expect(it.outside.told).toEqual(['start blue', 'blue/apps 2 {}'])
})
