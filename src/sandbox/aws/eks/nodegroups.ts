import { randomUUID } from 'node:crypto'
import type {
  CreateNodegroupRequest,
  CreateNodegroupResponse,
  DeleteNodegroupRequest,
  DeleteNodegroupResponse,
  DescribeNodegroupRequest,
  DescribeNodegroupResponse,
  ListNodegroupsRequest,
  ListNodegroupsResponse,
  Nodegroup,
  NodegroupIssueCode,
} from '@aws-sdk/client-eks'
import { inUse, invalidParameter, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { named } from '../ec2/launch-templates.ts'
import { admitNodes } from './access.ts'
import { checkNewNodegroup } from './nodegroup-checks.ts'
import { roomFor } from './quotas.ts'
import { patchOf } from './versions.ts'
import { activeCluster, arnOf, clusterNamed, type EksCluster, type EksNodegroup, type EksWorld } from './world.ts'

export const nodegroupOperations = (world: EksWorld) =>
  ({
    CreateNodegroup: ((input) => {
      const { clusterName, nodegroupName } = input
      const taken = clusterNamed(world, clusterName).nodegroups.get(nodegroupName)
      if (world.tokens.answers('CreateNodegroup', input, taken)) return { nodegroup: taken.described }
      const cluster = activeCluster(world, clusterName)
      checkNewNodegroup(input, cluster)
      const launchTemplate = specifiedTemplate(world, input)
      if (taken)
        throw inUse(`NodeGroup already exists with name ${nodegroupName} and cluster name ${clusterName}`, {
          clusterName,
          nodegroupName,
        })
      roomFor(world.quotas, 'nodegroups', cluster.nodegroups, { clusterName, nodegroupName })
      const { image, ...specified } = launchTemplate ?? {}
      // https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-custom-ami
      if (image !== undefined && (input.amiType ?? input.releaseVersion) !== undefined)
        throw invalidParameter('You cannot specify amiType or releaseVersion when the launch template names an image', {
          clusterName,
          nodegroupName,
        })
      const group = newNodegroup(world, cluster, {
        ...input,
        ...(launchTemplate && { launchTemplate: specified }),
        // It is told so, and may not be asked for so.
        ...(image !== undefined && { amiType: 'CUSTOM' as const }),
      })
      cluster.nodegroups.set(group.name, group)
      world.tokens.remember('CreateNodegroup', input, group)
      admitNodes(world, cluster, input.nodeRole)
      world.later.after(world.times.nodegroupMs, () => void start(world, cluster, group))
      return { nodegroup: group.described }
    }) satisfies Serve<CreateNodegroupRequest, CreateNodegroupResponse>,

    DescribeNodegroup: ((input) => {
      const { group } = nodegroupOf(world, input)
      mendedByItself(world, group)
      return { nodegroup: group.described }
    }) satisfies Serve<DescribeNodegroupRequest, DescribeNodegroupResponse>,

    ListNodegroups: (({ clusterName, nextToken, maxResults }) => {
      const { items, next } = page([...clusterNamed(world, clusterName).nodegroups.keys()], nextToken, maxResults)
      return { nodegroups: items, nextToken: next }
    }) satisfies Serve<ListNodegroupsRequest, ListNodegroupsResponse>,

    DeleteNodegroup: ((input) => {
      const { cluster, group } = nodegroupOf(world, input)
      if (group.described.status !== 'DELETING') {
        group.described.status = 'DELETING'
        void stop(world, cluster, group)
      }
      return { nodegroup: group.described }
    }) satisfies Serve<DeleteNodegroupRequest, DeleteNodegroupResponse>,
  }) satisfies Operations

/** By id or name; it is told by both. */
function specifiedTemplate(
  world: EksWorld,
  { launchTemplate, clusterName, nodegroupName }: Given<CreateNodegroupRequest>,
) {
  if (launchTemplate === undefined) return undefined
  const { id, name, version = '1' } = launchTemplate
  const refused = (why: string) => invalidParameter(why, { clusterName, nodegroupName })
  if ((id === undefined) === (name === undefined))
    throw refused('You must specify either the launch template ID or the launch template name, but not both.')
  try {
    const found = named(world.templates, { ...(id && { id }), ...(name && { name }) })
    return { id: found.id, name: found.name, version, image: found.data.ImageId }
  } catch (error) {
    throw refused(`Launch template details can't be found: ${String(error)}`)
  }
}

function nodegroupOf(world: EksWorld, { clusterName, nodegroupName }: { clusterName: string; nodegroupName: string }) {
  const cluster = clusterNamed(world, clusterName)
  const group = cluster.nodegroups.get(nodegroupName)
  if (!group) throw notFound(`No node group found for name: ${nodegroupName}.`, { clusterName, nodegroupName })
  return { cluster, group }
}

/** ACTIVE with its nodes up, or CREATE_FAILED with the reason as a health issue. */
async function start(world: EksWorld, cluster: EksCluster, group: EksNodegroup): Promise<void> {
  const { described } = group
  if (described.status !== 'CREATING') return // deleted meanwhile
  const issue = world.faults.issueOf('node group', group.name)
  if (issue) return ill(group, 'CREATE_FAILED', issue)
  try {
    await setNodes(world, cluster, group, described.scalingConfig?.desiredSize ?? 0)
  } catch (error) {
    return ill(group, 'CREATE_FAILED', { code: 'NodeCreationFailure', message: String(error) })
  }
  if ((described.status as string) !== 'CREATING') return // it may have changed while the nodes came
  const missing = world.faults.issueOf('nodes of', group.name)
  if (missing) return ill(group, 'DEGRADED', missing)
  described.status = 'ACTIVE'
}

function ill(
  { name, described }: EksNodegroup,
  status: NonNullable<Nodegroup['status']>,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  described.status = status
  // A fault may name any code; the SDK takes codes that it does not know as they are.
  described.health = { issues: [{ code: code as NodegroupIssueCode, message, resourceIds: [name] }] }
}

/** Its Auto Scaling group goes on asking for the nodes that it lacks. */
function mendedByItself({ faults }: EksWorld, { name, described }: EksNodegroup): void {
  if (described.status !== 'DEGRADED' || faults.issueOf('nodes of', name)) return
  described.status = 'ACTIVE'
  described.health = { issues: [] }
}

/** The nodes go first, as pods are drained; the group is gone when its time is over. */
async function stop(world: EksWorld, cluster: EksCluster, group: EksNodegroup): Promise<void> {
  try {
    await setNodes(world, cluster, group, 0)
  } catch (error) {
    return ill(group, 'DELETE_FAILED', { code: 'NodeTerminationFailure', message: String(error) })
  }
  world.later.after(world.times.deletionMs, () => {
    const issue = world.faults.issueOf('deletion of', group.name)
    if (issue) ill(group, 'DELETE_FAILED', issue)
    else cluster.nodegroups.delete(group.name)
  })
}

export const setNodes = (world: EksWorld, cluster: EksCluster, { name, described }: EksNodegroup, size: number) =>
  world.hooks.setNodes(cluster.name, name, size, described.labels ?? {})

/** With AWS's defaults. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
export function newNodegroup(world: EksWorld, cluster: EksCluster, input: Given<CreateNodegroupRequest>): EksNodegroup {
  const id = randomUUID()
  const name = input.nodegroupName
  const fromTemplate = input.launchTemplate !== undefined
  return {
    name,
    described: {
      nodegroupName: name,
      nodegroupArn: arnOf(world, 'nodegroup', cluster.name, name, id),
      clusterName: cluster.name,
      version: cluster.version,
      releaseVersion: input.releaseVersion ?? `${patchOf(cluster.version)}-20260815`,
      createdAt: new Date(),
      modifiedAt: new Date(),
      status: 'CREATING',
      capacityType: input.capacityType ?? 'ON_DEMAND',
      scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 2, ...input.scalingConfig },
      // What the launch template says comes back empty here.
      instanceTypes: input.instanceTypes ?? (fromTemplate ? undefined : ['t3.medium']),
      diskSize: input.diskSize ?? (fromTemplate ? undefined : 20),
      subnets: input.subnets,
      amiType: input.amiType ?? 'AL2023_x86_64_STANDARD',
      nodeRole: input.nodeRole,
      labels: input.labels,
      taints: input.taints,
      remoteAccess: input.remoteAccess,
      launchTemplate: input.launchTemplate,
      nodeRepairConfig: input.nodeRepairConfig,
      warmPoolConfig: input.warmPoolConfig,
      updateConfig: input.updateConfig ?? { maxUnavailable: 1 },
      resources: { autoScalingGroups: [{ name: `eks-${name}-${id}` }] },
      health: { issues: [] },
      tags: { ...input.tags },
    },
  }
}
