import { newNodegroup, RUN_TAG } from '../domain/clone.ts'
import { proveIdentity } from './clusters.ts'
import { contested, failed, notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { ATTEMPT_TAG, tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, remember, remembered } from './waiting.ts'

export const nodeGroupActions = (outside: Outside) => {
  const createNodeGroup: Deed<'createNodeGroup'> = async (call) => {
    const { cluster, name, like, template } = call.input
    const { eks } = await proven(outside, call.scope)
    const found = await eks.findNodegroup(cluster, name)
    if (!found) {
      const blue = await eks.findNodegroup(like, name)
      if (!blue) throw notFound(`node group ${name} of ${like}, which is to be copied, is not there any more`)
      const made = newNodegroup(blue, { platform: call.scope.platform, run: call.run }, template)
      await eks.createNodegroup(cluster, { ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`node group ${name} was just asked for`, budgets.nodegroup)
    }
    if (found.tags[RUN_TAG] !== call.run)
      throw contested(`node group ${name} of ${cluster} is there already, and this run did not make it`)
    if (found.status === 'ACTIVE')
      return {
        note: `node group ${name} is ACTIVE with ${found.scalingConfig.desiredSize} nodes`,
        arn: found.arn,
        createdAt: found.createdAt,
      }
    if (found.status !== 'CREATE_FAILED') throw notYet(`node group ${name} is ${found.status}`, budgets.nodegroup)
    if (Number(found.tags[ATTEMPT_TAG]) >= call.attempt)
      throw failed(`node group ${name} could not be made: ${found.healthIssues.join('; ') || 'EKS says no more'}`)
    await eks.deleteNodegroup(cluster, name)
    throw notYet(`node group ${name} failed in an earlier try and is deleted first`, budgets.nodegroup)
  }

  const deleteNodeGroup: Deed<'deleteNodeGroup'> = async (call) => {
    const { cluster, name, identity } = call.input
    const { eks } = await proven(outside, call.scope)
    const owner = await eks.findCluster(cluster)
    const found = owner && (await eks.findNodegroup(cluster, name))
    if (!owner || !found) return { note: `node group ${name} of ${cluster} is gone` }
    proveIdentity(owner, identity, call.run)
    // Told anew once by each try: what stood in its way may be gone.
    if (found.status === 'DELETE_FAILED' && remembered(false))
      throw failed(`node group ${name} could not be deleted: ${found.healthIssues.join('; ') || 'EKS says no more'}`)
    if (found.status !== 'DELETING' && found.status !== 'CREATING') {
      await eks.deleteNodegroup(cluster, name)
      remember(true)
    }
    throw notYet(
      `node group ${name} of ${cluster} is ${found.status === 'CREATING' ? 'CREATING, and is deleted once it is there' : 'DELETING'}`,
      budgets.nodegroup,
    )
  }

  return { createNodeGroup, deleteNodeGroup }
}
