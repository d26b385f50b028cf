import { expect, test } from 'vitest'
import { serviceTrustFindings, takenByAws, type Taken } from '../../src/domain/service-trust.ts'
import type { TrustStatement } from '../../src/domain/trust-statements.ts'
import { aCluster, aNodeGroup } from '../support/eks.ts'

const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const of = (name: string) => ({ name, arn: `arn:aws:eks:ap-northeast-1:123456789012:cluster/${name}` })
const [blue, green] = [of('demo-1-35'), of('demo-1-36')]
const lets = (service: string, ...Action: readonly string[]): TrustStatement => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action,
})
const eks = lets('eks.amazonaws.com', 'sts:AssumeRole')
const only = (cluster: typeof blue, statement: TrustStatement): TrustStatement => ({
  ...statement,
  Condition: { ArnLike: { 'aws:SourceArn': cluster.arn } },
})
const control: Taken = {
  arn: arn('it'),
  service: 'eks.amazonaws.com',
  actions: ['sts:AssumeRole'],
  by: 'the control plane',
}
const auto: Taken = { ...control, actions: ['sts:AssumeRole', 'sts:TagSession'] }
const nodes: Taken = { ...control, service: 'ec2.amazonaws.com', by: 'node group apps' }
const fargate: Taken = { ...control, service: 'eks-fargate-pods.amazonaws.com', by: 'Fargate profile f' }
const pods: Taken = { ...auto, service: 'pods.eks.amazonaws.com', by: 'pods of shop/api' }

const found = (taken: readonly Taken[], Statement: readonly TrustStatement[]) =>
  serviceTrustFindings(taken, [{ name: 'it', arn: arn('it'), tags: {}, trust: JSON.stringify({ Statement }) }], green)

test.for([
  { says: 'EKS takes on the control plane’s', taken: control, trust: [eks], is: undefined },
  {
    says: 'nobody of AWS may',
    taken: control,
    trust: [lets('ec2.amazonaws.com', 'sts:AssumeRole')],
    is: 'blocker role-service',
  },
  {
    says: 'EKS is refused nothing else',
    taken: control,
    trust: [{ ...eks, Effect: 'Deny' }],
    is: 'blocker role-service',
  },
  { says: 'EKS may for blue alone', taken: control, trust: [only(blue, eks)], is: 'blocker role-service' },
  { says: 'EKS may for green too', taken: control, trust: [only(blue, eks), only(green, eks)], is: undefined },
  {
    says: 'EKS may for any cluster of the account',
    taken: control,
    trust: [only({ ...blue, arn: 'arn:aws:eks:*:*:cluster/*' }, eks)],
    is: undefined,
  },
  { says: 'EKS may not tag sessions of Auto Mode', taken: auto, trust: [eks], is: 'blocker role-service' },
  { says: 'EKS may tag them', taken: auto, trust: [lets('eks.amazonaws.com', 'sts:*')], is: undefined },
  {
    says: 'EC2 takes on the nodes’',
    taken: nodes,
    trust: [lets('ec2.amazonaws.com', 'sts:AssumeRole')],
    is: undefined,
  },
  {
    says: 'EC2 does so in China',
    taken: nodes,
    trust: [lets('ec2.amazonaws.com.cn', 'sts:AssumeRole')],
    is: undefined,
  },
  { says: 'EC2 may not', taken: nodes, trust: [eks], is: 'blocker role-service' },
  // Norikae writes green beside it before its profiles are made.
  {
    says: 'Fargate may for blue',
    taken: fargate,
    trust: [only(blue, lets(fargate.service, 'sts:AssumeRole'))],
    is: undefined,
  },
  { says: 'Fargate may not', taken: fargate, trust: [eks], is: 'blocker role-service' },
  {
    says: 'EKS gives it to pods',
    taken: pods,
    trust: [lets(pods.service, 'sts:AssumeRole', 'sts:TagSession')],
    is: undefined,
  },
  {
    says: 'EKS may do all but something else',
    taken: pods,
    trust: [{ Effect: 'Allow', Principal: { Service: pods.service }, NotAction: 'sts:SetSourceIdentity' }],
    is: undefined,
  },
  {
    says: 'EKS may do all but that',
    taken: pods,
    trust: [{ Effect: 'Allow', Principal: { Service: pods.service }, NotAction: ['sts:Tag*'] }],
    is: 'warning role-not-trusting',
  },
  {
    says: 'a character may be any',
    taken: pods,
    trust: [lets(pods.service, 'sts:AssumeRol?', 'sts:tagsession')],
    is: undefined,
  },
  {
    says: 'EKS may not tag the sessions of pods',
    taken: pods,
    trust: [lets(pods.service, 'sts:AssumeRole')],
    is: 'warning role-not-trusting',
  },
])('a role, where $says', ({ taken, trust, is }) => {
  expect(found([taken], trust).map((f) => `${f.level} ${f.code}`)).toEqual(is === undefined ? [] : [is])
})

test('one that several have is told once, with all of them; one that is not there is EKS’s to tell', () => {
  const [it, ...more] = found([nodes, { ...nodes, by: 'node group gpu' }], [eks])
  expect(more).toEqual([])
  expect(it?.message).toContain('node group apps, node group gpu have it')
  expect(serviceTrustFindings([nodes], [], green)).toEqual([])
})

test('of a green that others made only what pods get by associations is looked at', () => {
  const facts = {
    cluster: { ...aCluster(), settings: { computeConfig: { enabled: true, nodeRoleArn: arn('auto') } } },
    nodegroups: [aNodeGroup()],
    fargateProfiles: [],
    podIdentities: [
      { namespace: 'shop', serviceAccount: 'api', roleArn: arn('pod'), tags: {} },
      { namespace: 'shop', serviceAccount: 'job', roleArn: arn('pod'), disableSessionTags: true, tags: {} },
    ],
  } as unknown as Parameters<typeof takenByAws>[0] // all that is looked at
  expect(takenByAws(facts, false).map((it) => it.by)).toEqual(['pods of shop/api', 'pods of shop/job'])
  // Sessions that EKS does not tag need no more.
  expect(takenByAws(facts, false).map((it) => it.actions.length)).toEqual([2, 1])
  expect(takenByAws(facts, true).map((it) => it.service)).toEqual([
    'eks.amazonaws.com',
    'ec2.amazonaws.com',
    'ec2.amazonaws.com',
    'pods.eks.amazonaws.com',
    'pods.eks.amazonaws.com',
  ])
})
