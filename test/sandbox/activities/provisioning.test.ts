import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { connectOutside } from '../../../src/adapters/index.ts'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import { blockers, type Plan } from '../../../src/domain/plan.ts'
import { leaves, type Step } from '../../../src/domain/steps.ts'
import { driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'

/** A blue with everything that is copied today, and the provisioning of its own plan, there and back. */

const role = (name: string) => `arn:aws:iam::${scope.account}:role/${name}`
const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
const subnetIds = ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2']

let world: SmallWorld
let plan: Plan
beforeAll(async () => {
  world = await aSmallWorld()
  await aRichBlue()
})
afterAll(() => world.stop())

const eks = () => world.theirs.eks(scope.region)
const templates = () => world.theirs.launchTemplates(scope.region)

async function aRichBlue(): Promise<void> {
  const { blue } = scope
  await eks().createCluster(
    {
      name: blue,
      version: '1.35',
      roleArn: role('eks-cluster'),
      resourcesVpcConfig: {
        subnetIds,
        securityGroupIds: [],
        endpointPublicAccess: true,
        endpointPrivateAccess: true,
        publicAccessCidrs: ['203.0.113.0/24'],
        controlPlaneEgressMode: 'CUSTOMER_ROUTED',
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv4' },
      logging: ['audit'],
      authenticationMode: 'API_AND_CONFIG_MAP',
      supportType: 'STANDARD',
      settings: { controlPlaneScalingConfig: { tier: 'tier-xl' }, kubeApiServerConfig: { eventTtl: '3h' } },
      deletionProtection: true,
      tags: { team: 'platform' },
    },
    'blue',
  )
  await eventually('blue is there', async () => (await eks().findCluster(blue))?.status === 'ACTIVE')
  await eks().createAccess(blue, world.aws.identity.roleArn, [], 'own')
  await eks().allow(blue, world.aws.identity.roleArn, ADMINISTRATOR)
  const people = { principalArn: role('people/Dev'), type: 'STANDARD', groups: ['dev'], policies: [], tags: {} }
  await eks().createAccessEntry(blue, people, 'people')
  await eks().allow(blue, people.principalArn, view, ['shop'])
  await eks().createPodIdentity(blue, { namespace: 'shop', serviceAccount: 'api', roleArn: role('s3'), tags: {} }, 'pi')
  const [cni] = await eks().addonVersions('vpc-cni', '1.35')
  const podIdentities = [{ serviceAccount: 'aws-node', roleArn: role('cni') }]
  await eks().createAddon(blue, { name: 'vpc-cni', version: cni?.version ?? '', podIdentities, tags: {} }, 'cni')
  const { endpoint = '', clusterSecurityGroupId = '' } = (await eks().findCluster(blue)) ?? {}
  const settings = { SecurityGroupIds: [clusterSecurityGroupId, 'sg-0others'] }
  await templates().create({ name: 'nodes', settings, userData: `${blue} ${endpoint}`, tags: {} }, 'lt-1')
  const TagSpecifications = [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'platform' }] }]
  await templates().create({ name: 'shared', settings: { KeyName: 'ops', TagSpecifications }, tags: {} }, 'lt-2')
  for (const name of ['nodes', 'shared'])
    await eks().createNodegroup(
      blue,
      {
        name,
        scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
        subnets: subnetIds,
        instanceTypes: ['m7i.large'],
        amiType: 'AL2023_x86_64_STANDARD',
        nodeRole: role('eks-node'),
        labels: {},
        taints: [],
        settings: { updateConfig: { maxUnavailable: 1, updateStrategy: 'MINIMAL' } },
        launchTemplate: `${name}:1`,
        tags: {},
      },
      name,
    )
  for (const name of ['nodes', 'shared'])
    await eventually(`${name} is there`, async () => (await eks().findNodegroup(blue, name))?.status === 'ACTIVE')
  for (const name of ['batch', 'cron']) {
    const selectors = [{ namespace: name, labels: { on: 'fargate' } }]
    const profile = { name, podExecutionRoleArn: role('fargate'), subnets: subnetIds, selectors, tags: {} }
    await eks().createFargateProfile(blue, profile, `fargate-${name}`)
    await eventually(name, async () => (await eks().findFargateProfile(blue, name))?.status === 'ACTIVE')
  }
  const from = { direction: 'in', protocol: 'tcp', port: 5432 } as const
  world.aws.securityGroups.allow('sg-0db', { ...from, group: clusterSecurityGroupId })
  world.cluster(blue).apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'aws-auth' },
    data: { mapRoles: '- rolearn: arn:aws:iam::123456789012:role/old' },
  })
}

