/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html */
import type {
  AssociateIdentityProviderConfigRequest,
  CreateAccessEntryRequest,
  CreateAddonRequest,
  CreateClusterRequest,
  CreateFargateProfileRequest,
  CreateNodegroupRequest,
  CreatePodIdentityAssociationRequest,
  DescribeIdentityProviderConfigRequest,
} from '@aws-sdk/client-eks'
import { anywhere, passed, tagged, tagging, type Needs } from '../authorization/needs.ts'
import type { Need } from '../authorization/policy.ts'
import type { Given } from '../protocol/operations.ts'
import { tagsOfArn } from './tags.ts'
import { arnOf, type EksCluster, type EksWorld } from './world.ts'

interface Part {
  readonly clusterName: string
}

export const eksNeeds = (world: EksWorld): Needs => {
  const cluster = (name: string) => world.clusters.get(name)
  const onCluster = (action: string, name: string, more: Need['context'] = {}): Need => ({
    action: `eks:${action}`,
    resource: arnOf(world, 'cluster', name),
    context: { ...tagged(cluster(name)?.described.tags), ...more },
  })
  /** Operations on what the API names by its cluster and a name; `arn`: its own, where it is there. */
  const onPart = (
    type: string,
    nameOf: (input: never) => string,
    arn: (cluster: EksCluster | undefined, name: string) => string | undefined,
    ...operations: readonly string[]
  ): Needs =>
    Object.fromEntries(
      operations.map((name) => [
        name,
        (input: never) => {
          const { clusterName } = input as Part // each of these operations names its cluster
          const part = nameOf(input)
          const resource = arn(cluster(clusterName), part)
          return [
            {
              action: `eks:${name}`,
              resource: resource ?? arnOf(world, type, clusterName, part, '*'),
              context: resource === undefined ? {} : tagged(tagsOfArn(world, resource)),
            },
          ]
        },
      ]),
    )
  const byName = (...operations: readonly string[]): Needs =>
    Object.fromEntries(operations.map((op) => [op, ({ name }: { name: string }) => [onCluster(op, name)]]))
  const byCluster = (...operations: readonly string[]): Needs =>
    Object.fromEntries(operations.map((op) => [op, ({ clusterName }: Part) => [onCluster(op, clusterName)]]))
  const byArn = (...operations: readonly string[]): Needs =>
    Object.fromEntries(
      operations.map((op) => [
        op,
        ({ resourceArn, tags }: { resourceArn: string; tags?: Record<string, string> }) => [
          {
            action: `eks:${op}`,
            resource: resourceArn,
            context: { ...tagged(tagsOfArn(world, resourceArn)), ...tagging(tags) },
          },
        ],
      ]),
    )
  /** What is made with tags needs that its maker may tag. */
  const makes = (action: string, name: string, arn: string, tags: Record<string, string> | undefined): Need[] => [
    onCluster(action, name, tagging(tags)),
    ...(Object.keys(tags ?? {}).length > 0
      ? [{ action: 'eks:TagResource', resource: arn, context: tagging(tags) }]
      : []),
  ]

  return {
    ...anywhere(
      'eks',
      'ListClusters',
      'DescribeClusterVersions',
      'DescribeAddonVersions',
      'DescribeAddonConfiguration',
    ),
    ...byName('DescribeCluster', 'DeleteCluster', 'UpdateClusterConfig', 'ListUpdates', 'DescribeUpdate'),
    ...byCluster('ListNodegroups', 'ListAddons', 'ListAccessEntries', 'ListFargateProfiles', 'ListInsights'),
    ...byCluster('ListPodIdentityAssociations', 'ListIdentityProviderConfigs', 'ListCapabilities'),
    ...byCluster('ListCertificateAuthorities', 'DescribeCertificateAuthority', 'CreateCertificateAuthority'),
    ...byCluster('DescribeInsight', 'StartInsightsRefresh', 'DescribeInsightsRefresh'),
    ...onPart(
      'nodegroup',
      ({ nodegroupName }: { nodegroupName: string }) => nodegroupName,
      (of, name) => of?.nodegroups.get(name)?.described.nodegroupArn,
      'DescribeNodegroup',
      'DeleteNodegroup',
    ),
    ...onPart(
      'addon',
      ({ addonName }: { addonName: string }) => addonName,
      (of, name) => of?.addons.get(name)?.described.addonArn,
      'DescribeAddon',
      'DeleteAddon',
    ),
    ...onPart(
      'fargateprofile',
      ({ fargateProfileName }: { fargateProfileName: string }) => fargateProfileName,
      (of, name) => of?.fargateProfiles.get(name)?.fargateProfileArn,
      'DescribeFargateProfile',
      'DeleteFargateProfile',
    ),
    ...onPart(
      'podidentityassociation',
      ({ associationId }: { associationId: string }) => associationId,
      (of, id) => of?.podIdentities.get(id)?.associationArn,
      'DescribePodIdentityAssociation',
    ),
    ...onPart(
      'identityproviderconfig',
      ({ identityProviderConfig: { type, name } }: Given<DescribeIdentityProviderConfigRequest>) => `${type}/${name}`,
      (of, name) => of?.identityProviders.get(name.replace('oidc/', ''))?.identityProviderConfigArn,
      'DescribeIdentityProviderConfig',
    ),
    ...onPart(
      'access-entry',
      ({ principalArn }: { principalArn: string }) => principalArn,
      (of, principal) => of?.access.get(principal)?.entry.accessEntryArn,
      'DescribeAccessEntry',
      'DeleteAccessEntry',
      'ListAssociatedAccessPolicies',
      'AssociateAccessPolicy',
      'DisassociateAccessPolicy',
    ),
    ...byArn('TagResource', 'UntagResource', 'ListTagsForResource'),

    CreateCluster: ({ name, roleArn, tags, encryptionConfig = [] }: Given<CreateClusterRequest>) => [
      ...makes('CreateCluster', name, arnOf(world, 'cluster', name), tags),
      ...passed(roleArn, 'eks'),
      // https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
      ...encryptionConfig.flatMap(({ provider: { keyArn: resource } = {} }) =>
        resource === undefined
          ? []
          : [
              { action: 'kms:DescribeKey', resource },
              { action: 'kms:CreateGrant', resource },
            ],
      ),
    ],
    CreateNodegroup: (input: Given<CreateNodegroupRequest>) => [
      ...makes(
        'CreateNodegroup',
        input.clusterName,
        partArn(world, 'nodegroup', input, input.nodegroupName),
        input.tags,
      ),
      ...passed(input.nodeRole, 'eks'),
      // EKS looks at the role in the name of whoever asks.
      ...readRole(input.nodeRole),
      ...startsFrom(world, input),
    ],
    CreateAddon: (input: Given<CreateAddonRequest>) => [
      ...makes('CreateAddon', input.clusterName, partArn(world, 'addon', input, input.addonName), input.tags),
      ...passed(input.serviceAccountRoleArn, 'eks'),
      // https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
      ...(input.podIdentityAssociations ?? []).flatMap(({ roleArn }) => [
        onCluster('CreatePodIdentityAssociation', input.clusterName, tagging(input.tags)),
        ...givenToPods(roleArn),
      ]),
    ],
    CreateFargateProfile: (input: Given<CreateFargateProfileRequest>) => [
      ...makes(
        'CreateFargateProfile',
        input.clusterName,
        partArn(world, 'fargateprofile', input, input.fargateProfileName),
        input.tags,
      ),
      ...passed(input.podExecutionRoleArn, 'eks-fargate-pods'),
    ],
    CreatePodIdentityAssociation: (input: Given<CreatePodIdentityAssociationRequest>) => [
      ...makes(
        'CreatePodIdentityAssociation',
        input.clusterName,
        arnOf(world, 'podidentityassociation', input.clusterName, '*'),
        input.tags,
      ),
      ...givenToPods(input.roleArn),
    ],
    AssociateIdentityProviderConfig: (input: Given<AssociateIdentityProviderConfigRequest>) =>
      makes(
        'AssociateIdentityProviderConfig',
        input.clusterName,
        partArn(world, 'identityproviderconfig', input, `oidc/${input.oidc.identityProviderConfigName}`),
        input.tags,
      ),
    CreateAccessEntry: (input: Given<CreateAccessEntryRequest>) =>
      makes('CreateAccessEntry', input.clusterName, partArn(world, 'access-entry', input, 'role'), input.tags),
  } satisfies Needs
}

