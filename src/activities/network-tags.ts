import { each } from './few-at-a-time.ts'
import type { Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { askedAbout, clusterTag, DISCOVERY_TAG, missingTags, tagsToAdd } from '../domain/network-tags.ts'
import { wholeOf } from '../domain/readable.ts'
import { notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort, NetworkPort } from './ports.ts'
import { notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

export const networkTagActions = (outside: Outside) => {
  const awaitNetworkTags: Deed<'awaitNetworkTags'> = async (call) => {
    const { cluster, like } = call.input
    const { eks, network } = await proven(outside, call.scope)
    const own = call.scope.adopted && (await networkNow(eks, cluster))
    const tagged = askedAbout(await network.tagged(clusterTag(like)), own)
    const missing = missingTags(tagged, { blue: like, green: cluster })
    if (missing.length === 0) return { note: `whatever has ${clusterTag(like)} has ${clusterTag(cluster)} too` }
    const ids = missing.flatMap((it) => it.ids)
    throw notYet(
      `${few(ids)} lack ${clusterTag(cluster)}: ${tagsToAdd(missing, cluster, wholeOf(call.scope.platform))}`,
      PATIENCE,
    )
  }
  return { awaitNetworkTags }
}

async function networkNow(eks: EksPort, name: string): Promise<ReadonlySet<string>> {
  const [cluster, groups, fargateProfiles] = await Promise.all([
    eks.findCluster(name),
    eks.nodegroupNames(name),
    eks.fargateProfileNames(name),
  ])
  if (!cluster) throw notFound(`cluster ${name} is not there`)
  const [nodegroups, profiles] = await Promise.all([
    each(groups, (group) => eks.findNodegroup(name, group)),
    each(fargateProfiles, (profile) => eks.findFargateProfile(name, profile)),
  ])
  return networkOf({
    cluster,
    nodegroups: nodegroups.filter((it) => it !== undefined),
    fargateProfiles: profiles.filter((it) => it !== undefined),
  })
}

/** Subnets and security groups that a cluster and its parts are in. */
export const networkOf = ({
  cluster: { resourcesVpcConfig },
  nodegroups,
  fargateProfiles,
}: Pick<BlueFacts, 'cluster' | 'nodegroups' | 'fargateProfiles'>): ReadonlySet<string> =>
  new Set([
    ...resourcesVpcConfig.subnetIds,
    ...resourcesVpcConfig.securityGroupIds,
    ...[...nodegroups, ...fargateProfiles].flatMap((part) => part.subnets),
  ])

/** What names this cluster by its tags; with `own`, of a green that others made, what green is asked about. */
export async function taggedFor(network: NetworkPort, cluster: string, own?: ReadonlySet<string>) {
  const [ofCluster, ofDiscovery] = await Promise.all([
    network.tagged(clusterTag(cluster)),
    network.tagged(DISCOVERY_TAG, cluster),
  ])
  return { ofCluster: askedAbout(ofCluster, own), ofDiscovery }
}
