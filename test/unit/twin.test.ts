import { describe, expect, test } from 'vitest'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { twinOf, twinPart } from '../../src/domain/twin.ts'
import { aCluster, aNodeGroup, anAddon } from '../support/eks.ts'

describe('a part', () => {
  test('is the same where what is asked for is what is there, whatever the order of its settings', () => {
    const part = twinPart('p', { a: 1, settings: { b: { c: 2 } } }, { settings: { b: { c: 2 } }, a: 1 })
    expect(part).toEqual({ part: 'p', same: ['a', 'b'], changed: [], own: [], notCopied: [] })
  })
  test('tells what changes, and why', () => {
    const { changed } = twinPart(
      'p',
      { version: 'v1', deletionProtection: false },
      { version: 'v2', deletionProtection: true },
    )
    expect(changed).toEqual([
      { setting: 'version', blue: 'v1', green: 'v2', why: 'that runs on the new Kubernetes' },
      { setting: 'deletionProtection', blue: 'false', green: 'true', why: 'nobody deletes green by mistake' },
    ])
  })
  test('tells what blue has nothing for', () => {
    expect(twinPart('p', {}, { a: [1] }).changed).toEqual([
      { setting: 'a', green: '[1]', why: 'blue has nothing there' },
    ])
  })
  test('tells what is not asked for, what has no place, and what nobody knows', () => {
    const blue = { unread: ['x'], unknown: ['y.z'], arn: 'a', endpoint: 'e', left: 'behind', off: false, none: {} }
    expect(twinPart('p', blue, {})).toMatchObject({ own: ['arn', 'endpoint'], notCopied: ['left', 'x', 'y.z'] })
  })
  test('of long values shows where they differ', () => {
    const long = (name: string) =>
      `{"env":{"ENABLE_PREFIX_DELEGATION":"true","CLUSTER_NAME":"${name}","WARM":"1"},"a":"b"}`
    const { changed } = twinPart('p', { a: long('toy-1-35') }, { a: long('toy-1-36') })
    expect(changed).toMatchObject([
      { blue: '…USTER_NAME":"toy-1-35","WARM":"1"},"a":"b"}', green: '…USTER_NAME":"toy-1-36","WARM":"1"},"a":"b"}' },
    ])
    const [first] = twinPart('p', { a: `x${'y'.repeat(99)}` }, { a: 'y'.repeat(99) }).changed
    expect(first).toMatchObject({ blue: `x${'y'.repeat(58)}…`, green: `${'y'.repeat(59)}…` })
    const [middle] = twinPart('p', { a: 'y'.repeat(99) }, { a: `${'y'.repeat(50)}x${'y'.repeat(99)}` }).changed
    expect(middle).toMatchObject({
      blue: `…${'y'.repeat(58)}…`,
      green: `…${'y'.repeat(20)}x${'y'.repeat(37)}…`,
    })
  })
  test('cuts long values short, and tells tags by their keys', () => {
    const { changed } = twinPart('p', { a: 'x'.repeat(99), tags: { b: '1' } }, { a: 'y', tags: { c: '1' } })
    expect(changed).toMatchObject([{ blue: `${'x'.repeat(59)}…` }, { setting: 'tags', blue: 'b', green: 'c' }])
  })
})

const cluster = aCluster({ settings: { computeConfig: { enabled: true } }, tags: { team: 'sre' } })
const group = aNodeGroup({
  amiType: 'CUSTOM',
  nodeRole: 'arn:nodes',
  settings: { warmPoolConfig: { enabled: true } },
  launchTemplate: 'lt-1:3',
})
const addon = anAddon({ serviceAccountRoleArn: 'arn:irsa' })

test('a tag that names blue is told with what it says on green', () => {
  const [one, other] = [
    { 'karpenter.sh/discovery': 'demo-1-35', a: 'b' },
    { 'karpenter.sh/discovery': 'demo-1-36', a: 'b' },
  ]
  expect(twinPart('p', { tags: one }, { tags: other }).changed).toMatchObject([
    { setting: 'tags' },
    { setting: 'tag karpenter.sh/discovery', blue: 'demo-1-35', green: 'demo-1-36', why: 'it names blue' },
  ])
})

test('every part of blue is a part of green, and nothing of it is left out in silence', () => {
  const blue: BlueFacts = {
    cluster,
    nodegroups: [group],
    addons: [addon, { ...addon, name: 'gone' }],
    belongings: {
      accessEntries: [],
      fargateProfiles: ['batch'],
      capabilities: [{ name: 'argo', type: 'ARGOCD' }],
    },
    accessEntries: [
      {
        principalArn: 'arn:aws:iam::1:role/Dev',
        type: 'STANDARD',
        groups: ['dev'],
        username: 'dev',
        policies: [],
        tags: {},
      },
    ],
    podIdentities: [{ namespace: 'shop', serviceAccount: 'api', roleArn: 'arn:s3', tags: {} }],
    fargateProfiles: [
      {
        name: 'batch',
        status: 'ACTIVE',
        podExecutionRoleArn: 'arn:pods',
        subnets: [],
        selectors: [],
        tags: {},
        healthIssues: [],
      },
    ],
    identityProviders: [
      { name: 'corp', status: 'ACTIVE', issuerUrl: 'https://id', clientId: 'k', tags: {}, unknown: ['oidc.new'] },
    ],
  }
  const twin = twinOf(
    blue,
    { name: 'demo-1-36', version: '1.36' },
    {
      addons: [{ name: 'coredns', targetVersion: 'v2', needsNodes: true }],
      principalArn: 'arn:worker',
      launchTemplates: ['apps'],
    },
    { platform: 'demo', run: 'r' },
  )
  const tags = ['tags']
  expect(twin.map((p) => [p.part, p.changed.map((c) => c.setting), p.notCopied])).toEqual([
    ['cluster demo-1-36', ['version', 'tags'], []],
    ['node group apps', ['launchTemplate', 'tags'], []],
    ['Fargate profile batch', tags, []],
    ['add-on coredns', ['version', 'tags'], []],
    ['add-on gone', [], ['all of it']],
    ['access arn:aws:iam::1:role/Dev', tags, []],
    ['pod identity shop/api', tags, []],
    ['identity provider corp', tags, ['oidc.new']],
    ['capability argo', [], ['all of it']],
  ])
  expect(twin[0]?.same).toEqual(expect.arrayContaining(['roleArn', 'subnetIds', 'ipFamily', 'computeConfig']))
})
