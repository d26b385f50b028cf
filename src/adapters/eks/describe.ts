import type {
  Addon,
  AddonVersionInfo,
  Cluster,
  ClusterVersionInformation,
  ControlPlaneScalingTierInfo,
  LaunchTemplateSpecification,
  Nodegroup,
} from '@aws-sdk/client-eks'
import type {
  AddonDescription,
  AddonIdentity,
  AddonVersion,
  ClusterDescription,
  NodegroupDescription,
  Settings,
  VersionDescription,
} from '../../domain/eks-objects.ts'
import {
  isUsual,
  settingsOfCluster,
  settingsOfNodegroup,
  unreadOfAddon,
  unreadOfCluster,
  unreadOfNodegroup,
} from './unread.ts'

/**
 * EKS's answers in our words. The SDK types every field as optional; what EKS always tells gets an empty value where it
 * is missing, which no rule of ours takes for a good one.
 */

export function clusterOf(told: Cluster, unknown: readonly string[] = []): ClusterDescription {
  const vpc = told.resourcesVpcConfig ?? {}
  const network = told.kubernetesNetworkConfig ?? {}
  return {
    name: told.name ?? '',
    arn: told.arn ?? '',
    version: told.version ?? '',
    status: told.status ?? '',
    createdAt: time(told.createdAt),
    roleArn: told.roleArn ?? '',
    resourcesVpcConfig: {
      subnetIds: vpc.subnetIds ?? [],
      securityGroupIds: vpc.securityGroupIds ?? [],
      endpointPublicAccess: vpc.endpointPublicAccess ?? false,
      endpointPrivateAccess: vpc.endpointPrivateAccess ?? false,
      publicAccessCidrs: vpc.publicAccessCidrs ?? [],
      ...(!isUsual(vpc.controlPlaneEgressMode, 'AWS_MANAGED') &&
        set({ controlPlaneEgressMode: vpc.controlPlaneEgressMode })),
    },
    kubernetesNetworkConfig: {
      ...set({ serviceIpv4Cidr: network.serviceIpv4Cidr, ipFamily: network.ipFamily }),
      ...(!isUsual(network.elasticLoadBalancing, undefined) && {
        elasticLoadBalancing: { ...network.elasticLoadBalancing },
      }),
    },
    logging: (told.logging?.clusterLogging ?? []).flatMap((setup) => (setup.enabled ? (setup.types ?? []) : [])),
    // The default of the API where it is left out.
    authenticationMode: told.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
    deletionProtection: told.deletionProtection ?? false,
    settings: settingsOfCluster(told),
    tags: told.tags ?? {},
    healthIssues: issues(told.health?.issues),
    unread: unreadOfCluster(told),
    ...within('cluster', unknown),
    ...set({
      endpoint: told.endpoint,
      certificateAuthority: told.certificateAuthority?.data,
      oidcIssuer: told.identity?.oidc?.issuer,
      clusterSecurityGroupId: vpc.clusterSecurityGroupId,
      vpcId: vpc.vpcId,
      encryptionKeyArn: told.encryptionConfig?.[0]?.provider?.keyArn,
      supportType: told.upgradePolicy?.supportType,
      zonalShift: told.zonalShiftConfig?.enabled,
    }),
  }
}

export function nodegroupOf(told: Nodegroup, unknown: readonly string[] = []): NodegroupDescription {
  const { minSize = 0, maxSize = 0, desiredSize = 0 } = told.scalingConfig ?? {}
  return {
    name: told.nodegroupName ?? '',
    arn: told.nodegroupArn ?? '',
    status: told.status ?? '',
    createdAt: time(told.createdAt),
    scalingConfig: { minSize, maxSize, desiredSize },
    subnets: told.subnets ?? [],
    instanceTypes: told.instanceTypes ?? [],
    amiType: told.amiType ?? '',
    nodeRole: told.nodeRole ?? '',
    labels: told.labels ?? {},
    taints: (told.taints ?? []).map(({ key = '', value, effect = '' }) => ({ key, effect, ...set({ value }) })),
    settings: settingsOfNodegroup(told),
    tags: told.tags ?? {},
    healthIssues: issues(told.health?.issues),
    unread: unreadOfNodegroup(told),
    ...within('nodegroup', unknown),
    ...set({
      capacityType: told.capacityType,
      diskSize: told.diskSize,
      launchTemplate: told.launchTemplate && templateName(told.launchTemplate),
    }),
  }
}

