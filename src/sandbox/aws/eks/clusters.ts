import { randomBytes, randomUUID } from 'node:crypto'
import type {
  Cluster,
  ClusterIssueCode,
  CreateClusterRequest,
  CreateClusterResponse,
  DeleteClusterRequest,
  DeleteClusterResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  ListClustersRequest,
  ListClustersResponse,
} from '@aws-sdk/client-eks'
import { inUse, invalidRequest } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { grantClusterAdmin } from './access.ts'
import { checkNewCluster } from './cluster-checks.ts'
import { nothingTold } from './insights.ts'
import { roomFor } from './quotas.ts'
import { updateInProgress } from './updates.ts'
import { defaultVersion } from './versions.ts'
import { arnOf, clusterNamed, type EksCluster, type EksWorld } from './world.ts'

export const clusterOperations = (world: EksWorld) =>
  ({
    CreateCluster: ((input, caller) => {
      const taken = world.clusters.get(input.name)
      if (world.tokens.answers('CreateCluster', input, taken)) return { cluster: taken.described }
      checkNewCluster(input)
      if (taken) throw inUse(`Cluster already exists with name: ${input.name}`, { clusterName: input.name })
      roomFor(world.quotas, 'clusters', world.clusters, { clusterName: input.name })
      const cluster = newCluster(world, input)
      world.clusters.set(input.name, cluster)
      world.tokens.remember('CreateCluster', input, cluster)
      // The creator becomes an administrator unless told otherwise.
      // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html
      if (input.accessConfig?.bootstrapClusterCreatorAdminPermissions !== false)
        grantClusterAdmin(world, cluster, caller.roleArn)
      world.later.after(world.times.clusterMs, () => void start(world, cluster))
      return { cluster: cluster.described }
    }) satisfies Serve<CreateClusterRequest, CreateClusterResponse>,

    DescribeCluster: (({ name }) => ({ cluster: clusterNamed(world, name).described })) satisfies Serve<
      DescribeClusterRequest,
      DescribeClusterResponse
    >,

    ListClusters: (({ nextToken, maxResults }) => {
      const { items, next } = page([...world.clusters.keys()], nextToken, maxResults)
      return { clusters: items, nextToken: next }
    }) satisfies Serve<ListClustersRequest, ListClustersResponse>,

    DeleteCluster: (({ name }) => {
      const cluster = clusterNamed(world, name)
      refuseDeletion(cluster)
      if (cluster.described.status !== 'DELETING') {
        cluster.described.status = 'DELETING'
        world.later.after(world.times.deletionMs, () => void remove(world, cluster))
      }
      return { cluster: cluster.described }
    }) satisfies Serve<DeleteClusterRequest, DeleteClusterResponse>,
  }) satisfies Operations

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html; deletion protection "only applies to clusters
 * in an active state": https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
 */
function refuseDeletion(cluster: EksCluster): void {
  const { name, described, nodegroups, fargateProfiles } = cluster
  if (described.deletionProtection && described.status !== 'FAILED')
    throw invalidRequest(`Cluster ${name} has deletion protection enabled: disable it, then delete the cluster`, {
      clusterName: name,
    })
  if (nodegroups.size > 0) throw inUse('Cluster has nodegroups attached', { clusterName: name })
  if (fargateProfiles.size > 0) throw inUse('Cluster has Fargate profiles attached', { clusterName: name })
  if (described.status === 'CREATING' || updateInProgress(cluster))
    throw inUse(`Cannot delete because cluster ${name} currently has an update in progress`, { clusterName: name })
}

/** ACTIVE once its API server answers; FAILED, with the reason as a health issue, if that cannot be started. */
async function start(world: EksWorld, cluster: EksCluster): Promise<void> {
  const { name, version, arn } = cluster
  const issue = world.faults.issueOf('cluster', name)
  if (issue) return fail(cluster, issue.code, issue.message)
  try {
    const issuer = newIssuer(world)
    activate(world, cluster, issuer, await world.hooks.startCluster({ name, version, arn, issuer }))
  } catch (error) {
    fail(cluster, 'InternalFailure', String(error))
  }
}

function fail({ name, described }: EksCluster, code: string, message: string): void {
  described.status = 'FAILED'
  // A fault may name any code; the SDK takes codes that it does not know as they are.
  described.health = { issues: [{ code: code as ClusterIssueCode, message, resourceIds: [name] }] }
}

export const newIssuer = ({ region }: Pick<EksWorld, 'region'>): string =>
  `https://oidc.eks.${region}.amazonaws.com/id/${randomBytes(16).toString('hex').toUpperCase()}`

