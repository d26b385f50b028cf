import type { Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import { clusterTag, DISCOVERY_TAG, missingTags, tagsToAdd } from '../domain/network-tags.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { NetworkPort } from './ports.ts'
import { notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

export const networkTagActions = (outside: Outside) => {
  const awaitNetworkTags: Deed<'awaitNetworkTags'> = async (call) => {
    const { cluster, like } = call.input
    const { network } = await proven(outside, call.scope)
    const missing = missingTags(await network.tagged(clusterTag(like)), { blue: like, green: cluster })
    if (missing.length === 0) return { note: `whatever has ${clusterTag(like)} has ${clusterTag(cluster)} too` }
    const ids = missing.flatMap((it) => it.ids)
    throw notYet(`${few(ids)} lack ${clusterTag(cluster)}: ${tagsToAdd(missing, cluster)}`, PATIENCE)
  }
  return { awaitNetworkTags }
}

/** What names this cluster by its tags. */
export async function taggedFor(network: NetworkPort, cluster: string) {
  const [ofCluster, ofDiscovery] = await Promise.all([
    network.tagged(clusterTag(cluster)),
    network.tagged(DISCOVERY_TAG, cluster),
  ])
  return { ofCluster, ofDiscovery }
}
