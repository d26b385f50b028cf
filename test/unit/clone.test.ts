import { describe, expect, test } from 'vitest'
import {
  cloneFindings,
  greenExists,
  newAddon,
  newCluster,
  newNodegroup,
  ownPrincipal,
  tagsOfCopy,
  tierFindings,
} from '../../src/domain/clone.ts'
import { addonVersionFor, planAddons } from '../../src/domain/clone-addons.ts'
import type { AddonDescription, ClusterDescription, NodegroupDescription } from '../../src/domain/eks-objects.ts'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { aCluster, aNodeGroup, anAddon } from '../support/eks.ts'

const made = { platform: 'demo', run: 'run-1', blue: 'demo-1-35', green: 'demo-1-36' }
const tags = {
  owner: 'sre',
  'aws:cloudformation:stack-name': 'x',
  'alpha.eksctl.io/cluster-name': 'x',
  'eksctl.cluster.k8s.io/v1alpha1/cluster-name': 'x',
  'kubernetes.io/cluster/tools': 'shared',
  'norikae.io/run': 'old',
  // Green is none of theirs, and would be asked for once it is blue.
  ManagedBy: 'terraform',
  Terraform: 'true',
  'crossplane-name': 'x',
}
const madeBy = { 'norikae.io/platform': 'demo', 'norikae.io/run': 'run-1' }
const marked = { owner: 'sre', 'norikae.io/platform': 'demo', 'norikae.io/run': 'run-1' }

test('what a tag says of people is copied, whatever its key', () =>
  expect(tagsOfCopy({ 'managed-by': 'team-php', team: 'terraformers' }, made)).toEqual({
    'managed-by': 'team-php',
    team: 'terraformers',
    ...madeBy,
  }))

test.for([
  { says: 'nobody knows by whom', tags: {}, remedy: /^delete it, or upgrade to another version$/ },
  {
    says: 'an upgrade left it behind',
    tags: marked,
    remedy: /^send abort to every .* their apps may run on it\. Then delete it,/,
  },
])('green is there already, $says: what to do first', ({ tags, remedy }) => {
  const found = greenExists({ name: 'demo-1-36', createdAt: '2026-11-01T00:00:00Z', tags })
  expect(found).toMatchObject({ level: 'blocker', code: 'green-exists', about: 'demo-1-36' })
  expect(found.remedy).toMatch(remedy)
})

test.for([
  ['karpenter.sh/discovery', 'demo-1-35', 'karpenter.sh/discovery', 'demo-1-36'],
  ['kubernetes.io/cluster/demo-1-35', 'owned', 'kubernetes.io/cluster/demo-1-36', 'owned'],
  ['k8s.io/cluster-autoscaler/demo-1-35', 'true', 'k8s.io/cluster-autoscaler/demo-1-36', 'true'],
  ['note', 'see demo-1-35 and demo-1-35-tools', 'note', 'see demo-1-36 and demo-1-35-tools'],
] as const)('the tag %s: %s names green', ([key, value, greensKey, greens]) => {
  expect(tagsOfCopy({ [key]: value }, made)).toEqual({ ...madeBy, [greensKey]: greens })
})

test.for([
  ['karpenter.sh/discovery', 'prod', 'next'],
  ['cluster', 'prod', 'next'],
  ['stage', 'prod', 'prod'],
  ['cluster', 'prod-tools', 'prod-tools'],
] as const)('where blue is called prod, the tag %s: %s says %s', ([key, value, says]) => {
  expect(tagsOfCopy({ [key]: value }, { ...made, blue: 'prod', green: 'next' })[key]).toBe(says)
})

const cluster = aCluster({
  certificateAuthority: 'ca',
  oidcIssuer: 'https://oidc',
  clusterSecurityGroupId: 'sg-made-by-eks',
  resourcesVpcConfig: {
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    endpointPublicAccess: false,
    endpointPrivateAccess: true,
    publicAccessCidrs: ['10.0.0.0/8'],
  },
  kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
  encryptionKeyArn: 'arn:key',
  supportType: 'STANDARD',
  zonalShift: true,
  settings: { controlPlaneScalingConfig: { tier: 'tier-xl' } },
  deletionProtection: true,
  tags,
})
const group = aNodeGroup({
  name: 'general',
  scalingConfig: { minSize: 1, maxSize: 9, desiredSize: 4 },
  instanceTypes: ['m7g.large'],
  amiType: 'AL2023_ARM_64_STANDARD',
  capacityType: 'SPOT',
  diskSize: 80,
  labels: { pool: 'general' },
  taints: [{ key: 'k', value: 'v', effect: 'NO_SCHEDULE' }],
  settings: { updateConfig: { maxUnavailable: 1 }, remoteAccess: { ec2SshKey: 'k' } },
  tags,
})
const addon = anAddon({
  configurationValues: '{"replicaCount":3}',
  podIdentities: [{ serviceAccount: 'coredns', roleArn: 'arn:dns' }],
  tags,
})
const belongings = {
  accessEntries: ['arn:me'],
  fargateProfiles: [],
  capabilities: [],
}
const blue: BlueFacts = {
  cluster,
  nodegroups: [group],
  addons: [addon],
  belongings,
  accessEntries: [],
  podIdentities: [],
  fargateProfiles: [],
  identityProviders: [],
}