/** Endpoint, CA and OIDC issuer are there only from now on. */
export function activate(
  world: EksWorld,
  cluster: EksCluster,
  issuer: string,
  api: Awaited<ReturnType<EksWorld['hooks']['startCluster']>>,
): void {
  const { described } = cluster
  described.endpoint = api.endpoint
  described.certificateAuthority = { data: api.caData }
  described.identity = { oidc: { issuer } }
  cluster.keys = api.keys ?? []
  described.resourcesVpcConfig = {
    ...described.resourcesVpcConfig,
    clusterSecurityGroupId: `sg-${randomBytes(8).toString('hex')}1`,
  }
  if (described.logging?.clusterLogging?.some((setup) => setup.enabled))
    world.logs.make(`/aws/eks/${cluster.name}/cluster`)
  described.status = 'ACTIVE'
}

async function remove(world: EksWorld, cluster: EksCluster): Promise<void> {
  try {
    await world.hooks.stopCluster(cluster.name)
  } catch {
    // A server that does not end is its owner's; for EKS the cluster is gone.
  }
  world.clusters.delete(cluster.name)
}

export function newCluster(world: EksWorld, input: Given<CreateClusterRequest>): EksCluster {
  const arn = arnOf(world, 'cluster', input.name)
  const version = input.version ?? defaultVersion
  const createdAt = new Date()
  const tags = { ...input.tags }
  return {
    name: input.name,
    arn,
    version,
    createdAt,
    keys: [],
    described: { ...settingsOf(input), name: input.name, arn, version, createdAt, tags, status: 'CREATING' },
    nodegroups: new Map(),
    addons: new Map(),
    access: new Map(),
    fargateProfiles: new Map(),
    identityProviders: new Map(),
    certificateAuthorities: new Map([
      ['ca-1', { id: 'ca-1', createdAt, createdBy: 'EKS', signingStatus: 'IN_USE', distributionStatus: 'COMPLETE' }],
    ]),
    podIdentities: new Map(),
    updates: new Map(),
    told: nothingTold(),
  }
}

/** What was asked for, with AWS's defaults. https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html */
function settingsOf(input: Given<CreateClusterRequest>): Cluster {
  const { resourcesVpcConfig: vpc, kubernetesNetworkConfig: network } = input
  return {
    roleArn: input.roleArn,
    resourcesVpcConfig: {
      subnetIds: vpc.subnetIds ?? [],
      securityGroupIds: vpc.securityGroupIds ?? [],
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      endpointPublicAccess: vpc.endpointPublicAccess ?? true,
      endpointPrivateAccess: vpc.endpointPrivateAccess ?? false,
      publicAccessCidrs: vpc.publicAccessCidrs ?? ['0.0.0.0/0'],
      ...(vpc.controlPlaneEgressMode ? { controlPlaneEgressMode: vpc.controlPlaneEgressMode } : {}),
    },
    kubernetesNetworkConfig: {
      ipFamily: network?.ipFamily ?? 'ipv4',
      ...(network?.ipFamily === 'ipv6'
        ? { serviceIpv6Cidr: 'fd00:1234:5678::/108' }
        : { serviceIpv4Cidr: network?.serviceIpv4Cidr ?? '172.20.0.0/16' }),
      elasticLoadBalancing: { enabled: false, ...network?.elasticLoadBalancing },
    },
    logging: { clusterLogging: loggingOf(input) },
    platformVersion: 'eks.1',
    encryptionConfig: input.encryptionConfig,
    health: { issues: [] },
    // Without a word the API still means CONFIG_MAP.
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html
    accessConfig: { authenticationMode: input.accessConfig?.authenticationMode ?? 'CONFIG_MAP' },
    upgradePolicy: { supportType: input.upgradePolicy?.supportType ?? 'EXTENDED' },
    zonalShiftConfig: { enabled: input.zonalShiftConfig?.enabled ?? false },
    remoteNetworkConfig: input.remoteNetworkConfig,
    computeConfig: { enabled: false, ...input.computeConfig },
    storageConfig: { blockStorage: { enabled: input.storageConfig?.blockStorage?.enabled ?? false } },
    deletionProtection: input.deletionProtection ?? false,
    controlPlaneScalingConfig: { tier: input.controlPlaneScalingConfig?.tier ?? 'standard' },
    kubeApiServerConfig: input.kubeApiServerConfig,
    kubeSchedulerConfig: input.kubeSchedulerConfig,
    kubeControllerManagerConfig: input.kubeControllerManagerConfig,
    clientRequestToken: input.clientRequestToken ?? randomUUID(),
  }
}

/** The API answers with all five types, in a set that is on and a set that is off. */
function loggingOf({ logging }: Given<CreateClusterRequest>) {
  const all = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'] as const
  const on = new Set(logging?.clusterLogging?.flatMap((setup) => (setup.enabled ? (setup.types ?? []) : [])))
  return [
    { types: all.filter((type) => on.has(type)), enabled: true },
    { types: all.filter((type) => !on.has(type)), enabled: false },
  ].filter(({ types }) => types.length > 0)
}
