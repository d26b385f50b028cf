import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LaunchTemplate } from '../../src/domain/ec2-objects.ts'
import type { NodegroupDescription } from '../../src/domain/eks-objects.ts'
import {
  isMade,
  namesOf,
  templateFacts,
  templateFindings,
  templateFor,
  templateName,
} from '../../src/domain/launch-templates.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const blue = {
  name: 'demo-1-35',
  endpoint: 'https://AAA.gr7.ap-northeast-1.eks.amazonaws.com',
  certificateAuthority: 'Qk9HVVM+/w==',
  clusterSecurityGroupId: 'sg-0blue',
}
const green = {
  name: 'demo-1-36',
  endpoint: 'https://BBB.gr7.ap-northeast-1.eks.amazonaws.com',
  certificateAuthority: 'R1JFRU4+/w==',
  clusterSecurityGroupId: 'sg-0green',
}
const made = { platform: 'demo', run: 'run-1' }
const nodeConfig = (of: typeof blue) => `MIME-Version: 1.0
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: ${of.name}
    apiServerEndpoint: ${of.endpoint}
    certificateAuthority: ${of.certificateAuthority}
    cidr: 172.20.0.0/16
`
const template = (more: Partial<LaunchTemplate> = {}): LaunchTemplate => ({
  id: 'lt-1',
  name: 'nodes',
  version: '7',
  settings: { InstanceType: 'm7i.large' },
  tags: {},
  ...more,
})

test.for([
  ['nothing of blue', template(), []],
  [
    'its name and how to reach it, in user data',
    template({ userData: nodeConfig(blue) }),
    ['its name', 'its endpoint', 'its certificate authority'],
  ],
  [
    'its security group',
    template({ settings: { SecurityGroupIds: ['sg-0mine', 'sg-0blue'] } }),
    ['its security group'],
  ],
  [
    'its group in an interface',
    template({ settings: { NetworkInterfaces: [{ Groups: ['sg-0blue'] }] } }),
    ['its security group'],
  ],
  [
    'its name in a tag',
    template({
      settings: { TagSpecifications: [{ Tags: [{ Key: 'kubernetes.io/cluster/demo-1-35', Value: 'owned' }] }] },
    }),
    ['its name'],
  ],
  ['another cluster whose name begins like it', template({ userData: 'bootstrap.sh demo-1-35-tools' }), []],
  ['another cluster whose name ends like it', template({ userData: 'bootstrap.sh my-demo-1-35' }), []],
  ['bootstrap.sh', template({ userData: "/etc/eks/bootstrap.sh 'demo-1-35' --kubelet-extra-args x" }), ['its name']],
] as const)('names %s', ([, of, named]) => expect(namesOf(blue, of)).toEqual(named))

describe("green's template", () => {
  test('says green wherever blue’s says blue, and nothing else otherwise', () => {
    const like = template({
      userData: nodeConfig(blue),
      settings: { InstanceType: 'm7i.large', SecurityGroupIds: ['sg-0mine', 'sg-0blue'] },
    })
    expect(templateFor('demo-1-36', 'apps', like, { blue, green, made })).toEqual({
      name: 'demo-1-36.apps',
      userData: nodeConfig(green),
      settings: { InstanceType: 'm7i.large', SecurityGroupIds: ['sg-0mine', 'sg-0green'] },
      tags: { 'norikae.io/platform': 'demo', 'norikae.io/run': 'run-1', 'norikae.io/cluster': 'demo-1-36' },
    })
  })

  test('has the tags of blue’s, and none by which it would be taken for that one or for a stack’s', () => {
    const tags = {
      team: 'sre',
      'k8s.io/cluster-autoscaler/demo-1-35': 'owned',
      'aws:cloudformation:stack-name': 'nodes',
      'norikae.io/run': 'before',
      'norikae.io/cluster': 'demo-1-35',
    }
    expect(templateFor('demo-1-36', 'apps', template({ tags }), { blue, green, made }).tags).toEqual({
      team: 'sre',
      'k8s.io/cluster-autoscaler/demo-1-36': 'owned',
      'norikae.io/platform': 'demo',
      'norikae.io/run': 'run-1',
      'norikae.io/cluster': 'demo-1-36',
    })
  })

  test('names nothing of blue, whatever stands around it; what names nothing stays as it is', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '-', ' ', '\n', '"', "'", '$', '=', '.') })
    const member = fc.constantFrom('', ...Object.values(blue))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, member)), (pieces) => {
        const userData = pieces.flat().join('')
        const like = template({ userData, settings: { KeyName: userData } })
        const copy = templateFor('demo-1-36', 'apps', like, { blue, green, made })
        expect(namesOf(blue, { ...copy, settings: copy.settings })).toEqual([])
        if (namesOf(blue, like).length === 0) expect([copy.userData, copy.settings]).toEqual([userData, like.settings])
      }),
    )
  })

  test('has a name of its own for each node group, however long', () => {
    const [one, other] = [`${'g'.repeat(62)}1`, `${'g'.repeat(62)}2`]
    expect(templateName('c'.repeat(100), one)).not.toBe(templateName('c'.repeat(100), other))
  })
})

