import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreateClusterCommand,
  CreateFargateProfileCommand,
  CreateNodegroupCommand,
  CreatePodIdentityAssociationCommand,
  DeleteAccessEntryCommand,
  DeleteAddonCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeAddonConfigurationCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListAssociatedAccessPoliciesCommand,
  ListCapabilitiesCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListIdentityProviderConfigsCommand,
  ListInsightsCommand,
  ListPodIdentityAssociationsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterConfigCommand,
  type EKSClient,
} from '@aws-sdk/client-eks'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { aCluster, aNodegroup, aSandbox, refused, seedBlue } from './a-sandbox.ts'

const role = 'arn:aws:iam::123456789012:role/team/scala'
const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
const aProfile = {
  clusterName: 'blue',
  fargateProfileName: 'batch',
  podExecutionRoleArn: 'arn:aws:iam::123456789012:role/fargate',
  subnets: ['subnet-a'],
  selectors: [{ namespace: 'batch' }],
}
const entry = { clusterName: 'blue', principalArn: role }

describe('a request token', () => {
  test('gets the same cluster again, and no second one', async () => {
    const { eks, outside } = await aSandbox()
    const request = aCluster({ clientRequestToken: 't-1' })
    const first = await eks.send(new CreateClusterCommand(request))
    const second = await eks.send(new CreateClusterCommand(request))
    expect(second.cluster?.createdAt).toEqual(first.cluster?.createdAt)
    await eventually('it started', () => outside.told.length > 0)
    expect(outside.told).toEqual(['start green'])
  })
  test.for([
    { says: 'of another request does not', over: { clientRequestToken: 't-2' } },
    { says: 'with other parameters does not', over: { clientRequestToken: 't-1', version: '1.35' } },
  ])('$says: the name is taken', async ({ over }) => {
    const { eks } = await aSandbox()
    await eks.send(new CreateClusterCommand(aCluster({ clientRequestToken: 't-1' })))
    expect(await refused(eks.send(new CreateClusterCommand(aCluster(over))))).toBe('409 ResourceInUseException')
  })
  test('gets the same node group, add-on, access entry and update again', async () => {
    const { eks, aws } = await aSandbox()
    await seedBlue(aws)
    const twice = async <T>(send: () => Promise<T>) => [await send(), await send()]
    const clientRequestToken = 't-1'
    const [group, sameGroup] = await twice(() =>
      eks.send(new CreateNodegroupCommand(aNodegroup({ clientRequestToken }))),
    )
    expect(sameGroup?.nodegroup?.nodegroupArn).toBe(group?.nodegroup?.nodegroupArn)
    const anAddon = { clusterName: 'blue', addonName: 'vpc-cni', clientRequestToken }
    const [addon, sameAddon] = await twice(() => eks.send(new CreateAddonCommand(anAddon)))
    expect(sameAddon?.addon?.addonArn).toBe(addon?.addon?.addonArn)
    const [access, same] = await twice(() => eks.send(new CreateAccessEntryCommand({ ...entry, clientRequestToken })))
    expect(same?.accessEntry?.accessEntryArn).toBe(access?.accessEntry?.accessEntryArn)
    const change = { name: 'blue', deletionProtection: true, clientRequestToken }
    const [update, sameUpdate] = await twice(() => eks.send(new UpdateClusterConfigCommand(change)))
    expect(sameUpdate?.update?.id).toBe(update?.update?.id)
  })
})

test.for<{ says: string; over: Parameters<typeof aCluster>[0] }>([
  { says: 'a name with a space', over: { name: 'my cluster' } },
  { says: 'a name of 101 characters', over: { name: 'a'.repeat(101) } },
  { says: 'a version that EKS does not have', over: { version: '1.99' } },
  { says: 'one subnet', over: { resourcesVpcConfig: { subnetIds: ['subnet-a'] } } },
  { says: 'a role that is none', over: { roleArn: 'eks-cluster' } },
  { says: 'no role', over: { roleArn: undefined } },
  {
    says: 'an IPv4 range in an IPv6 cluster',
    over: { kubernetesNetworkConfig: { ipFamily: 'ipv6', serviceIpv4Cidr: '10.1.0.0/16' } },
  },
  {
    says: 'no administrator where only aws-auth counts',
    over: { accessConfig: { authenticationMode: 'CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false } },
  },
])('a cluster with $says is refused', async ({ over }) => {
  const { eks } = await aSandbox()
  expect(await refused(eks.send(new CreateClusterCommand(aCluster(over))))).toBe('400 InvalidParameterException')
})

test.for<{ says: string; over: Parameters<typeof aNodegroup>[0] }>([
  { says: 'a name with a dot', over: { nodegroupName: 'a.b' } },
  { says: "another version than its cluster's", over: { version: '1.34' } },
  { says: 'no subnet', over: { subnets: [] } },
  { says: 'an Amazon Linux 2 image', over: { amiType: 'AL2_x86_64' } },
  { says: 'more nodes wanted than allowed', over: { scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 3 } } },
  { says: 'a disk size beside a launch template', over: { diskSize: 50, launchTemplate: { id: 'lt-1' } } },
  { says: 'a role that is none', over: { nodeRole: 'eks-node' } },
])('a node group with $says is refused', async ({ over }) => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  expect(await refused(eks.send(new CreateNodegroupCommand(aNodegroup(over))))).toBe('400 InvalidParameterException')
})

