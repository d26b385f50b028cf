import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { connectOutside } from '../../../src/adapters/index.ts'
import { hostOf } from '../../../src/domain/trust-statements.ts'
import { blockers, type Plan } from '../../../src/domain/plan.ts'
import { leaves, type Step } from '../../../src/domain/steps.ts'
import { driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { byIssuer, policy } from '../../contract/roles.ts'
import { aRichBlue, GROUPS, othersDo, richFile, role, view } from '../../support/rich-blue.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'
import { whoOnlyReads } from '../../support/reading.ts'

/** A blue with everything that is copied today, and the provisioning of its own plan, there and back. */

let world: SmallWorld
let plan: Plan
/** IAM before anything was made. */
let before: ReturnType<SmallWorld['aws']['iam']['inventory']>
beforeAll(async () => {
  world = await aSmallWorld()
  await aRichBlue(world)
})
afterAll(() => world.stop())

const eks = () => world.theirs.eks(scope.region)
const templates = () => world.theirs.launchTemplates(scope.region)

async function run(steps: readonly Step[]): Promise<void> {
  for (const step of leaves(steps)) {
    if (step.kind !== 'action') continue
    const activity = world.activities[step.action] as (input: unknown) => Promise<unknown> // each takes its own step's
    await driven(activity, call(step.input as never, { step: step.id }), { between: (why) => othersDo(world, why) })
  }
}

const prepared = () =>
  driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: richFile },
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
  const codes = plan.findings.map((f) => f.code)
  expect(codes).toEqual(expect.arrayContaining(['security-group-rule', 'network-tag', 'network-discovery-tag']))
  expect(twin.flatMap((p) => p.notCopied)).toEqual([])
  expect(plan.findings.filter((f) => f.code.startsWith('role-')).map((f) => `${f.code} ${f.about}`)).toEqual([
    'role-requested theirs',
  ])
  before = world.aws.iam.inventory()
  expect(twin.map((p) => [p.part, p.changed.map((c) => c.setting)])).toEqual([
    ['cluster demo-1-36', ['version', 'tags']],
    ['node group nodes', ['launchTemplate', 'tags']],
    ['node group own', ['launchTemplate', 'tags']],
    ['node group shared', ['tags']],
    ['Fargate profile batch', ['tags']],
    ['Fargate profile cron', ['tags']],
    // The same version runs on both.
    ['add-on vpc-cni', ['tags']],
    ['add-on aws-ebs-csi-driver', ['tags']],
    [`access ${role('people/Dev')}`, ['tags']],
    ['pod identity shop/api', ['tags']],
    ['identity provider corp', ['tags']],
  ])
})

test('an image that EC2 does not have stands in the way, and not that blue’s is gone', async () => {
  const saying = async () => blockers((await prepared()).plan).map((f) => [f.code, f.about, f.message])
  world.aws.images.set('ami-09ee40000000000', 'unknown')
  expect(await saying()).toEqual([
    [
      'nodegroup-custom-ami',
      'own',
      'green.amis gives it ami-09ee40000000000, which this account does not see in its region',
    ],
  ])
  world.aws.images.set('ami-09ee40000000000', { architecture: 'x86_64' })
  world.aws.images.set('ami-0b1ce0000000000', { architecture: 'arm64', state: 'deregistered' })
  expect(await saying()).toEqual([])
})

test('for a plan, and for the doctor, the policy that only reads is enough', async () => {
  const { activities, asked, denied } = whoOnlyReads(world)
  const { prepare, examine } = activities
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
  expect(asked().length).toBeGreaterThan(20)
  expect(denied()).toEqual([])
})

