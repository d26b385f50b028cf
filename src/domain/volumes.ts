import { COPY_OF, RECLAIM_POLICY, RUN } from './annotations.ts'
import { list, record, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/**
 * Volumes that change clusters: the EBS volume itself stays what it is, and each cluster has a PersistentVolume and a
 * claim for it. Which volumes are a workload's, what stands in their way, and how they look on the other side.
 */

/** A claim of a workload and the volume that it is bound to; undefined where it is not bound yet, or its volume is gone. */
export interface Stored {
  readonly claim: KubernetesObject
  readonly volume: KubernetesObject | undefined
}

/**
 * Is a claim of this name one of the workload's? Those that its pods name, and those of its templates: also of ordinals
 * above its present size, which come back when it is scaled up.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
 */
export function ownsClaim(workload: KubernetesObject): (claim: string) => boolean {
  const named = new Set(claimsNamed(workload))
  const prefixes = list(workload.spec?.['volumeClaimTemplates']).map(
    (t) => `${text(record(record(t)['metadata'])['name'])}-${workload.metadata.name}-`,
  )
  return (claim) => named.has(claim) || prefixes.some((p) => claim.startsWith(p) && /^\d+$/.test(claim.slice(p.length)))
}

const claimsNamed = (workload: KubernetesObject): string[] =>
  list(podSpecOf(workload)['volumes']).flatMap((volume) => {
    const { claimName } = record(record(volume)['persistentVolumeClaim'])
    return typeof claimName === 'string' ? [claimName] : []
  })

/** Its claims among those of its namespace, in name order. */
export function storesOf(
  workload: KubernetesObject,
  claims: readonly KubernetesObject[],
  volumes: readonly KubernetesObject[],
): Stored[] {
  const owns = ownsClaim(workload)
  return claims
    .filter((c) => c.metadata.namespace === workload.metadata.namespace && owns(c.metadata.name))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((claim) => ({ claim, volume: volumes.find((v) => v.metadata.name === volumeNameOf(claim)) }))
}

export const volumeNameOf = ({ spec = {} }: KubernetesObject): string | undefined =>
  typeof spec['volumeName'] === 'string' && spec['volumeName'] !== '' ? spec['volumeName'] : undefined

/** Bound to each other, and not to somebody of the same name from before. */
export const isBound = (claim: KubernetesObject, volume: KubernetesObject | undefined): boolean =>
  claim.status?.['phase'] === 'Bound' &&
  volumeNameOf(claim) === volume?.metadata.name &&
  record(volume?.spec?.['claimRef'])['uid'] === claim.metadata.uid

/** The driver that EKS offers as an add-on; that of Auto Mode attaches nothing that another cluster made. */
export const DRIVER = 'ebs.csi.aws.com'

export interface Ebs {
  /** `vol-…` */
  readonly id: string
  readonly source: Fields
}

/**
 * The EBS volume behind a PersistentVolume, and how the driver is told of it; undefined: none that can be attached
 * elsewhere. What Kubernetes itself once provisioned is served by the same driver.
 * https://kubernetes.io/docs/concepts/storage/volumes/#awselasticblockstore
 */
export function ebsOf({ spec = {} }: KubernetesObject): Ebs | undefined {
  const csi = record(spec['csi'])
  if (csi['driver'] === DRIVER) {
    const attributes = Object.entries(record(csi['volumeAttributes'])).filter(
      ([key]) => !key.includes('csiProvisioner'),
    )
    const { volumeAttributes: _, ...source } = csi
    return {
      id: text(csi['volumeHandle']),
      source: { ...source, ...(attributes.length > 0 && { volumeAttributes: Object.fromEntries(attributes) }) },
    }
  }
  const old = record(spec['awsElasticBlockStore'])
  // `aws://ap-northeast-1a/vol-…`, or the id alone.
  const [id] = /vol-\w+$/.exec(text(old['volumeID'])) ?? []
  if (id === undefined || old['partition'] !== undefined) return undefined
  return {
    id,
    source: {
      driver: DRIVER,
      volumeHandle: id,
      fsType: text(old['fsType']) || 'ext4',
      ...(old['readOnly'] === true && { readOnly: true }),
    },
  }
}

export interface Pair {
  readonly name: string
  readonly here: Stored | undefined
  readonly there: Stored | undefined
}

/** The claims of one side beside those of the other, by name. */
export function paired(here: readonly Stored[], there: readonly Stored[]): Pair[] {
  const names = new Set([...here, ...there].map(({ claim }) => claim.metadata.name))
  const of = (stores: readonly Stored[], name: string) => stores.find(({ claim }) => claim.metadata.name === name)
  return [...names].toSorted().map((name) => ({ name, here: of(here, name), there: of(there, name) }))
}

/** Both have one, and not the same: which of them is right, nobody but people can tell. */
export const clash = ({ here, there }: Pair): boolean =>
  here?.volume !== undefined && there?.volume !== undefined && ebsOf(here.volume)?.id !== ebsOf(there.volume)?.id

/** The volume that this claim is to have here: its own, or that of the other side. */
export const volumeFor = ({ here, there }: Pair): KubernetesObject | undefined => here?.volume ?? there?.volume

/** Why a workload's volumes can neither be handed over nor copied; nothing where they can. `others`: the rest of its namespace. */
export function volumeFaults(
  workload: KubernetesObject,
  stores: readonly Stored[],
  others: readonly KubernetesObject[],
): string[] {
  const { whenScaled } = record(workload.spec?.['persistentVolumeClaimRetentionPolicy'])
  const owns = ownsClaim(workload)
  const sharers = others.flatMap((o) =>
    o.metadata.name === workload.metadata.name && o.kind === workload.kind
      ? []
      : claimsNamed(o)
          .filter(owns)
          .map((claim) => `${o.kind} ${o.metadata.name} mounts its claim ${claim} too`),
  )
  return [
    ...(whenScaled === 'Delete'
      ? ['its claims are deleted when it is scaled down (persistentVolumeClaimRetentionPolicy.whenScaled)']
      : []),
    ...sharers,
    ...stores.flatMap(({ claim, volume }) => {
      const name = volumeNameOf(claim)
      if (name === undefined) return []
      if (!volume) return [`claim ${claim.metadata.name} names the volume ${name}, which is not there`]
      if (ebsOf(volume)) return []
      const driver = text(record(volume.spec?.['csi'])['driver']) || 'no CSI driver'
      return [`claim ${claim.metadata.name} is on a volume of ${driver}; only those of ${DRIVER} move (Unsupported)`]
    }),
  ]
}

export const isRetained = ({ spec = {} }: KubernetesObject): boolean =>
  spec['persistentVolumeReclaimPolicy'] === 'Retain'

/**
 * Is it deleted with its claim, or was that deleted already? By a driver only: what people made by hand stays until they
 * delete it. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#phase
 */
export const goesWithItsClaim = (volume: KubernetesObject): boolean =>
  volume.spec?.['persistentVolumeReclaimPolicy'] === 'Delete' &&
  volume.metadata.annotations?.[PROVISIONED_BY] !== undefined &&
  ['Bound', 'Released', 'Failed'].includes(text(volume.status?.['phase']))

/** Was it put under Norikae's care, here or by the copy of it? Its former policy is then noted on it. */
export const isHeld = ({ metadata }: KubernetesObject): boolean => metadata.annotations?.[RECLAIM_POLICY] !== undefined

/** What becomes of its claim becomes nothing of the volume. The former policy is noted once, and never overwritten. */
export const retaining = ({ metadata, spec = {} }: KubernetesObject): object => ({
  metadata: {
    resourceVersion: metadata.resourceVersion,
    annotations: { [RECLAIM_POLICY]: metadata.annotations?.[RECLAIM_POLICY] ?? spec['persistentVolumeReclaimPolicy'] },
  },
  spec: { persistentVolumeReclaimPolicy: 'Retain' },
})

/** Its former policy, and no note of it any more. */
export const givenBack = ({ metadata }: KubernetesObject): object => ({
  metadata: { resourceVersion: metadata.resourceVersion, annotations: { [RECLAIM_POLICY]: null } },
  spec: { persistentVolumeReclaimPolicy: metadata.annotations?.[RECLAIM_POLICY] },
})

/** Does it wait for a claim of this name that is gone? */
export const isForAnother = ({ spec = {} }: KubernetesObject, claim: KubernetesObject): boolean => {
  const { uid } = record(spec['claimRef'])
  return uid !== undefined && uid !== claim.metadata.uid
}

/** Is it for one of the workload's claims, by name? */
export const isFor = (
  { spec = {} }: KubernetesObject,
  namespace: string,
  owns: (claim: string) => boolean,
): boolean => {
  const ref = record(spec['claimRef'])
  return ref['namespace'] === namespace && owns(text(ref['name']))
}

/** Free for the claim of its name, whichever object that is by now: the binder adds the uid. */
export const reclaimed = ({ metadata }: KubernetesObject): object => ({
  metadata: { resourceVersion: metadata.resourceVersion },
  spec: { claimRef: { uid: null, resourceVersion: null } },
})

/** The zone's name on every node of EKS. https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
const ZONE = 'topology.kubernetes.io/zone'
/** Without it the driver would not delete the volume once its owner deletes the claim. */
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'

/**
 * The same volume for the other cluster, kept for the claim of the same name; it stays when that goes. Throws nothing:
 * what is no EBS volume was refused before.
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/examples/kubernetes/static-provisioning
 */
export function volumeCopy(
  { metadata, spec = {} }: KubernetesObject,
  { source }: Ebs,
  { name: copy, zone, run }: { readonly name: string; readonly zone: string; readonly run: string },
): KubernetesObject {
  const { annotations = {} } = metadata
  const { namespace, name } = record(spec['claimRef'])
  const { capacity, accessModes, storageClassName, volumeMode, mountOptions } = spec
  const kept = { capacity, accessModes, storageClassName, volumeMode, mountOptions }
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: copy,
      labels: { ...metadata.labels, [RUN]: run },
      annotations: {
        [RECLAIM_POLICY]: annotations[RECLAIM_POLICY] ?? text(spec['persistentVolumeReclaimPolicy']),
        ...(annotations[PROVISIONED_BY] !== undefined && { [PROVISIONED_BY]: text(source['driver']) }),
        ...(annotations[COPY_OF] !== undefined && { [COPY_OF]: annotations[COPY_OF] }),
      },
    },
    spec: {
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
      persistentVolumeReclaimPolicy: 'Retain',
      csi: source,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }] },
      },
    },
  }
}

const binderAnnotations = /^(pv|volume|volume\.beta)\.kubernetes\.io\/|^kubectl\.kubernetes\.io\/|^norikae\.io\//

/** The same claim for the other cluster, on this volume or, where it had none yet, on one that is made for it. */
export function claimCopy({ metadata, spec = {} }: KubernetesObject, run: string): KubernetesObject {
  const { accessModes, resources, storageClassName, volumeMode, volumeName } = spec
  const kept = { accessModes, resources, storageClassName, volumeMode, volumeName }
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !binderAnnotations.test(key))
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: { ...metadata.labels, [RUN]: run },
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    },
    spec: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  }
}

/** The PersistentVolume that a VolumeAttachment holds on a node. */
export const attachedVolume = ({ spec = {} }: KubernetesObject): string =>
  text(record(spec['source'])['persistentVolumeName'])

/** And not only wished to be there. */
export const isAttached = ({ status = {} }: KubernetesObject): boolean => status['attached'] === true

export const attachedNode = ({ spec = {} }: KubernetesObject): string => text(spec['nodeName'])

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
