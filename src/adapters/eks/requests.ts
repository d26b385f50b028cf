import type {
  AMITypes,
  AuthenticationMode,
  CapacityTypes,
  ControlPlaneEgressModeType,
  CreateAddonRequest,
  CreateClusterRequest,
  CreateNodegroupRequest,
  IpFamily,
  LaunchTemplateSpecification,
  LogType,
  SupportType,
  TaintEffect,
} from '@aws-sdk/client-eks'
import type { NewAddon, NewCluster, NewNodegroup } from '../../domain/eks-objects.ts'

/**
 * Our descriptions as EKS's requests. A word that EKS has in a fixed list (`as IpFamily`…) was told by EKS itself, or
 * checked by nobody: then EKS refuses it.
 */

export function createCluster(cluster: NewCluster, clientRequestToken: string): CreateClusterRequest {
  const { resourcesVpcConfig: vpc, kubernetesNetworkConfig, encryptionKeyArn, supportType, zonalShift } = cluster
  const { serviceIpv4Cidr, ipFamily, elasticLoadBalancing } = kubernetesNetworkConfig
  const { controlPlaneEgressMode } = vpc
  return {
    ...cluster.settings,
    clientRequestToken,
    name: cluster.name,
    version: cluster.version,
    roleArn: cluster.roleArn,
    resourcesVpcConfig: {
      subnetIds: [...vpc.subnetIds],
      securityGroupIds: [...vpc.securityGroupIds],
      endpointPublicAccess: vpc.endpointPublicAccess,
      endpointPrivateAccess: vpc.endpointPrivateAccess,
      // Without a public endpoint there is nothing to restrict.
      ...(vpc.endpointPublicAccess && { publicAccessCidrs: [...vpc.publicAccessCidrs] }),
      ...(controlPlaneEgressMode !== undefined && {
        controlPlaneEgressMode: controlPlaneEgressMode as ControlPlaneEgressModeType,
      }),
    },
    kubernetesNetworkConfig: {
      ...(ipFamily !== undefined && { ipFamily: ipFamily as IpFamily }),
      // "Don't specify a value if you select ipv6 for ipFamily"
      // https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
      ...(serviceIpv4Cidr !== undefined && ipFamily !== 'ipv6' && { serviceIpv4Cidr }),
      ...(elasticLoadBalancing !== undefined && { elasticLoadBalancing: { ...elasticLoadBalancing } }),
    },
    ...(cluster.logging.length > 0 && {
      logging: { clusterLogging: [{ types: [...cluster.logging] as LogType[], enabled: true }] },
    }),
    ...(encryptionKeyArn !== undefined && {
      encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: encryptionKeyArn } }],
    }),
    accessConfig: {
      authenticationMode: cluster.authenticationMode as AuthenticationMode,
      // Otherwise whoever created it stays its administrator, in no list that one can see.
      bootstrapClusterCreatorAdminPermissions: false,
    },
    // Add-ons are installed as managed ones, in versions that the plan names.
    bootstrapSelfManagedAddons: false,
    ...(supportType !== undefined && { upgradePolicy: { supportType: supportType as SupportType } }),
    ...(zonalShift !== undefined && { zonalShiftConfig: { enabled: zonalShift } }),
    deletionProtection: true,
    tags: { ...cluster.tags },
  }
}

export function createNodegroup(
  clusterName: string,
  nodegroup: NewNodegroup,
  clientRequestToken: string,
): CreateNodegroupRequest {
  const { amiType, instanceTypes, capacityType, diskSize, launchTemplate } = nodegroup
  return {
    ...nodegroup.settings,
    clientRequestToken,
    clusterName,
    nodegroupName: nodegroup.name,
    scalingConfig: { ...nodegroup.scalingConfig },
    subnets: [...nodegroup.subnets],
    nodeRole: nodegroup.nodeRole,
    labels: { ...nodegroup.labels },
    taints: nodegroup.taints.map((taint) => ({ ...taint, effect: taint.effect as TaintEffect })),
    tags: { ...nodegroup.tags },
    // Told of a group whose template names an image, and refused where one is asked for.
    ...(amiType !== 'CUSTOM' && { amiType: amiType as AMITypes }),
    ...(instanceTypes.length > 0 && { instanceTypes: [...instanceTypes] }),
    ...(capacityType !== undefined && { capacityType: capacityType as CapacityTypes }),
    ...(diskSize !== undefined && { diskSize }),
    ...(launchTemplate !== undefined && { launchTemplate: specified(launchTemplate) }),
  }
}

/** Either the one or the other: EKS refuses both. */
function specified(template: string): LaunchTemplateSpecification {
  const [which = '', version] = template.split(':')
  return {
    ...(/^lt-[0-9a-f]+$/.test(which) ? { id: which } : { name: which }),
    ...(version !== undefined && { version }),
  }
}

export const createAddon = (clusterName: string, addon: NewAddon, clientRequestToken: string): CreateAddonRequest => ({
  clientRequestToken,
  clusterName,
  addonName: addon.name,
  addonVersion: addon.version,
  tags: { ...addon.tags },
  ...(addon.configurationValues !== undefined && { configurationValues: addon.configurationValues }),
  ...(addon.namespace !== undefined && { namespaceConfig: { namespace: addon.namespace } }),
  ...(addon.serviceAccountRoleArn !== undefined && { serviceAccountRoleArn: addon.serviceAccountRoleArn }),
  ...(addon.podIdentities.length > 0 && { podIdentityAssociations: addon.podIdentities.map((it) => ({ ...it })) }),
})
