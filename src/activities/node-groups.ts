import { newNodegroup } from '../domain/clone.ts'
import { gone, made, type ClusterPart } from './cluster-parts.ts'
import { proveIdentity } from './clusters.ts'
import { notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'

export const nodeGroupActions = (outside: Outside) => {
  const createNodeGroup: Deed<'createNodeGroup'> = async (call) => {
    const { cluster, name, like, template } = call.input
    const { eks } = await proven(outside, call.scope)
    const { scalingConfig, arn, createdAt } = await made(call, await nodeGroup(eks, cluster, name), async () => {
      const blue = await eks.findNodegroup(like, name)
      if (!blue) throw notFound(`node group ${name} of ${like}, which is to be copied, is not there any more`)
      const wanted = newNodegroup(blue, { platform: call.scope.platform, run: call.run }, template)
      await eks.createNodegroup(cluster, { ...wanted, tags: { ...wanted.tags, ...tagsOf(call) } }, tokenOf(call))
    })
    return { note: `node group ${name} is ACTIVE with ${scalingConfig.desiredSize} nodes`, arn, createdAt }
  }

  const deleteNodeGroup: Deed<'deleteNodeGroup'> = async (call) => {
    const { cluster, name, identity } = call.input
    const { eks, removing } = await proven(outside, call.scope)
    const owner = await eks.findCluster(cluster)
    if (!owner) return { note: `node group ${name} of ${cluster} is gone` }
    const part = await nodeGroup(eks, cluster, name, removing(identity))
    if (part.found) proveIdentity(owner, identity, call.run)
    return gone(part)
  }

  return { createNodeGroup, deleteNodeGroup }
}

const nodeGroup = async (
  eks: EksPort,
  cluster: string,
  name: string,
  remover: Pick<EksPort, 'deleteNodegroup'> = eks,
) =>
  ({
    what: `node group ${name}`,
    cluster,
    found: await eks.findNodegroup(cluster, name),
    remove: () => remover.deleteNodegroup(cluster, name),
  }) satisfies ClusterPart
