import { randomUUID } from 'node:crypto'
import type {
  DescribeUpdateRequest,
  DescribeUpdateResponse,
  ListUpdatesRequest,
  ListUpdatesResponse,
  UpdateClusterConfigRequest,
  UpdateClusterConfigResponse,
  UpdateParam,
  UpdateParamType,
  UpdateType,
} from '@aws-sdk/client-eks'
import { inUse, invalidParameter, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { activeCluster, clusterNamed, type EksCluster, type EksWorld } from './world.ts'

type Setting = Exclude<keyof UpdateClusterConfigRequest, 'name' | 'clientRequestToken'>

/** What the update of each setting is called. https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html */
const changes = {
  resourcesVpcConfig: { type: 'VpcConfigUpdate', param: 'Subnets' },
  logging: { type: 'LoggingUpdate', param: 'ClusterLogging' },
  accessConfig: { type: 'AccessConfigUpdate', param: 'AuthenticationMode' },
  upgradePolicy: { type: 'UpgradePolicyUpdate', param: 'UpgradePolicy' },
  zonalShiftConfig: { type: 'ZonalShiftConfigUpdate', param: 'ZonalShiftConfig' },
  computeConfig: { type: 'AutoModeUpdate', param: 'ComputeConfig' },
  kubernetesNetworkConfig: { type: 'AutoModeUpdate', param: 'KubernetesNetworkConfig' },
  storageConfig: { type: 'AutoModeUpdate', param: 'StorageConfig' },
  remoteNetworkConfig: { type: 'RemoteNetworkConfigUpdate', param: 'RemoteNetworkConfig' },
  deletionProtection: { type: 'DeletionProtectionUpdate', param: 'DeletionProtection' },
  controlPlaneScalingConfig: { type: 'ControlPlaneScalingConfigUpdate', param: 'UpdatedTier' },
  kubeApiServerConfig: { type: 'ControlPlaneComponentConfigUpdate', param: 'KubeApiServerConfig' },
  kubeSchedulerConfig: { type: 'ControlPlaneComponentConfigUpdate', param: 'KubeSchedulerConfig' },
  kubeControllerManagerConfig: { type: 'ControlPlaneComponentConfigUpdate', param: 'KubeControllerManagerConfig' },
} satisfies Record<Setting, { type: UpdateType; param: UpdateParamType }>

const settings = Object.keys(changes) as Setting[] // the table's own keys

export const updateInProgress = (cluster: EksCluster): boolean =>
  [...cluster.updates.values()].some(({ status }) => status === 'InProgress')

export const updateOperations = (world: EksWorld) =>
  ({
    UpdateClusterConfig: ((input) => {
      const known = clusterNamed(world, input.name)
      const before = [...known.updates.values()].find((it) => world.tokens.answers('UpdateClusterConfig', input, it))
      if (before) return { update: before }
      if (updateInProgress(known))
        throw inUse(`Cannot UpdateClusterConfig because cluster ${input.name} currently has an update in progress`, {
          clusterName: input.name,
        })
      const cluster = activeCluster(world, input.name)
      const update = newUpdate(input)
      cluster.updates.set(update.id, update)
      cluster.described.status = 'UPDATING'
      world.tokens.remember('UpdateClusterConfig', input, update)
      world.later.after(world.times.updateMs, () => {
        for (const setting of settings) change(cluster, setting, input[setting])
        cluster.described.status = 'ACTIVE'
        update.status = 'Successful'
      })
      return { update }
    }) satisfies Serve<UpdateClusterConfigRequest, UpdateClusterConfigResponse>,

    DescribeUpdate: (({ name, updateId }) => {
      const update = clusterNamed(world, name).updates.get(updateId)
      if (!update) throw notFound(`No update found for ID: ${updateId}`, { clusterName: name })
      return { update }
    }) satisfies Serve<DescribeUpdateRequest, DescribeUpdateResponse>,

    ListUpdates: (({ name, nextToken, maxResults }) => {
      const { items, next } = page([...clusterNamed(world, name).updates.keys()], nextToken, maxResults)
      return { updateIds: items, nextToken: next }
    }) satisfies Serve<ListUpdatesRequest, ListUpdatesResponse>,
  }) satisfies Operations

/** One kind of change at a time. https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html */
function newUpdate(input: Given<UpdateClusterConfigRequest>) {
  const given = settings.filter((setting) => input[setting] !== undefined)
  const [type, ...more] = new Set(given.map((setting) => changes[setting].type))
  if (type === undefined) throw invalidParameter('No changes needed: no setting was given', { clusterName: input.name })
  if (more.length > 0)
    throw invalidParameter(`Only one type of update can be allowed: ${[type, ...more].join(', ')}`, {
      clusterName: input.name,
    })
  const params: UpdateParam[] = given.map((setting) => ({
    type: changes[setting].param,
    value: JSON.stringify(input[setting]),
  }))
  return {
    id: randomUUID(),
    status: 'InProgress' as 'InProgress' | 'Successful',
    type,
    params,
    createdAt: new Date(),
    errors: [],
  }
}

/** Objects are merged, so that what was not given stays. */
function change(cluster: EksCluster, setting: Setting, value: unknown): void {
  if (value === undefined) return
  const described: Record<string, unknown> = cluster.described as object as Record<string, unknown> // by the API's own names
  const before = described[setting]
  described[setting] =
    typeof value === 'object' && value !== null && typeof before === 'object' ? { ...before, ...value } : value
}
