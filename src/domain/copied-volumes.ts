import { COPY_OF } from './annotations.ts'
import type { NewVolume, SnapshotDescription, VolumeDescription } from './ec2-objects.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { workloadName, type Scope, type WorkloadRef } from './platform.ts'
import { ebsOf, type Stored } from './volumes.ts'

/** Volumes that are copied to green by snapshots: each side has its own from then on, and what it writes is its own. */

type Tags = Readonly<Record<string, string>>

/** On a snapshot and on the volume that is made from it: whose it is. */
export const WORKLOAD_TAG = 'norikae.io/workload'
/** On a volume: the cluster that wrote on it before it was taken back. It is nobody's to delete but people's. */
export const KEPT_TAG = 'norikae.io/kept'
/** On snapshots and volumes: the run of the cutover that made them. Another one's may be older than what was written since. */
export const ASKER_TAG = 'norikae.io/asker'

/** Made by another cutover of the app than `asker`. */
export const isEarlierCopy = ({ tags }: { readonly tags: Tags }, asker: string): boolean => tags[ASKER_TAG] !== asker

export const copyTags = (volume: string, workload: WorkloadRef): Tags => ({
  [WORKLOAD_TAG]: workloadName(workload),
  [COPY_OF]: volume,
})

/**
 * The volume that is to be like this one, on the other cluster: with the tags by which its driver, IAM policies and bills
 * know it, and as the other cluster's where it is marked as this one's.
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
 */
export function copyLike(
  { zone, type, iops, throughput, tags }: VolumeDescription,
  { snapshot, from, to, own }: { readonly snapshot: string; readonly from: string; readonly to: string; own: Tags },
): NewVolume {
  const carried = Object.entries(tags).flatMap(([key, value]): [string, string][] => {
    if (/^(aws:|norikae\.io\/)/.test(key)) return []
    return [[key === `kubernetes.io/cluster/${from}` ? `kubernetes.io/cluster/${to}` : key, value]]
  })
  return {
    snapshot,
    zone,
    type,
    // Told of every type, and taken of these only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
    ...(['gp3', 'io1', 'io2'].includes(type) && iops !== undefined && { iops }),
    ...(type === 'gp3' && throughput !== undefined && { throughput }),
    tags: { ...Object.fromEntries(carried), ...own },
  }
}

/** The copy of a volume of this id, among what was made for its workload. */
export const copyAmong = (made: readonly VolumeDescription[], id: string): VolumeDescription | undefined =>
  made.find(({ tags }) => tags[COPY_OF] === id)

/** What green wrote on. */
export const isKept = ({ tags }: VolumeDescription): boolean => tags[KEPT_TAG] !== undefined

/** How far snapshots are, those that are not told of yet among them; undefined where all are complete. */
export function snapshotsWaitedFor(
  wanted: readonly string[],
  told: readonly SnapshotDescription[],
): string | undefined {
  const waiting = wanted.flatMap((id) => {
    const found = told.find((s) => s.id === id)
    return found?.state === 'completed' ? [] : `${id} ${found?.progress ?? ''}`.trim()
  })
  return waiting.length === 0 ? undefined : waiting.join(', ')
}

/** A claim and its volume as they are to be on the other side: on the copy of what they are on here. */
export function onCopy({ claim, volume }: Stored, copies: ReadonlyMap<string, VolumeDescription>): Stored {
  const ebs = volume && ebsOf(volume)
  const copy = ebs && copies.get(ebs.id)
  if (!volume || !ebs || !copy) return { claim, volume }
  const { awsElasticBlockStore: _, ...spec } = volume.spec ?? {}
  const annotations = { ...volume.metadata.annotations, [COPY_OF]: ebs.id }
  return {
    claim,
    volume: {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: { ...spec, csi: { ...ebs.source, volumeHandle: copy.id } },
    },
  }
}

/** The volume of which this run has made this one's; undefined: it is no copy. */
export const copiedFrom = ({ metadata }: KubernetesObject): string | undefined => metadata.annotations?.[COPY_OF]

/** For people who look at a bill. */
export const snapshotDescription = ({ platform, blue, green }: Scope, workload: WorkloadRef): string =>
  `norikae ${platform}: ${workloadName(workload)} from ${blue} to ${green}`
