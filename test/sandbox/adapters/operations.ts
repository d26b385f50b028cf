import { EKS } from '@aws-sdk/client-eks'
import type { Ports } from '../../../src/activities/ports.ts'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import { CALLERS_QUERY } from '../../../src/domain/api-callers.ts'
import { quotas } from '../../../src/domain/quotas.ts'
import type { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import type { SandboxAws } from '../../../src/sandbox/types.ts'

/** An account, and who asks it: who may do everything, and the worker. */
export interface Stage {
  readonly aws: SandboxAws
  readonly faults: AwsFaults
  readonly ports: Ports
  readonly worker: Ports
}

/** What AWS answers to something that cannot be done, and which of our errors it is; `answered`: none. */
interface Refusal {
  readonly code: string
  readonly status?: number
  readonly is: string
}

export interface Row {
  /** As in an IAM policy. */
  readonly asks: string
  /** By what Norikae asks it, safe to repeat as the activity around it is. */
  readonly by: (stage: Stage) => Promise<unknown>
  /** It has to be so before. */
  readonly once?: (stage: Stage) => Promise<unknown>
  /** What is meant is there already, or is changed by somebody at this moment. */
  readonly taken?: Refusal
  /** There are as many as there may be. */
  readonly limit?: Refusal
  /** Who may not: `Denied`, if nothing else is said. */
  readonly denied?: string
}

const region = 'ap-northeast-1'
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const [subnet, other] = ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2']
const tags = { 'norikae.io/run': 'r1' }
const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
const key = `arn:aws:kms:${region}:123456789012:key/1`
const issuer = 'https://oidc.eks.ap-northeast-1.amazonaws.com/id/GREEN'
const provider = `arn:aws:iam::123456789012:oidc-provider/${issuer.slice('https://'.length)}`
const trust = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const by = (service: string) => ({
  Effect: 'Allow',
  Principal: { Service: `${service}.amazonaws.com` },
  Action: 'sts:AssumeRole',
})
const greenLogs = '/aws/eks/green-2/cluster'
const people = { principalArn: role('people'), type: 'STANDARD', groups: ['dev'], policies: [], tags }

/** What is there before anything is asked. */
export async function furnish({ aws }: Stage): Promise<void> {
  const nodegroups = [{ name: 'general', size: 1, min: 1, max: 2, labels: {} }]
  await aws.eks.seedCluster({ name: 'blue', version: '1.35', nodegroups, addons: [], tags: {} })
  const insight = {
    id: '1',
    name: 'Add-ons',
    category: 'UPGRADE_READINESS',
    insightStatus: { status: 'WARNING' },
  } as const
  aws.eks.setInsights('blue', [insight])
  const client = new EKS({ endpoint: aws.endpoint, region, credentials: aws.admin })
  await client.createCertificateAuthority({ clusterName: 'blue' })
  client.destroy()
  const { listenerArn } = aws.elbv2.seedLoadBalancer('shared', { 'elbv2.k8s.aws/cluster': 'blue' })
  const group = aws.elbv2.seedTargetGroup('web-blue', tags)
  aws.elbv2.seedRule(listenerArn, 1, 'web.example.com', [{ targetGroupArn: group, weight: 1 }])
  aws.ec2.createVolume(`${region}a`, 1, { of: 'blue' })
  aws.instances.set('i-1', 'running')
  aws.images.set('ami-1', { architecture: 'arm64' })
  aws.networkInterfaces.add('eni-1', { subnet, addresses: ['10.0.0.9'] })
  aws.securityGroups.allow('sg-1', { direction: 'in', protocol: 'tcp', port: 443, group: 'sg-2' })
  aws.iam.seedRole('app', trust(by('ec2')))
  aws.iam.seedPolicy('app', 'own', trust(by('ec2')))
  aws.iam.seedPolicy('app', 'shared', trust(by('ec2')), { managed: true })
  aws.iam.seedProvider('https://oidc.example.com/blue')
  aws.keys.set(key, 'Enabled')
  aws.quotas.set('eks', quotas.clusters.code, 120)
  aws.ecr.push('team/app', { digest: `sha256:${'0'.repeat(64)}`, tag: '1' })
  aws.logs.make('/aws/eks/blue/cluster')
}

const eks = ({ ports }: Stage) => ports.eks(region)
const disks = ({ ports }: Stage) => ports.blockStorage(region)
const network = ({ ports }: Stage) => ports.network(region)
const balancing = ({ ports }: Stage) => ports.loadBalancing(region)
const iam = ({ ports }: Stage) => ports.roles(region)
const templates = ({ ports }: Stage) => ports.launchTemplates(region)

const groupOf = ({ aws }: Stage, name: string) =>
  aws.elbv2.inventory().targetGroups.find((it) => it.name === name)?.arn ?? 'arn:none'
const balancerOf = ({ aws }: Stage) => aws.elbv2.inventory().loadBalancers[0]?.arn ?? 'arn:none'
const aPage = { status: 503, type: 'text/plain', body: 'back soon' } as const

const ruleOf = ({ aws }: Stage) => aws.elbv2.rules()[0]?.ruleArn ?? 'arn:none'
const volumeOf = ({ aws }: Stage, of: string) => aws.ec2.volumes().find((v) => v.tags['of'] === of)?.id ?? 'vol-0'
const snapshotOf = ({ aws }: Stage) => aws.ec2.snapshots()[0]?.id ?? 'snap-0'

const auditQuery = ({ ports }: Stage) =>
  ports.logs(region).startQuery('/aws/eks/blue/cluster', CALLERS_QUERY, '2026-11-26T00:00:00Z', '2026-11-26T01:00:00Z')
const ofNobody = { namespace: 'Nobody', metric: 'calls', dimensions: {}, statistic: 'Sum' }

const full = (code = 'ResourceLimitExceededException', status = 400): Refusal => ({ code, status, is: 'QuotaExceeded' })
const inUse = (code = 'ResourceInUseException', status = 409): Refusal => ({ code, status, is: 'InUse' })
const made = { taken: inUse(), limit: full() }

/** In this order: a cluster, what is on it, and what is around it come to be, are looked at and go again. */
export const rows: readonly Row[] = [
  { asks: 'sts:GetCallerIdentity', by: ({ ports }) => ports.identity.whoAmI(region) },
  { asks: 'sts:AssumeRole', by: ({ worker }) => worker.identity.whoRemoves(region, '123456789012') },
  {
    asks: 'sts:AssumeRoleWithWebIdentity',
    by: ({ ports }) => ports.identity.roleRefusal(region, role('app'), 'a.b.c'),
    // That is what was asked.
    denied: 'answered',
  },

  { asks: 'eks:ListClusters', by: (s) => eks(s).clusterNames() },
  { asks: 'eks:DescribeClusterVersions', by: (s) => eks(s).versions() },
  { asks: 'eks:DescribeAddonVersions', by: (s) => eks(s).addonVersions('vpc-cni', '1.36') },
  {
    asks: 'eks:DescribeAddonConfiguration',
    by: (s) => eks(s).configurationFaults('vpc-cni', 'v1.21.2-eksbuild.1', '{}'),
  },
  {
    asks: 'eks:CreateCluster',
    by: (s) =>
      eks(s).createCluster(
        {
          name: 'green',
          version: '1.36',
          roleArn: role('eks-cluster'),
          resourcesVpcConfig: {
            subnetIds: [subnet, other],
            securityGroupIds: [],
            endpointPublicAccess: false,
            endpointPrivateAccess: true,
            publicAccessCidrs: [],
          },
          kubernetesNetworkConfig: {},
          logging: ['api'],
          authenticationMode: 'API',
          settings: {},
          deletionProtection: true,
          tags,
        },
        'cluster',
      ),
    ...made,
  },
  { asks: 'eks:DescribeCluster', by: (s) => eks(s).findCluster('green') },
  {
    asks: 'eks:CreateNodegroup',
    by: (s) =>
      eks(s).createNodegroup(
        'green',
        {
          name: 'general',
          scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
          subnets: [subnet],
          instanceTypes: ['m7i.large'],
          amiType: 'AL2023_x86_64_STANDARD',
          nodeRole: role('eks-node'),
          labels: {},
          taints: [],
          settings: {},
          tags,
        },
        'nodes',
      ),
    ...made,
  },
  { asks: 'eks:ListNodegroups', by: (s) => eks(s).nodegroupNames('green') },
  { asks: 'eks:DescribeNodegroup', by: (s) => eks(s).findNodegroup('green', 'general') },
  {
    asks: 'eks:CreateAddon',
    by: (s) =>
      eks(s).createAddon(
        'green',
        {
          name: 'vpc-cni',
          version: 'v1.21.2-eksbuild.1',
          podIdentities: [{ serviceAccount: 'aws-node', roleArn: role('cni') }],
          tags,
        },
        'addon',
      ),
    ...made,
  },
  { asks: 'eks:ListAddons', by: (s) => eks(s).addonNames('green') },
  { asks: 'eks:DescribeAddon', by: (s) => eks(s).findAddon('green', 'vpc-cni') },
  {
    asks: 'eks:CreateAccessEntry',
    by: (s) => eks(s).createAccess('green', { principalArn: role('norikae'), groups: ['norikae'], tags }, 'own'),
    // "Nothing happens where it has an entry."
    taken: { ...inUse(), is: 'answered' },
    limit: full(),
  },
  { asks: 'eks:CreateAccessEntry', by: (s) => eks(s).createAccessEntry('green', people, 'people'), ...made },
  {
    asks: 'eks:AssociateAccessPolicy',
    by: (s) => eks(s).allow('green', role('norikae'), ADMINISTRATOR),
  },
  {
    asks: 'eks:AssociateAccessPolicy',
    by: (s) => eks(s).allow('green', people.principalArn, view, ['shop']),
  },
  { asks: 'eks:ListAssociatedAccessPolicies', by: (s) => eks(s).findAccess('green', role('norikae')) },
  { asks: 'eks:DescribeAccessEntry', by: (s) => eks(s).accessEntry('green', people.principalArn) },
  {
    asks: 'eks:DisassociateAccessPolicy',
    by: (s) => eks(s).disallow('green', role('norikae'), ADMINISTRATOR),
    taken: inUse(),
  },
  { asks: 'eks:ListAccessEntries', by: (s) => eks(s).principals('green') },
  {
    asks: 'eks:CreatePodIdentityAssociation',
    by: (s) =>
      eks(s).createPodIdentity(
        'green',
        { namespace: 'shop', serviceAccount: 'api', roleArn: role('app'), tags },
        'identity',
      ),
    ...made,
  },
  { asks: 'eks:ListPodIdentityAssociations', by: (s) => eks(s).podIdentities('green') },
  { asks: 'eks:DescribePodIdentityAssociation', by: (s) => eks(s).podIdentity('green', 'shop', 'api') },
  {
    asks: 'eks:CreateFargateProfile',
    by: (s) =>
      eks(s).createFargateProfile(
        'green',
        {
          name: 'batch',
          podExecutionRoleArn: role('fargate'),
          subnets: [subnet],
          selectors: [{ namespace: 'batch', labels: {} }],
          tags,
        },
        'fargate',
      ),
    ...made,
  },
  {
    asks: 'eks:DescribeFargateProfile',
    once: async (s) => (await eks(s).findFargateProfile('green', 'batch'))?.status === 'ACTIVE',
    by: (s) => eks(s).findFargateProfile('green', 'batch'),
  },
  { asks: 'eks:ListFargateProfiles', by: (s) => eks(s).fargateProfileNames('green') },
  { asks: 'eks:ListCapabilities', by: (s) => eks(s).capabilities('green') },
  {
    asks: 'eks:AssociateIdentityProviderConfig',
    by: (s) =>
      eks(s).associateIdentityProvider(
        'green',
        { name: 'corp', issuerUrl: 'https://corp.example.com', clientId: 'norikae', tags },
        'provider',
      ),
    ...made,
  },
  {
    asks: 'eks:ListIdentityProviderConfigs',
    once: async (s) => (await eks(s).identityProviders('green'))[0]?.status === 'ACTIVE',
    by: (s) => eks(s).identityProviders('green'),
  },
  { asks: 'eks:DescribeIdentityProviderConfig', by: (s) => eks(s).identityProviders('green') },
  {
    asks: 'eks:UpdateClusterConfig',
    by: (s) => eks(s).setDeletionProtection('green', false, 'protection'),
    ...made,
  },
  { asks: 'eks:ListUpdates', by: (s) => eks(s).updatesInProgress('green') },
  { asks: 'eks:DescribeUpdate', by: (s) => eks(s).updatesInProgress('green') },
  { asks: 'eks:ListCertificateAuthorities', by: (s) => eks(s).certificateAuthorities('blue') },
  { asks: 'eks:DescribeCertificateAuthority', by: (s) => eks(s).certificateAuthorities('blue') },
  { asks: 'eks:ListInsights', by: (s) => eks(s).insights('blue') },
  { asks: 'eks:DescribeInsight', by: (s) => eks(s).insights('blue') },
  { asks: 'eks:StartInsightsRefresh', by: (s) => eks(s).startInsightsRefresh('blue'), taken: inUse() },
  { asks: 'eks:DescribeInsightsRefresh', by: (s) => eks(s).insightsRefresh('blue') },

  { asks: 'ec2:DescribeVolumes', by: (s) => disks(s).volumesTagged({ of: 'blue' }) },
  {
    asks: 'ec2:CreateSnapshot',
    // EC2 has no token for it: who asks looks first.
    by: async (s) =>
      (await disks(s).snapshotsTagged(tags))[0]?.id ?? (await disks(s).createSnapshot(volumeOf(s, 'blue'), '', tags)),
    limit: full('SnapshotLimitExceeded'),
    taken: { code: 'ConcurrentSnapshotLimitExceeded', is: 'Unreachable' },
  },
  {
    asks: 'ec2:DescribeSnapshots',
    once: async ({ aws }) => aws.ec2.snapshots()[0]?.state === 'completed',
    by: (s) => disks(s).snapshotsTagged(tags),
  },
  {
    asks: 'ec2:CreateVolume',
    by: (s) =>
      disks(s).createVolume(
        { snapshot: snapshotOf(s), zone: `${region}c`, type: 'gp3', tags: { of: 'green' } },
        'volume',
      ),
    limit: full('VolumeLimitExceeded'),
    taken: inUse('IncorrectState', 400),
  },
  {
    asks: 'ec2:CreateTags',
    by: (s) => disks(s).tagVolumes([volumeOf(s, 'green')], { kept: 'yes' }),
    limit: full('TagLimitExceeded'),
  },
  { asks: 'ec2:DescribeInstances', by: ({ ports }) => ports.compute(region).instances(['i-1']) },
  { asks: 'ec2:DescribeImages', by: ({ ports }) => ports.compute(region).images(['ami-1']) },
  { asks: 'ec2:DescribeNetworkInterfaces', by: (s) => network(s).taken([subnet]) },
  { asks: 'ec2:DescribeSecurityGroups', by: (s) => network(s).rulesNaming('sg-2') },
  { asks: 'ec2:DescribeSubnets', by: (s) => network(s).subnets([subnet]) },
  {
    asks: 'ec2:CreateLaunchTemplate',
    by: (s) => templates(s).create({ name: 'green.apps', settings: { KeyName: 'ops' }, tags }, 'template'),
    limit: full('ResourceLimitExceeded'),
    taken: inUse('InvalidLaunchTemplateName.AlreadyExistsException', 400),
  },
  { asks: 'ec2:DescribeLaunchTemplateVersions', by: (s) => templates(s).find('green.apps', '1') },
  { asks: 'ec2:DescribeLaunchTemplates', by: (s) => templates(s).find('green.apps', '1') },

  {
    asks: 'elasticloadbalancing:DescribeListeners',
    by: (s) => balancing(s).rulesForwardingTo([groupOf(s, 'web-blue')]),
  },
  { asks: 'elasticloadbalancing:DescribeRules', by: (s) => balancing(s).findRule(ruleOf(s)) },
  { asks: 'elasticloadbalancing:DescribeTags', by: (s) => balancing(s).tagsOf([groupOf(s, 'web-blue')]) },
  {
    asks: 'elasticloadbalancing:CreateTargetGroup',
    by: (s) => greenGroup(s, {}),
    limit: full('TooManyTargetGroups'),
    taken: { code: 'DuplicateTargetGroupName', is: 'Contested' },
  },
  {
    asks: 'elasticloadbalancing:ModifyTargetGroupAttributes',
    by: (s) => greenGroup(s, { 'deregistration_delay.timeout_seconds': '60' }),
  },
  { asks: 'elasticloadbalancing:DescribeTargetGroups', by: (s) => balancing(s).findTargetGroup('web-green') },
  { asks: 'elasticloadbalancing:DescribeTargetGroupAttributes', by: (s) => balancing(s).findTargetGroup('web-green') },
  { asks: 'elasticloadbalancing:DescribeTargetHealth', by: (s) => balancing(s).health(groupOf(s, 'web-green')) },
  {
    asks: 'elasticloadbalancing:ModifyRule',
    by: (s) =>
      balancing(s).setActions(ruleOf(s), [
        { type: 'forward', targetGroups: [{ arn: groupOf(s, 'web-blue'), weight: 100 }] },
      ]),
    limit: full('TooManyTargets'),
    taken: { code: 'TargetGroupAssociationLimit', is: 'QuotaExceeded' },
  },
  {
    asks: 'elasticloadbalancing:CreateRule',
    by: async (s) => {
      // As who asks looks first: ELB knows no token for it.
      const [its, ...more] = await balancing(s).rulesBeside(ruleOf(s))
      if (its && more.length === 0) await balancing(s).createPage(its, 40_000, aPage, { 'norikae.io/page-of': its.arn })
    },
    limit: full('TooManyRules'),
    taken: inUse('PriorityInUse', 400),
  },
  {
    asks: 'elasticloadbalancing:AddTags',
    by: async (s) => {
      const [, page] = await balancing(s).rulesBeside(ruleOf(s))
      await balancing(s).tagPage(page?.arn ?? 'arn:none', { 'norikae.io/page-of': ruleOf(s) })
    },
    limit: full('TooManyTags'),
  },
  {
    asks: 'elasticloadbalancing:DeleteRule',
    by: async (s) => {
      const [, page] = await balancing(s).rulesBeside(ruleOf(s))
      await balancing(s).deleteRule(page?.arn ?? 'arn:none')
    },
  },
  {
    asks: 'elasticloadbalancing:ModifyCapacityReservation',
    by: (s) => balancing(s).reserve(balancerOf(s), 100),
    limit: full('CapacityUnitsLimitExceeded'),
    taken: { code: 'PriorRequestNotComplete', is: 'Unreachable' },
  },
  {
    asks: 'elasticloadbalancing:DescribeCapacityReservation',
    by: async (s) => (await balancing(s).capacityOf(balancerOf(s))).units,
  },
  { asks: 'elasticloadbalancing:DescribeLoadBalancers', by: ({ ports }) => ports.remains(region).ofCluster('blue') },

  { asks: 'iam:ListRoles', by: (s) => iam(s).all() },
  { asks: 'iam:GetRole', by: (s) => iam(s).find('app') },
  {
    asks: 'iam:UpdateAssumeRolePolicy',
    by: (s) => iam(s).setTrust('app', JSON.stringify(trust(by('ec2'), by('pods.eks')))),
    limit: full('LimitExceeded', 409),
    taken: { code: 'ConcurrentModification', status: 409, is: 'Unreachable' },
  },
  { asks: 'iam:ListRolePolicies', by: (s) => iam(s).permissions(['app']) },
  { asks: 'iam:GetRolePolicy', by: (s) => iam(s).permissions(['app']) },
  { asks: 'iam:ListAttachedRolePolicies', by: (s) => iam(s).permissions(['app']) },
  { asks: 'iam:GetPolicy', by: (s) => iam(s).permissions(['app']) },
  { asks: 'iam:GetPolicyVersion', by: (s) => iam(s).permissions(['app']) },
  { asks: 'iam:GetAccountSummary', by: (s) => iam(s).trustQuota() },
  {
    asks: 'iam:CreateOpenIDConnectProvider',
    by: (s) => iam(s).createProvider({ issuer, clientIds: ['sts.amazonaws.com'], tags }),
    limit: full('LimitExceeded', 409),
    // "Nothing happens where the issuer has one."
    taken: { code: 'EntityAlreadyExists', status: 409, is: 'answered' },
  },
  { asks: 'iam:GetOpenIDConnectProvider', by: (s) => iam(s).findProvider(provider) },
  { asks: 'iam:ListOpenIDConnectProviders', by: (s) => iam(s).providers() },
  { asks: 'iam:DeleteOpenIDConnectProvider', by: (s) => iam(s).deleteProvider(provider) },

  {
    asks: 'cloudtrail:LookupEvents',
    // Of what is asked here it would tell each repetition.
    by: ({ ports }) =>
      ports.trail(region).calls('ModifyListener', '2026-11-24T04:00:00Z')[Symbol.asyncIterator]().next(),
  },
  { asks: 'kms:DescribeKey', by: ({ ports }) => ports.keys(region).state(key) },
  { asks: 'servicequotas:GetServiceQuota', by: ({ ports }) => ports.quotas(region).allowed(quotas.clusters) },
  { asks: 'servicequotas:GetAWSDefaultServiceQuota', by: ({ ports }) => ports.quotas(region).allowed(quotas.onDemand) },
  {
    asks: 'ecr:DescribeImages',
    by: ({ ports }) =>
      ports
        .registry(region)
        .missing({ account: '123456789012', region, name: 'team/app' }, [{ tag: '1' }, { tag: '2' }]),
    // Told as such: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    denied: 'answered',
  },
  { asks: 'logs:DescribeLogGroups', by: ({ ports }) => ports.logs(region).find('/aws/eks/blue/cluster') },
  {
    asks: 'logs:CreateLogGroup',
    by: async ({ ports }) => {
      const made = await ports.logs(region).find(greenLogs)
      if (!made) await ports.logs(region).create(greenLogs, tags)
    },
    // Its answer was lost, or EKS was quicker: the next attempt sees whose it is.
    taken: { code: 'ResourceAlreadyExistsException', is: 'InUse' },
    limit: { code: 'LimitExceededException', is: 'QuotaExceeded' },
  },
  {
    asks: 'logs:ListTagsForResource',
    by: async ({ ports }) => ports.logs(region).tags((await ports.logs(region).find(greenLogs))?.arn ?? ''),
  },
  {
    asks: 'logs:DeleteLogGroup',
    by: ({ ports }) => ports.logs(region).remove(greenLogs),
    taken: { code: 'OperationAbortedException', is: 'Unreachable' },
  },
  {
    asks: 'logs:PutRetentionPolicy',
    by: ({ ports }) => ports.logs(region).setRetention('/aws/eks/blue/cluster', 30),
    taken: { code: 'OperationAbortedException', is: 'Unreachable' },
  },
  {
    asks: 'logs:StartQuery',
    by: auditQuery,
    // So many queries run at once: the next attempt finds room.
    limit: { code: 'LimitExceededException', is: 'Unreachable' },
  },
  { asks: 'logs:GetQueryResults', by: async (s) => s.ports.logs(region).queryAnswer(await auditQuery(s)) },
  {
    asks: 'cloudwatch:GetMetricData',
    by: ({ ports }) => ports.cloudWatch(region).data({ metrics: { calls: ofNobody } }, { fromMs: 0, untilMs: 60_000 }),
  },

  {
    asks: 'elasticloadbalancing:DeleteTargetGroup',
    by: (s) => balancing(s).deleteTargetGroup(groupOf(s, 'web-green')),
    taken: inUse('ResourceInUse', 400),
  },
  {
    asks: 'ec2:DeleteLaunchTemplate',
    by: async (s) => templates(s).remove((await templates(s).find('green.apps', '1'))?.id ?? 'lt-0'),
  },
  {
    asks: 'ec2:DeleteVolume',
    once: async ({ aws }) => aws.ec2.volumes().every((v) => v.state === 'available'),
    by: (s) => disks(s).deleteVolume(volumeOf(s, 'green')),
    taken: inUse('VolumeInUse', 400),
  },
  { asks: 'ec2:DeleteSnapshot', by: (s) => disks(s).deleteSnapshot(snapshotOf(s)) },
  { asks: 'eks:DeleteAddon', by: (s) => eks(s).deleteAddon('green', 'vpc-cni'), taken: inUse() },
  { asks: 'eks:DeleteFargateProfile', by: (s) => eks(s).deleteFargateProfile('green', 'batch'), taken: inUse() },
  { asks: 'eks:DeleteNodegroup', by: (s) => eks(s).deleteNodegroup('green', 'general'), taken: inUse() },
  {
    asks: 'eks:DeleteCluster',
    once: async (s) =>
      (await eks(s).findFargateProfile('green', 'batch')) === undefined &&
      (await eks(s).findNodegroup('green', 'general')) === undefined,
    by: (s) => eks(s).deleteCluster('green'),
    taken: inUse(),
  },
]

/** Like blue's, with these attributes. */
async function greenGroup(stage: Stage, attributes: Readonly<Record<string, string>>): Promise<unknown> {
  const blue = await balancing(stage).findTargetGroup(groupOf(stage, 'web-blue'))
  if (!blue) throw new Error('there is no group to be like')
  return balancing(stage).createTargetGroup('web-green', { ...blue, attributes }, tags)
}
