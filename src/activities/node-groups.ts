import { newNodegroup } from '../domain/clone.ts'
import { gone, made, refuseWhileChanged, type ClusterPart } from './cluster-parts.ts'
import { proveIdentity } from './clusters.ts'
import { heldUpIn } from './draining.ts'
import { notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'

export const nodeGroupActions = (outside: Outside) => {
  const createNodeGroup: Deed<'createNodeGroup'> = async (call) => {
    const { cluster, name, like, template, amiType } = call.input
    const { eks } = await proven(outside, call.scope)
    const { scalingConfig, arn, createdAt } = await made(call, await nodeGroup(eks, cluster, name), async () => {
      const blue = await eks.findNodegroup(like, name)
      if (!blue) throw notFound(`node group ${name} of ${like}, which is to be copied, is not there any more`)
      const [old, green] = await Promise.all([eks.findCluster(like), eks.findCluster(cluster)])
      if (!old || !green) throw notFound(`cluster ${old ? cluster : like} is not there`)
      refuseWhileChanged(green, `node group ${name}`)
      const clusters = { blue: old, green }
      const wanted = newNodegroup(blue, { ...call.scope, run: call.run }, { template, amiType, clusters })
      await eks.createNodegroup(cluster, { ...wanted, tags: { ...wanted.tags, ...tagsOf(call) } }, tokenOf(call))
    })
    return { note: `node group ${name} is ACTIVE with ${scalingConfig.desiredSize} nodes`, arn, createdAt }
  }

  const deleteNodeGroup: Deed<'deleteNodeGroup'> = async (call) => {
    const { cluster, name, identity } = call.input
    const { eks, cluster: open, removing } = await proven(outside, call.scope)
    const owner = await eks.findCluster(cluster)
    if (!owner) return { note: `node group ${name} of ${cluster} is gone` }
    const part = await nodeGroup(eks, cluster, name, removing(identity))
    if (part.found) proveIdentity(owner, identity, call.run)
    const drains = ['DELETING', 'DELETE_FAILED'].includes(part.found?.status ?? '') && owner.status === 'ACTIVE'
    // Whoever cannot say what holds it up does not hold it up longer.
    return gone({
      ...part,
      ...(drains && {
        heldUp: await open(cluster)
          .then((k) => heldUpIn(k, name))
          .catch(() => ''),
      }),
    })
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
    again: () => eks.findNodegroup(cluster, name),
    remove: () => remover.deleteNodegroup(cluster, name),
  }) satisfies ClusterPart
