import { describe, expect, test } from 'vitest'
import { adoptedTwin } from '../../src/domain/adopted-twin.ts'
import {
  adopting,
  adoptionFindings,
  inhabitedFindings,
  isThere,
  notThere,
  notYetMade,
} from '../../src/domain/adoption.ts'
import type { AccessEntry, FargateProfile, IdentityProvider, PodIdentity } from '../../src/domain/eks-objects.ts'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { placeOf } from '../../src/domain/findings.ts'
import { leaves } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anAdoptingPlatform,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
} from '../support/builders.ts'
import { aCluster, anAddon, aNodeGroup } from '../support/eks.ts'

const entry = (principalArn: string, more: Partial<AccessEntry> = {}): AccessEntry => ({
  principalArn,
  type: 'STANDARD',
  groups: ['dev'],
  username: principalArn,
  policies: [],
  tags: {},
  ...more,
})
const profile = (more: Partial<FargateProfile> = {}): FargateProfile => ({
  name: 'batch',
  status: 'ACTIVE',
  podExecutionRoleArn: 'arn:fargate',
  subnets: ['subnet-1'],
  selectors: [{ namespace: 'batch', labels: { on: 'fargate' } }],
  tags: {},
  healthIssues: [],
  ...more,
})
const association: PodIdentity = { namespace: 'shop', serviceAccount: 'api', roleArn: 'arn:s3', tags: {} }
const people: IdentityProvider = { name: 'people', status: 'ACTIVE', issuerUrl: 'https://id', clientId: 'k', tags: {} }
const DEV = 'arn:aws:iam::123456789012:role/Dev'
const WORKER = 'arn:aws:iam::123456789012:role/norikae'

const blue: BlueFacts = {
  cluster: aCluster({ vpcId: 'vpc-1', clusterSecurityGroupId: 'sg-blue' }),
  nodegroups: [
    aNodeGroup({ labels: { pool: 'apps' }, taints: [{ key: 'apps', value: 'yes', effect: 'NO_SCHEDULE' }] }),
  ],
  addons: [
    anAddon({
      configurationValues: '{"a":1,"cluster":"demo-1-35"}',
      podIdentities: [{ serviceAccount: 'dns', roleArn: 'arn:dns' }],
    }),
  ],
  belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
  accessEntries: [entry(DEV), entry(WORKER)],
  podIdentities: [association],
  fargateProfiles: [profile()],
  identityProviders: [people],
}

/** As Terraform would have made it: other names, other ids, the same to a pod. */
const twin: BlueFacts = {
  ...blue,
  cluster: {
    ...blue.cluster,
    name: 'green',
    arn: 'arn:green',
    version: '1.36',
    endpoint: 'https://green',
    clusterSecurityGroupId: 'sg-green',
    tags: { terraform: 'true' },
  },
  nodegroups: blue.nodegroups.map((g) => ({ ...g, name: 'apps-v2', arn: 'arn:other', launchTemplate: 'lt-2:1' })),
  addons: blue.addons.map((a) => ({ ...a, version: 'v2', configurationValues: '{"cluster":"green", "a":1}' })),
  fargateProfiles: [profile({ name: 'all', selectors: [{ namespace: 'b*', labels: {} }] })],
}
const [group, addon] = [twin.nodegroups[0] ?? aNodeGroup(), twin.addons[0] ?? anAddon()]
const with_ = (more: Partial<BlueFacts>): BlueFacts => ({ ...twin, ...more })
const cluster = (more: Partial<BlueFacts['cluster']>) => with_({ cluster: { ...twin.cluster, ...more } })

test('a green that is to pods what blue is has nothing said of it', () => {
  expect(adoptionFindings(blue, twin, '1.36', WORKER)).toEqual([])
})

