import { describe, expect, test } from 'vitest'
import {
  entriesToCopy,
  entryFindings,
  entryDiffers,
  newAccessEntry,
  newPodIdentity,
  partsInside,
  podIdentityDiffers,
  podIdentityFindings,
  policiesToAllow,
} from '../../src/domain/clone-access.ts'
import type { AccessEntry, PodIdentity } from '../../src/domain/eks-objects.ts'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { leaves } from '../../src/domain/steps.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const made = { platform: 'demo', run: 'run-1', blue: 'demo-1-35', green: 'demo-1-36' }
const marked = { 'norikae.io/platform': 'demo', 'norikae.io/run': 'run-1' }
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const entry = (principalArn: string, more: Partial<AccessEntry> = {}): AccessEntry => ({
  principalArn,
  type: 'STANDARD',
  groups: [],
  username: '',
  policies: [],
  tags: {},
  ...more,
})
const identity: PodIdentity = { namespace: 'shop', serviceAccount: 'api', roleArn: role('s3'), tags: {} }
const blueWith = (more: Partial<BlueFacts>, nodeRoles: readonly string[] = []): BlueFacts =>
  ({
    cluster: { settings: { computeConfig: { enabled: true, nodeRoleArn: role('auto') } } },
    nodegroups: nodeRoles.map((nodeRole) => ({ nodeRole })),
    accessEntries: [],
    podIdentities: [],
    fargateProfiles: [{ podExecutionRoleArn: role('fargate') }],
    ...more,
  }) as unknown as BlueFacts // what these rules look at

test.for([
  ['people', entry(role('Admin')), true],
  ['the worker, which has a step of its own', entry(role('norikae')), false],
  ['nodes of a managed node group', entry(role('nodes'), { type: 'EC2_LINUX' }), false],
  ['pods of Fargate', entry(role('fargate'), { type: 'FARGATE_LINUX' }), false],
  ['nodes of Auto Mode', entry(role('auto'), { type: 'EC2' }), false],
  ['nodes that Karpenter starts', entry(role('karpenter'), { type: 'EC2_LINUX' }), true],
  ['what EKS makes with something that it runs itself', entry(role('argocd'), { type: 'CAPABILITY' }), false],
  ['people with the role of nodes', entry(role('nodes')), true],
] as const)('%s: copied or not', ([, it, copied]) => {
  const blue = blueWith({ accessEntries: [it] }, [role('nodes')])
  expect(entriesToCopy(blue, role('norikae'))).toEqual(copied ? [it] : [])
})

test('an entry of a type that EKS takes from nobody is told, and no other', () => {
  const all = ['STANDARD', 'EC2', 'HYPERPOD_LINUX', 'CAPABILITY'].map((type) => entry(role(type), { type }))
  expect(entryFindings(all).map((f) => `${f.level} ${f.code} ${f.about}: ${f.message}`)).toEqual([
    `warning access-entry-of-eks ${role('CAPABILITY')}: its access entry is of type CAPABILITY, which EKS makes by itself and takes from nobody: green does not get it by the upgrade`,
  ])
})