test.for([
  { says: 'that nobody publishes', over: { addonName: 'no-such' } },
  { says: 'in a version for another cluster version', over: { addonVersion: 'v1.36.1-eksbuild.2' } },
  { says: 'with a setting that its schema lacks', over: { configurationValues: '{"moode":"ipvs"}' } },
  { says: 'with a configuration that is no object', over: { configurationValues: 'ipvs' } },
])('an add-on $says is refused', async ({ over }) => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  const command = new CreateAddonCommand({ clusterName: 'blue', addonName: 'kube-proxy', ...over })
  expect(await refused(eks.send(command))).toBe('400 InvalidParameterException')
})

test.for([
  { says: 'a cluster', ask: (eks: EKSClient) => eks.send(new DescribeClusterCommand({ name: 'x' })) },
  { says: 'a cluster to delete', ask: (eks: EKSClient) => eks.send(new DeleteClusterCommand({ name: 'x' })) },
  {
    says: 'a cluster for a node group',
    ask: (eks: EKSClient) => eks.send(new CreateNodegroupCommand(aNodegroup({ clusterName: 'x' }))),
  },
  {
    says: 'a node group',
    ask: (eks: EKSClient) => eks.send(new DescribeNodegroupCommand({ clusterName: 'blue', nodegroupName: 'x' })),
  },
  {
    says: 'a node group to delete',
    ask: (eks: EKSClient) => eks.send(new DeleteNodegroupCommand({ clusterName: 'blue', nodegroupName: 'x' })),
  },
  {
    says: 'an add-on',
    ask: (eks: EKSClient) => eks.send(new DescribeAddonCommand({ clusterName: 'blue', addonName: 'x' })),
  },
  {
    says: 'an add-on to delete',
    ask: (eks: EKSClient) => eks.send(new DeleteAddonCommand({ clusterName: 'blue', addonName: 'x' })),
  },
  { says: 'an access entry', ask: (eks: EKSClient) => eks.send(new DescribeAccessEntryCommand(entry)) },
  { says: 'an update', ask: (eks: EKSClient) => eks.send(new DescribeUpdateCommand({ name: 'blue', updateId: 'x' })) },
])('$says that is not there is a 404', async ({ ask }) => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  expect(await refused(ask(eks))).toBe('404 ResourceNotFoundException')
})

test('a cluster that is being made takes no node group, no add-on and no deletion', async () => {
  const { eks } = await aSandbox({ clusterMs: 60_000 })
  await eks.send(new CreateClusterCommand(aCluster()))
  const group = eks.send(new CreateNodegroupCommand(aNodegroup({ clusterName: 'green' })))
  expect(await refused(group)).toBe('400 InvalidRequestException')
  const addon = eks.send(new CreateAddonCommand({ clusterName: 'green', addonName: 'vpc-cni' }))
  expect(await refused(addon)).toBe('400 InvalidRequestException')
  expect(await refused(eks.send(new DeleteClusterCommand({ name: 'green' })))).toBe('409 ResourceInUseException')
})

test('a node group and an add-on whose name is taken are refused', async () => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws, {
    nodegroups: [{ name: 'apps', size: 1, min: 1, max: 1, labels: {} }],
    addons: [{ name: 'vpc-cni', version: 'v1' }],
  })
  expect(await refused(eks.send(new CreateNodegroupCommand(aNodegroup())))).toBe('409 ResourceInUseException')
  const addon = eks.send(new CreateAddonCommand({ clusterName: 'blue', addonName: 'vpc-cni' }))
  expect(await refused(addon)).toBe('409 ResourceInUseException')
})

test('one update changes one kind of setting', async () => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  const both = { name: 'blue', deletionProtection: true, upgradePolicy: { supportType: 'STANDARD' } } as const
  expect(await refused(eks.send(new UpdateClusterConfigCommand(both)))).toBe('400 InvalidParameterException')
})

