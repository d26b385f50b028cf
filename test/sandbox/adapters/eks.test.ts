import { EKS } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EksPort } from '../../../src/activities/ports.ts'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import type { NewCluster, NewNodegroup } from '../../../src/domain/eks-objects.ts'
import { componentLimits } from '../../../src/sandbox/aws/eks/versions.ts'
import { eventually } from '../../support/eventually.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
let eks: EksPort
beforeAll(async () => {
  world = await anAws({}, 'admin')
  eks = world.outside.eks(world.region)
})
afterAll(() => world.stop())

const aCluster = (name: string, more: Partial<NewCluster> = {}): NewCluster => ({
  name,
  version: '1.36',
  roleArn: 'arn:aws:iam::123456789012:role/eks-cluster',
  resourcesVpcConfig: {
    subnetIds: ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'],
    securityGroupIds: ['sg-0a1b2c3d4e5f60718'],
    endpointPublicAccess: true,
    endpointPrivateAccess: true,
    publicAccessCidrs: ['203.0.113.0/24'],
  },
  kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv4' },
  logging: ['api', 'audit'],
  encryptionKeyArn: 'arn:aws:kms:ap-northeast-1:123456789012:key/1',
  authenticationMode: 'API',
  supportType: 'STANDARD',
  zonalShift: true,
  settings: {},
  deletionProtection: true,
  tags: { team: 'platform' },
  ...more,
})

const aNodegroup = (name: string): NewNodegroup => ({
  name,
  scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
  subnets: ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'],
  instanceTypes: ['m7i.xlarge'],
  amiType: 'AL2023_x86_64_STANDARD',
  capacityType: 'ON_DEMAND',
  diskSize: 50,
  nodeRole: 'arn:aws:iam::123456789012:role/eks-node',
  labels: { role: 'system' },
  taints: [{ key: 'dedicated', value: 'system', effect: 'NO_SCHEDULE' }],
  settings: { updateConfig: { maxUnavailable: 1 }, nodeRepairConfig: { enabled: true } },
  tags: { team: 'platform' },
})

async function anActiveCluster(name: string, more: Partial<NewCluster> = {}): Promise<string> {
  await eks.createCluster(aCluster(name, more), `token-${name}`)
  await eventually(`${name} is ACTIVE`, async () => (await eks.findCluster(name))?.status === 'ACTIVE')
  return name
}

const asked = (operation: string) => world.aws.calls().findLast((call) => call.operation === operation)?.parameters