describe('what apps would break by is a blocker', () => {
  test.for<{ says: string; green: BlueFacts; gives: string; tells: string }>([
    {
      says: 'another version',
      green: cluster({ version: '1.35' }),
      gives: 'adopted-version green',
      tells: 'it runs 1.35, and this upgrade is to 1.36',
    },
    {
      says: 'another VPC',
      green: cluster({ vpcId: 'vpc-2' }),
      gives: 'adopted-network green vpcId',
      tells: 'blue has vpc-1, green has vpc-2',
    },
    {
      says: 'another kind of addresses',
      green: cluster({ kubernetesNetworkConfig: { ipFamily: 'ipv6' } }),
      gives: 'adopted-network green ipFamily',
      tells: 'blue has ipv4, green has ipv6',
    },
    {
      says: 'a cluster that is not up',
      green: cluster({ status: 'CREATING' }),
      gives: 'cluster-not-active green',
      tells: 'CREATING',
    },
    {
      says: 'one that is not well',
      green: cluster({ healthIssues: ['no subnets'] }),
      gives: 'cluster-unhealthy green',
      tells: 'no subnets',
    },
    {
      says: 'a label that pods ask for',
      green: with_({ nodegroups: [{ ...group, labels: {} }] }),
      gives: 'adopted-nodes green node group apps',
      tells:
        'apps-v2 comes nearest, with kubernetes.io/os=linux, kubernetes.io/arch=amd64, taint apps=yes:NoSchedule: it lacks the label pool=apps',
    },
    {
      says: 'a taint that keeps others off',
      green: with_({ nodegroups: [{ ...group, taints: [] }] }),
      gives: 'adopted-nodes green node group apps',
      tells: 'it lacks the taint apps=yes:NoSchedule',
    },
    {
      says: 'a taint that pods do not tolerate',
      green: with_({ nodegroups: [{ ...group, taints: [...group.taints, { key: 'new', effect: 'NO_EXECUTE' }] }] }),
      gives: 'adopted-nodes green node group apps',
      tells: 'it has the taint new:NoExecute',
    },
    {
      says: 'another architecture',
      green: with_({ nodegroups: [{ ...group, amiType: 'AL2023_ARM_64_STANDARD' }] }),
      gives: 'adopted-nodes green node group apps',
      tells: 'it lacks the label kubernetes.io/arch=amd64',
    },
    {
      says: 'no nodes',
      green: with_({ nodegroups: [] }),
      gives: 'adopted-nodes green node group apps',
      tells: 'green has no node group at all',
    },
    {
      says: 'a node group that is not up',
      green: with_({ nodegroups: [{ ...group, status: 'DEGRADED' }] }),
      gives: 'nodegroup-not-active green node group apps-v2',
      tells: 'DEGRADED',
    },
    {
      says: 'pods that no Fargate profile takes',
      green: with_({ fargateProfiles: [profile({ selectors: [{ namespace: 'batch', labels: { on: 'other' } }] })] }),
      gives: 'adopted-fargate green Fargate profile batch',
      tells: 'pods of batch on=fargate',
    },
    {
      says: 'a missing add-on',
      green: with_({ addons: [] }),
      gives: 'adopted-addon green add-on coredns',
      tells: 'blue has it at v1',
    },
    {
      says: 'an add-on without its role',
      green: with_({ addons: [{ ...addon, podIdentities: [] }] }),
      gives: 'adopted-addon-identity green add-on coredns',
      tells: 'arn:dns',
    },
    {
      says: 'somebody who is not let in',
      green: with_({ accessEntries: [] }),
      gives: `adopted-access green access ${DEV}`,
      tells: 'STANDARD, group dev',
    },
    {
      says: 'pods without their role',
      green: with_({ podIdentities: [] }),
      gives: 'adopted-pod-identity green pod identity shop/api',
      tells: 'arn:s3',
    },
    {
      says: 'a missing identity provider',
      green: with_({ identityProviders: [] }),
      gives: 'identity-provider green identity provider people',
      tells: 'https://id lets people in by its client k; green has no provider of both',
    },
    {
      says: 'an identity provider of the same name and of another issuer',
      green: with_({ identityProviders: [{ ...people, issuerUrl: 'https://other' }] }),
      gives: 'identity-provider green identity provider people',
      tells: 'green has no provider of both',
    },
  ])('$says', ({ green, gives, tells }) => {
    const found = adoptionFindings(blue, green, '1.36', WORKER)
    const [first] = found
    expect(found.map((f) => `${f.code} ${placeOf(f)}`)).toContain(gives)
    expect(first).toMatchObject({ level: 'blocker', message: expect.stringContaining(tells) as string })
    expect(first?.remedy).not.toBe('')
  })
})

