/**
 * What blue is beside its apps: something of everything that a cluster of EKS may have around it, so that whatever is not
 * carried over to green is seen. As an earlier upgrade left it, in an account where Terraform owns the network.
 */
import type { SeedCluster, SeededCluster, SeedTemplate } from '../types.ts'
import { BLUE, environments, namespaceOf, ON_FARGATE, PLATFORM, podRoles, roleArn, type BlueCluster } from './apps.ts'

/** By whom the seeded things were made: what Norikae looks for before it calls them its own. */
export const TAG = { 'norikae.io/platform': PLATFORM }

/** What people call everything of this platform by. */
const OURS = { team: 'sre', 'cost-center': 'chat' }

/** Secrets of its etcd are encrypted with it. */
export const KEY = 'arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
export const LOG_DAYS = 90

/** Roles that pods of the platform's own get, and of whom: `<namespace>:<service account>` by blue's issuer. */
export const issuerRoles = [
  { role: 'chatwork-prod-ebs-csi', of: 'kube-system:ebs-csi-controller-sa' },
  { role: 'chatwork-prod-vpc-cni', of: 'kube-system:aws-node' },
] as const
/** Given by EKS itself. */
export const EFS_ROLE = 'chatwork-prod-efs-csi'
export const FARGATE_ROLE = 'chatwork-prod-fargate'

export const blueArn = `arn:aws:eks:ap-northeast-1:123456789012:cluster/${BLUE.name}`
export const fargateOfBlue = `arn:aws:eks:ap-northeast-1:123456789012:fargateprofile/${BLUE.name}/*`

/** Others let in its nodes and pods by the group that EKS made for it. */
export const foreignGroups = [
  { id: 'sg-0db1db1db1db1db1d', name: 'orders-db', port: 3306 },
  { id: 'sg-0cacecacecacecace', name: 'sessions-cache', port: 6379 },
] as const

/** How the load balancer controller of this cluster finds its subnets. */
export const clusterTag = (cluster: string) => `kubernetes.io/cluster/${cluster}`

/** Everything inside such a cluster, as blue's own says it: of another one by that one's name. */
export const partsOf = ({ name }: BlueCluster): Omit<SeedCluster, 'name' | 'version'> => ({
  tags: { ...TAG, ...OURS },
  groups: ['norikae'],
  settings: {
    deletionProtection: true,
    encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: KEY } }],
    logging: { clusterLogging: [{ types: ['api', 'audit', 'authenticator'], enabled: true }] },
    upgradePolicy: { supportType: 'STANDARD' },
    zonalShiftConfig: { enabled: true },
  },
  nodegroups: [
    {
      name: 'general',
      size: 3,
      min: 3,
      max: 6,
      labels: { pool: 'general' },
      tags: { ...OURS, [`k8s.io/cluster-autoscaler/${name}`]: 'owned', 'k8s.io/cluster-autoscaler/enabled': 'true' },
      updateConfig: { maxUnavailablePercentage: 33 },
      template: ownTemplate,
    },
    {
      name: 'batch',
      size: 2,
      min: 1,
      max: 4,
      labels: { pool: 'batch' },
      tags: OURS,
      instanceTypes: ['m7i.xlarge', 'm7a.xlarge'],
      template: () => sharedTemplate,
    },
  ],
  addons: addonsOf(name),
  accessEntries: [
    {
      principalArn: roleArn('platform-admin'),
      username: 'platform-admin:{{SessionName}}',
      policies: [{ name: 'AmazonEKSClusterAdminPolicy' }],
      tags: OURS,
    },
    {
      principalArn: roleArn('developers'),
      kubernetesGroups: ['developers'],
      policies: [
        { name: 'AmazonEKSViewPolicy' },
        { name: 'AmazonEKSEditPolicy', namespaces: ['chat-api-test', 'chat-api-stage'] },
      ],
    },
  ],
  podIdentities: Object.entries(podRoles).flatMap(([app, role]) =>
    environments.map((environment) => ({
      namespace: namespaceOf(app, environment),
      serviceAccount: app,
      roleArn: roleArn(role),
      tags: OURS,
    })),
  ),
  fargateProfiles: [
    {
      fargateProfileName: ON_FARGATE,
      podExecutionRoleArn: roleArn(FARGATE_ROLE),
      subnets: ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'],
      selectors: environments.map((environment) => ({ namespace: namespaceOf(ON_FARGATE, environment) })),
      tags: OURS,
    },
  ],
  identityProvider: {
    identityProviderConfigName: 'company',
    issuerUrl: 'https://login.chatwork.test/oauth2',
    clientId: 'kubernetes',
    usernameClaim: 'email',
    usernamePrefix: 'company:',
    groupsClaim: 'groups',
    groupsPrefix: 'company:',
    requiredClaims: { org: 'chatwork' },
    tags: OURS,
  },
})