test('green is what the plan said', async () => {
  await run(provision().forward)
  const { blue, green } = scope
  const [was, is] = [await eks().findCluster(blue), await eks().findCluster(green)]
  expect(was?.supportType).toBe('STANDARD')
  for (const same of [
    'roleArn',
    'resourcesVpcConfig',
    'kubernetesNetworkConfig',
    'logging',
    'authenticationMode',
    'supportType',
    'settings',
  ] as const)
    expect(is?.[same]).toEqual(was?.[same])
  const own = await templates().find('demo-1-36.nodes', '1')
  expect(own?.userData).toBe(`${green} ${is?.endpoint}`)
  expect(own?.settings).toEqual({ SecurityGroupIds: [is?.clusterSecurityGroupId, 'sg-0others'] })
  expect((await eks().findNodegroup(green, 'nodes'))?.launchTemplate).toBe(`${own?.id}:1`)
  const ownImage = (await templates().find('demo-1-36.own', '1'))?.settings
  expect(ownImage).toEqual({ ImageId: 'ami-09ee40000000000' })
  expect((await eks().findNodegroup(green, 'own'))?.amiType).toBe('CUSTOM')
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
  const [corp] = await eks().identityProviders(blue)
  expect(corp).toMatchObject({ groupsPrefix: 'corp:', requiredClaims: { hd: 'example.com' } })
  expect(await eks().identityProviders(green)).toEqual([
    { ...corp, tags: expect.objectContaining({ 'norikae.io/run': 'run-1' }) as object },
  ])
  expect((await eks().podIdentity(green, 'shop', 'api'))?.roleArn).toBe(role('s3'))
  expect(await world.ports.network(scope.region).rulesNaming(is?.clusterSecurityGroupId ?? '')).toEqual([
    { group: 'sg-0db', name: 'name-of-sg-0db', direction: 'in', protocol: 'tcp', from: 5432, to: 5432 },
  ])
  const logGroup = world.aws.logs.inventory().find(({ name }) => name === `/aws/eks/${green}/cluster`)
  expect(logGroup).toMatchObject({ retentionInDays: 90, tags: { 'norikae.io/run': 'run-1' } })
  const tagged = await world.ports.network(scope.region).tagged('kubernetes.io/cluster/demo-1-36')
  expect(tagged.map((it) => [it.id, it.tags['kubernetes.io/cluster/demo-1-36']])).toEqual([
    ['subnet-0a1a1a1a1a1a1a1a1', 'shared'],
    ['sg-0nodes', 'owned'],
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

test('green is let in wherever blue is, once, and others’ statements stay', () => {
  const { trust, providers } = world.aws.iam.inventory()
  const issuer = world.aws.eks.issuer(scope.green) ?? ''
  const own = (account: string, n: number) => ({ Sid: `NorikaeDemo136N${n}`, ...byIssuer(issuer, account) })
  const added = (name: string) => {
    const statements = ({ trust: all }: typeof before) => (all[name] as { Statement: readonly object[] }).Statement
    const were = statements(before)
    expect(statements({ trust, providers }).slice(0, were.length)).toEqual(were)
    return statements({ trust, providers }).slice(were.length)
  }
  expect(added('files')).toEqual([own('kube-public:web', 1), own('kube-public:job', 2)])
  expect(added('csi')).toEqual([own('kube-system:ebs-csi-controller-sa', 1)])
  expect(added('theirs')).toEqual([byIssuer(issuer, 'kube-public:theirs')])
  expect(JSON.stringify(added('fargate'))).toContain(`fargateprofile/${scope.green}/*`)
  expect(providers.at(-1)).toMatchObject({
    arn: `arn:aws:iam::${scope.account}:oidc-provider/${hostOf(issuer)}`,
    tags: { 'norikae.io/cluster': scope.green, 'norikae.io/platform': scope.platform },
  })
})

test('what somebody has overwritten is written again', async () => {
  const { blue, green } = scope
  const { trust } = world.aws.iam.inventory()
  world.aws.iam.seedRole('files', before.trust['files'] as object)
  const its = { cluster: green, like: blue, roles: ['csi', 'files'] }
  const { answer } = await driven(world.activities.trustCluster, call<'trustCluster'>(its), { lost: true })
  expect(answer.note).toBe(`2 roles let in ${green} wherever they let in ${blue} (3 statements)`)
  expect(world.aws.iam.inventory().trust).toEqual(trust)
})

test.for([
  {
    says: 'there is no room any more',
    type: 'QuotaExceeded',
    because: 'this account allows 1000',
    tags: {},
    quota: 1000,
  },
  {
    says: 'it is another tool’s by now',
    type: 'Contested',
    because: 'Terraform: true says',
    tags: { Terraform: 'true' },
    quota: 2048,
  },
])('a trust policy is left alone where $says', async ({ type, because, tags, quota }) => {
  const { iam } = world.aws
  const trust = iam.inventory().trust['files']
  iam.seedRole('files', before.trust['files'] as object, tags)
  iam.quotas.trust = quota
  const its = { cluster: scope.green, like: scope.blue, roles: ['files'] }
  const ended = await ending(world.activities.trustCluster, call<'trustCluster'>(its))
  iam.quotas.trust = 2048
  expect(ended).toEqual({ type, message: expect.stringContaining(because) as string })
  expect(iam.inventory().trust['files']).toEqual(before.trust['files'])
  iam.seedRole('files', trust as object)
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
  await eks().deleteAddon(scope.blue, 'kube-proxy')
  await eventually('kube-proxy', async () => (await eks().findAddon(scope.blue, 'kube-proxy')) === undefined)
})

test('the way back leaves nothing of it, and all of blue', async () => {
  await run(provision().back)
  expect(world.aws.eks.inventory().map((c) => c.name)).toEqual([scope.blue])
  expect(await templates().find('demo-1-36.nodes', '1')).toBeUndefined()
  expect(await templates().find('nodes', '1')).toBeDefined()
  expect(world.aws.iam.inventory()).toEqual({
    ...before,
    trust: { ...before.trust, theirs: expect.anything() as unknown },
  })
  await run(provision().back)
})

test('of a cluster that is gone everything goes, whoever wrote it; of one that is there nothing', async () => {
  const { iam } = world.aws
  const { distrustCluster, deleteProvider } = world.activities
  const issuer = 'https://oidc.eks.ap-northeast-1.amazonaws.com/id/0'
  const cluster = 'demo-1-34'
  iam.seedProvider(issuer)
  const stays = byIssuer(world.aws.eks.issuer(scope.blue) ?? '', 'shop:web')
  iam.seedRole('old', policy(byIssuer(issuer, 'shop:web'), stays))
  await driven(distrustCluster, call<'distrustCluster'>({ cluster, role: 'old', issuer }))
  await driven(deleteProvider, call<'deleteProvider'>({ cluster, issuer }))
  expect(iam.inventory().trust['old']).toEqual(policy(stays))
  expect(iam.inventory().providers).toEqual(before.providers)
  const ofBlue = { cluster: scope.blue, issuer: world.aws.eks.issuer(scope.blue) ?? '' }
  // Its owner was asked to remove it, and people went on without.
  for (const ended of [
    driven(distrustCluster, call<'distrustCluster'>({ ...ofBlue, role: 'old' })),
    driven(deleteProvider, call<'deleteProvider'>(ofBlue)),
  ])
    expect((await ended).answer.note).toMatch(/^demo-1-35 is there yet, and /)
  expect(iam.inventory().trust['old']).toEqual(policy(stays))
  expect(iam.inventory().providers).toEqual(before.providers)
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

test('an identity provider that EKS could not associate is told with its reason, and tried again when asked to', async () => {
  const { copyIdentityProvider } = world.activities
  const its = { cluster: scope.green, name: 'corp', like: scope.blue }
  const copy = (attempt: number) => driven(copyIdentityProvider, call<'copyIdentityProvider'>(its, { attempt }))
  await run(provision().forward.filter((step) => step.id === 'cluster/create'))
  world.faults.failIdentityProvider('corp')
  await expect(copy(1)).rejects.toThrow(
    'identity provider corp could not be associated with demo-1-36: OperationNotPermitted: https://id.example.com cannot be reached',
  )
  world.faults.clear()
  expect((await copy(2)).answer.note).toBe('people get into demo-1-36 by https://id.example.com')
  await expect(
    driven(copyIdentityProvider, call<'copyIdentityProvider'>({ ...its, cluster: scope.blue })),
  ).rejects.toMatchObject({ type: 'Contested' })
  // What had not begun is not taken back.
  await run(provision().back.filter((step) => step.id === 'cluster/delete'))
})

test('an abort while one is being associated waits for it, and deletes the cluster then', async () => {
  await run(provision().forward.filter((step) => step.id === 'cluster/create'))
  const busy = { name: 'corp', status: 'CREATING', issuerUrl: 'https://id.example.com', clientId: 'k', tags: {} }
  let asked = 0
  const identityProviders = (name: string) => {
    asked += 1
    return asked === 1 ? Promise.resolve([busy]) : eks().identityProviders(name)
  }
  const ports = { ...world.ports, eks: () => ({ ...eks(), identityProviders }) }
  const { deleteCluster } = createActivities({ ...world.outside, ports })
  const its = { cluster: scope.green, identity: 'made-by-this-run' } as const
  const { waits } = await driven(deleteCluster, call<'deleteCluster'>(its))
  expect(waits[0]).toBe('identity provider corp of demo-1-36 is CREATING')
  expect(world.aws.eks.inventory().map((c) => c.name)).toEqual([scope.blue])
})

test('what the new version of an add-on would not take stands in the way, and not only once green is there', async () => {
  const asked = { name: 'kube-proxy', version: 'v1.35.4-eksbuild.1', podIdentities: [], tags: {} }
  await eks().createAddon(scope.blue, { ...asked, configurationValues: 'podLabels: { team: net }' }, 'proxy')
  await eventually('kube-proxy', async () => (await eks().findAddon(scope.blue, 'kube-proxy'))?.status === 'ACTIVE')
  expect(blockers((await prepared()).plan).map((f) => [f.code, f.about, f.message])).toEqual([
    [
      'addon-configuration',
      'kube-proxy',
      'v1.36.1-eksbuild.2 would not take its configuration: podLabels is none of its settings',
    ],
  ])
})

describe('blue, which no upgrade made,', () => {
  const removed = async () => {
    const { arn = '', createdAt = '' } = (await eks().findCluster(scope.blue)) ?? {}
    const its = { cluster: scope.blue, identity: { arn, createdAt } }
    const { deleteNodeGroup, deleteFargateProfile, deleteCluster } = world.activities
    for (const name of GROUPS) await driven(deleteNodeGroup, call<'deleteNodeGroup'>({ ...its, name }))
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
    const before = world.aws.calls().length
    await removed()
    expect(world.aws.eks.inventory()).toEqual([])
    const calls = world.aws.calls().slice(before)
    const writes = calls.filter((c) => /^(Delete|Update)/.test(c.operation) && c.status === 200)
    const on = writes.filter((c) => (c.parameters['clusterName'] ?? c.parameters['name']) === scope.blue)
    const parts = [...GROUPS.map(() => 'DeleteNodegroup'), 'DeleteFargateProfile', 'DeleteFargateProfile']
    expect(on.map((c) => c.operation)).toEqual([...parts, 'UpdateClusterConfig', 'DeleteCluster'])
    expect(new Set(on.map((c) => c.by))).toEqual(
      new Set(['arn:aws:sts::123456789012:assumed-role/norikae-decommission/norikae']),
    )
  })
})
