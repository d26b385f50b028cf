import { each } from './few-at-a-time.ts'
import { newCluster, RUN_TAG } from '../domain/clone.ts'
import type { Duration } from '../domain/duration.ts'
import { issuesInWords } from '../domain/eks-issues.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import { identityFault } from '../domain/idle-target.ts'
import type { Identity } from '../domain/platform.ts'
import { contested, denied, failed, notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { ATTEMPT_TAG, tagsOf, tokenOf } from './tokens.ts'
import { budgets, hasWaited, isGoing, notYet, onceKnown, unlessGone } from './waiting.ts'

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
      throw failed(`${cluster} is FAILED: ${issuesInWords('cluster', found.healthIssues)}`)
    await unlessGone(
      cluster,
      budgets.cluster,
      async () => isGoing(await eks.findCluster(cluster)),
      () => eks.deleteCluster(cluster),
    )
    throw notYet(`${cluster} failed in an earlier try and is deleted first`, budgets.cluster)
  }

  const deleteCluster: Deed<'deleteCluster'> = async (call) => {
    const { cluster, identity } = call.input
    const { eks, removing } = await proven(outside, call.scope)
    const found = await eks.findCluster(cluster)
    if (!found) return { note: `${cluster} is gone` }
    proveIdentity(found, identity, call.run)
    const goes = async () => isGoing(await eks.findCluster(cluster))
    if (found.status === 'DELETING' || found.status === 'CREATING')
      throw notYet(`${cluster} is ${found.status}`, budgets.cluster)
    await refuseParts(eks, cluster)
    if (found.status === 'UPDATING') throw notYet(`${cluster} is UPDATING`, budgets.cluster)
    const busy = (await onceKnown(`cluster ${cluster}`, budgets.cluster, () => eks.identityProviders(cluster))).find(
      (p) => p.status !== 'ACTIVE',
    )
    if (busy) throw notYet(`identity provider ${busy.name} of ${cluster} is ${busy.status}`, budgets.cluster)
    // It protects what is ACTIVE; what never came up can go as it is.
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
    if (found.deletionProtection && found.status === 'ACTIVE') {
      await unlessGone(cluster, budgets.cluster, goes, () =>
        removing(identity).setDeletionProtection(cluster, false, tokenOf(call, 'protection')),
      )
      throw notYet(`the deletion protection of ${cluster} is being lifted`, budgets.cluster)
    }
    await unlessGone(cluster, budgets.cluster, goes, () => removing(identity).deleteCluster(cluster))
    throw notYet(`${cluster} was just told to go`, budgets.cluster)
  }

  return { createCluster, deleteCluster }
}

/**
 * EKS deletes no cluster that has any. Those that stay are told before any that goes is waited for; lists tell of one that is
 * gone a little longer.
 */
async function refuseParts(eks: EksPort, cluster: string): Promise<void> {
  const [groups, fargateProfiles] = await onceKnown(`cluster ${cluster}`, budgets.cluster, () =>
    Promise.all([eks.nodegroupNames(cluster), eks.fargateProfileNames(cluster)]),
  )
  const all = [
    { what: 'node group', parts: await looked(groups, (name) => eks.findNodegroup(cluster, name)) },
    { what: 'Fargate profile', parts: await looked(fargateProfiles, (name) => eks.findFargateProfile(cluster, name)) },
  ]
  const left = all.flatMap(({ what, parts }) => {
    const names = parts.filter((p) => !p.goes).map((p) => p.name)
    return names.length === 0 ? [] : [`the ${what}s ${names.join(', ')}`]
  })
  if (left.length > 0) throw failed(`${cluster} still has ${left.join(' and ')}; delete them, then retry`)
  const [going] = all.flatMap(({ what, parts }) => parts.map(({ name }) => `${what} ${name}`))
  if (going !== undefined) throw notYet(`${going} of ${cluster} is going`, budgets.nodegroup)
}

const looked = (names: readonly string[], find: (name: string) => Promise<{ readonly status: string } | undefined>) =>
  each(names, async (name) => {
    const found = await find(name)
    return { name, goes: isGoing(found) }
  })

/** So long it is waited for, and no longer: people may have gone on without the removal of it. */
const GOES_WITHIN: Duration = '5m'

/** What a cluster leaves behind is looked at once it is gone: EKS may tell for a little longer that it goes. */
export function awaitGone(found: ClusterDescription | undefined): void {
  if (found?.status === 'DELETING' && !hasWaited(GOES_WITHIN))
    throw notYet(`${found.name} is DELETING`, budgets.cluster)
}

/** Throws `denied` where it is not what was meant. */
export function proveIdentity(found: ClusterDescription, identity: Identity | 'made-by-this-run', run: string): void {
  const fault = identityFault(found, identity, run)
  if (fault !== undefined) throw denied(`${fault}. It was left alone`)
}
