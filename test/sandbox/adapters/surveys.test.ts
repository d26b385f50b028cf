import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EksPort } from '../../../src/activities/ports.ts'
import { quotas } from '../../../src/domain/quotas.ts'
import { eventually } from '../../support/eventually.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

/** What preflight asks of a cluster, its network and its account, over the wire. */

let world: AnAws
let eks: EksPort
beforeAll(async () => {
  world = await anAws({}, 'admin', { updateMs: 400 })
  eks = world.outside.eks(world.region)
  const nodegroups = [{ name: 'general', size: 3, min: 1, max: 4, labels: {} }]
  await world.aws.eks.seedCluster({ name: 'blue', version: '1.34', nodegroups, addons: [], tags: {} })
})
afterAll(() => world.stop())

const made = (operation: string) => world.aws.calls().filter((c) => c.operation === operation).length
const passes = { id: '1', name: 'Fine', category: 'UPGRADE_READINESS', insightStatus: { status: 'PASSING' } } as const
const at = new Date('2026-11-20T00:00:00Z')

test('insights are told in full, but for those that pass, and not those of a rollback', async () => {
  world.aws.eks.setInsights('blue', [
    passes,
    { ...passes, id: '2', name: 'Back', category: 'ROLLBACK_READINESS', insightStatus: { status: 'ERROR' } },
    {
      id: '3',
      name: 'Deprecated APIs',
      category: 'UPGRADE_READINESS',
      kubernetesVersion: '1.36',
      lastRefreshTime: at,
      insightStatus: { status: 'WARNING', reason: 'It is used.' },
      recommendation: 'Update it.',
      categorySpecificSummary: {
        deprecationDetails: [
          {
            usage: '/apis/old/v1/things',
            replacedWith: '/apis/new/v1/things',
            stopServingVersion: '1.36',
            clientStats: [{ userAgent: 'helm', numberOfRequestsLast30Days: 12, lastRequestTime: at }],
          },
        ],
        addonCompatibilityDetails: [],
      },
    },
    {
      ...passes,
      id: '4',
      name: 'Add-ons',
      insightStatus: { status: 'ERROR' },
      categorySpecificSummary: { addonCompatibilityDetails: [{ name: 'coredns', compatibleVersions: ['v1'] }] },
    },
  ])
  const before = made('DescribeInsight')
  const none = { reason: '', recommendation: '', deprecations: [], ofAddons: false }
  expect(await eks.insights('blue')).toEqual([
    { ...none, name: 'Fine', category: 'UPGRADE_READINESS', status: 'PASSING' },
    {
      name: 'Deprecated APIs',
      category: 'UPGRADE_READINESS',
      version: '1.36',
      status: 'WARNING',
      reason: 'It is used.',
      recommendation: 'Update it.',
      refreshedAt: at.toISOString(),
      deprecations: [
        {
          usage: '/apis/old/v1/things',
          replacedWith: '/apis/new/v1/things',
          stopServing: '1.36',
          clients: [{ agent: 'helm', requests: 12, last: at.toISOString() }],
        },
      ],
      ofAddons: false,
    },
    { ...none, name: 'Add-ons', category: 'UPGRADE_READINESS', status: 'ERROR', ofAddons: true },
  ])
  expect(made('DescribeInsight') - before).toBe(2)
})

test('a refresh is started, and told until the next', async () => {
  expect(await eks.insightsRefresh('blue')).toBeUndefined()
  await eks.startInsightsRefresh('blue')
  const time = expect.stringMatching(/^\d{4}-.*Z$/) as unknown
  expect(await eks.insightsRefresh('blue')).toEqual({ status: 'COMPLETED', startedAt: time, endedAt: time })
})

test('an update that goes on is told with its kind, and one that has ended is not', async () => {
  expect(await eks.updatesInProgress('blue')).toEqual([])
  await eks.setDeletionProtection('blue', true, 'token')
  expect(await eks.updatesInProgress('blue')).toMatchObject([{ type: 'DeletionProtectionUpdate' }])
  await eventually('it has ended', async () => (await eks.updatesInProgress('blue')).length === 0)
})

const [first, second] = ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'] as const

test('subnets are told with what is free in them, and what of them is taken', async () => {
  const network = world.outside.network(world.region)
  world.aws.subnets.set(first, { free: 7 })
  world.aws.networkInterfaces.add('eni-1', { subnet: first, addresses: ['10.0.0.9'], prefixes: ['10.0.0.32/28'] })
  expect(await network.subnets([first, second, 'subnet-gone'])).toEqual([
    { id: first, zone: 'ap-northeast-1a', cidr: '10.0.0.0/20', free: 7 },
    { id: second, zone: 'ap-northeast-1c', cidr: '10.0.16.0/20', free: 4091 },
  ])
  expect(await network.taken([first, second])).toEqual([
    { subnet: first, addresses: ['10.0.0.9'], prefixes: ['10.0.0.32/28'] },
  ])
})

