import { newCluster, RUN_TAG } from '../domain/clone.ts'
import type { Duration } from '../domain/duration.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { Identity } from '../domain/platform.ts'
import { contested, denied, failed, isDenied, notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { ATTEMPT_TAG, tagsOf, tokenOf } from './tokens.ts'
import { budgets, hasWaited, notYet, onceKnown } from './waiting.ts'

export const clusterActions = (outside: Outside) => {
  const createCluster: Deed<'createCluster'> = async (call) => {
    const { cluster, like, version } = call.input
    const { eks } = await proven(outside, call.scope)
    const found = await eks.findCluster(cluster)
    if (!found) {
      const blue = await eks.findCluster(like)
      if (!blue) throw notFound(`cluster ${like}, which ${cluster} is to be like, is not there`)
      const made = newCluster(blue, { name: cluster, version }, { ...call.scope, run: call.run })
      await eks.createCluster({ ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`${cluster} was just asked for`, budgets.cluster)
    }
    if (found.tags[RUN_TAG] !== call.run)
      throw contested(
        `cluster ${cluster} is there already, and this run did not make it. Delete it or choose another version, then retry`,
      )
    if (found.status === 'ACTIVE')
      return { note: `${cluster} is ACTIVE (${found.version})`, arn: found.arn, createdAt: found.createdAt }
    if (found.status !== 'FAILED') throw notYet(`${cluster} is ${found.status}`, budgets.cluster)
    if (Number(found.tags[ATTEMPT_TAG]) >= call.attempt)
      throw failed(`${cluster} is FAILED: ${found.healthIssues.join('; ') || 'EKS says no more'}`)
    await eks.deleteCluster(cluster)
    throw notYet(`${cluster} failed in an earlier try and is deleted first`, budgets.cluster)
  }

  const deleteCluster: Deed<'deleteCluster'> = async (call) => {
    const { cluster, identity } = call.input
    const { eks, removing } = await proven(outside, call.scope)
    const found = await eks.findCluster(cluster)
    if (!found) return { note: `${cluster} is gone` }
    proveIdentity(found, identity, call.run)
    if (found.status === 'DELETING' || found.status === 'CREATING')
      throw notYet(`${cluster} is ${found.status}`, budgets.cluster)
    const left = await nodeGroupsLeft(eks, cluster)
    if (left.length > 0)
      throw failed(`${cluster} still has the node groups ${left.join(', ')}; delete them, then retry`)
    if (found.status === 'UPDATING') throw notYet(`${cluster} is UPDATING`, budgets.cluster)
    const busy = (await onceKnown(`cluster ${cluster}`, budgets.cluster, () => eks.identityProviders(cluster))).find(
      (p) => p.status !== 'ACTIVE',
    )
    if (busy) throw notYet(`identity provider ${busy.name} of ${cluster} is ${busy.status}`, budgets.cluster)
    // It protects what is ACTIVE; what never came up can go as it is.
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
    if (found.deletionProtection && found.status === 'ACTIVE') {
      await unlessGone(eks, cluster, () =>
        removing(identity).setDeletionProtection(cluster, false, tokenOf(call, 'protection')),
      )
      throw notYet(`the deletion protection of ${cluster} is being lifted`, budgets.cluster)
    }
    await unlessGone(eks, cluster, () => removing(identity).deleteCluster(cluster))
    throw notYet(`${cluster} was just told to go`, budgets.cluster)
  }

  return { createCluster, deleteCluster }
}

/** IAM, which goes by its tags, denies what is asked of a cluster that is gone and was told as there. */
async function unlessGone(eks: EksPort, cluster: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDenied(error)) throw error
    const there = await eks.findCluster(cluster)
    if (there && there.status !== 'DELETING') throw error
    throw notYet(`${cluster} is going`, budgets.cluster)
  }
}

/** Those that stay. Lists tell of one that is gone a little longer, and so is one that goes waited for. */
async function nodeGroupsLeft(eks: EksPort, cluster: string): Promise<string[]> {
  const names = await onceKnown(`cluster ${cluster}`, budgets.cluster, () => eks.nodegroupNames(cluster))
  const all = await Promise.all(names.map(async (name) => ({ name, found: await eks.findNodegroup(cluster, name) })))
  const going = all.find(({ found }) => found === undefined || found.status === 'DELETING')
  if (going) throw notYet(`node group ${going.name} of ${cluster} is going`, budgets.nodegroup)
  return all.map(({ name }) => name)
}

/** So long it is waited for, and no longer: people may have gone on without the removal of it. */
const GOES_WITHIN: Duration = '5m'

/** What a cluster leaves behind is looked at once it is gone: EKS may tell for a little longer that it goes. */
export function awaitGone(found: ClusterDescription | undefined): void {
  if (found?.status === 'DELETING' && !hasWaited(GOES_WITHIN))
    throw notYet(`${found.name} is DELETING`, budgets.cluster)
}

/** Principle 10: what is destroyed is what was meant, by ARN and creation time, or by this run's own tag. */
export function proveIdentity(found: ClusterDescription, identity: Identity | 'made-by-this-run', run: string): void {
  if (identity === 'made-by-this-run') {
    if (found.tags[RUN_TAG] === run) return
    throw denied(
      `cluster ${found.name} was not made by this run (its tag ${RUN_TAG} says ${found.tags[RUN_TAG] ?? 'nothing'}). It was left alone`,
    )
  }
  if (found.arn === identity.arn && found.createdAt === identity.createdAt) return
  throw denied(
    `cluster ${found.name} is ${found.arn}, made ${found.createdAt}; what was approved is ${identity.arn}, made ${identity.createdAt}. It was left alone`,
  )
}
