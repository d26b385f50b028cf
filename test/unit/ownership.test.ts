import { describe, expect, test } from 'vitest'
import type { BlueFacts } from '../../src/domain/facts.ts'
import {
  type DeclaredOwners,
  ownerByAddress,
  ownerInWords,
  ownerOf,
  removalInWords,
  removals,
  requestedOf,
  written,
} from '../../src/domain/ownership.ts'
import { ownedRows } from '../../src/domain/owned-rows.ts'
import { trafficOwnerFindings } from '../../src/domain/owned-traffic.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anApp, anEnvironment, anUpgradePlan, aPlatform, clusterFacts } from '../support/builders.ts'
import { aCluster, aNodeGroup } from '../support/eks.ts'

const terraform = { terraform: { tags: { ManagedBy: 'terraform', Stack: 'eks' }, at: 'infra/eks' } }

describe('whose it is', () => {
  test.for([
    { says: 'nobody says so', tags: { team: 'sre' }, is: 'nobody by its tags', how: 'own' },
    { says: 'Norikae made it for this platform', tags: { 'norikae.io/platform': 'chat' }, is: 'Norikae', how: 'own' },
    { says: 'Norikae made it for another', tags: { 'norikae.io/platform': 'x' }, is: 'nobody by its tags', how: 'own' },
    {
      says: 'a stack has it',
      tags: { 'aws:cloudformation:stack-name': 'eks' },
      is: 'CloudFormation (eks)',
      how: 'requested',
    },
    {
      says: 'eksctl made it, by a stack of its own',
      tags: { 'aws:cloudformation:stack-name': 'eksctl-a-cluster', 'alpha.eksctl.io/cluster-name': 'a' },
      is: 'eksctl (a)',
      how: 'requested',
    },
    {
      says: 'a controller made it',
      tags: { 'elbv2.k8s.aws/cluster': 'a' },
      is: 'the AWS Load Balancer Controller (a)',
      how: 'through',
    },
    {
      says: 'it has all tags that the file says',
      tags: { ManagedBy: 'terraform', Stack: 'eks', more: '' },
      is: 'Terraform (infra/eks)',
      how: 'requested',
    },
    { says: 'it has one of them', tags: { ManagedBy: 'terraform' }, is: 'nobody by its tags', how: 'own' },
    {
      says: 'it was Terraform’s and Norikae made it anew',
      tags: { ManagedBy: 'terraform', Stack: 'eks', 'norikae.io/platform': 'chat' },
      is: 'Norikae',
      how: 'own',
    },
  ] as const)('$says', ({ tags, is, how }) => {
    const owner = ownerOf({ tags }, terraform, 'chat')
    expect([ownerInWords(owner), written(owner)]).toEqual([is, how])
  })
  test('no tags in the file are nobody’s tags', () =>
    expect(ownerOf({ tags: {} }, { terraform: { tags: {} } }, 'chat').tool).toBe('nobody'))
})

const eks = 'arn:aws:eks:ap-northeast-1:123456789012'
const states = {
  terraform: {
    ...terraform.terraform,
    stated: [
      { address: 'module.eks.aws_eks_cluster.this[0]', key: `${eks}:cluster/b` },
      { address: 'module.eks.module.group["apps"].aws_eks_node_group.this[0]', key: `${eks}:nodegroup/b/apps` },
      { address: 'aws_lb_listener_rule.web', key: 'arn:1' },
      { address: 'aws_lb_listener_rule.api["x"]', key: 'arn:2' },
    ],
    ignore: ['aws_lb_listener_rule.api*', 'module.eks.*'],
  },
}

describe('what state files say', () => {
  test.for([
    { says: 'counts before any tag', key: 'arn:1', tags: { 'norikae.io/platform': 'chat' }, how: 'requested' },
    { says: 'counts without any', key: 'arn:1', tags: {}, how: 'requested' },
    { says: 'counts for nothing else', key: 'arn:12', tags: {}, how: 'own' },
    { says: 'is Norikae’s to write where it is ignored', key: 'arn:2', tags: { ManagedBy: 'terraform' }, how: 'own' },
  ])('$says', ({ key, tags, how }) => expect(written(ownerOf({ tags, key }, states, 'chat'))).toBe(how))
  test('is told with its address', () =>
    expect(ownerByAddress(ownerOf({ tags: {}, key: 'arn:1' }, states, 'chat'))).toBe(
      'Terraform (infra/eks) aws_lb_listener_rule.web',
    ))
  test('is asked for by address, also where changes of it are ignored: deleting is another matter', () =>
    expect(removals(requestedOf(blueOf({}, {}), states, 'chat'), at)).toEqual([
      // It is not in the state by itself, and of whoever made the cluster.
      'take Fargate profile f of b out of the configuration in infra/eks, then terraform apply',
      'take module.eks.module.group["apps"].aws_eks_node_group.this[0] out of the configuration in infra/eks, then terraform apply',
      'take module.eks.aws_eks_cluster.this[0] out of the configuration in infra/eks, then terraform apply',
    ]))
})

