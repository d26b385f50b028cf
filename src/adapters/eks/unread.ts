import { isDeepStrictEqual } from 'node:util'
import type { Addon, Cluster, Nodegroup } from '@aws-sdk/client-eks'

/**
 * What becomes of each setting that EKS tells: it is read into our description, it is the cluster's own and never copied,
 * or we have no place for it. The latter stands here with the value that it has where nobody chose one, and anything else
 * is named in `unread`, so that green is not silently different from blue. Typed by the SDK: a new field is a type error.
 */
type Place = 'read' | 'own' | { readonly usually: unknown }

const off = { usually: undefined }

const cluster = {
  name: 'read',
  arn: 'read',
  createdAt: 'read',
  version: 'read',
  endpoint: 'read',
  roleArn: 'read',
  // Read in part: these two have settings that EKS added later.
  resourcesVpcConfig: 'read',
  kubernetesNetworkConfig: 'read',
  logging: 'read',
  identity: 'read',
  status: 'read',
  certificateAuthority: 'read',
  tags: 'read',
  encryptionConfig: 'read',
  health: 'read',
  accessConfig: 'read',
  upgradePolicy: 'read',
  zonalShiftConfig: 'read',
  deletionProtection: 'read',
  clientRequestToken: 'own',
  platformVersion: 'own',
  id: 'own',
  connectorConfig: off,
  outpostConfig: off,
  remoteNetworkConfig: off,
  computeConfig: off,
  storageConfig: off,
  controlPlaneScalingConfig: { usually: { tier: 'standard' } },
  // Defaults of Kubernetes, should EKS tell them:
  // https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
  kubeApiServerConfig: { usually: { eventTtl: '1h', serviceNodePortRange: { minPort: 30_000, maxPort: 32_767 } } },
  kubeSchedulerConfig: {
    usually: {
      nodeResourcesFit: {
        scoringStrategy: {
          type: 'LeastAllocated',
          resources: [
            { name: 'cpu', weight: 1 },
            { name: 'memory', weight: 1 },
          ],
        },
      },
    },
  },
  kubeControllerManagerConfig: {
    usually: {
      podGcControllerConfig: { terminatedPodGcThreshold: 12_500 },
      horizontalPodAutoscalerControllerConfig: { horizontalPodAutoscalerSyncPeriod: '15s' },
    },
  },
} as const satisfies Record<keyof Cluster, Place>

const nodegroup = {
  nodegroupName: 'read',
  nodegroupArn: 'read',
  createdAt: 'read',
  status: 'read',
  capacityType: 'read',
  scalingConfig: 'read',
  instanceTypes: 'read',
  subnets: 'read',
  remoteAccess: 'read',
  amiType: 'read',
  nodeRole: 'read',
  labels: 'read',
  taints: 'read',
  diskSize: 'read',
  health: 'read',
  // Read in part.
  updateConfig: 'read',
  nodeRepairConfig: 'read',
  launchTemplate: 'read',
  tags: 'read',
  clusterName: 'own',
  version: 'own',
  releaseVersion: 'own',
  modifiedAt: 'own',
  resources: 'own',
  warmPoolConfig: off,
} as const satisfies Record<keyof Nodegroup, Place>

const addon = {
  addonName: 'read',
  addonArn: 'read',
  addonVersion: 'read',
  status: 'read',
  health: 'read',
  serviceAccountRoleArn: 'read',
  podIdentityAssociations: 'read',
  configurationValues: 'read',
  namespaceConfig: 'read',
  tags: 'read',
  clusterName: 'own',
  createdAt: 'own',
  modifiedAt: 'own',
  publisher: 'own',
  owner: 'own',
  marketplaceInformation: 'own',
} as const satisfies Record<keyof Addon, Place>

export const unreadOfAddon = (told: Addon): string[] => unread(addon, told)

export const unreadOfCluster = (told: Cluster): string[] => {
  const { controlPlaneEgressMode } = told.resourcesVpcConfig ?? {}
  const { elasticLoadBalancing } = told.kubernetesNetworkConfig ?? {}
  return [
    ...unread(cluster, told),
    ...named('resourcesVpcConfig.controlPlaneEgressMode', controlPlaneEgressMode, 'AWS_MANAGED'),
    ...named('kubernetesNetworkConfig.elasticLoadBalancing', elasticLoadBalancing, undefined),
    ...named('encryptionConfig', told.encryptionConfig?.slice(1), undefined),
  ]
}

export const unreadOfNodegroup = (told: Nodegroup): string[] => {
  const { enabled: _read, ...repair } = told.nodeRepairConfig ?? {}
  return [
    ...unread(nodegroup, told),
    ...named('updateConfig.updateStrategy', told.updateConfig?.updateStrategy, 'DEFAULT'),
    ...named('nodeRepairConfig', repair, undefined),
  ]
}

const unread = (places: Readonly<Record<string, Place>>, told: object): string[] =>
  Object.entries(told).flatMap(([field, value]) => {
    const place = places[field] ?? off
    return typeof place === 'string' ? [] : named(field, value, place.usually)
  })

const named = (field: string, value: unknown, usually: unknown): string[] => (isUsual(value, usually) ? [] : [field])

/** Empty, switched off, or as it is where nobody chose. */
function isUsual(value: unknown, usually: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || isDeepStrictEqual(value, usually))
    return true
  if (typeof value !== 'object') return false
  return Object.entries(value).every(([key, inner]) => isUsual(inner, entry(usually, key)))
}

const entry = (of: unknown, key: string): unknown =>
  typeof of === 'object' && of !== null ? new Map(Object.entries(of)).get(key) : undefined
