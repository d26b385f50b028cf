import type {
  AddonInfo,
  DescribeAddonConfigurationRequest,
  DescribeAddonConfigurationResponse,
  DescribeAddonVersionsRequest,
  DescribeAddonVersionsResponse,
} from '@aws-sdk/client-eks'
import { invalidParameter, notFound } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { clusterVersions } from './versions.ts'

export interface AddonKind {
  readonly type: string
  readonly namespace: string
  /** A Deployment: without nodes it has no replica, and the add-on is DEGRADED. */
  readonly needsNodes: boolean
  /** Settings that `configurationValues` may have. */
  readonly settings: readonly string[]
  /** Newest first. The numbers are plausible, not AWS's list. */
  readonly versions: readonly {
    version: string
    on: readonly string[]
    defaultOn: readonly string[]
    /** Of the settings, those that it does not have any more. */
    without?: readonly string[]
  }[]
}

export const addonKinds: Readonly<Record<string, AddonKind>> = {
  'vpc-cni': {
    type: 'networking',
    namespace: 'kube-system',
    needsNodes: false,
    settings: ['env', 'enableNetworkPolicy', 'nodeAgent', 'resources', 'tolerations', 'affinity', 'eniConfig', 'init'],
    versions: [
      { version: 'v1.21.2-eksbuild.1', on: ['1.34', '1.35', '1.36'], defaultOn: ['1.35', '1.36'] },
      { version: 'v1.20.5-eksbuild.1', on: ['1.34', '1.35'], defaultOn: ['1.34'] },
    ],
  },
  'kube-proxy': {
    type: 'networking',
    namespace: 'kube-system',
    needsNodes: false,
    settings: ['mode', 'ipvs', 'resources', 'tolerations', 'podLabels', 'podAnnotations'],
    versions: [
      { version: 'v1.36.1-eksbuild.2', on: ['1.36'], defaultOn: ['1.36'], without: ['podLabels'] },
      { version: 'v1.35.4-eksbuild.1', on: ['1.35', '1.36'], defaultOn: ['1.35'] },
      { version: 'v1.34.7-eksbuild.1', on: ['1.34', '1.35', '1.36'], defaultOn: ['1.34'] },
    ],
  },
  coredns: {
    type: 'networking',
    namespace: 'kube-system',
    needsNodes: true,
    settings: [
      'replicaCount',
      'autoScaling',
      'corefile',
      'resources',
      'tolerations',
      'affinity',
      'nodeSelector',
      'computeType',
    ],
    versions: [
      { version: 'v1.13.2-eksbuild.4', on: ['1.35', '1.36'], defaultOn: ['1.35', '1.36'] },
      { version: 'v1.12.4-eksbuild.10', on: ['1.34', '1.35'], defaultOn: ['1.34'] },
    ],
  },
  'eks-pod-identity-agent': {
    type: 'security',
    namespace: 'kube-system',
    needsNodes: false,
    settings: ['agent', 'resources', 'tolerations', 'priorityClassName'],
    versions: [{ version: 'v1.3.10-eksbuild.2', on: ['1.34', '1.35', '1.36'], defaultOn: ['1.34', '1.35', '1.36'] }],
  },
  'aws-ebs-csi-driver': {
    type: 'storage',
    namespace: 'kube-system',
    needsNodes: true,
    settings: ['controller', 'node', 'sidecars', 'defaultStorageClass'],
    versions: [
      { version: 'v1.57.1-eksbuild.1', on: ['1.34', '1.35', '1.36'], defaultOn: ['1.35', '1.36'] },
      { version: 'v1.53.0-eksbuild.1', on: ['1.34', '1.35'], defaultOn: ['1.34'] },
    ],
  },
  'aws-efs-csi-driver': {
    type: 'storage',
    namespace: 'kube-system',
    needsNodes: true,
    settings: ['controller', 'node', 'sidecars', 'useFIPS'],
    versions: [
      { version: 'v2.3.2-eksbuild.1', on: ['1.35', '1.36'], defaultOn: ['1.36'] },
      { version: 'v2.2.0-eksbuild.1', on: ['1.34', '1.35'], defaultOn: ['1.34', '1.35'] },
    ],
  },
  'metrics-server': {
    type: 'observability',
    namespace: 'kube-system',
    needsNodes: true,
    settings: ['replicas', 'resources', 'tolerations', 'affinity', 'nodeSelector', 'addonResizer'],
    versions: [{ version: 'v0.8.1-eksbuild.2', on: ['1.34', '1.35', '1.36'], defaultOn: ['1.34', '1.35', '1.36'] }],
  },
}