describe('what is only otherwise is a warning, with its field and both values', () => {
  test.for<{ says: string; green: BlueFacts; gives: string; tells: string }>([
    {
      says: 'a setting of the cluster',
      green: cluster({ logging: [] }),
      gives: 'green cluster logging',
      tells: 'blue has ["audit"], green has []',
    },
    {
      says: 'one that blue lacks',
      green: cluster({ encryptionKeyArn: 'arn:key' }),
      gives: 'green cluster encryptionKeyArn',
      tells: 'blue has nothing, green has arn:key',
    },
    {
      says: 'other machines',
      green: with_({ nodegroups: [{ ...group, instanceTypes: ['m7a.large'] }] }),
      gives: 'green node group apps instanceTypes',
      tells: '["m7i.large"], green has ["m7a.large"]',
    },
    {
      says: 'fewer of them at most',
      green: with_({ nodegroups: [{ ...group, scalingConfig: { minSize: 1, maxSize: 1, desiredSize: 1 } }] }),
      gives: 'green node group apps scalingConfig',
      tells: '"maxSize":2',
    },
    {
      says: 'another configuration of an add-on',
      green: with_({ addons: [{ ...addon, configurationValues: '{}' }] }),
      gives: 'green add-on coredns configurationValues',
      tells: '"a":1',
    },
    {
      says: 'an add-on that is not well',
      green: with_({ addons: [{ ...addon, status: 'DEGRADED' }] }),
      gives: 'green add-on coredns status',
      tells: 'blue has ACTIVE, green has DEGRADED',
    },
    {
      says: 'another group of somebody',
      green: with_({ accessEntries: [entry(DEV, { groups: ['ops'] })] }),
      gives: `green access ${DEV}`,
      tells: 'its groups are ops, not dev',
    },
    {
      says: 'another role of pods',
      green: with_({ podIdentities: [{ ...association, roleArn: 'arn:s3-green' }] }),
      gives: 'green pod identity shop/api roleArn',
      tells: 'arn:s3, green has arn:s3-green',
    },
    {
      says: 'another name for the same people',
      green: with_({ identityProviders: [{ ...people, name: 'sso', usernamePrefix: 'oidc:' }] }),
      gives: 'green identity provider people usernamePrefix',
      tells: 'blue has nothing, green has oidc:',
    },
    {
      says: 'an identity provider that does not let in yet',
      green: with_({ identityProviders: [{ ...people, status: 'CREATING' }] }),
      gives: 'green identity provider people status',
      tells: 'blue has ACTIVE, green has CREATING',
    },
  ])('$says', ({ green, gives, tells }) => {
    expect(adoptionFindings(blue, green, '1.36', WORKER)).toMatchObject([{ level: 'warning', code: 'adopted-differs' }])
    const [found] = adoptionFindings(blue, green, '1.36', WORKER)
    expect(found && placeOf(found)).toBe(gives)
    expect(found?.message).toContain(tells)
  })
  test('more nodes at most, lists in another order and what nobody chose are none', () => {
    const more = { ...group, scalingConfig: { minSize: 0, maxSize: 9, desiredSize: 1 }, diskSize: 20 }
    const found = adoptionFindings(
      { ...blue, nodegroups: blue.nodegroups.map((g) => ({ ...g, diskSize: 20, subnets: ['a', 'b'] })) },
      with_({ nodegroups: [{ ...more, subnets: ['b', 'a'] }] }),
      '1.36',
      WORKER,
    )
    expect(found).toEqual([])
  })
  test('deletion protection that is off is told by itself', () => {
    expect(adoptionFindings(blue, cluster({ deletionProtection: false }), '1.36', WORKER).map((f) => f.code)).toEqual([
      'adopted-unprotected',
    ])
  })
  test('what nobody can compare is told', () => {
    const told = { ...blue, cluster: { ...blue.cluster, unread: ['x'], unknown: ['y.z'] } }
    expect(adoptionFindings(told, twin, '1.36', WORKER).map((f) => f.about)).toEqual(['demo-1-35 x', 'demo-1-35 y.z'])
  })
})