describe('access', () => {
  test.for([
    { says: 'the creator is an administrator unless told otherwise', bootstrap: undefined, admin: true },
    { says: 'the creator is none when told so', bootstrap: false, admin: false },
  ])('$says', async ({ bootstrap, admin }) => {
    const { eks, aws } = await aSandbox()
    const creator = 'arn:aws:iam::123456789012:role/admin'
    const accessConfig = { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: bootstrap } as const
    await eks.send(new CreateClusterCommand(aCluster({ accessConfig })))
    const { accessEntries } = await eks.send(new ListAccessEntriesCommand({ clusterName: 'green' }))
    expect(accessEntries).toEqual(admin ? [creator] : [])
    expect(aws.eks.access('green', creator)?.admin === true).toBe(admin)
  })

  test('an entry with the admin policy, for the whole cluster, makes an administrator', async () => {
    const { eks, aws } = await aSandbox()
    await seedBlue(aws)
    const { accessEntry } = await eks.send(new CreateAccessEntryCommand({ ...entry, kubernetesGroups: ['ops'] }))
    expect(accessEntry?.username).toBe('arn:aws:sts::123456789012:assumed-role/scala/{{SessionName}}')
    expect(accessEntry?.accessEntryArn).toMatch(/:access-entry\/blue\/role\/123456789012\/scala\/[\w-]{36}$/)
    const associate = (accessScope: { type: 'cluster' | 'namespace'; namespaces?: string[] }) =>
      eks.send(new AssociateAccessPolicyCommand({ ...entry, policyArn, accessScope }))
    await associate({ type: 'namespace', namespaces: ['a'] })
    expect(aws.eks.access('blue', role)?.admin === true).toBe(false)
    await associate({ type: 'cluster' })
    expect(aws.eks.access('blue', role)?.admin === true).toBe(true)
    const { associatedAccessPolicies } = await eks.send(new ListAssociatedAccessPoliciesCommand(entry))
    expect(associatedAccessPolicies).toMatchObject([{ policyArn, accessScope: { type: 'cluster', namespaces: [] } }])
    await eks.send(new DeleteAccessEntryCommand(entry))
    expect(aws.eks.access('blue', role)?.admin === true).toBe(false)
  })

  test.for([
    { says: 'a principal that is none', over: { principalArn: 'scala' }, code: '400 InvalidParameterException' },
    { says: 'a reserved group', over: { kubernetesGroups: ['system:masters'] }, code: '400 InvalidParameterException' },
    { says: 'a principal that has one', over: {}, code: '409 ResourceInUseException' },
  ])('an entry for $says is refused', async ({ over, code }) => {
    const { eks, aws } = await aSandbox()
    await seedBlue(aws)
    await eks.send(new CreateAccessEntryCommand(entry))
    expect(await refused(eks.send(new CreateAccessEntryCommand({ ...entry, ...over })))).toBe(code)
  })

  test('a cluster that only knows aws-auth shows no entries', async () => {
    const { eks } = await aSandbox()
    await eks.send(new CreateClusterCommand(aCluster({ accessConfig: undefined })))
    const listed = eks.send(new ListAccessEntriesCommand({ clusterName: 'green' }))
    expect(await refused(listed)).toBe('400 InvalidRequestException')
  })
})

test('tags are kept on whatever has an ARN', async () => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws, { tags: { a: '1' } })
  const { nodegroup } = await eks.send(new CreateNodegroupCommand(aNodegroup()))
  for (const resourceArn of [aws.eks.inventory()[0]?.arn, nodegroup?.nodegroupArn]) {
    await eks.send(new TagResourceCommand({ resourceArn, tags: { b: '2', c: '3' } }))
    await eks.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'c'] }))
    expect((await eks.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: '2' })
  }
  const nowhere = eks.send(new ListTagsForResourceCommand({ resourceArn: 'arn:aws:eks:x:1:cluster/x' }))
  expect(await refused(nowhere)).toBe('404 NotFoundException')
})

