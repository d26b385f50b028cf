import { afterAll, beforeAll, expect, test } from 'vitest'
import { driven } from '../../support/driven.ts'
import { whoOnlyReads } from '../../support/reading.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aService, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

/** Preflight on the cluster itself: on one where all is well, and on one where nothing is. */

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
})
afterAll(() => world.stop())

const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() }
const workflow = { type: 'upgradePreflight', id: `upgrade-preflight/${scope.platform}/1` }
const surveyed =
  /^(support|target|in-place|insight|subnet|quota|nodes|role-perm|role-service|key|upgrade-runs|not-looked|right-missing|update-in|deletion)/

async function preflown(
  { prepare }: Pick<SmallWorld['activities'], 'prepare'> = world.activities,
): Promise<{ readonly findings: readonly string[]; readonly waits: readonly string[] }> {
  const { answer, waits } = await driven(prepare, request, { workflow })
  const mine = answer.plan.findings.filter((f) => surveyed.test(f.code))
  return { findings: mine.map((f) => `${f.level} ${f.code} ${f.about}`), waits }
}
const made = () =>
  world.aws
    .calls()
    .map((c) => c.operation)
    .filter((name) => !/^(Describe|List|Get)/.test(name))

test('where all is well nothing is in the way, EKS has looked once, and nothing was changed', async () => {
  const usual = ['info deletion-protection demo-1-35', 'info in-place-would-do demo-1-35']
  const { activities, asked, denied } = whoOnlyReads(world)
  for (const _ of [1, 2]) {
    const { findings, waits } = await preflown(activities)
    expect(findings.filter((f) => !f.includes('support-ends'))).toEqual(usual)
    expect(waits).toEqual([])
  }
  expect(made()).toEqual(['StartInsightsRefresh'])
  // The policy that only reads is enough for a look.
  expect(asked().length).toBeGreaterThan(20)
  expect(denied()).toEqual([])
})

test('each that is not is told with its place', async () => {
  const { aws, faults } = world
  for (const id of ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2', 'subnet-0d3d3d3d3d3d3d3d3'])
    aws.subnets.set(id, { free: 0 })
  aws.quotas.set('eks', 'L-1194D53C', 1)
  aws.quotas.set('ec2', 'L-1216C47A', 7)
  const details: Parameters<typeof aws.eks.setInsights>[1][number] = {
    id: '1',
    name: 'Deprecated APIs',
    category: 'UPGRADE_READINESS',
    kubernetesVersion: '1.36',
    insightStatus: { status: 'ERROR', reason: 'It is used.' },
    categorySpecificSummary: { deprecationDetails: [{ usage: '/apis/old/v1/things', stopServingVersion: '1.36' }] },
  }
  aws.eks.setInsights(scope.blue, [details])
  const metadata = { name: 'v-0', namespace: 'vault' }
  world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'vault' } })
  const spec = { containers: [{ name: 'vault', image: 'hashicorp/vault:1.20' }] }
  world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec })
  faults.fail('eks:ListInsights', { code: 'ServerException', message: 'busy', status: 500 }, 1)
  const { findings } = await preflown()
  expect(findings.filter((f) => !f.startsWith('info'))).toEqual([
    'blocker insight-fails demo-1-35: Deprecated APIs /apis/old/v1/things',
    'blocker subnet-control-plane demo-1-35',
    'blocker subnet-addresses demo-1-35',
    'blocker quota-reached eks L-1194D53C',
    'blocker quota-reached ec2 L-1216C47A',
    'warning upgrade-runs-on-blue Pod/vault/v-0',
  ])
})

test('while EKS looks again it is waited for', async () => {
  world.aws.eks.setInsights(scope.blue, [], 'IN_PROGRESS')
  const looks: string[] = []
  const { waits } = await driven(world.activities.prepare, request, {
    workflow,
    between: (why, attempt) => {
      looks.push(why)
      if (attempt === 2) world.aws.eks.setInsights(scope.blue, [])
    },
  })
  expect(waits).toEqual([looks[0], looks[0]])
  expect(looks[0]).toBe('EKS looks again at what stands in the way of an upgrade of demo-1-35')
})

test('where EKS will not look again, what it knew before is read', async () => {
  world.aws.eks.setInsights(scope.blue, [])
  const no = { code: 'InvalidRequestException', message: 'not for this cluster', status: 400 }
  world.faults.fail('eks:StartInsightsRefresh', no, 1)
  const { findings, waits } = await preflown()
  world.faults.clear()
  expect(waits).toEqual([])
  expect(findings).toContain('warning insights-old demo-1-35')
})

test('what the worker may not look at is told, and stops nothing', async () => {
  const no = { code: 'AccessDeniedException', message: 'you are not authorized', status: 403 }
  const closed = ['ListInsights', 'DescribeInsightsRefresh'].map((name) => `eks:${name}`)
  for (const operation of [...closed, 'servicequotas:GetServiceQuota']) world.faults.fail(operation, no, 9)
  const { findings } = await preflown()
  world.faults.clear()
  expect(findings.filter((f) => f.includes('not-looked-at'))).toEqual([
    'warning not-looked-at demo-1-35: insights',
    'warning not-looked-at demo-1-35: quotas',
    'warning not-looked-at demo-1-35: quotas of load balancing and IAM',
  ])
})

