import { describe, expect, test } from 'vitest'
import { removalSurvey } from '../../src/activities/removal-survey.ts'
import { removalInWords, type Requested } from '../../src/domain/ownership.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { sharedBy, takenFindings, withModules, withTaken } from '../../src/domain/removal-takes.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'
import { aCluster, aNodeGroup } from '../support/eks.ts'

const stack = { 'aws:cloudformation:stack-name': 'eks' }
const eksctl = { 'alpha.eksctl.io/cluster-name': 'b' }
const ofStack: Requested = { kind: 'cluster', name: 'b', owner: { tool: 'cloudformation', of: 'eks' } }
const ofEksctl: Requested = { kind: 'cluster', name: 'b', owner: { tool: 'eksctl', of: 'b' } }
const itsGroup: Requested = { ...ofEksctl, kind: 'node group', name: 'apps' }

describe('what goes with blue that green uses', () => {
  test.for([
    { says: 'what is in the same stack', part: ofStack, tags: stack, takes: true },
    { says: 'not what is in another', part: ofStack, tags: { 'aws:cloudformation:stack-name': 'eks-2' }, takes: false },
    { says: 'not what has no tags', part: ofStack, tags: {}, takes: false },
    {
      says: 'of eksctl’s whatever is of that cluster, in whichever stack',
      part: ofEksctl,
      tags: { ...eksctl, 'aws:cloudformation:stack-name': 'eksctl-b-addon-iamserviceaccount' },
      takes: true,
    },
    {
      says: 'of another cluster of eksctl’s nothing',
      part: ofEksctl,
      tags: { 'alpha.eksctl.io/cluster-name': 'c' },
      takes: false,
    },
    { says: 'of a node group of eksctl’s not what is its cluster’s', part: itsGroup, tags: eksctl, takes: false },
    {
      says: 'of a node group of eksctl’s what is its own',
      part: itsGroup,
      tags: { ...eksctl, 'alpha.eksctl.io/nodegroup-name': 'apps' },
      takes: true,
    },
    {
      says: 'nothing where Terraform is told part by part',
      part: { ...ofStack, owner: { tool: 'terraform', of: 'eks' } } satisfies Requested,
      tags: { ...stack, ManagedBy: 'terraform' },
      takes: false,
    },
  ])('$says', ({ part, tags, takes }) =>
    expect(withTaken([part], [{ name: 'subnet-1', tags }])).toEqual([takes ? { ...part, takes: ['subnet-1'] } : part]),
  )

  test('is looked for among roles, subnets and security groups', () => {
    const role = (name: string, account = '123456789012') => `arn:aws:iam::${account}:role/some/path/${name}`
    const like = {
      cluster: aCluster({
        roleArn: role('cluster'),
        settings: { computeConfig: { enabled: true, nodePools: ['system'], nodeRoleArn: role('auto-node') } },
      }),
      nodegroups: [aNodeGroup({ nodeRole: role('node'), subnets: ['subnet-2', 'subnet-1'] })],
      addons: [],
      accessEntries: [],
      podIdentities: [
        { namespace: 'a', serviceAccount: 'a', roleArn: role('pod'), tags: {} },
        { namespace: 'a', serviceAccount: 'b', roleArn: role('elsewhere', '000000000000'), tags: {} },
      ],
      identityProviders: [],
      fargateProfiles: [],
      belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
    }
    const [group] = like.nodegroups
    const template = { settings: { NetworkInterfaces: [{ Groups: ['sg-nodes'] }] } }
    const templates = group ? [{ group, template: { id: 'lt-1', name: 'l', tags: {}, version: '1', ...template } }] : []
    const roles = { written: ['irsa'], requested: ['theirs'] }
    const shared = {
      network: ['sg-nodes', 'subnet-1', 'subnet-2'],
      roles: ['auto-node', 'cluster', 'irsa', 'node', 'pod', 'theirs'],
      templates: [{ id: 'lt-1', name: 'l', tags: {} }],
    }
    const asked = { account: '123456789012', templates, roles }
    expect(sharedBy(like, asked)).toEqual(shared)
    // One that is made anew for green does not go with blue's.
    expect(sharedBy(like, { ...asked, made: group ? [group.name] : [] })).toEqual({ ...shared, templates: [] })
  })

  test('of a stack is its launch templates too', async () => {
    const world = { network: { tagged: async () => [] }, roles: { find: async () => undefined } }
    const shared = {
      network: [],
      roles: [],
      templates: [
        { id: 'lt-1', name: 'batch', tags: stack },
        { id: 'lt-2', name: 'other', tags: {} },
      ],
    }
    const asked = world as unknown as Parameters<typeof removalSurvey>[0] // all that it asks
    expect(await removalSurvey(asked, [ofStack], shared, [])).toEqual([
      { ...ofStack, takes: ['launch template batch'] },
    ])
  })

  test('of Terraform’s is what the module of blue has, said once, as a warning', () => {
    const part = (kind: Requested['kind'], name: string, address: string): Requested => ({
      kind,
      name,
      owner: { tool: 'terraform', of: 'infra', address },
    })
    const parts = [
      part('node group', 'apps', 'module.eks.module.group["apps"].aws_eks_node_group.this[0]'),
      part('cluster', 'b', 'module.eks.aws_eks_cluster.this[0]'),
    ]
    const ec2 = 'arn:aws:ec2:r:123456789012'
    const stated = [
      { address: 'module.eks.aws_iam_role.this[0]', key: 'arn:aws:iam::123456789012:role/x/cluster' },
      { address: 'module.eks.aws_iam_role_policy.cluster', key: 'arn:aws:iam::123456789012:policy/cluster' },
      { address: 'module.eks_2.aws_iam_role.this[0]', key: 'arn:aws:iam::123456789012:role/node' },
      { address: 'module.eks.aws_security_group.node[0]', key: `${ec2}:security-group/sg-1` },
      { address: 'module.eks.aws_launch_template.this[0]', key: `${ec2}:launch-template/lt-1` },
      { address: 'module.vpc.aws_subnet.private[0]', key: `${ec2}:subnet/subnet-1` },
    ]
    const shared = {
      network: ['sg-1', 'subnet-1'],
      roles: ['cluster', 'node'],
      templates: [{ id: 'lt-1', name: 'l', tags: {} }],
    }
    const found = withModules(parts, shared, stated)
    const takes = [
      'module.eks.aws_security_group.node[0]',
      'module.eks.aws_launch_template.this[0]',
      'module.eks.aws_iam_role.this[0]',
    ]
    expect(found.map((one) => one.takes)).toEqual([undefined, takes])
    expect(takenFindings(found).map((f) => `${f.level} ${f.about}: ${f.message}`)).toEqual([
      'warning Terraform (infra): the module that has blue has what green uses too: module.eks.aws_iam_role.this[0], module.eks.aws_launch_template.this[0], module.eks.aws_security_group.node[0]',
    ])
    expect(withModules([part('cluster', 'b', 'aws_eks_cluster.this')], shared, stated)).toEqual([
      part('cluster', 'b', 'aws_eks_cluster.this'),
    ])
  })

  test('is looked for in the state that has blue: another may have a module of the same name', () => {
    const owner = { tool: 'terraform', address: 'module.eks.aws_eks_cluster.this[0]', state: 'a.tfstate' } as const
    const part: Requested = { kind: 'cluster', name: 'b', owner }
    const arn = 'arn:aws:iam::123456789012:role'
    const stated = ['a', 'b'].map((of) => ({
      address: `module.eks.aws_iam_role.${of}`,
      key: `${arn}/${of}`,
      state: `${of}.tfstate`,
    }))
    const [found] = withModules([part], { network: [], roles: ['a', 'b'], templates: [] }, stated)
    expect(found?.takes).toEqual(['module.eks.aws_iam_role.a (a.tfstate)'])
    expect(removalInWords([part], { cluster: 'b', region: 'r' })).toContain(
      'take module.eks.aws_eks_cluster.this[0] (a.tfstate) out',
    )
  })

  test('is a blocker for each owner, and read at the gate and in the request', () => {
    const parts = withTaken(
      [{ ...ofStack, kind: 'node group', name: 'apps' }, ofStack, ofEksctl],
      [
        { name: 'subnet-1', tags: stack },
        { name: 'role node', tags: stack },
        { name: 'role cluster', tags: eksctl },
      ],
    )
    expect(takenFindings(parts).map((f) => `${f.level} ${f.code} ${f.about}: ${f.message} → ${f.remedy}`)).toEqual([
      'blocker removal-takes-green CloudFormation (eks): who removes blue by it removes with it what green uses: role node, subnet-1 → give them DeletionPolicy: Retain in that stack, and waive this once it has; or let Norikae delete blue and leave the stack (decommission: { deletes: norikae })',
      'blocker removal-takes-green eksctl (b): who removes blue by it removes with it what green uses: role cluster → eksctl keeps nothing of its stacks: let Norikae delete blue and leave the stacks (decommission: { deletes: norikae })',
    ])
    expect(takenFindings([ofStack])).toEqual([])
    const [, its = ofStack] = parts
    const said = ', which takes with it what green uses unless its owner keeps it: subnet-1, role node'
    expect(removalInWords([its], { cluster: 'b', region: 'r' })).toBe(
      `remove cluster b (CloudFormation (eks)): aws cloudformation delete-stack --stack-name eks --region r${said}`,
    )
    const gate = planUpgrade(aPlatform(), { ...clusterFacts, requested: [its] }, [])
      .phases.flatMap((p) => leaves(p.forward))
      .find((s) => s.id === 'soak/gate')
    expect(gate?.title).toContain(`ask CloudFormation (eks) to remove it${said}`)
  })
})
