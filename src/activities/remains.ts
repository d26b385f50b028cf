import { ruleInWords } from '../domain/group-rules.ts'
import { goesByItself, remainsFindings, type Remains } from '../domain/remains.ts'
import { ebsOf } from '../domain/volumes.ts'
import type { Duration } from '../domain/duration.ts'
import { rulesNaming } from './group-rules.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { hasWaited, notYet, budgets } from './waiting.ts'

/** EKS lets go of network interfaces and its security group some minutes after the cluster. */
const LETS_GO: Duration = '10m'

export const remainsActions = (outside: Outside) => {
  const findRemains: Deed<'findRemains'> = async ({ input, scope }) => {
    const { cluster, prices } = input
    const world = await proven(outside, scope)
    const used = await volumesOnGreen(world)
    const found = (await world.remains.ofCluster(cluster)).filter((it) => it.kind !== 'volume' || !used.has(it.id))
    const all = await Promise.all(found.map((it) => withRules(world, it)))
    const going = all.filter(goesByItself)
    if (going.length > 0 && !hasWaited(LETS_GO))
      throw notYet(`AWS lets go of ${going.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`, budgets.cluster)
    const findings = remainsFindings(all, cluster, prices)
    return {
      note: all.length === 0 ? `nothing is left of ${cluster}` : `${all.length} things are left of ${cluster}`,
      ...(findings.length > 0 && { findings }),
    }
  }
  return { findRemains }
}

/** They carry the tags of the cluster that made them, and are green's by now. */
const volumesOnGreen = async (world: Proven): Promise<ReadonlySet<string>> =>
  new Set((await (await world.ifThere('green'))?.list('PersistentVolume'))?.flatMap((v) => ebsOf(v)?.id ?? []))

async function withRules({ network }: Proven, it: Remains): Promise<Remains> {
  if (it.kind !== 'security group') return it
  return { ...it, namedBy: (await rulesNaming(network, it.id)).map(ruleInWords) }
}
