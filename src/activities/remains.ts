import { each } from './few-at-a-time.ts'
import type { ClusterDescription, NodegroupDescription } from '../domain/eks-objects.ts'
import { clusterTag } from '../domain/network-tags.ts'
import {
  goesByItself,
  instancesLeft,
  isInUse,
  remainsFindings,
  tagFinding,
  type InUse,
  type Remains,
} from '../domain/remains.ts'
import { ebsOf } from '../domain/volumes.ts'
import type { Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import type { Identity, Scope, Side } from '../domain/platform.ts'
import { awaitGone } from './clusters.ts'
import { rulesNaming } from './group-rules.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { hasWaited, notYet, budgets } from './waiting.ts'

/** EKS lets go of network interfaces and its security group some minutes after the cluster. */
const LETS_GO: Duration = '10m'

export const remainsActions = (outside: Outside) => {
  const findRemains: Deed<'findRemains'> = async ({ input, scope }) => {
    const { cluster, identity, prices } = input
    const world = await proven(outside, scope)
    const there = await world.eks.findCluster(cluster)
    awaitGone(there)
    if (there) return { note: stays(there, identity) }
    // Of a green that was given up, what blue uses.
    const inUse = await usedOn(cluster === scope.green ? 'blue' : 'green', world, scope)
    const [carrying, running, tagged] = await Promise.all([
      world.remains.ofCluster(cluster),
      world.compute.running(),
      world.network.tagged(clusterTag(cluster)),
    ])
    const found = [...carrying, ...instancesLeft(running, cluster)].filter((it) => !isInUse(it, inUse))
    const all = await Promise.all(found.map((it) => withRules(world, it)))
    const going = all.filter(goesByItself)
    if (going.length > 0 && !hasWaited(LETS_GO))
      throw notYet(`AWS lets go of ${few(going.map(({ kind, id }) => `${kind} ${id}`))}`, budgets.cluster)
    const staying = tagged.filter(({ id }) => !all.some((it) => it.id === id))
    const findings = [
      ...remainsFindings(all, cluster, prices, identity === 'made-by-this-run'),
      ...tagFinding(staying, cluster),
    ]
    return {
      note:
        findings.length === 0 ? `nothing is left of ${cluster}` : `${findings.length} things are left of ${cluster}`,
      ...(findings.length > 0 && { findings }),
    }
  }
  return { findRemains }
}

/** What carries its name is its own, and no remains. */
const stays = ({ name, arn, createdAt }: ClusterDescription, identity: Identity | 'made-by-this-run'): string =>
  identity === 'made-by-this-run' || (arn === identity.arn && createdAt === identity.createdAt)
    ? `${name} is there, and stays with its owner: what it has in AWS was not looked for`
    : `another cluster has the name ${name} since ${createdAt}, so what is left of the one that is gone cannot be told from what that one has: it was not looked for`

async function usedOn(side: Side, world: Proven, scope: Pick<Scope, Side>): Promise<InUse> {
  const { eks } = world
  const name = scope[side]
  const [kubernetes, cluster] = await Promise.all([world.ifThere(side), eks.findCluster(name)])
  const names = cluster ? await eks.nodegroupNames(name) : []
  const volumes = (await kubernetes?.list('PersistentVolume')) ?? []
  const groups = await each(names, (group) => eks.findNodegroup(name, group))
  return {
    by: name,
    ids: new Set([
      ...volumes.flatMap((v) => ebsOf(v)?.id ?? []),
      ...(cluster?.resourcesVpcConfig.securityGroupIds ?? []),
      ...groups.flatMap((group) => templateOf(group) ?? []),
    ]),
  }
}

/** As a node group tells it: `lt-…:7`. */
const templateOf = (group: NodegroupDescription | undefined): string | undefined => group?.launchTemplate?.split(':')[0]

async function withRules({ network }: Proven, it: Remains): Promise<Remains> {
  if (it.kind !== 'security group') return it
  return { ...it, namedBy: await rulesNaming(network, it.id) }
}
