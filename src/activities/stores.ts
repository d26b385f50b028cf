import type { VolumeDescription } from '../domain/ec2-objects.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import {
  attachedNode,
  attachedVolume,
  clash,
  ebsOf,
  isHeld,
  isRetained,
  ownsClaim,
  retaining,
  storesOf,
  volumeNameOf,
  type Pair,
  type Stored,
} from '../domain/volumes.ts'
import { failed, notFound, unsupported } from './errors.ts'
import { otherSide, type Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

/** The claims of one workload on one side, with their volumes. */
export interface Store {
  readonly cluster: KubernetesPort
  readonly name: string
  readonly stores: readonly Stored[]
}

interface Stores {
  readonly here: Store
  /** Undefined where the other cluster is gone. */
  readonly there: Store | undefined
  readonly owns: (claim: string) => boolean
}

/** Claims outlive their workload, so one that is on the other side only tells of both. */
export async function bothSides(world: Proven, scope: Scope, ref: WorkloadRef, on: Side): Promise<Stores> {
  const [here, there] = [await world.on(on), await world.ifThere(otherSide(on))]
  const { kind, namespace, name } = ref
  const found = [await here.find(kind, namespace, name), await there?.find(kind, namespace, name)]
  const workload = found.find((w) => w !== undefined)
  if (!workload) throw notFound(`${kind} ${namespace}/${name} is on neither side`)
  return {
    here: await storeOf(here, scope[on], workload),
    there: there && (await storeOf(there, scope[otherSide(on)], workload)),
    owns: ownsClaim(workload),
  }
}

async function storeOf(cluster: KubernetesPort, name: string, workload: KubernetesObject): Promise<Store> {
  const owns = ownsClaim(workload)
  const { namespace } = workload.metadata
  const all = await cluster.list('PersistentVolumeClaim', { ...(namespace !== undefined && { namespace }) })
  const claims = all.filter((c) => owns(c.metadata.name))
  const names = claims.flatMap((c) => volumeNameOf(c) ?? [])
  const volumes = await Promise.all(names.map((n) => cluster.find('PersistentVolume', undefined, n)))
  return {
    cluster,
    name,
    stores: storesOf(
      workload,
      claims,
      volumes.filter((v) => v !== undefined),
    ),
  }
}

/** The volumes of a side. Throws `unsupported` where one is no EBS volume. */
export const ebsVolumes = ({ stores, name }: Store): KubernetesObject[] =>
  stores.flatMap(({ claim, volume }) => {
    if (volume && !ebsOf(volume))
      throw unsupported(`the volume of claim ${claim.metadata.name} on ${name} is none of EBS, and cannot be moved`)
    return volume ?? []
  })

/** `vol-…`; only of those that `ebsVolumes` gave. */
export const idOf = (volume: KubernetesObject): string => ebsOf(volume)?.id ?? ''

/** Writes that the volume stays, where it does not say so yet. */
export async function hold(
  { cluster, name }: Pick<Store, 'cluster' | 'name'>,
  volume: KubernetesObject,
): Promise<void> {
  if (isHeld(volume) && isRetained(volume)) return
  const read = await cluster.patch('PersistentVolume', undefined, volume.metadata.name, retaining(volume))
  if (!isRetained(read))
    throw notYet(`volume ${read.metadata.name} on ${name} is not retained yet`, budgets.objects, '1s')
}

export async function attachmentsOf(
  { cluster }: Store,
  volumes: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  if (volumes.length === 0) return []
  const names = new Set(volumes.map((v) => v.metadata.name))
  return (await cluster.list('VolumeAttachment')).filter((a) => names.has(attachedVolume(a)))
}

/**
 * On no instance, as EC2 tells, but for those that are attached here already (by name).
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-describing-volumes.html
 */
export async function proveAvailable(
  { blockStorage }: Proven,
  volumes: readonly KubernetesObject[],
  here: ReadonlySet<string>,
): Promise<ReadonlyMap<string, VolumeDescription>> {
  if (volumes.length === 0) return new Map()
  const described = new Map((await blockStorage.volumes(volumes.map(idOf))).map((v) => [v.id, v]))
  for (const volume of volumes) {
    const id = idOf(volume)
    const found = described.get(id)
    if (!found) throw failed(`EC2 has no volume ${id} (${volume.metadata.name}): what was on it is gone`)
    if (found.state !== 'available' && !here.has(volume.metadata.name))
      throw notYet(`volume ${id} is ${found.state}${onto(found)}, not available`, budgets.volumes, '1s')
  }
  return described
}

const onto = ({ instances }: VolumeDescription): string => (instances.length > 0 ? ` on ${instances.join(', ')}` : '')

/** Throws `notYet` while one is on a node of this side. */
export async function proveUnattached(side: Store, volumes = ebsVolumes(side)): Promise<void> {
  const attached = await attachmentsOf(side, volumes)
  const [first] = attached
  if (!first) return
  throw notYet(
    `${attached.length} volumes are attached on ${side.name}: ${attachedVolume(first)} to ${attachedNode(first)}`,
    budgets.volumes,
    '1s',
  )
}

/** Which of two is right, nobody but people can tell. */
export function refuseClashes(pairs: readonly Pair[], here: Store, there: Store): void {
  for (const pair of pairs.filter(clash))
    throw failed(
      `claim ${pair.name} has ${volumeIn(pair.here)} on ${here.name} and ${volumeIn(pair.there)} on ${there.name}, and which of them counts cannot be told. Remove the claim that is wrong, then retry`,
    )
}
const volumeIn = (store: Pair['here']): string => (store?.volume ? idOf(store.volume) : 'nothing')
