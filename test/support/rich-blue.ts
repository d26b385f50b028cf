import { ADMINISTRATOR } from '../../src/domain/access.ts'
import { byIssuer, policy } from '../contract/roles.ts'
import { eventually } from './eventually.ts'
import { aSmallFile } from './small-platform.ts'
import { aServiceAccount, scope, type SmallWorld } from './small-world.ts'

/** A blue with everything that is copied today. */

export const role = (name: string) => `arn:aws:iam::${scope.account}:role/${name}`
export const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
const subnetIds = ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2']

/** Its node groups. */
export const GROUPS = ['nodes', 'own', 'shared']
const AMIS = 'green: { amis: { ami-0b1ce0000000000: ami-09ee40000000000 } }'

/** The platform file that makes green of it. */
export const richFile = aSmallFile().replace('teams:', `${AMIS}\nteams:`)

export async function aRichBlue(world: SmallWorld): Promise<void> {
  const { blue } = scope
  const eks = () => world.theirs.eks(scope.region)
  const templates = () => world.theirs.launchTemplates(scope.region)
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
  await eks().createAccess(blue, { principalArn: world.aws.identity.roleArn, groups: [], tags: {} }, 'own')
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
  world.aws.images.set('ami-0b1ce0000000000', { architecture: 'arm64' })
  world.aws.images.set('ami-09ee40000000000', { architecture: 'arm64' })
  await templates().create({ name: 'own', settings: { ImageId: 'ami-0b1ce0000000000' }, tags: {} }, 'lt-4')
  for (const name of GROUPS)
    await eks().createNodegroup(
      blue,
      {
        name,
        scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
        subnets: subnetIds,
        instanceTypes: ['m7i.large'],
        amiType: name === 'own' ? 'CUSTOM' : 'AL2023_x86_64_STANDARD',
        nodeRole: role('eks-node'),
        labels: {},
        taints: [],
        settings: { updateConfig: { maxUnavailable: 1, updateStrategy: 'MINIMAL' } },
        launchTemplate: `${name}:1`,
        tags: {},
      },
      name,
    )
  for (const name of GROUPS)
    await eventually(`${name} is there`, async () => (await eks().findNodegroup(blue, name))?.status === 'ACTIVE')
  for (const name of ['batch', 'cron']) {
    const selectors = [{ namespace: name, labels: { on: 'fargate' } }]
    const profile = { name, podExecutionRoleArn: role('fargate'), subnets: subnetIds, selectors, tags: {} }
    await eks().createFargateProfile(blue, profile, `fargate-${name}`)
    await eventually(name, async () => (await eks().findFargateProfile(blue, name))?.status === 'ACTIVE')
  }
  const claims = { clientId: 'kubernetes', usernameClaim: 'email', groupsClaim: 'groups', groupsPrefix: 'corp:' }
  const issuer = { name: 'corp', issuerUrl: 'https://id.example.com', requiredClaims: { hd: 'example.com' }, tags: {} }
  await eks().associateIdentityProvider(blue, { ...claims, ...issuer }, 'corp')
  await eventually('corp', async () => (await eks().identityProviders(blue))[0]?.status === 'ACTIVE')
  const from = { direction: 'in', protocol: 'tcp', port: 5432 } as const
  world.aws.securityGroups.allow('sg-0db', { ...from, group: clusterSecurityGroupId })
  await world.theirs.logs(scope.region).setRetention(`/aws/eks/${blue}/cluster`, 90)
  world.aws.subnets.tag('subnet-0a1a1a1a1a1a1a1a1', { [`kubernetes.io/cluster/${blue}`]: 'shared' })
  world.aws.securityGroups.tag('sg-0nodes', {
    [`kubernetes.io/cluster/${blue}`]: 'owned',
    'karpenter.sh/discovery': blue,
  })
  world.aws.securityGroups.tag(clusterSecurityGroupId, {
    [`kubernetes.io/cluster/${blue}`]: 'owned',
    'aws:eks:cluster-name': blue,
  })
  world.cluster(blue).apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'aws-auth' },
    data: { mapRoles: '- rolearn: arn:aws:iam::123456789012:role/old' },
  })
  await rolesOfBlue(world)
}

async function rolesOfBlue(world: SmallWorld): Promise<void> {
  const { blue, account, region } = scope
  const eks = world.theirs.eks(region)
  const { iam } = world.aws
  const issuer = world.aws.eks.issuer(blue) ?? ''
  iam.seedProvider(issuer, { team: 'platform', ManagedBy: 'terraform' })
  iam.seedRole('files', policy(byIssuer(issuer, 'kube-public:web'), byIssuer(issuer, 'kube-public:job')))
  iam.seedRole('csi', policy(byIssuer(issuer, 'kube-system:ebs-csi-controller-sa')))
  iam.seedRole('theirs', policy(byIssuer(issuer, 'kube-public:theirs')), { ManagedBy: 'terraform' })
  const SourceArn = `arn:aws:eks:${region}:${account}:fargateprofile/${blue}/*`
  const profiles = {
    Effect: 'Allow',
    Principal: { Service: 'eks-fargate-pods.amazonaws.com' },
    Action: 'sts:AssumeRole',
  }
  iam.seedRole('fargate', policy({ ...profiles, Condition: { ArnLike: { 'aws:SourceArn': SourceArn } } }))
  const [driver] = await eks.addonVersions('aws-ebs-csi-driver', '1.35')
  const addon = { name: 'aws-ebs-csi-driver', version: driver?.version ?? '', podIdentities: [], tags: {} }
  await eks.createAddon(blue, { ...addon, serviceAccountRoleArn: role('csi') }, 'csi')
  for (const [name, arn] of [
    ['web', 'files'],
    ['theirs', 'theirs'],
  ] as const)
    world.cluster(blue).apply(aServiceAccount('kube-public', name, role(arn)))
}

/** Somebody else's tool writes what it is asked for: `role theirs: {…},{…}`. */
function statementsAsked(world: SmallWorld, why: string): void {
  const [, name = '', statements] = /: role (\w+): (\{.*\})(?=\. |$)/.exec(why) ?? []
  if (statements === undefined) return
  const { Statement } = world.aws.iam.inventory().trust[name] as { Statement: readonly object[] } // seeded above
  const added = JSON.parse(`[${statements}]`) as readonly object[]
  world.aws.iam.seedRole(name, policy(...Statement, ...added), { ManagedBy: 'terraform' })
}

/** Somebody does at once what a step asks others for: rules and tags of the network, statements of a tool's roles. */
export function othersDo(world: SmallWorld, why: string): void {
  const [, group] = /--group-id sg-0db .*tcp,FromPort=5432.*GroupId=(sg-\w+)/.exec(why) ?? []
  for (const [, ids = '', key = '', value = ''] of why.matchAll(/--resources (.*?) --tags Key=(.*?),Value=(\w+)/g))
    for (const id of ids.split(' '))
      world.aws[id.startsWith('sg-') ? 'securityGroups' : 'subnets'].tag(id, { [key]: value })
  statementsAsked(world, why)
  if (group) world.aws.securityGroups.allow('sg-0db', { direction: 'in', protocol: 'tcp', port: 5432, group })
}
