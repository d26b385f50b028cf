import { isDeepStrictEqual } from 'node:util'
import type { Addon, Cluster, Nodegroup } from '@aws-sdk/client-eks'
import type { Settings } from '../../domain/eks-objects.ts'

/**
 * What becomes of each setting that EKS tells: it is read into our description, it is the cluster's own and never copied,
 * or it stands here with the value that it has where nobody chose one. Any other value is asked for on green in EKS's own
 * words (`asTold`), or named in `unread`, so that green is not silently different from blue. Typed by the SDK: a new
 * field is a type error.
 */
type Place = 'read' | 'own' | { readonly usually: unknown; readonly asTold?: true }

const off: Place = { usually: undefined }
/** The request takes it in the shape in which the answer tells it. */
const asTold = { usually: undefined, asTold: true } as const

const cluster = {
  name: 'read',
  arn: 'read',
  createdAt: 'read',
  version: 'read',
  endpoint: 'read',
  roleArn: 'read',
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
  remoteNetworkConfig: asTold,
  // Auto Mode, together with elasticLoadBalancing.
  computeConfig: asTold,
  storageConfig: asTold,
  controlPlaneScalingConfig: { ...asTold, usually: { tier: 'standard' } },
  // Defaults of Kubernetes, should EKS tell them:
  // https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
  kubeApiServerConfig: {
    ...asTold,
    usually: { eventTtl: '1h', serviceNodePortRange: { minPort: 30_000, maxPort: 32_767 } },
  },
  kubeSchedulerConfig: {
    ...asTold,
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
    ...asTold,
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
  remoteAccess: asTold,
  amiType: 'read',
  nodeRole: 'read',
  labels: 'read',
  taints: 'read',
  diskSize: 'read',
  health: 'read',
  updateConfig: asTold,
  nodeRepairConfig: asTold,
  launchTemplate: 'read',
  tags: 'read',
  clusterName: 'own',
  version: 'own',
  releaseVersion: 'own',
  modifiedAt: 'own',
  resources: 'own',
  warmPoolConfig: asTold,
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

export const unreadOfCluster = (told: Cluster): string[] => [
  ...unread(cluster, told),
  ...named('encryptionConfig', told.encryptionConfig?.slice(1), undefined),
]

export const unreadOfNodegroup = (told: Nodegroup): string[] => unread(nodegroup, told)

export const settingsOfCluster = (told: Cluster): Settings => settings(cluster, told)

export const settingsOfNodegroup = (told: Nodegroup): Settings => settings(nodegroup, told)

/** What somebody chose, of what is asked for as it is told. */
const settings = (places: Readonly<Record<string, Place>>, told: object): Settings =>
  Object.fromEntries(
    Object.entries(told).filter(([field, value]) => {
      const place = places[field] ?? off
      return typeof place !== 'string' && place.asTold === true && !isUsual(value, place.usually)
    }),
  )

const unread = (places: Readonly<Record<string, Place>>, told: object): string[] =>
  Object.entries(told).flatMap(([field, value]) => {
    const place = places[field] ?? off
    return typeof place === 'string' || place.asTold === true ? [] : named(field, value, place.usually)
  })

const named = (field: string, value: unknown, usually: unknown): string[] => (isUsual(value, usually) ? [] : [field])

/** Empty, switched off, or as it is where nobody chose. */
export function isUsual(value: unknown, usually: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || isDeepStrictEqual(value, usually))
    return true
  if (typeof value !== 'object') return false
  return Object.entries(value).every(([key, inner]) => isUsual(inner, entry(usually, key)))
}

const entry = (of: unknown, key: string): unknown =>
  typeof of === 'object' && of !== null ? new Map(Object.entries(of)).get(key) : undefined
