import { RUN_TAG } from '../domain/clone.ts'
import { newFargateProfile } from '../domain/fargate.ts'
import { proveIdentity } from './clusters.ts'
import { contested, failed, notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { ATTEMPT_TAG, tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, remember, remembered } from './waiting.ts'

export const fargateActions = (outside: Outside) => {
  const createFargateProfile: Deed<'createFargateProfile'> = async (call) => {
    const { cluster, name, like } = call.input
    const { eks } = await proven(outside, call.scope)
    const found = await eks.findFargateProfile(cluster, name)
    if (!found) {
      const blue = await eks.findFargateProfile(like, name)
      if (!blue) throw notFound(`Fargate profile ${name} of ${like}, which is to be copied, is not there any more`)
      const made = newFargateProfile(blue, { platform: call.scope.platform, run: call.run })
      await eks.createFargateProfile(cluster, { ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`Fargate profile ${name} was just asked for`, budgets.nodegroup)
    }
    if (found.tags[RUN_TAG] !== call.run)
      throw contested(`Fargate profile ${name} of ${cluster} is there already, and this run did not make it`)
    if (found.status === 'ACTIVE') return { note: `Fargate profile ${name} is ACTIVE` }
    if (found.status !== 'CREATE_FAILED') throw notYet(`Fargate profile ${name} is ${found.status}`, budgets.nodegroup)
    if (Number(found.tags[ATTEMPT_TAG]) >= call.attempt)
      throw failed(`Fargate profile ${name} could not be made: ${found.healthIssues.join('; ') || 'EKS says no more'}`)
    await eks.deleteFargateProfile(cluster, name)
    throw notYet(`Fargate profile ${name} failed in an earlier try and is deleted first`, budgets.nodegroup)
  }

  const deleteFargateProfile: Deed<'deleteFargateProfile'> = async (call) => {
    const { cluster, name, identity } = call.input
    const { eks } = await proven(outside, call.scope)
    const owner = await eks.findCluster(cluster)
    const found = owner && (await eks.findFargateProfile(cluster, name))
    if (!owner || !found) return { note: `Fargate profile ${name} of ${cluster} is gone` }
    proveIdentity(owner, identity, call.run)
    // Told anew once by each try: what stood in its way may be gone.
    if (found.status === 'DELETE_FAILED' && remembered(false))
      throw failed(
        `Fargate profile ${name} could not be deleted: ${found.healthIssues.join('; ') || 'EKS says no more'}`,
      )
    if (found.status !== 'DELETING' && found.status !== 'CREATING') {
      await eks.deleteFargateProfile(cluster, name)
      remember(true)
    }
    throw notYet(
      `Fargate profile ${name} of ${cluster} is ${found.status === 'CREATING' ? 'CREATING, and is deleted once it is there' : 'DELETING'}`,
      budgets.nodegroup,
    )
  }

  return { createFargateProfile, deleteFargateProfile }
}