const blueOf = (
  cluster: Record<string, string>,
  group: Record<string, string>,
): Pick<BlueFacts, 'cluster' | 'nodegroups' | 'fargateProfiles'> => ({
  cluster: aCluster({ name: 'b', arn: `${eks}:cluster/b`, tags: cluster }),
  nodegroups: [aNodeGroup({ name: 'apps', tags: group })],
  fargateProfiles: [
    { name: 'f', status: 'ACTIVE', podExecutionRoleArn: '', subnets: [], selectors: [], tags: group, healthIssues: [] },
  ],
})
const stack = (name: string) => ({ 'aws:cloudformation:stack-name': name })
const eksctl = { 'alpha.eksctl.io/cluster-name': 'b' }
const tf = terraform.terraform.tags
const at = { cluster: 'b', region: 'r' }

describe('what its owner is asked to remove', () => {
  test.for([
    { says: 'nothing of what was made by hand', blue: blueOf({}, {}), asks: [] },
    { says: 'nothing of what Norikae made', blue: blueOf({ 'norikae.io/platform': 'chat' }, {}), asks: [] },
    {
      says: 'one stack, said once',
      blue: blueOf(stack('s'), {}),
      asks: ['aws cloudformation delete-stack --stack-name s --region r'],
    },
    {
      says: 'the stacks of node groups before that of the cluster',
      blue: blueOf(stack('s'), stack('n')),
      asks: [
        'aws cloudformation delete-stack --stack-name n --region r',
        'aws cloudformation delete-stack --stack-name s --region r',
      ],
    },
    {
      says: 'all of eksctl’s in one',
      blue: blueOf(eksctl, eksctl),
      asks: ['eksctl delete cluster --name b --region r'],
    },
    {
      says: 'only the parts that others made of a cluster of one’s own',
      blue: blueOf({}, eksctl),
      asks: [
        'eksctl delete fargateprofile --cluster b --name f --region r',
        'eksctl delete nodegroup --cluster b --name apps --region r',
      ],
    },
    {
      says: 'each of Terraform’s by its name',
      blue: blueOf(tf, tf),
      asks: [
        'take Fargate profile f of b out of the configuration in infra/eks, then terraform apply',
        'take node group apps of b out of the configuration in infra/eks, then terraform apply',
        'take cluster b out of the configuration in infra/eks, then terraform apply',
      ],
    },
  ])('$says', ({ blue, asks }) => expect(removals(requestedOf(blue, terraform, 'chat'), at)).toEqual(asks))
  test('of many as many as can be read, and how many are left', () => {
    const owner = { tool: 'terraform', of: 'infra/eks' } as const
    const many = Array.from({ length: 40 }, (_, n) => ({ kind: 'node group' as const, name: `general-${n}`, owner }))
    const words = removalInWords(many, at)
    expect(words.length).toBeLessThan(3_000)
    expect(words).toMatch(
      /^remove node group general-0 .* and 37 more: take node group general-0 .*; and once these are gone, \d+ more$/,
    )
  })
  test('in words', () =>
    expect(
      removalInWords(requestedOf(blueOf(stack('s'), { 'norikae.io/platform': 'chat' }), terraform, 'chat'), at),
    ).toBe('remove cluster b (CloudFormation (s)): aws cloudformation delete-stack --stack-name s --region r'))
})