test('instances are told with their vCPUs, zone, cluster, and whether they are Spot; those that ended are not', async () => {
  const { instances } = world.aws
  const tags = { 'kubernetes.io/cluster/other': 'owned' }
  instances.set('i-1', 'running', { type: 'c7g.2xlarge', zone: 'ap-northeast-1d', spot: true, tags })
  instances.set('i-2', 'terminated', { type: 'c7g.large' })
  instances.set('i-3', 'pending', { type: 't3.large', tags: { 'kubernetes.io/cluster/other': 'shared' } })
  // https://karpenter.sh/docs/concepts/nodeclasses/#spectags, and what it adds by itself.
  const karpenters = {
    ...tags,
    Name: 'default-x7k2p',
    'eks:eks-cluster-name': 'other',
    'karpenter.sh/nodepool': 'default',
    'karpenter.sh/nodeclaim': 'default-x7k2p',
    'karpenter.k8s.aws/ec2nodeclass': 'default',
  }
  instances.set('i-4', 'running', { type: 't3.large', tags: karpenters })
  const autoMode = { 'eks:eks-cluster-name': 'other', 'eks:kubernetes-node-pool-name': 'general-purpose' }
  instances.set('i-5', 'running', { type: 't3.large', tags: autoMode })
  const told = await world.outside.compute(world.region).running()
  const id = expect.stringMatching(/^i-/)
  const node = { id, type: 'm7i.xlarge', vcpus: 4, spot: false, cluster: 'blue', by: 'EKS' }
  const spot = { spot: true, cluster: 'other', by: 'others' }
  const small = { type: 't3.large', vcpus: 2, zone: '', spot: false }
  expect(told).toEqual([
    ...['a', 'c', 'd'].map((zone) => ({ ...node, zone: `ap-northeast-1${zone}` })),
    { id: 'i-1', type: 'c7g.2xlarge', vcpus: 8, zone: 'ap-northeast-1d', ...spot },
    { id: 'i-3', ...small },
    { id: 'i-4', ...small, cluster: 'other', by: 'Karpenter', pool: 'default' },
    { id: 'i-5', ...small, cluster: 'other', by: 'EKS' },
  ])
})

test('load balancers and target groups are counted, and who has made the former', async () => {
  const port = world.outside.loadBalancing(world.region)
  const before = await port.usage('blue', 'green')
  world.aws.elbv2.seedLoadBalancer('shared')
  world.aws.elbv2.seedLoadBalancer('own', { 'elbv2.k8s.aws/cluster': 'blue' })
  world.aws.elbv2.seedLoadBalancer('greens', { 'elbv2.k8s.aws/cluster': 'green' })
  world.aws.elbv2.seedTargetGroup('counted', {})
  const made = world.aws.elbv2.seedTargetGroup('made', { 'elbv2.k8s.aws/cluster': 'blue' })
  // What is removed after it was listed has a question about twenty refused: the others are told all the same.
  const gone = { code: 'TargetGroupNotFound', message: 'One or more target groups not found', status: 400 }
  world.faults.fail('elasticloadbalancing:DescribeTags', gone, 1)
  const { application, network, targetGroups } = await port.usage('blue', 'green')
  expect(application).toEqual({
    used: before.application.used + 3,
    ofBlue: [...before.application.ofBlue, expect.stringContaining('/own/')],
    ofGreen: before.application.ofGreen + 1,
  })
  expect(network).toEqual(before.network)
  expect(targetGroups).toEqual({
    used: before.targetGroups.used + 2,
    ofBlue: [...before.targetGroups.ofBlue, made],
    ofGreen: 0,
  })
})

test('a quota is what the account was given, else what everybody has', async () => {
  const port = world.outside.quotas(world.region)
  expect(await port.allowed(quotas.clusters)).toBe(100)
  world.aws.quotas.set('eks', quotas.clusters.code, 120)
  expect(await port.allowed(quotas.clusters)).toBe(120)
  expect(await port.allowed({ service: 'eks', code: 'L-00000000' })).toBeUndefined()
  expect(await port.allowed(quotas.providers)).toBe(100)
})

test('a key is told with its state, and one that is not there is not', async () => {
  const arn = `arn:aws:kms:${world.region}:123456789012:key/1`
  const port = world.outside.keys(world.region)
  expect(await port.state(arn)).toBeUndefined()
  world.aws.keys.set(arn, 'PendingDeletion')
  expect(await port.state(arn)).toBe('PendingDeletion')
})

test('who may not is denied', async () => {
  const asked = {
    'servicequotas:GetServiceQuota': () => world.outside.quotas(world.region).allowed(quotas.spot),
    'kms:DescribeKey': () => world.outside.keys(world.region).state('arn:aws:kms:x:1:key/2'),
    'eks:ListInsights': () => eks.insights('blue'),
  }
  await Promise.all(
    Object.entries(asked).map(async ([operation, ask]) => {
      world.faults.fail(operation, { code: 'AccessDeniedException', message: 'no', status: 403 }, 1)
      expect((await failureOf(ask())).type).toBe('Denied')
    }),
  )
})