export const addonOf = (
  told: Addon,
  podIdentities: readonly AddonIdentity[] = [],
  unknown: readonly string[] = [],
): AddonDescription => ({
  name: told.addonName ?? '',
  arn: told.addonArn ?? '',
  status: told.status ?? '',
  version: told.addonVersion ?? '',
  podIdentities,
  tags: told.tags ?? {},
  healthIssues: issues(told.health?.issues),
  unread: unreadOfAddon(told),
  ...within('addon', unknown),
  ...set({
    configurationValues: told.configurationValues,
    namespace: told.namespaceConfig?.namespace,
    serviceAccountRoleArn: told.serviceAccountRoleArn,
  }),
})

export const addonVersionOf = ({
  addonVersion = '',
  compatibilities = [],
  requiresConfiguration,
  requiresIamPermissions,
}: AddonVersionInfo): AddonVersion => ({
  ...(requiresConfiguration && { requiresConfiguration }),
  ...(requiresIamPermissions && { requiresIamPermissions }),
  version: addonVersion,
  defaultFor: compatibilities.flatMap((c) => (c.defaultVersion && c.clusterVersion ? [c.clusterVersion] : [])),
  compatibleWith: compatibilities.flatMap((c) => c.clusterVersion ?? []),
})

/** `versionStatus`: `status` is deprecated since 2025-02. */
export const versionOf = (told: ClusterVersionInformation): VersionDescription => ({
  version: told.clusterVersion ?? '',
  status: told.versionStatus ?? '',
  isDefault: told.defaultVersion ?? false,
  ...set({
    endOfStandardSupport: told.endOfStandardSupportDate?.toISOString(),
    endOfExtendedSupport: told.endOfExtendedSupportDate?.toISOString(),
    scalingTiers: told.controlPlaneScalingTiers?.flatMap((tier) => tier.tierName ?? []),
    components: told.controlPlaneComponentConfig && { ...told.controlPlaneComponentConfig },
    componentsOfTier: told.controlPlaneScalingTiers && overrides(told.controlPlaneScalingTiers),
  }),
})

const overrides = (tiers: readonly ControlPlaneScalingTierInfo[]): Readonly<Record<string, Settings>> =>
  Object.fromEntries(
    tiers.flatMap(({ tierName, controlPlaneComponentConfigOverrides: its }) =>
      tierName === undefined || its === undefined ? [] : [[tierName, { ...its }]],
    ),
  )

interface Issue {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly resourceIds?: readonly string[] | undefined
}

/** `NodeCreationFailure: Instances failed to join (i-0abc)` */
export const issues = (told: readonly Issue[] = []): string[] =>
  told.map(({ code = 'Unknown', message = '', resourceIds = [] }) =>
    [`${code}:`, message, resourceIds.length > 0 && `(${resourceIds.join(', ')})`].filter(Boolean).join(' '),
  )

/** Those of one member of the answer, without its name. */
export function within(member: string, unknown: readonly string[]): { unknown?: readonly string[] } {
  const its = unknown.filter((path) => path.startsWith(`${member}.`)).map((path) => path.slice(member.length + 1))
  return its.length === 0 ? {} : { unknown: its }
}

const time = (at: Date | undefined): string => at?.toISOString() ?? ''

const templateName = ({ id, name, version }: LaunchTemplateSpecification): string =>
  `${id ?? name ?? 'unnamed'}:${version ?? '$Default'}`

type Set<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the fields that are undefined: absence means something here. */
const set = <T extends object>(fields: T): Set<T> =>
  // Every undefined value is left out, which is what the type says.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Set<T>