describe('a cluster', () => {
  test('with all that EKS lets one choose comes out so too', async () => {
    const asked = aCluster('chosen', {
      resourcesVpcConfig: { ...aCluster('').resourcesVpcConfig, controlPlaneEgressMode: 'CUSTOMER_ROUTED' },
      kubernetesNetworkConfig: {
        serviceIpv4Cidr: '10.100.0.0/16',
        ipFamily: 'ipv4',
        elasticLoadBalancing: { enabled: true },
      },
      settings: {
        computeConfig: { enabled: true, nodePools: ['system'], nodeRoleArn: 'arn:aws:iam::123456789012:role/auto' },
        storageConfig: { blockStorage: { enabled: true } },
        remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.200.0.0/16'] }] },
        controlPlaneScalingConfig: { tier: 'tier-xl' },
        kubeApiServerConfig: { eventTtl: '3h' },
        kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } },
        kubeControllerManagerConfig: { podGcControllerConfig: { terminatedPodGcThreshold: 100 } },
      },
    })
    await eks.createCluster(asked, 'token-chosen')
    expect(await eks.findCluster('chosen')).toMatchObject({ ...asked, unread: [] })
  })

  test('comes out as it was asked for', async () => {
    const name = await anActiveCluster('as-asked')
    const { name: _, ...rest } = aCluster(name)
    const found = await eks.findCluster(name)
    expect(found).toMatchObject({ ...rest, name, healthIssues: [], unread: [] })
    expect(found?.endpoint).toBe('https://as-asked.test')
    expect(found?.oidcIssuer).toMatch(/^https:\/\/oidc\.eks\./)
    expect(new Date(found?.createdAt ?? '').toISOString()).toBe(found?.createdAt)
  })

  test('has no hidden administrator and no unmanaged add-on, and is protected', async () => {
    await anActiveCluster('guarded')
    expect(asked('CreateCluster')).toMatchObject({
      accessConfig: { bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
    })
    expect(await eks.principals('guarded')).toEqual([])
  })

  test('with IPv6 is asked for without a range of IPv4', async () => {
    const kubernetesNetworkConfig = { serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv6' }
    const name = await anActiveCluster('v6', { kubernetesNetworkConfig })
    expect((await eks.findCluster(name))?.kubernetesNetworkConfig).toEqual({ ipFamily: 'ipv6' })
  })

  test('is made once by the same token', async () => {
    await eks.createCluster(aCluster('once'), 'the-same')
    await eks.createCluster(aCluster('once'), 'the-same')
    expect((await eks.clusterNames()).filter((name) => name === 'once')).toHaveLength(1)
  })

  test('is not made twice by another token', async () => {
    await eks.createCluster(aCluster('taken'), 'one')
    const failure = await failureOf(eks.createCluster(aCluster('taken'), 'two'))
    expect(failure.type).toBe('InUse')
    expect(failure.message).toMatch(/^Cluster already exists with name: taken \(CreateCluster taken: ResourceInUse/)
  })

  test('is deleted once its protection is off, and then is no more', async () => {
    const name = await anActiveCluster('short-lived')
    expect((await failureOf(eks.deleteCluster(name))).message).toContain('deletion protection')
    await eks.setDeletionProtection(name, false, 'off')
    await eventually('unprotected', async () => {
      const found = await eks.findCluster(name)
      return found?.status === 'ACTIVE' && !found.deletionProtection
    })
    await eks.deleteCluster(name)
    await eventually('gone', async () => (await eks.findCluster(name)) === undefined)
    await eks.deleteCluster(name)
  })

  test('that never was is nothing', async () => {
    expect(await eks.findCluster('nowhere')).toBeUndefined()
    expect((await failureOf(eks.nodegroupNames('nowhere'))).type).toBe('NotFound')
  })
})

test('clusters are listed over all pages', async () => {
  const seed = { version: '1.35', nodegroups: [], addons: [], tags: {} }
  const names = Array.from({ length: 120 }, (_, i) => `many-${i}`)
  for (const name of names) await world.aws.eks.seedCluster({ ...seed, name })
  world.aws.quotas.set('eks', 'L-1194D53C', 200)
  expect((await eks.clusterNames()).filter((name) => name.startsWith('many-'))).toEqual(names)
})

test('a node group comes out as it was asked for, and goes', async () => {
  const cluster = await anActiveCluster('with-nodes')
  await eks.createNodegroup(cluster, aNodegroup('system'), 'token-nodes')
  await eks.createNodegroup(cluster, aNodegroup('system'), 'token-nodes')
  await eventually('ACTIVE', async () => (await eks.findNodegroup(cluster, 'system'))?.status === 'ACTIVE')
  expect(await eks.findNodegroup(cluster, 'system')).toMatchObject({
    ...aNodegroup('system'),
    healthIssues: [],
    unread: [],
  })
  expect(await eks.nodegroupNames(cluster)).toEqual(['system'])
  await eks.deleteNodegroup(cluster, 'system')
  await eventually('gone', async () => (await eks.findNodegroup(cluster, 'system')) === undefined)
  await eks.deleteNodegroup(cluster, 'system')
})

test('a node group that could not start says why', async () => {
  const cluster = await anActiveCluster('without-capacity')
  world.faults.failNodegroup('system', { code: 'AsgInstanceLaunchFailures', message: 'no capacity' })
  await eks.createNodegroup(cluster, aNodegroup('system'), 'token-failing')
  await eventually('failed', async () => (await eks.findNodegroup(cluster, 'system'))?.status === 'CREATE_FAILED')
  world.faults.clear()
  const { healthIssues } = (await eks.findNodegroup(cluster, 'system')) ?? {}
  expect(healthIssues?.[0]).toMatch(/^AsgInstanceLaunchFailures: no capacity/)
})

test('an add-on is installed in a version that fits, and goes', async () => {
  const cluster = await anActiveCluster('with-addons')
  const versions = await eks.addonVersions('vpc-cni', '1.36')
  expect(versions[0]?.compatibleWith).toContain('1.36')
  expect(versions.some((v) => v.defaultFor.includes('1.36'))).toBe(true)
  const { version = '' } = versions[0] ?? {}
  const configurationValues = '{"enableNetworkPolicy":"true"}'
  const podIdentities = [{ serviceAccount: 'aws-node', roleArn: 'arn:aws:iam::123456789012:role/cni' }]
  await eks.createAddon(
    cluster,
    { name: 'vpc-cni', version, configurationValues, namespace: 'network', podIdentities, tags: { a: 'b' } },
    'token-addon',
  )
  await eventually('ACTIVE', async () => (await eks.findAddon(cluster, 'vpc-cni'))?.status === 'ACTIVE')
  expect(await eks.findAddon(cluster, 'vpc-cni')).toMatchObject({
    name: 'vpc-cni',
    version,
    configurationValues,
    namespace: 'network',
    podIdentities,
    tags: { a: 'b' },
    healthIssues: [],
  })
  expect(await eks.addonNames(cluster)).toEqual(['vpc-cni'])
  await eks.deleteAddon(cluster, 'vpc-cni')
  await eventually('gone', async () => (await eks.findAddon(cluster, 'vpc-cni')) === undefined)
  await eks.deleteAddon(cluster, 'vpc-cni')
})

describe('access', () => {
  const principal = 'arn:aws:iam::123456789012:role/norikae'

  test('is an entry with groups, and policies for the whole cluster; each may be asked for again', async () => {
    const cluster = await anActiveCluster('with-access')
    expect(await eks.findAccess(cluster, principal)).toBeUndefined()
    for (const token of ['token-1', 'token-2'])
      await eks.createAccess(cluster, { principalArn: principal, groups: ['norikae'], tags: {} }, token)
    expect(await eks.findAccess(cluster, principal)).toEqual({ groups: ['norikae'], policies: [] })
    for (let n = 0; n < 2; n += 1) await eks.allow(cluster, principal, ADMINISTRATOR)
    expect(await eks.findAccess(cluster, principal)).toEqual({ groups: ['norikae'], policies: [ADMINISTRATOR] })
    expect(world.aws.eks.access(cluster, principal)).toEqual({ groups: ['norikae'], admin: true })
    for (let n = 0; n < 2; n += 1) await eks.disallow(cluster, principal, ADMINISTRATOR)
    expect(await eks.findAccess(cluster, principal)).toEqual({ groups: ['norikae'], policies: [] })
  })

  test('is listed whoever made it', async () => {
    const seed = { name: 'seeded', version: '1.35', nodegroups: [], addons: [], tags: {} }
    await world.aws.eks.seedCluster(seed)
    expect(world.aws.eks.inventory().find((c) => c.name === 'seeded')?.accessEntries).toHaveLength(2)
    const [accessEntries, fargateProfiles, capabilities] = await Promise.all([
      eks.principals('seeded'),
      eks.fargateProfileNames('seeded'),
      eks.capabilities('seeded'),
    ])
    expect({ accessEntries, fargateProfiles, capabilities }).toEqual({
      accessEntries: [principal, 'arn:aws:iam::123456789012:role/eks-node'],
      fargateProfiles: [],
      capabilities: [],
    })
  })
})

test('an entry comes out as it was asked for, with policies for the cluster and for namespaces', async () => {
  const cluster = await anActiveCluster('let-in')
  const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
  const entry = {
    principalArn: 'arn:aws:iam::123456789012:role/people/Developers',
    type: 'STANDARD',
    groups: ['developers'],
    username: 'dev:{{SessionName}}',
    tags: { team: 'scala' },
  }
  await eks.createAccessEntry(cluster, { ...entry, policies: [] }, 'token')
  await eks.createAccessEntry(cluster, { ...entry, policies: [] }, 'token')
  await eks.allow(cluster, entry.principalArn, view)
  await eks.allow(cluster, entry.principalArn, view, ['shop', 'chat'])
  await eks.allow(cluster, entry.principalArn, ADMINISTRATOR)
  expect(await eks.accessEntry(cluster, entry.principalArn)).toEqual({
    ...entry,
    policies: [{ arn: view, namespaces: ['shop', 'chat'] }, { arn: ADMINISTRATOR }],
  })
  expect(await eks.findAccess(cluster, entry.principalArn)).toEqual({
    groups: ['developers'],
    policies: [ADMINISTRATOR],
  })
  const karpenter = {
    principalArn: 'arn:aws:iam::123456789012:role/karpenter',
    type: 'EC2_LINUX',
    groups: [],
    tags: {},
  }
  await eks.createAccessEntry(cluster, { ...karpenter, policies: [] }, 'token-2')
  expect(await eks.accessEntry(cluster, karpenter.principalArn)).toMatchObject({ type: 'EC2_LINUX', policies: [] })
  expect(await eks.accessEntry(cluster, 'arn:aws:iam::123456789012:role/nobody')).toBeUndefined()
})

test('pod identities come out as they were asked for; those of add-ons are told with the add-on', async () => {
  const cluster = await anActiveCluster('with-identities')
  const roleArn = 'arn:aws:iam::123456789012:role/s3-reader'
  const plain = { namespace: 'shop', serviceAccount: 'api', roleArn, tags: { team: 'scala' } }
  const narrow = {
    namespace: 'shop',
    serviceAccount: 'worker',
    roleArn,
    targetRoleArn: 'arn:aws:iam::999999999999:role/there',
    disableSessionTags: true as const,
    policy: '{"Version":"2012-10-17","Statement":[]}',
    tags: {},
  }
  for (const token of ['one', 'one']) await eks.createPodIdentity(cluster, plain, token)
  await eks.createPodIdentity(cluster, narrow, 'two')
  const { version = '' } = (await eks.addonVersions('vpc-cni', '1.36'))[0] ?? {}
  const podIdentities = [{ serviceAccount: 'aws-node', roleArn }]
  await eks.createAddon(cluster, { name: 'vpc-cni', version, podIdentities, tags: {} }, 'three')
  const externalId = expect.stringContaining(`/${cluster}/`) as string
  expect(await eks.podIdentities(cluster)).toEqual([plain, { ...narrow, externalId }])
  expect(await eks.podIdentity(cluster, 'shop', 'worker')).toEqual({ ...narrow, externalId })
  expect(await eks.podIdentity(cluster, 'shop', 'nobody')).toBeUndefined()
  expect((await failureOf(eks.createPodIdentity(cluster, plain, 'four'))).message).toMatch(
    /^Association already exists/,
  )
})

describe('a cluster that knows only its aws-auth ConfigMap', () => {
  const refusal = {
    code: 'InvalidRequestException',
    message:
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
  }

  test('has no access entries', async () => {
    const cluster = await anActiveCluster('config-map')
    world.faults.fail('eks:ListAccessEntries', refusal)
    world.faults.fail('eks:ListAssociatedAccessPolicies', refusal)
    expect(await eks.principals(cluster)).toEqual([])
    expect(await eks.findAccess(cluster, 'arn:aws:iam::123456789012:role/norikae')).toBeUndefined()
  })
})

test('certificate authorities are told, and of one that is to follow from when on', async () => {
  const cluster = await anActiveCluster('rotated')
  const first = { id: 'ca-1', signing: 'IN_USE', distribution: 'COMPLETE' }
  expect(await eks.certificateAuthorities(cluster)).toEqual([first])
  const { endpoint, admin: credentials } = world.aws
  const client = new EKS({ region: world.region, endpoint, credentials })
  await client.createCertificateAuthority({ clusterName: cluster })
  client.destroy()
  const [one, next] = await eks.certificateAuthorities(cluster)
  expect([one, next?.signing]).toEqual([first, 'NOT_USED'])
  expect(Date.parse(next?.activatesAt ?? '')).toBeGreaterThan(Date.now())
})

test('versions are told with their status and end', async () => {
  expect(await eks.versions()).toContainEqual({
    version: '1.36',
    status: 'STANDARD_SUPPORT',
    endOfStandardSupport: '2027-08-02T00:00:00.000Z',
    endOfExtendedSupport: '2028-08-02T00:00:00.000Z',
    isDefault: false,
    scalingTiers: ['standard', 'tier-xl', 'tier-2xl', 'tier-4xl'],
    components: componentLimits,
    componentsOfTier: {
      'tier-4xl': {
        kubeApiServerConfig: { eventTtl: { defaultValue: '1h', constraints: { min: '10m', max: '1h' } } },
      },
    },
  })
})