describe('listener rules', () => {
  const found = {
    platform: aPlatform(),
    declared: terraform,
    blue: {
      ...blueOf({}, {}),
      addons: [],
      accessEntries: [],
      podIdentities: [],
      identityProviders: [],
      belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
    },
    green: undefined as BlueFacts | undefined,
    requested: [],
    groupRules: [{ group: 'sg-1', name: 'db', direction: 'in' as const, protocol: 'tcp' }],
    ruleTags: { 'arn:1': tf, 'arn:2': tf, 'arn:3': stack('alb'), 'arn:4': {} },
    facts: {},
    untagged: 0,
    copies: 0,
  }
  test('are told by owner, with all else that a plan writes', () => {
    expect(ownedRows(found).map(({ resource, owner, written: how }) => `${resource}: ${owner}, ${how}`)).toEqual([
      'cluster toy-1-36, with all that hangs on it: Norikae, own',
      'cluster b: nobody by its tags, own',
      'node group apps of b: nobody by its tags, own',
      'Fargate profile f of b: nobody by its tags, own',
      '2 listener rules: Terraform (infra/eks), own',
      '1 listener rule: CloudFormation (alb), own',
      '1 listener rule: nobody by its tags, own',
      '6 target groups of toy-1-36: Norikae, own',
      '1 security-group rule: others, requested',
    ])
  })
  test('of a green that others made are left', () =>
    expect(ownedRows({ ...found, green: { ...found.blue, cluster: aCluster({ tags: eksctl }) } })[0]).toMatchObject({
      owner: 'eksctl (b)',
      written: 'left',
    }))
  const facts = {
    launchTemplates: ['apps'],
    templatesOfBlue: ['apps'],
    logGroup: true as const,
    logRetention: true as const,
  }
  const beside = (more: Partial<typeof found>) =>
    ownedRows({ ...found, facts, untagged: 3, ruleTags: {}, groupRules: [], ...more })
      .map(({ resource, owner, written: how, does }) => `${resource}: ${owner}, ${how}, ${does}`)
      .filter((line) => !/^(cluster|node group|Fargate|6 target groups)/.test(line))
  const itsTemplate = '1 launch template of b: Norikae, own, deletes them with blue'
  test('are told with what is outside EKS', () =>
    expect(beside({})).toEqual([
      '1 launch template of toy-1-36: Norikae, own, makes them',
      'log group /aws/eks/toy-1-36/cluster: Norikae, own, makes it, has it kept for as long as blue’s, deletes it with its logs where green is given up, unless norikae.io/run is taken off it',
      'tags of 3 subnets and security groups: others, requested, waits until they name green too',
      itsTemplate,
    ]))
  test('are told of a green that others made with what is done outside it', () =>
    expect(beside({ green: { ...found.blue, cluster: aCluster({}) } })).toEqual([itsTemplate]))
  const routed = aPlatform({
    apps: [
      anApp('web', {
        environments: [
          anEnvironment('test', {
            routes: [
              {
                kind: 'ingress',
                name: 'web',
                namespace: 'n',
                ingress: 'web',
                action: 'a',
                service: 's',
                binding: 'b',
                blueTargetGroup: 'arn:group',
                greenTargetGroup: 'web-green',
                loadBalancer: 'app/x/1',
              },
              { kind: 'route53', name: 'web.example.com', zone: 'Z1', namespace: 'n', target: 'Service/web' },
              { kind: 'route53', name: 'web.example.com', zone: 'Z2', namespace: 'n', target: 'Service/web' },
              {
                kind: 'gateway',
                name: 'api',
                namespace: 'n',
                httpRoute: 'api',
                service: 's',
                binding: 'b',
                blueTargetGroup: 'arn:group-2',
                greenTargetGroup: 'api-green',
                loadBalancer: 'app/x/1',
              },
              {
                kind: 'external-dns',
                name: 'dns.example.com',
                zone: 'Z1',
                namespace: 'n',
                target: 'Service/web',
                annotations: 'external-dns.alpha.kubernetes.io/',
                identifier: 'blue',
                owner: 'dns-blue',
              },
              {
                kind: 'http-route',
                name: 'web',
                cluster: 'edge',
                namespace: 'n',
                httpRoute: 'web',
                blue: { kind: 'Service', namespace: 'n', name: 'blue' },
                green: { kind: 'Service', namespace: 'n', name: 'green' },
              },
            ],
          }),
        ],
      }),
    ],
  })
  const recorded = { terraform: { stated: [{ address: 'aws_route53_record.web', key: 'Z1_web.example.com_A' }] } }
  test('of Ingresses, records, target groups and copied volumes are told too', () => {
    const of = { ...found, platform: routed, declared: recorded, ruleTags: {}, groupRules: [], copies: 2 }
    expect(
      ownedRows(of)
        .slice(4)
        .map(({ resource, owner, written: how, does }) => `${resource}: ${owner}, ${how}, ${does}`),
    ).toEqual([
      'listener rules of 1 Ingress: the AWS Load Balancer Controller (toy-1-35), through, writes their weights into the actions of the Ingresses',
      'listener rules of 1 HTTPRoute: the AWS Load Balancer Controller (toy-1-35), through, writes their weights into the HTTPRoutes',
      '1 HTTPRoute: whoever deploys to edge, own, writes their weights',
      '1 record: Terraform, own, makes weighted ones of them, and simple ones again',
      '1 record: nobody by the states, own, makes weighted ones of them, and simple ones again',
      '1 record: external-dns (dns-blue), through, writes their weights into the annotations of what they are made of',
      '2 target groups of toy-1-36: Norikae, own, makes them',
      'copies of 2 volumes: Norikae, own, takes snapshots, and makes green’s volumes of them',
    ])
    expect(trafficOwnerFindings(of).map((f) => `${f.about}: ${f.message} → ${f.remedy}`)).toEqual([
      'Z1 web.example.com: Terraform aws_route53_record.web owns this record, and takes the weights back the next time it is applied → apply nothing of it until the upgrade has ended',
    ])
  })
  test('of records nobody is told where no state was given: they have no tags', () =>
    expect(
      ownedRows({ ...found, platform: routed, declared: {}, ruleTags: {}, groupRules: [] }).filter(
        ({ resource }) => resource === '2 records',
      ),
    ).toMatchObject([{ owner: 'not known (records have no tags)', written: 'own' }]))
  test('that a tool owns are a warning each, but for those that Terraform ignores', () => {
    const warned = (declared: DeclaredOwners) => trafficOwnerFindings({ ...found, declared }).map((f) => f.about)
    expect(warned(terraform)).toEqual(['arn:1', 'arn:2', 'arn:3'])
    expect(warned({ terraform: { ...terraform.terraform, ignores: 'weights' } })).toEqual(['arn:3'])
    expect(warned(states)).toEqual(['arn:1', 'arn:3'])
  })
})

