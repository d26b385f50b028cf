import { RUN } from '../domain/annotations.ts'
import { madeBy } from '../domain/copying.ts'
import { fencePolicy, HOME, home, OWN_LABELS } from '../domain/fence.ts'
import { wherePointer } from '../domain/where.ts'
import { contested } from './errors.ts'
import { proveAdopted, proven, undefinedWhereGone, type Deed, type Outside } from './outside.ts'
import { budgets, notYet } from './waiting.ts'

const OURS = Object.entries(OWN_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')

export const adoptionActions = (outside: Outside) => {
  const adoptCluster: Deed<'adoptCluster'> = async (call) => {
    const { cluster, identity, version } = call.input
    const { eks, cluster: open } = await proven(outside, call.scope)
    const found = await proveAdopted(eks, cluster, identity)
    if (found.version !== version)
      throw contested(
        `${cluster} runs ${found.version} by now, and what was approved is ${version}. Have whoever made it bring it to ${version}, or abort and start to ${found.version}`,
      )
    if (found.status !== 'ACTIVE') throw notYet(`${cluster} is ${found.status}`, budgets.cluster)
    const kubernetes = await open(cluster)
    const there = await kubernetes.find('Namespace', undefined, HOME)
    if (there?.metadata.deletionTimestamp !== undefined)
      throw notYet(`namespace ${HOME} of ${cluster} is still going from an earlier upgrade`, budgets.objects)
    // Marked, so that it is known on the way back whether it was there before.
    if (!there)
      await kubernetes.create({ ...home, metadata: { ...home.metadata, labels: { ...OWN_LABELS, [RUN]: call.run } } })
    return { note: `${cluster} is ${found.arn}, made ${found.createdAt}, at ${version}; it is left as it was made` }
  }

  const leaveCluster: Deed<'leaveCluster'> = async (call) => {
    const { cluster, identity } = call.input
    const { eks, cluster: open } = await proven(outside, call.scope)
    const found = await proveAdopted(eks, cluster, identity).catch(undefinedWhereGone)
    if (!found) return { note: `${cluster} is gone, or another one by now: nothing of it was touched` }
    const kubernetes = await open(cluster)
    const pointer = wherePointer.metadata
    await kubernetes.remove('ConfigMap', pointer.namespace, pointer.name)
    const fences = await kubernetes.list('ValidatingAdmissionPolicyBinding', { labels: OURS })
    // What others have deployed there, and may run on one side only, would start beside blue's.
    if (fences.length > 0)
      return {
        note: `${cluster} is left. What others deployed there may not run beside blue's, so it stays fenced; to lift that: kubectl delete validatingadmissionpolicybinding ${fences.map((f) => f.metadata.name).join(' ')}`,
      }
    await kubernetes.remove('ValidatingAdmissionPolicy', undefined, fencePolicy.metadata.name)
    const own = await kubernetes.find('Namespace', undefined, HOME)
    if (own && madeBy(own) === call.run) {
      if (own.metadata.deletionTimestamp === undefined)
        await kubernetes.remove('Namespace', undefined, HOME, own.metadata.uid)
      throw notYet(`namespace ${HOME} of ${cluster} is going`, budgets.objects)
    }
    return { note: `${cluster} is left as it was made` }
  }

  return { adoptCluster, leaveCluster }
}