async function run(steps: readonly Step[]): Promise<void> {
  for (const step of leaves(steps)) {
    if (step.kind !== 'action') continue
    const activity = world.activities[step.action] as (input: unknown) => Promise<unknown> // each takes its own step's
    await driven(activity, call(step.input as never, { step: step.id }), {
      // Somebody does at once what they are asked for.
      between: (why) => {
        const [, group] = /--group-id sg-0db .*tcp,FromPort=5432.*GroupId=(sg-\w+)/.exec(why) ?? []
        if (group) world.aws.securityGroups.allow('sg-0db', { direction: 'in', protocol: 'tcp', port: 5432, group })
      },
    })
  }
}

const prepared = () =>
  driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  ).then(({ answer }) => answer)

const provision = () => {
  const phase = plan.phases.find((p) => p.name === 'provision')
  if (!phase) throw new Error('nothing is provisioned')
  return phase
}

test('nothing of such a blue stands in the way, and the plan shows green beside it', async () => {
  const { plan: made, twin } = await prepared()
  plan = made
  expect(blockers(plan)).toEqual([])
  expect(plan.findings.map((f) => f.code)).toContain('security-group-rule')
  expect(twin.flatMap((p) => p.notCopied)).toEqual([])
  expect(twin.map((p) => [p.part, p.changed.map((c) => c.setting)])).toEqual([
    ['cluster demo-1-36', ['version', 'tags']],
    ['node group nodes', ['launchTemplate', 'tags']],
    ['node group shared', ['tags']],
    ['Fargate profile batch', ['tags']],
    ['Fargate profile cron', ['tags']],
    // The same version runs on both.
    ['add-on vpc-cni', ['tags']],
    [`access ${role('people/Dev')}`, ['tags']],
    ['pod identity shop/api', ['tags']],
  ])
})