describe('versions', () => {
  test('of clusters come with their end of support', async () => {
    const { eks } = await aSandbox()
    const { clusterVersions } = await eks.send(
      new DescribeClusterVersionsCommand({ clusterVersions: ['1.35', '1.36'] }),
    )
    expect(clusterVersions?.map((v) => [v.clusterVersion, v.endOfStandardSupportDate?.toISOString()])).toEqual([
      ['1.36', '2027-08-02T00:00:00.000Z'],
      ['1.35', '2027-03-27T00:00:00.000Z'],
    ])
  })
  test.for(['1.34', '1.35', '1.36'])('of each add-on have one default on %s', async (kubernetesVersion) => {
    const { eks } = await aSandbox()
    const { addons } = await eks.send(new DescribeAddonVersionsCommand({ kubernetesVersion }))
    expect(addons?.map((it) => it.addonName)).toEqual([
      'vpc-cni',
      'kube-proxy',
      'coredns',
      'eks-pod-identity-agent',
      'aws-ebs-csi-driver',
      'aws-efs-csi-driver',
      'metrics-server',
    ])
    for (const { addonVersions } of addons ?? []) {
      const compatible = addonVersions?.flatMap((it) => it.compatibilities ?? []) ?? []
      expect(compatible.every((it) => it.clusterVersion === kubernetesVersion)).toBe(true)
      expect(compatible.filter((it) => it.defaultVersion)).toHaveLength(1)
    }
  })
  test('of an add-on that nobody publishes are none', async () => {
    const { eks } = await aSandbox()
    expect((await eks.send(new DescribeAddonVersionsCommand({ addonName: 'no-such' }))).addons).toEqual([])
  })
  test('of an add-on have a schema for their configuration', async () => {
    const { eks } = await aSandbox()
    const asked = { addonName: 'kube-proxy', addonVersion: 'v1.36.1-eksbuild.2' }
    const { configurationSchema } = await eks.send(new DescribeAddonConfigurationCommand(asked))
    expect(JSON.parse(configurationSchema ?? '')).toMatchObject({ properties: { mode: {} } })
    const unknown = new DescribeAddonConfigurationCommand({ ...asked, addonVersion: 'v0' })
    expect(await refused(eks.send(unknown))).toBe('404 ResourceNotFoundException')
  })
})

test('lists come in pages', async () => {
  const { eks, aws } = await aSandbox()
  for (const name of ['a', 'b', 'c']) await seedBlue(aws, { name })
  const first = await eks.send(new ListClustersCommand({ maxResults: 2 }))
  const rest = await eks.send(new ListClustersCommand({ nextToken: first.nextToken }))
  expect([first.clusters, rest.clusters, rest.nextToken]).toEqual([['a', 'b'], ['c'], undefined])
})

test('what a cluster does not have are empty lists', async () => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  const blue = { clusterName: 'blue' }
  expect(await eks.send(new ListPodIdentityAssociationsCommand(blue))).toMatchObject({ associations: [] })
  expect(await eks.send(new ListFargateProfilesCommand(blue))).toMatchObject({ fargateProfileNames: [] })
  expect(await eks.send(new ListIdentityProviderConfigsCommand(blue))).toMatchObject({ identityProviderConfigs: [] })
  expect(await eks.send(new ListCapabilitiesCommand(blue))).toMatchObject({ capabilities: [] })
  expect(await eks.send(new ListInsightsCommand(blue))).toMatchObject({ insights: [] })
  expect(await eks.send(new ListAddonsCommand(blue))).toMatchObject({ addons: [] })
})

test.for([
  {
    says: 'a node group',
    quotas: { nodegroups: 0 },
    ask: (eks: EKSClient) => eks.send(new CreateNodegroupCommand(aNodegroup())),
  },
  {
    says: 'a Fargate profile',
    quotas: { fargateProfiles: 0 },
    ask: (eks: EKSClient) => eks.send(new CreateFargateProfileCommand(aProfile)),
  },
  {
    says: 'a Pod Identity association',
    quotas: { podIdentities: 0 },
    ask: (eks: EKSClient) =>
      eks.send(
        new CreatePodIdentityAssociationCommand({
          clusterName: 'blue',
          namespace: 'shop',
          serviceAccount: 'api',
          roleArn: 'arn:aws:iam::123456789012:role/s3',
        }),
      ),
  },
])('a quota that is reached refuses $says', async ({ quotas, ask }) => {
  const { eks, aws } = await aSandbox({}, quotas)
  await seedBlue(aws)
  expect(await refused(ask(eks))).toBe('400 ResourceLimitExceededException')
  await expect(ask(eks)).rejects.toThrow(/^You have reached the quota ".+", which is 0$/)
})

test('there may be as many clusters as Service Quotas tells', async () => {
  const { eks, aws } = await aSandbox()
  await seedBlue(aws)
  aws.quotas.set('eks', 'L-1194D53C', 1)
  await expect(eks.send(new CreateClusterCommand(aCluster()))).rejects.toThrow('the quota "Clusters", which is 1')
  aws.quotas.set('eks', 'L-1194D53C', 2)
  expect(await refused(eks.send(new CreateClusterCommand(aCluster())))).toBe('served')
})