test.for([
  ['made by this run', { platform: 'demo', run: 'r', cluster: 'c' }, true],
  ['made by another run', { platform: 'demo', run: 'other', cluster: 'c' }, false],
  ['made for another cluster', { platform: 'demo', run: 'r', cluster: 'x' }, false],
  ['made for another platform', { platform: 'x', run: 'r', cluster: 'c' }, false],
] as const)('%s: may be deleted or not', ([, of, mine]) => {
  const tags = { 'norikae.io/platform': of.platform, 'norikae.io/run': of.run, 'norikae.io/cluster': of.cluster }
  expect(isMade(tags, { cluster: 'c', platform: 'demo', run: 'r' })).toBe(mine)
  expect(isMade({}, { cluster: 'c', platform: 'demo' })).toBe(false)
})

const group = (name: string) => ({ name, launchTemplate: 'lt-1:7' }) as NodegroupDescription // what the rules look at

test('what cannot be read is a blocker; what can is none', () => {
  expect(
    templateFindings(
      [
        { group: group('gone'), template: undefined },
        { group: group('zipped'), template: template({ unreadable: true }) },
        { group: group('plain'), template: template() },
        { group: group('g'.repeat(63)), template: template() },
      ],
      'c'.repeat(100),
      ['plain', 'g'.repeat(63)],
    ),
  ).toMatchObject([
    { level: 'blocker', code: 'nodegroup-launch-template', about: 'gone' },
    { level: 'blocker', code: 'nodegroup-launch-template', about: 'zipped' },
    { level: 'blocker', code: 'nodegroup-launch-template', about: 'g'.repeat(63) },
  ])
})

test('a plan makes templates before their node groups, undoes them after, and removes those of blue with it', () => {
  const mine = { 'norikae.io/platform': 'toy', 'norikae.io/cluster': blue.name, 'norikae.io/run': 'old' }
  const facts = templateFacts(blue, 'toy', [
    { group: group('apps'), template: template({ userData: nodeConfig(blue), tags: mine }) },
    { group: group('shared'), template: template() },
  ])
  expect(facts).toEqual({ launchTemplates: ['apps'], templatesOfBlue: ['apps'] })
  expect(templateFacts(blue, 'toy', [])).toEqual({})
  // Shared, it would be deleted with blue under green's nodes.
  expect(templateFacts(blue, 'toy', [{ group: group('apps'), template: template({ tags: mine }) }])).toEqual({
    launchTemplates: ['apps'],
    templatesOfBlue: ['apps'],
  })
  const { phases } = planUpgrade(aPlatform(), { ...clusterFacts, nodeGroups: ['apps', 'shared'], ...facts }, [])
  const its = (phase: string, way: 'forward' | 'back') =>
    leaves(phases.find((p) => p.name === phase)?.[way] ?? []).filter((s) => /nodegroup|template/.test(s.id))
  expect(its('provision', 'forward').map((s) => s.id)).toEqual([
    'nodegroup/apps/template',
    'nodegroup/apps/create',
    'nodegroup/shared/create',
  ])
  expect(its('provision', 'forward')[1]).toMatchObject({ input: { template: 'toy-1-36.apps' } })
  expect(its('provision', 'back').map((s) => s.id)).toEqual([
    'nodegroup/apps/delete',
    'nodegroup/apps/template/delete',
    'nodegroup/shared/delete',
  ])
  expect(its('decommission', 'forward').map((s) => s.id)).toEqual([
    'blue/nodegroup/apps',
    'blue/nodegroup/shared',
    'blue/template/apps',
  ])
})