test('for a plan, and for the doctor, the policy that only reads is enough', async () => {
  const keys = world.aws.keysWith('preflight')
  const reading = connectOutside({ credentials: async () => keys })
  onTestFinished(() => reading.close())
  // Whom Kubernetes lets in is not a matter of IAM policies.
  const ports = { ...reading, kubernetes: world.ports.kubernetes }
  const { prepare, examine } = createActivities({ ...world.outside, ports })
  const { answer } = await driven(
    prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/2` } },
  )
  expect(answer.plan.phases.map((p) => p.name)).toEqual(plan.phases.map((p) => p.name))
  for (const organ of ['identity', 'clusters', 'rights', 'network', 'volumes'] as const) {
    const seen = await driven(examine, { organ, platform: scope.platform, file: aSmallFile() })
    expect(seen.answer.length, organ).toBeGreaterThan(0)
  }
  const asked = world.aws.calls().filter((c) => c.by?.includes('assumed-role/preflight/'))
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.filter((c) => /AccessDenied|Unauthorized/.test(c.error ?? ''))).toEqual([])
})

test('green is what the plan said', async () => {
  await run(provision().forward)
  const { blue, green } = scope
  const [was, is] = [await eks().findCluster(blue), await eks().findCluster(green)]
  for (const same of ['roleArn', 'resourcesVpcConfig', 'kubernetesNetworkConfig', 'logging', 'settings'] as const)
    expect(is?.[same]).toEqual(was?.[same])
  const own = await templates().find('demo-1-36.nodes', '1')
  expect(own?.userData).toBe(`${green} ${is?.endpoint}`)
  expect(own?.settings).toEqual({ SecurityGroupIds: [is?.clusterSecurityGroupId, 'sg-0others'] })
  expect((await eks().findNodegroup(green, 'nodes'))?.launchTemplate).toBe(`${own?.id}:1`)
  expect(await eks().findNodegroup(green, 'shared')).toMatchObject({
    launchTemplate: (await eks().findNodegroup(blue, 'shared'))?.launchTemplate,
    settings: { updateConfig: { maxUnavailable: 1, updateStrategy: 'MINIMAL' } },
  })
  expect(await eks().findFargateProfile(green, 'batch')).toMatchObject({
    podExecutionRoleArn: role('fargate'),
    selectors: [{ namespace: 'batch', labels: { on: 'fargate' } }],
  })
  expect((await eks().findAddon(green, 'vpc-cni'))?.podIdentities).toEqual([
    { serviceAccount: 'aws-node', roleArn: role('cni') },
  ])
  expect((await eks().accessEntry(green, role('people/Dev')))?.policies).toEqual([{ arn: view, namespaces: ['shop'] }])
  expect((await eks().podIdentity(green, 'shop', 'api'))?.roleArn).toBe(role('s3'))
  expect(await world.ports.network(scope.region).rulesNaming(is?.clusterSecurityGroupId ?? '')).toEqual([
    { group: 'sg-0db', name: 'name-of-sg-0db', direction: 'in', protocol: 'tcp', from: 5432, to: 5432 },
  ])
  world.aws.securityGroups.allow('sg-0own', { direction: 'in', protocol: 'tcp', port: 80, group: 'sg-0alb' })
  expect(await world.ports.network(scope.region).letInto('sg-0own')).toEqual([
    { source: 'sg-0alb', description: '', protocol: 'tcp', from: 80, to: 80 },
  ])
  const kubernetes = await world.ports.kubernetes(scope.region, green)
  expect(await kubernetes.find('ConfigMap', 'kube-system', 'aws-auth')).toMatchObject({
    data: { mapRoles: expect.stringContaining('role/old') as string },
  })
})

test('an add-on that failed in an earlier try is deleted and installed anew', async () => {
  world.faults.failAddon('kube-proxy')
  const [old] = await eks().addonVersions('kube-proxy', '1.35')
  const [fitting] = await eks().addonVersions('kube-proxy', '1.36')
  const onBlue = { name: 'kube-proxy', version: old?.version ?? '', podIdentities: [], tags: {} }
  await eks().createAddon(scope.blue, onBlue, 'kube-proxy')
  const version = fitting?.version ?? ''
  const its = { cluster: scope.green, addon: 'kube-proxy', version, like: scope.blue }
  const { installAddon } = world.activities
  expect(await ending(installAddon, call<'installAddon'>(its))).toMatchObject({
    type: 'Failed',
    message: expect.stringContaining('Conflicts found when trying to apply kube-proxy') as string,
  })
  world.faults.clear()
  const { waits } = await driven(installAddon, call<'installAddon'>(its, { attempt: 2 }))
  expect(waits[0]).toBe('kube-proxy failed in an earlier try and is deleted first')
})

test('the way back leaves nothing of it, and all of blue', async () => {
  await run(provision().back)
  expect(world.aws.eks.inventory().map((c) => c.name)).toEqual([scope.blue])
  expect(await templates().find('demo-1-36.nodes', '1')).toBeUndefined()
  expect(await templates().find('nodes', '1')).toBeDefined()
  await run(provision().back)
})

test('a template that somebody else made is neither taken nor deleted', async () => {
  await templates().create({ name: 'demo-1-36.other', settings: { KeyName: 'k' }, tags: {} }, 'lt-3')
  const its = { cluster: scope.green, nodeGroup: 'other' }
  const { copyLaunchTemplate, deleteLaunchTemplate } = world.activities
  await expect(
    driven(copyLaunchTemplate, call<'copyLaunchTemplate'>({ ...its, like: scope.blue })),
  ).rejects.toMatchObject({ type: 'Contested' })
  await expect(
    driven(deleteLaunchTemplate, call<'deleteLaunchTemplate'>({ ...its, identity: 'made-by-this-run' })),
  ).rejects.toMatchObject({ type: 'Denied' })
  expect(await templates().find('demo-1-36.other', '1')).toBeDefined()
})

describe('blue, which no upgrade made,', () => {
  const removed = async () => {
    const { arn = '', createdAt = '' } = (await eks().findCluster(scope.blue)) ?? {}
    const its = { cluster: scope.blue, identity: { arn, createdAt } }
    const { deleteNodeGroup, deleteFargateProfile, deleteCluster } = world.activities
    for (const name of ['nodes', 'shared']) await driven(deleteNodeGroup, call<'deleteNodeGroup'>({ ...its, name }))
    for (const name of ['batch', 'cron'])
      await driven(deleteFargateProfile, call<'deleteFargateProfile'>({ ...its, name }))
    await driven(deleteCluster, call<'deleteCluster'>(its))
  }
  /** The worker, with another role to remove clusters with. */
  const withRole = (decommissionRoleArn?: string) => {
    const ports = connectOutside({
      credentials: async () => world.aws.identity,
      ...(decommissionRoleArn !== undefined && { decommissionRoleArn }),
    })
    onTestFinished(() => ports.close())
    return createActivities({ ...world.outside, ports })
  }
  const nodes = async () => {
    const { arn = '', createdAt = '' } = (await eks().findCluster(scope.blue)) ?? {}
    return call<'deleteNodeGroup'>({ cluster: scope.blue, name: 'nodes', identity: { arn, createdAt } })
  }

  test.for([
    {
      says: 'the worker itself, which may remove what its runs made',
      role: undefined,
      why: 'role/norikae/sandbox is not authorized to perform: eks:DeleteNodegroup on resource: arn:aws:eks:ap-northeast-1:123456789012:nodegroup/demo-1-35/nodes/',
    },
    {
      says: 'a role that does not let the worker in',
      role: role('other'),
      why: 'is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/other',
    },
    {
      says: 'a role of another account, where something may have the same name',
      role: 'arn:aws:iam::999999999999:role/norikae-decommission',
      why: 'arn:aws:iam::999999999999:role/norikae-decommission is not of account 123456789012. Nothing was removed',
    },
  ])('is not removed by $says', async ({ role: arn, why }) => {
    const refused = await ending(withRole(arn).deleteNodeGroup, await nodes())
    expect(refused).toMatchObject({ type: 'Denied', message: expect.stringContaining(why) as string })
    expect((await eks().findNodegroup(scope.blue, 'nodes'))?.status).toBe('ACTIVE')
  })

  test.for([
    { says: 'nothing where there is no role for it', role: undefined, is: [] },
    { says: 'that somebody does not let it in yet', role: role('other'), is: ['look'] },
  ])('is seen by the doctor: $says', async ({ role: arn, is }) => {
    const asked = { organ: 'identity', platform: scope.platform, file: aSmallFile() } as const
    const { answer } = await driven(withRole(arn).examine, asked)
    expect(answer.filter((seen) => seen.about === 'removing blue').map((seen) => seen.is)).toEqual(is)
  })

  test('is removed in the name of the role for that, parts, protection and all', async () => {
    await removed()
    expect(world.aws.eks.inventory()).toEqual([])
    const writes = world.aws.calls().filter((c) => /^(Delete|Update)/.test(c.operation) && c.status === 200)
    const on = writes.filter((c) => (c.parameters['clusterName'] ?? c.parameters['name']) === scope.blue)
    const parts = ['DeleteNodegroup', 'DeleteNodegroup', 'DeleteFargateProfile', 'DeleteFargateProfile']
    expect(on.map((c) => c.operation)).toEqual([...parts, 'UpdateClusterConfig', 'DeleteCluster'])
    expect(new Set(on.map((c) => c.by))).toEqual(
      new Set(['arn:aws:sts::123456789012:assumed-role/norikae-decommission/norikae']),
    )
  })
})
