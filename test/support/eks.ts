import type { AddonDescription, ClusterDescription, NodegroupDescription } from '../../src/domain/eks-objects.ts'

/** Blue as EKS tells it, with little chosen. */

export const aCluster = (more: Partial<ClusterDescription> = {}): ClusterDescription => ({
  name: 'demo-1-35',
  arn: 'arn:cluster',
  version: '1.35',
  status: 'ACTIVE',
  createdAt: '2026-01-01T00:00:00Z',
  endpoint: 'https://blue',
  roleArn: 'arn:role',
  resourcesVpcConfig: {
    subnetIds: ['subnet-1'],
    securityGroupIds: [],
    endpointPublicAccess: true,
    endpointPrivateAccess: true,
    publicAccessCidrs: [],
  },
  kubernetesNetworkConfig: { ipFamily: 'ipv4' },
  logging: ['audit'],
  authenticationMode: 'API',
  deletionProtection: true,
  settings: {},
  tags: {},
  healthIssues: [],
  unread: [],
  ...more,
})

export const aNodeGroup = (more: Partial<NodegroupDescription> = {}): NodegroupDescription => ({
  name: 'apps',
  arn: 'arn:group',
  status: 'ACTIVE',
  createdAt: '2026-01-01T00:00:00Z',
  scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
  subnets: ['subnet-1'],
  instanceTypes: ['m7i.large'],
  amiType: 'AL2023_x86_64_STANDARD',
  nodeRole: 'arn:node-role',
  labels: {},
  taints: [],
  settings: {},
  tags: {},
  healthIssues: [],
  unread: [],
  ...more,
})

export const anAddon = (more: Partial<AddonDescription> = {}): AddonDescription => ({
  name: 'coredns',
  arn: 'arn:addon',
  status: 'ACTIVE',
  version: 'v1',
  podIdentities: [],
  tags: {},
  healthIssues: [],
  unread: [],
  ...more,
})