/** The ARN of a part that is to be made: its last element is not known yet. */
const partArn = (world: EksWorld, type: string, { clusterName }: Part, name: string): string =>
  arnOf(world, type, clusterName, name, '*')

/** https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html */
const readRole = (resource: string): Need[] => [
  { action: 'iam:GetRole', resource },
  { action: 'iam:ListAttachedRolePolicies', resource },
]

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html */
const givenToPods = (role: string | undefined): Need[] => [
  ...passed(role, 'pods.eks'),
  ...(role === undefined ? [] : [{ action: 'iam:GetRole', resource: role }]),
]

/**
 * EKS tries, in the name of whoever asks, whether the template's instances may be started and tagged as it says.
 * https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 */
function startsFrom(world: EksWorld, { launchTemplate }: Given<CreateNodegroupRequest>): Need[] {
  if (!launchTemplate) return []
  const { id, name } = launchTemplate
  const own = (type: string, of: string) => `arn:aws:ec2:${world.region}:${world.account}:${type}/${of}`
  const template = [...world.templates.values()].find((t) => t.id === id || t.name === name)
  if (!template) return [] // the operation itself says so
  const context = { 'ec2:LaunchTemplate': own('launch-template', template.id) }
  const tags = template.data.TagSpecifications ?? []
  return [
    { action: 'ec2:RunInstances', resource: own('launch-template', template.id), context },
    { action: 'ec2:RunInstances', resource: own('instance', '*'), context },
    ...tags.map(({ ResourceType = 'instance' }) => ({
      action: 'ec2:CreateTags',
      resource: own(ResourceType, '*'),
      context: { 'ec2:CreateAction': 'RunInstances' },
    })),
  ]
}