describe('an entry', () => {
  const policies = [{ arn: 'arn:view', namespaces: ['shop'] }, { arn: 'arn:admin' }]
  test('is asked for with its groups, policies and tags', () => {
    const tags = { owner: 'sre', 'aws:cloudformation:stack-name': 'x' }
    expect(newAccessEntry(entry(role('Dev'), { groups: ['dev'], policies, tags }), made)).toEqual({
      principalArn: role('Dev'),
      type: 'STANDARD',
      groups: ['dev'],
      policies,
      tags: { owner: 'sre', ...marked },
    })
  })
  test.for([
    [role('people/Dev'), 'arn:aws:sts::123456789012:assumed-role/Dev/{{SessionName}}', undefined],
    ['arn:aws:iam::123456789012:user/ci', 'arn:aws:iam::123456789012:user/ci', undefined],
    [role('Dev'), 'dev:{{SessionName}}', 'dev:{{SessionName}}'],
  ] as const)('of %s named %s is asked for as %s', ([arn, username, asked]) => {
    expect(newAccessEntry(entry(arn, { username }), made).username).toBe(asked)
  })
  test('of nodes brings no groups and no name', () => {
    const it = entry(role('k'), { type: 'EC2_LINUX', groups: ['system:nodes'], username: 'system:node:{{EC2}}' })
    const wanted = newAccessEntry(it, made)
    expect([wanted.groups, 'username' in wanted]).toEqual([[], false])
    expect(entryDiffers(it, wanted)).toEqual([])
  })
  test('that is there as wanted is no other, in whatever order', () => {
    const there = entry(role('Dev'), {
      groups: ['b', 'a'],
      username: 'arn:aws:sts::123456789012:assumed-role/Dev/{{SessionName}}',
    })
    const wanted = newAccessEntry({ ...there, groups: ['a', 'b'], username: there.username }, made)
    expect(entryDiffers(there, wanted)).toEqual([])
  })
  test('that says otherwise is told with all of it', () => {
    const wanted = newAccessEntry(entry(role('Dev'), { groups: ['dev'], username: 'dev' }), made)
    const found = entry(role('Dev'), { type: 'EC2_LINUX', username: 'x' })
    expect(entryDiffers(found, wanted)).toEqual([
      'its type is EC2_LINUX, not STANDARD',
      'its groups are none, not dev',
      'its user name is x, not dev',
    ])
  })
  test('lacks a policy that is not there, and one that holds elsewhere', () => {
    const wanted = newAccessEntry(entry(role('Dev'), { policies }), made)
    expect(policiesToAllow(entry(role('Dev')), wanted)).toEqual(policies)
    expect(policiesToAllow(entry(role('Dev'), { policies: [{ arn: 'arn:view' }] }), wanted)).toEqual(policies)
    expect(policiesToAllow(entry(role('Dev'), { policies: [...policies, { arn: 'arn:more' }] }), wanted)).toEqual([])
  })
})

test('a pod identity is asked for as it is, and told where it is another', () => {
  const full = { ...identity, targetRoleArn: role('t'), disableSessionTags: true as const, policy: '{}' }
  expect(newPodIdentity({ ...full, externalId: 'x', tags: { a: 'b', 'norikae.io/run': 'old' } }, made)).toEqual({
    ...full,
    tags: { a: 'b', ...marked },
  })
  expect(podIdentityDiffers(full, { ...full, tags: { other: 'tags' } })).toEqual([])
  expect(podIdentityDiffers(identity, full)).toEqual(['targetRoleArn', 'disableSessionTags', 'policy'])
  expect(podIdentityFindings([identity])).toEqual([])
  expect(podIdentityFindings([full])).toMatchObject([
    { code: 'pod-identity-target', about: 'shop/api', level: 'warning' },
  ])
  expect(podIdentityFindings([{ ...full, externalId: 'r/1/demo/a-1' }])[0]?.message).toMatch(
    /: on blue it is r\/1\/demo\/a-1$/,
  )
})

test('a plan names each, before what needs them, and nothing where there is none', () => {
  expect(partsInside(blueWith({ fargateProfiles: [], identityProviders: [] }), role('norikae'), false)).toEqual({})
  const parts = partsInside(
    blueWith({
      accessEntries: [entry(role('people/Dev'))],
      podIdentities: [identity],
      fargateProfiles: [],
      identityProviders: [],
    }),
    role('norikae'),
    true,
  )
  const provision = planUpgrade(aPlatform(), { ...clusterFacts, ...parts }, []).phases.find(
    (p) => p.name === 'provision',
  )
  const ids = leaves(provision?.forward ?? []).map((s) => s.id)
  expect(ids.filter((id) => !/^(addon|nodegroup)/.test(id))).toEqual([
    'cluster/create',
    'access/grant',
    'access/aws-auth',
    'access/123456789012/role/people/Dev',
    'pod-identity/shop/api',
  ])
  expect(ids.indexOf('pod-identity/shop/api')).toBeLessThan(ids.findIndex((id) => id.startsWith('nodegroup')))
  const undone = provision?.back.flatMap((s) => s.undoes ?? [])
  expect(undone).toEqual(expect.arrayContaining(ids))
})