describe('the copy table', () => {
  const green = { name: 'demo-1-36', version: '1.36' }
  test('a cluster, row by row', () => {
    const { roleArn, resourcesVpcConfig, kubernetesNetworkConfig, logging, encryptionKeyArn, authenticationMode } =
      cluster
    expect(newCluster(cluster, green, made)).toEqual({
      ...green,
      roleArn,
      resourcesVpcConfig,
      kubernetesNetworkConfig,
      logging,
      encryptionKeyArn,
      authenticationMode,
      supportType: 'STANDARD',
      zonalShift: true,
      settings: cluster.settings,
      deletionProtection: true, // whatever blue has
      tags: marked,
    })
  })
  test('what blue does not have is not sent', () => {
    const { encryptionKeyArn: _k, supportType: _s, zonalShift: _z, ...less } = cluster
    const copy = newCluster({ ...less, kubernetesNetworkConfig: {} }, green, made)
    expect(['encryptionKeyArn', 'supportType', 'zonalShift'].filter((k) => k in copy)).toEqual([])
    expect(copy.kubernetesNetworkConfig).toEqual({})
  })
  test.for([
    ['CONFIG_MAP', 'API_AND_CONFIG_MAP'],
    ['API_AND_CONFIG_MAP', 'API_AND_CONFIG_MAP'],
    ['API', 'API'],
  ])('of a blue with %s green has %s', ([mode = '', copied]) => {
    expect(newCluster({ ...cluster, authenticationMode: mode }, green, made).authenticationMode).toBe(copied)
  })
  test('an ipv6 cluster is sent no ipv4 range', () => {
    const six = { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv6' }
    expect(newCluster({ ...cluster, kubernetesNetworkConfig: six }, green, made).kubernetesNetworkConfig).toEqual({
      ipFamily: 'ipv6',
    })
  })
  test('a node group: all but what is its own, and the versions', () => {
    const { arn: _a, status: _s, createdAt: _c, healthIssues: _h, unread: _u, ...copied } = group
    expect(newNodegroup(group, made)).toEqual({ ...copied, tags: marked })
    expect(newNodegroup(group, made, { template: 't', amiType: 'AL2023_ARM_64_STANDARD' })).toMatchObject({
      launchTemplate: 't:1',
      amiType: 'AL2023_ARM_64_STANDARD',
    })
  })
  test('a node group whose remote access lets in the group that EKS made for blue lets in green’s', () => {
    const remoteAccess = { ec2SshKey: 'k', sourceSecurityGroups: ['sg-made-by-eks', 'sg-0bastion'] }
    const clusters = { blue: cluster, green: { name: 'demo-1-36', clusterSecurityGroupId: 'sg-0green' } }
    const made36 = newNodegroup({ ...group, settings: { remoteAccess } }, made, { clusters })
    expect(made36.settings).toEqual({
      remoteAccess: { ec2SshKey: 'k', sourceSecurityGroups: ['sg-0green', 'sg-0bastion'] },
    })
  })
  test('an add-on: its settings, at the version that fits', () => {
    expect(newAddon(addon, 'v2', made)).toEqual({
      name: 'coredns',
      version: 'v2',
      configurationValues: '{"replicaCount":3}',
      podIdentities: addon.podIdentities,
      tags: marked,
    })
    const naming = {
      ...addon,
      configurationValues: '{"clusterName":"demo-1-35","url":"https://blue","other":"my-demo-1-35"}',
    }
    const clusters = { blue: cluster, green: { name: 'demo-1-36', endpoint: 'https://green' } }
    expect(newAddon(naming, 'v2', made, clusters).configurationValues).toBe(
      '{"clusterName":"demo-1-36","url":"https://green","other":"my-demo-1-35"}',
    )
    expect(newAddon({ ...addon, namespace: 'dns' }, 'v2', made).namespace).toBe('dns')
    const { configurationValues: _v, ...plain } = addon
    expect('configurationValues' in newAddon(plain, 'v2', made)).toBe(false)
  })
})

describe('add-on versions', () => {
  const version = (name: string, compatibleWith: string[], defaultFor: string[] = []) => ({
    version: name,
    compatibleWith,
    defaultFor,
  })
  test.for([
    ['AWS’s default for the target', [version('v3', ['1.36']), version('v2', ['1.36'], ['1.36'])], 'v2'],
    ['else the first that fits', [version('v9', ['1.37']), version('v3', ['1.36']), version('v2', ['1.36'])], 'v3'],
    ['a default for another version is none', [version('v3', ['1.36'], ['1.35'])], 'v3'],
    ['none fits', [version('v9', ['1.37'], ['1.37'])], undefined],
    ['blue’s own where it is newer', [version('v4', ['1.36']), version('v2', ['1.36'], ['1.36'])], 'v4', 'v4'],
    ['not where it is older', [version('v2', ['1.36'], ['1.36']), version('v1', ['1.36'])], 'v2', 'v1'],
    ['not where it does not fit', [version('v4', ['1.35']), version('v2', ['1.36'], ['1.36'])], 'v2', 'v4'],
  ] as const)('%s', ([, versions, chosen, ofBlue]) => expect(addonVersionFor(versions, '1.36', ofBlue)).toBe(chosen))

  test('networking and identity come before nodes, in any order found; what has no version is a blocker', () => {
    const names = ['zeta', 'kube-proxy', 'coredns', 'eks-pod-identity-agent', 'vpc-cni', 'gone']
    const versions = Object.fromEntries(names.slice(0, 5).map((n) => [n, [version(`${n}-v`, ['1.36'])]]))
    for (const order of [names, names.toReversed()]) {
      const { addons, findings } = planAddons(
        { ...blue, addons: order.map((name) => ({ ...addon, name })) },
        versions,
        '1.36',
      )
      expect(addons.map((a) => [a.name, a.targetVersion, a.needsNodes])).toEqual([
        ['vpc-cni', 'vpc-cni-v', false],
        ['kube-proxy', 'kube-proxy-v', false],
        ['eks-pod-identity-agent', 'eks-pod-identity-agent-v', false],
        ['coredns', 'coredns-v', true],
        ['zeta', 'zeta-v', true],
      ])
      expect(findings).toMatchObject([{ level: 'blocker', code: 'addon-version', about: 'gone' }])
    }
  })

  const needs = { requiresConfiguration: true, requiresIamPermissions: true } as const
  test.for([
    { says: 'asks for nothing', next: {}, now: {}, has: {}, codes: [] },
    {
      says: 'needs a configuration',
      next: { requiresConfiguration: true },
      now: {},
      has: {},
      codes: ['blocker addon-configuration'],
    },
    {
      says: 'needs a configuration, as it did',
      next: { requiresConfiguration: true },
      now: { requiresConfiguration: true },
      has: {},
      codes: ['warning addon-configuration'],
    },
    {
      says: 'needs a configuration, as who knows before',
      next: { requiresConfiguration: true },
      now: undefined,
      has: {},
      codes: ['warning addon-configuration'],
    },
    {
      says: 'needs what blue’s has',
      next: needs,
      now: {},
      has: { configurationValues: '{}', serviceAccountRoleArn: 'r' },
      codes: [],
    },
    {
      says: 'needs permissions that it did not',
      next: { requiresIamPermissions: true },
      now: {},
      has: {},
      codes: ['warning addon-role'],
    },
    {
      says: 'needs permissions as it did',
      next: { requiresIamPermissions: true },
      now: { requiresIamPermissions: true },
      has: {},
      codes: [],
    },
    {
      says: 'needs permissions, as who knows before',
      next: { requiresIamPermissions: true },
      now: undefined,
      has: {},
      codes: [],
    },
  ] as const)('an add-on whose new version $says', ({ next, now, has, codes }) => {
    const { configurationValues: _c, serviceAccountRoleArn: _r, ...plain } = addon
    const offered = [{ ...version('v2', ['1.36']), ...next }, ...(now ? [{ ...version('v1', ['1.35']), ...now }] : [])]
    const its = { ...blue, addons: [{ ...plain, name: 'x', version: 'v1', podIdentities: [], ...has }] }
    expect(planAddons(its, { x: offered }, '1.36').findings.map((f) => `${f.level} ${f.code}`)).toEqual(codes)
  })
})

const withGroup = (more: Partial<NodegroupDescription>): BlueFacts => ({ ...blue, nodegroups: [{ ...group, ...more }] })
const withCluster = (more: Partial<ClusterDescription>): BlueFacts => ({ ...blue, cluster: { ...cluster, ...more } })
const withAddon = (more: Partial<AddonDescription>): BlueFacts => ({ ...blue, addons: [{ ...addon, ...more }] })
const { supportType: _none, ...unsupported } = cluster

test('a blue that can be copied whole has no findings', () => {
  const { encryptionKeyArn: _k, ...plain } = cluster
  expect(cloneFindings({ ...blue, cluster: plain })).toEqual([])
  expect(cloneFindings(blue).map((f) => [f.level, f.code])).toEqual([['info', 'encryption-key']])
  const auto = { ...blue, ...withCluster({ settings: { computeConfig: { enabled: true } } }), nodegroups: [] }
  expect(cloneFindings(auto).filter((f) => f.level !== 'info')).toEqual([])
})

describe('the tier of the control plane', () => {
  const target = { version: '1.36', status: 'STANDARD_SUPPORT', isDefault: false }
  test.for([
    ['is one of the new version', cluster, { ...target, scalingTiers: ['standard', 'tier-xl'] }, []],
    ['is none of the new version', cluster, { ...target, scalingTiers: ['standard'] }, ['cluster-tier']],
    ['is not told for the new version', cluster, target, []],
    ['is the usual one', { ...cluster, settings: {} }, { ...target, scalingTiers: [] }, []],
  ] as const)('%s', ([, of, version, codes]) => {
    expect(tierFindings(of, version).map((f) => f.code)).toEqual(codes)
  })
})

test.for<[string, BlueFacts, string?, string?]>([
  ['cluster-not-active', withCluster({ status: 'UPDATING' }), 'demo-1-35'],
  ['cluster-unhealthy', withCluster({ healthIssues: ['no IPs'] }), 'demo-1-35'],
  ['aws-auth', withCluster({ authenticationMode: 'CONFIG_MAP' }), 'demo-1-35', 'warning'],
  ['cluster-setting', withCluster({ unread: ['outpostConfig'] }), 'demo-1-35 outpostConfig'],
  ['unknown-setting', withCluster({ unknown: ['newConfig'] }), 'demo-1-35 newConfig', 'warning'],
  ['unknown-setting', withAddon({ unknown: ['tuning'] }), 'coredns tuning', 'warning'],
  ['unknown-setting', withGroup({ unknown: ['taints.until'] }), 'general taints.until', 'warning'],
  ['no-nodegroups', { ...blue, nodegroups: [] }, 'demo-1-35'],
  ['nodegroup-not-active', withGroup({ status: 'DEGRADED' }), 'general'],
  ['nodegroup-unhealthy', withGroup({ healthIssues: ['x'] }), 'general'],
  ['nodegroup-setting', withGroup({ unread: ['warmPool'] }), 'general'],
  ['capability', { ...blue, belongings: { ...belongings, capabilities: [{ name: 'p', type: 'KRO' }] } }, 'p'],
  ['addon-not-active', withAddon({ status: 'UPDATING' }), 'coredns'],
  ['addon-setting', withAddon({ unread: ['namespaceConfig'] }), 'coredns namespaceConfig'],
  ['addon-unhealthy', withAddon({ status: 'DEGRADED' }), 'coredns', 'warning'],
  ['addon-unhealthy', withAddon({ healthIssues: ['x: y'] }), 'coredns', 'warning'],
  ['deletion-protection', withCluster({ deletionProtection: false }), 'demo-1-35', 'info'],
  [
    'unknown-setting',
    {
      ...blue,
      identityProviders: [{ name: 'corp', status: 'ACTIVE', issuerUrl: '', clientId: '', tags: {}, unknown: ['pkce'] }],
    },
    'corp pkce',
    'warning',
  ],
  [
    'unknown-setting',
    {
      ...blue,
      podIdentities: [{ namespace: 'shop', serviceAccount: 'api', roleArn: '', tags: {}, unknown: ['lifetime'] }],
    },
    'shop/api lifetime',
    'warning',
  ],
  ['support-type', { ...blue, cluster: unsupported }, 'demo-1-35', 'info'],
])('finding %s', ([code, facts, about, level = 'blocker']) => {
  expect(cloneFindings(facts).filter((f) => f.code !== 'encryption-key')).toMatchObject([{ level, code, about }])
})

test.for([
  [
    'its entry as it is told',
    ['arn:aws:iam::1:role/Norikae', 'arn:aws:iam::1:role/x/Norikae'],
    'arn:aws:iam::1:role/Norikae',
  ],
  [
    'its entry with the path of its role',
    ['arn:aws:iam::1:role/platform/Norikae', 'arn:aws:iam::1:role/Other'],
    'arn:aws:iam::1:role/platform/Norikae',
  ],
  [
    'what is told, where two entries might be it',
    ['arn:aws:iam::1:role/a/Norikae', 'arn:aws:iam::1:role/b/Norikae'],
    'arn:aws:iam::1:role/Norikae',
  ],
  ['what is told, where no entry is its own', ['arn:aws:iam::2:role/platform/Norikae'], 'arn:aws:iam::1:role/Norikae'],
] as const)('the worker is let in by %s', ([, entries, expected]) => {
  expect(ownPrincipal(entries, 'arn:aws:iam::1:role/Norikae')).toBe(expected)
})
