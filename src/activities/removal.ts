import type { Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import { partInWords, removalsInWords, type Requested } from '../domain/ownership.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to end without: blue is empty, idle, and its owners' by then. */
const PATIENCE: Duration = '7d'

export const removalActions = (outside: Outside) => {
  const awaitRemoval: Deed<'awaitRemoval'> = async (call) => {
    const { cluster, identity, parts } = call.input
    const { eks } = await proven(outside, call.scope)
    const found = await eks.findCluster(cluster)
    if (!found) return { note: `${cluster} is gone` }
    if (found.arn !== identity.arn || found.createdAt !== identity.createdAt)
      return { note: `${cluster} is gone; what has its name was made ${found.createdAt}, and was left alone` }
    const there = await Promise.all(parts.map((part) => isThere(eks, cluster, part)))
    const left = parts.filter((_, n) => there[n])
    if (left.length === 0) return { note: `${few(parts.map((part) => partInWords(part, cluster)))} are gone` }
    throw notYet(
      `${few(left.map((part) => partInWords(part, cluster)))} ${left.length === 1 ? 'is' : 'are'} there yet${found.status === 'ACTIVE' ? '' : ` (the cluster is ${found.status})`}${found.deletionProtection ? ', and the deletion protection of the cluster is on' : ''}: ${removalsInWords(left, { cluster, region: call.scope.region })}`,
      PATIENCE,
    )
  }
  return { awaitRemoval }
}

const isThere = async (eks: EksPort, cluster: string, { kind, name }: Requested): Promise<boolean> =>
  kind === 'cluster' ||
  (kind === 'node group'
    ? (await eks.findNodegroup(cluster, name)) !== undefined
    : (await eks.findFargateProfile(cluster, name)) !== undefined)