test('what is made around green needs room too, and nodes that EKS has not started are named', async () => {
  const { aws } = world
  aws.elbv2.seedLoadBalancer('web', { 'elbv2.k8s.aws/cluster': scope.blue })
  aws.quotas.set('elasticloadbalancing', 'L-53DA6B97', 1)
  aws.instances.set('i-0a', 'running', { tags: { [`kubernetes.io/cluster/${scope.blue}`]: 'owned' } })
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'by-hand' } }
  world.cluster(scope.blue).apply({ ...node, spec: { providerID: 'aws:///ap-northeast-1a/i-0a' } })
  // What its node goes with is made for green's too; what others have counts once.
  aws.ec2.attachVolume(aws.ec2.createVolume('ap-northeast-1a', 300), 'i-0a', true)
  aws.ec2.attachVolume(aws.ec2.createVolume('ap-northeast-1a', 600), 'i-0a')
  aws.quotas.set('ebs', 'L-7A658B76', 1.1)
  const { activities, denied } = whoOnlyReads(world)
  const { findings } = await preflown(activities)
  expect(findings).toContain('blocker quota-reached elasticloadbalancing L-53DA6B97')
  expect(findings).toContain('blocker quota-reached ebs L-7A658B76')
  aws.quotas.set('ebs', 'L-7A658B76', 1.5)
  expect((await preflown(activities)).findings.filter((f) => f.includes('ebs'))).toEqual([])
  expect(findings).toContain('blocker nodes-elsewhere demo-1-35')
  expect(denied()).toEqual([])
})

test('what nodes may do because they are blue’s is told, and that it may not be read where it may not', async () => {
  const { iam } = world.aws
  iam.seedRole('eks-node', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })
  const scales = (cluster: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'autoscaling:SetDesiredCapacity',
        Resource: '*',
        Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' } },
      },
    ],
  })
  iam.seedPolicy('eks-node', 'of-another', scales('demo-1-34'))
  iam.seedPolicy('eks-node', 'scale', scales(scope.blue), { managed: true })
  expect((await preflown()).findings).toContain('warning role-permissions eks-node')
  const no = { code: 'AccessDenied', message: 'you are not authorized', status: 403 }
  world.faults.fail('iam:ListRolePolicies', no, 9)
  const { findings } = await preflown()
  world.faults.clear()
  expect(findings).toContain('warning not-looked-at demo-1-35: permissions of IAM roles')
  expect(findings).not.toContain('warning role-permissions eks-node')
})

test('rights that are missing elsewhere are told all at once, each with what to allow', async () => {
  const but = ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets']
  const { activities, denied } = whoOnlyReads(world, but)
  const { answer } = await driven(activities.prepare, request, { workflow })
  const missing = answer.plan.findings.filter((f) => ['right-missing', 'not-looked-at'].includes(f.code))
  expect(missing.map((f) => `${f.level} ${f.code} ${f.about}`).toSorted()).toEqual([
    'blocker right-missing demo-1-35: network tags',
    'blocker right-missing demo-1-35: rules of security groups',
    'warning not-looked-at demo-1-35: subnets',
    'warning not-looked-at demo-1-35: zones of its node groups',
  ])
  const rules = missing.find((f) => f.about.endsWith('rules of security groups'))
  expect(rules?.message).toMatch(/nobody would wait for the rules: .*ec2:DescribeSecurityGroups/)
  expect(rules?.remedy).toBe(
    'allow the worker ec2:DescribeSecurityGroups, as deploy/iam/preflight.json does, and look again',
  )
  expect(new Set(denied())).toEqual(new Set(['DescribeSecurityGroups', 'DescribeSubnets']))
})

test('a name that leads to blue and no app moves is told while there is time', async () => {
  const { aws } = world
  const blue = world.cluster(scope.blue)
  blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'grafana' } })
  const host = 'k8s-grafana.elb.ap-northeast-1.amazonaws.com'
  const status = { loadBalancer: { ingress: [{ hostname: host }] } }
  blue.apply({ ...aService('grafana', 'grafana', { type: 'LoadBalancer' }), status })
  const zone = aws.route53.seedZone('example.com')
  const record = { Name: 'grafana.example.com', Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value: host }] }
  aws.route53.seedRecord(zone, record)
  const { activities } = whoOnlyReads(world)
  const { answer } = await driven(activities.prepare, request, { workflow })
  const told = answer.plan.findings.filter((f) => f.code.startsWith('ways-'))
  expect(told.map((f) => `${f.level} ${f.code} ${f.message}`)).toEqual([
    `warning ways-undeclared these lead to it, and no app moves them: grafana.example.com (CNAME in hosted zone example.com) leads to ${host}, of Service/grafana/grafana`,
  ])
})

test('a role that EKS or EC2 may not take on for green is told before anything is built', async () => {
  const { iam } = world.aws
  const trust = (service: string, Condition?: object) => ({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) },
    ],
  })
  const told = async () => (await preflown()).findings.filter((f) => f.includes('role-service'))
  const facts = await world.ports.eks(scope.region).findCluster(scope.blue)
  const name = facts?.roleArn.split('/').at(-1) ?? ''
  iam.seedRole(name, trust('eks.amazonaws.com'))
  expect(await told()).toEqual([])
  iam.seedRole(name, trust('eks.amazonaws.com', { ArnLike: { 'aws:SourceArn': facts?.arn ?? '' } }))
  expect(await told()).toEqual([`blocker role-service ${name}`])
  iam.seedRole(name, trust('eks.amazonaws.com'))
})