export const defaultAddonVersion = (addon: string, clusterVersion: string): string | undefined =>
  addonKinds[addon]?.versions.find(({ defaultOn }) => defaultOn.includes(clusterVersion))?.version

export const addonVersionOperations = {
  /** A name that nobody publishes gives an empty list, not an error. */
  DescribeAddonVersions: (({ addonName, kubernetesVersion, nextToken, maxResults, types, publishers, owners }) => {
    if (kubernetesVersion && !clusterVersions.includes(kubernetesVersion))
      throw invalidParameter(`unsupported Kubernetes version ${kubernetesVersion}`)
    const wanted = (list: readonly string[] | undefined, it: string) => !list?.length || list.includes(it)
    const all = Object.entries(addonKinds)
      .filter(([name, { type }]) => (!addonName || name === addonName) && wanted(types, type))
      .map(([name, kind]) => described(name, kind, kubernetesVersion))
      .filter((it) => wanted(publishers, 'eks') && wanted(owners, 'aws') && it.addonVersions?.length)
    const { items, next } = page(all, nextToken, maxResults)
    return { addons: items, nextToken: next }
  }) satisfies Serve<DescribeAddonVersionsRequest, DescribeAddonVersionsResponse>,

  DescribeAddonConfiguration: (({ addonName, addonVersion }) => {
    const kind = addonKinds[addonName]
    if (!kind?.versions.some(({ version }) => version === addonVersion))
      throw notFound(`No version ${addonVersion} of add-on ${addonName}`, { addonName })
    return { addonName, addonVersion, configurationSchema: JSON.stringify(schemaOf(addonName, kind, addonVersion)) }
  }) satisfies Serve<DescribeAddonConfigurationRequest, DescribeAddonConfigurationResponse>,
} satisfies Operations

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_AddonInfo.html */
const described = (addonName: string, kind: AddonKind, on: string | undefined): AddonInfo => ({
  addonName,
  type: kind.type,
  publisher: 'eks',
  owner: 'aws',
  defaultNamespace: kind.namespace,
  addonVersions: kind.versions
    .filter((it) => !on || it.on.includes(on))
    .map(({ version, on: compatible, defaultOn }) => ({
      addonVersion: version,
      architecture: ['amd64', 'arm64'],
      computeTypes: ['ec2'],
      requiresConfiguration: false,
      requiresIamPermissions: false,
      compatibilities: compatible
        .filter((clusterVersion) => !on || clusterVersion === on)
        .map((clusterVersion) => ({
          clusterVersion,
          platformVersions: ['*'],
          defaultVersion: defaultOn.includes(clusterVersion),
        })),
    })),
})

/** Settings of this version. */
export function settingsOf({ settings, versions }: AddonKind, version: string): readonly string[] {
  const without = versions.find((it) => it.version === version)?.without ?? []
  return settings.filter((setting) => !without.includes(setting))
}

const schemaOf = (name: string, kind: AddonKind, version: string) => ({
  $schema: 'http://json-schema.org/draft-06/schema#',
  title: name,
  type: 'object',
  properties: Object.fromEntries(settingsOf(kind, version).map((setting) => [setting, {}])),
  additionalProperties: false,
})
