import { RUN } from '../domain/annotations.ts'
import type { VolumeDescription } from '../domain/ec2-objects.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { WorkloadRef } from '../domain/platform.ts'
import {
  claimCopy,
  ebsOf,
  isFor,
  isForAnother,
  isRetained,
  reclaimed,
  volumeCopy,
  volumeNameOf,
  type Pair,
} from '../domain/volumes.ts'
import { failed } from './errors.ts'
import { hold, idOf, type Store } from './stores.ts'
import { budgets, notYet } from './waiting.ts'

/**
 * Gives a claim its volume on this side: makes what is missing, first the volume and then the claim, so that nothing
 * else is ever bound to either; and what stands in between is set right. Deletes nothing. Safe to repeat; the binding
 * itself comes a moment later.
 */
export async function bring(
  { cluster, name: where }: Store,
  { name, here, there }: Pair,
  described: ReadonlyMap<string, VolumeDescription>,
  run: string,
): Promise<void> {
  const source = there?.volume
  const volume = here?.volume ?? (source && (await copied()))
  const [lost] = [here, there].flatMap((store) => (store && volumeNameOf(store.claim)) ?? [])
  // A claim without a volume would get an empty one.
  if (!volume && lost !== undefined)
    throw failed(
      `claim ${name} is to get the volume ${lost} on ${where}, and no PersistentVolume of that name is left on either side. Make one for the EBS volume, kept for the claim, then retry`,
    )
  if (!here && there) return void (await cluster.create(claimCopy(onto(there.claim, volume), run)))
  if (!here) return
  const { namespace } = here.claim.metadata
  if (volumeNameOf(here.claim) === undefined && volume)
    // Not where it was bound to another meanwhile.
    await cluster.patch('PersistentVolumeClaim', namespace, name, {
      metadata: { resourceVersion: here.claim.metadata.resourceVersion },
      spec: { volumeName: volume.metadata.name },
    })
  if (volume && isForAnother(volume, here.claim))
    await cluster.patch('PersistentVolume', undefined, volume.metadata.name, reclaimed(volume))

  /** The volume for this side, made or found: from an earlier try, or from before its claim was removed. */
  async function copied(): Promise<KubernetesObject | undefined> {
    const ebs = source && ebsOf(source)
    const zone = ebs && described.get(ebs.id)?.zone
    if (!source || !ebs || zone === undefined) return undefined
    const wanted = (here && volumeNameOf(here.claim)) ?? source.metadata.name
    await cluster.create(volumeCopy(source, ebs, { name: wanted, zone, run }))
    const found = await cluster.find('PersistentVolume', undefined, wanted)
    if (found && ebsOf(found)?.id !== ebs.id)
      throw failed(`volume ${wanted} on ${where} is not ${ebs.id}. Remove it or rename it, then retry`)
    if (found) await hold({ cluster, name: where }, found)
    return found
  }
}

const onto = (claim: KubernetesObject, volume: KubernetesObject | undefined): KubernetesObject => ({
  ...claim,
  spec: { ...claim.spec, volumeName: volume?.metadata.name },
})

type Owns = (claim: string) => boolean

const copiesOf = async ({ cluster }: Store, { namespace }: WorkloadRef, owns: Owns, run: string) =>
  (await cluster.list('PersistentVolume', { labels: `${RUN}=${run}` })).filter((v) => isFor(v, namespace, owns))

/** Those whose volume this side was once given by this run. */
export async function copiesOn(
  side: Store,
  workload: WorkloadRef,
  owns: Owns,
  run: string,
  pairs: readonly Pair[],
): Promise<Pair[]> {
  const given = new Set((await copiesOf(side, workload, owns, run)).map(idOf))
  return pairs.filter(({ here }) => here?.volume && given.has(idOf(here.volume)))
}

/**
 * Removes the claims and volumes that this run made for a workload, and of what is on them nothing. A claim that somebody
 * else made goes too where such a volume is all that it has: the volume would not go before it.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
export async function clear(side: Store, workload: WorkloadRef, owns: Owns, run: string): Promise<void> {
  const { cluster, name: where } = side
  const { namespace } = workload
  const volumes = await copiesOf(side, workload, owns, run)
  const names = new Set<string | undefined>(volumes.map((v) => v.metadata.name))
  const loose = volumes.find((v) => !isRetained(v))
  if (loose)
    throw failed(
      `volume ${loose.metadata.name} on ${where} would take what is on it along. Set it to Retain, then retry`,
    )
  const claims = (await cluster.list('PersistentVolumeClaim', { namespace })).filter(
    (c) => owns(c.metadata.name) && (c.metadata.labels?.[RUN] === run || names.has(volumeNameOf(c))),
  )
  const going = [...claims, ...volumes]
  for (const { kind, metadata } of going) {
    if (metadata.deletionTimestamp === undefined)
      await cluster.remove(kind as 'PersistentVolume', metadata.namespace, metadata.name, metadata.uid)
  }
  if (going.length > 0)
    throw notYet(`${going.length} claims and volumes are going from ${where}`, budgets.volumes, '1s')
}