test('a provider of the same issuer and client, and a capability of the same type, may be called otherwise', () => {
  const argocd = { name: 'argocd', type: 'ARGOCD' }
  const has = (capabilities: BlueFacts['belongings']['capabilities']) => ({ ...blue.belongings, capabilities })
  const from = { ...blue, belongings: has([argocd]) }
  const to = with_({
    belongings: has([{ ...argocd, name: 'gitops' }]),
    identityProviders: [{ ...people, name: 'sso' }],
  })
  expect(adoptionFindings(from, to, '1.36', WORKER)).toEqual([])
  const lacks = adoptionFindings(from, with_({ belongings: has([{ name: 'argocd', type: 'ACK' }]) }), '1.36', WORKER)
  expect(lacks.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(['blocker capability green capability argocd'])
  expect(adoptedTwin(from, to, WORKER).map((p) => [p.part, p.changed])).toEqual(
    expect.arrayContaining([
      ['identity provider people', []],
      ['capability argocd', []],
    ]),
  )
})

test('blue itself is looked at as ever', () => {
  const ill = {
    ...blue,
    cluster: { ...blue.cluster, status: 'UPDATING' },
    fargateProfiles: [profile({ status: 'CREATING' })],
  }
  expect(adoptionFindings(ill, twin, '1.36', WORKER).map((f) => f.code)).toEqual([
    'cluster-not-active',
    'fargate-profile',
  ])
})

test('an image of one’s own may be of either architecture', () => {
  const custom = with_({ nodegroups: [{ ...group, amiType: 'CUSTOM' }] })
  expect(adoptionFindings(blue, custom, '1.36', WORKER).map(placeOf)).toEqual(['green node group apps amiType'])
})

test('both are shown side by side, with what only one of them has', () => {
  const parts = adoptedTwin(blue, with_({ podIdentities: [], addons: [addon, anAddon({ name: 'extra' })] }), WORKER)
  expect(parts.map((p) => [p.part, p.changed.map((c) => [c.setting, c.blue, c.green])])).toEqual([
    ['cluster green', [['version', '1.35', '1.36']]],
    ['node group apps', [['launchTemplate', undefined, 'lt-2:1']]],
    ['Fargate profile batch', [['selectors', expect.any(String), expect.any(String)]]],
    [
      'add-on coredns',
      [
        ['version', 'v1', 'v2'],
        ['configurationValues', expect.any(String), expect.any(String)],
      ],
    ],
    [`access ${DEV}`, []],
    ['pod identity shop/api', [['all of it', 'there', 'not there']]],
    ['identity provider people', []],
    ['add-on extra', [['all of it', undefined, 'there']]],
  ])
})

test('one that is not there is a blocker that says what to do, and no cluster is taken for it', () => {
  expect(notThere(undefined, 'green', '1.36')).toMatchObject({ level: 'blocker', code: 'adopted-missing' })
  expect(notYetMade('green', { arn: 'arn:aws:eks:r:1:cluster/blue', createdAt: 'x' })).toEqual({
    arn: 'arn:aws:eks:r:1:cluster/green',
    createdAt: 'not yet',
  })
})

test.for([
  ['CREATING', false],
  ['FAILED', false],
  ['DELETING', false],
  ['UPDATING', true],
  ['ACTIVE', true],
] as const)('of one that is %s more can be asked: %s', ([status, more]) => {
  expect(isThere({ ...twin.cluster, status })).toBe(more)
  expect(notThere({ ...twin.cluster, status }, 'green', '1.36')).toMatchObject({
    level: 'blocker',
    code: 'cluster-not-active',
    about: 'green',
    message: `its status is ${status}`,
  })
})

describe('what is on green already', () => {
  const platform = aPlatform({
    waves: [[{ name: 'ingress', namespaces: ['a', 'b'], buffers: [] }]],
    apps: [anApp('web')],
  })
  const namespaces = platform.apps.flatMap((app) => app.environments.flatMap((e) => e.namespaces))
  test.for([
    { says: 'nothing', on: [], came: undefined, codes: [] },
    {
      says: 'a whole platform app',
      on: [
        ['a', 1],
        ['b', 2],
      ],
      came: true,
      codes: [],
    },
    { says: 'half of one', on: [['a', 1]], came: undefined, codes: ['adopted-platform-app'] },
    {
      says: 'its empty namespaces',
      on: [
        ['a', 0],
        ['b', 1],
      ],
      came: true,
      codes: ['adopted-platform-app'],
    },
  ] as const)('$says', ({ on, came, codes }) => {
    const there = new Map<string, number>(on)
    const adopted = adopting(platform, { arn: 'a', createdAt: 'c' }, there)
    expect(adopted.waves[0]?.[0]?.cameWithGreen).toBe(came)
    expect(inhabitedFindings(platform, there).map((f) => f.code)).toEqual(codes)
  })
  test('a namespace that Norikae is to make is in the way, and none that others deploy to', () => {
    const there = new Map(namespaces.map((n) => [n, 0]))
    expect(new Set(inhabitedFindings(platform, there).map((f) => f.code))).toEqual(new Set(['adopted-namespace']))
    expect(inhabitedFindings(aPlatform({ waves: [], apps: [anApp('web', { deploy: 'external' })] }), there)).toEqual([])
  })
})

describe('the plan', () => {
  const plan = anUpgradePlan(anAdoptingPlatform())
  const named = (name: string) => plan.phases.find((p) => p.name === name)
  const ids = (name: string, way: 'forward' | 'back') => leaves(named(name)?.[way] ?? []).map((s) => s.id)
  test('makes nothing of green, and deletes nothing of it', () => {
    const all = plan.phases.flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))
    const touching = all.filter(
      (s) => s.kind === 'action' && /Cluster$|NodeGroup|Addon|Access|Fargate|Template/.test(s.action),
    )
    expect(
      touching.flatMap((s) =>
        s.kind === 'action' && 'cluster' in s.input && s.input.cluster === 'toy-1-36' ? s.action : [],
      ),
    ).toEqual(['adoptCluster', 'leaveCluster'])
  })
  test('waits for what came with green, and takes back what it brings', () => {
    expect(ids('bootstrap', 'forward')).toEqual([
      'bootstrap/ingress/ready',
      'bootstrap/fluentd/namespaces',
      'bootstrap/fluentd/deploy',
      'bootstrap/fluentd/ready',
    ])
    expect(ids('bootstrap', 'back')).toEqual([
      'green/drain/shop/deployment/fluentd',
      'bootstrap/fluentd/withdraw',
      'bootstrap/fluentd/close',
    ])
  })
  test('tells each app which cluster is meant', () => {
    const { subject } = aCutoverPlan(anApp('api'), anEnvironment('test'), undefined, anAdoptingPlatform())
    expect(subject.adopted?.arn).toBe('arn:green')
  })
  test('is of that very cluster: of another one of the same name it is another plan', () => {
    expect(plan.subject.adopted).toEqual({ arn: 'arn:green', createdAt: '2026-02-01T00:00:00Z' })
    const again = anUpgradePlan({ ...anAdoptingPlatform(), adopted: { arn: 'arn:green', createdAt: 'later' } })
    expect(again.digest).not.toBe(plan.digest)
    expect(leaves(named('start')?.forward ?? [])[0]?.title).toContain('onto toy-1-36, which others made')
  })
})