describe('decommissioning', () => {
  const requested = (...kinds: ('cluster' | 'node group')[]) =>
    kinds.map((kind) => ({ kind, name: kind === 'cluster' ? 'toy-1-35' : 'a', owner: { tool: 'terraform' as const } }))
  const steps = (...kinds: ('cluster' | 'node group')[]) =>
    leaves(
      anUpgradePlan(aPlatform(), {
        ...clusterFacts,
        templatesOfBlue: ['b'],
        requested: requested(...kinds),
      }).phases.find((p) => p.name === 'decommission')?.forward ?? [],
    )
      .map((s) => s.id)
      .filter((id) => id.startsWith('blue/') && !id.startsWith('blue/drain'))
  test.for([
    {
      says: 'deletes what is nobody else’s',
      kinds: [],
      does: ['blue/empty', 'blue/nodegroup/a', 'blue/nodegroup/b', 'blue/template/b', 'blue/delete', 'blue/remains'],
    },
    {
      says: 'empties what is another’s, deletes its own parts of it, and waits until the rest is gone',
      kinds: ['cluster', 'node group'],
      does: ['blue/empty', 'blue/nodegroup/b', 'blue/removal', 'blue/template/b', 'blue/remains'],
    },
    {
      says: 'waits for parts before it deletes the cluster',
      kinds: ['node group'],
      does: ['blue/empty', 'blue/nodegroup/b', 'blue/removal', 'blue/template/b', 'blue/delete', 'blue/remains'],
    },
  ] as const)('$says', ({ kinds, does }) => expect(steps(...kinds)).toEqual(does))
  test('the gate says what becomes of blue', () => {
    const asked = (facts: Partial<typeof clusterFacts>) =>
      anUpgradePlan(aPlatform(), { ...clusterFacts, ...facts })
        .phases.flatMap((p) => leaves(p.forward))
        .find((s) => s.id === 'soak/gate')?.title
    expect(asked({})).toContain('delete toy-1-35 for good')
    expect(asked({ requested: requested('cluster') })).toContain(
      'empty toy-1-35 for good, and ask Terraform to remove it',
    )
  })
})