/** As EKS offers them for 1.35; this vpc-cni is not offered for 1.36, so an upgrade must choose another. */
const addonsOf = (cluster: string): SeedCluster['addons'] => [
  {
    name: 'vpc-cni',
    version: 'v1.20.5-eksbuild.1',
    serviceAccountRoleArn: roleArn('chatwork-prod-vpc-cni'),
    configurationValues: JSON.stringify({ env: { ENABLE_PREFIX_DELEGATION: 'true', CLUSTER_NAME: cluster } }),
    tags: OURS,
  },
  {
    name: 'kube-proxy',
    version: 'v1.35.4-eksbuild.1',
    configurationValues: JSON.stringify({ resources: { requests: { cpu: '100m' } } }),
  },
  {
    name: 'coredns',
    version: 'v1.13.2-eksbuild.4',
    configurationValues: JSON.stringify({ autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 6 } }),
  },
  { name: 'eks-pod-identity-agent', version: 'v1.3.10-eksbuild.2' },
  {
    name: 'aws-ebs-csi-driver',
    version: 'v1.57.1-eksbuild.1',
    serviceAccountRoleArn: roleArn('chatwork-prod-ebs-csi'),
    configurationValues: JSON.stringify({ controller: { extraVolumeTags: OURS } }),
  },
  {
    name: 'aws-efs-csi-driver',
    version: 'v2.2.0-eksbuild.1',
    podIdentityAssociations: [{ serviceAccount: 'efs-csi-controller-sa', roleArn: roleArn(EFS_ROLE) }],
  },
  { name: 'metrics-server', version: 'v0.8.1-eksbuild.2', configurationValues: 'replicas: 2\n' },
]

/** It names the cluster in each way that a template can, so another cluster needs another one. */
const ownTemplate = ({ name, endpoint, caData, securityGroup }: SeededCluster): SeedTemplate => ({
  name: `${name}.general`,
  data: {
    ...settings,
    SecurityGroupIds: [securityGroup],
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: clusterTag(name), Value: 'owned' }] }],
    UserData: Buffer.from(nodeConfig({ name, endpoint, caData })).toString('base64'),
  },
  tags: {
    ...OURS,
    [`${name}/nodes`]: 'general',
    ...TAG,
    'norikae.io/cluster': name,
    'norikae.io/run': 'the-upgrade-before',
  },
})

/** Terraform's, and it names no cluster. */
const sharedTemplate: SeedTemplate = {
  name: 'chatwork-prod-batch',
  data: {
    UserData: Buffer.from('#!/bin/bash\nsysctl -w vm.max_map_count=262144\n').toString('base64'),
  },
  tags: { ...OURS, 'managed-by': 'terraform' },
}

const settings = {
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 80, VolumeType: 'gp3', Encrypted: true } }],
} as const satisfies SeedTemplate['data']

/** https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/ */
const nodeConfig = ({ name, endpoint, caData }: Omit<SeededCluster, 'securityGroup'>): string =>
  `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: ${name}
    apiServerEndpoint: ${endpoint}
    certificateAuthority: ${caData}
    cidr: 172.20.0.0/16

--//--
`
