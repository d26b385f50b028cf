import { list, record, records } from './fields.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { workloadName, type Handover, type WorkloadRef } from './platform.ts'
import { ebsOf, isRetained, volumeNameOf, type Stored } from './volumes.ts'

/** What is noticed of claims and volumes before anything moves: where they are, by whom, and what becomes of them. */

export interface VolumesFound {
  /** Its claims, by name. */
  readonly claims: readonly string[]
  /** Why they can neither be handed over nor copied. */
  readonly faults: readonly string[]
  /** Those in a zone where no node group has a subnet, with the zone. */
  readonly stranded?: readonly { readonly claim: string; readonly zone: string }[]
  /** How many would be deleted with their claims. */
  readonly loose?: number
}

/** Of a workload that is declared stateful. What stops it is a blocker before anything is built. */
export function volumeFindings(
  ref: WorkloadRef,
  handover: Handover & { readonly class: 'stateful' },
  { faults, stranded = [], loose = 0 }: VolumesFound,
): Finding[] {
  const about = workloadName(ref)
  return [
    ...faults.map((fault) =>
      blocker(
        'volumes-unfit',
        about,
        fault,
        'mend it on blue, or move its data outside the cluster and declare another class',
      ),
    ),
    ...stranded.map(({ claim, zone }) =>
      blocker(
        'volume-zone',
        about,
        `claim ${claim} is on a volume in ${zone}, where no node group has a subnet, so no node of green could attach it`,
        `give a node group a subnet in ${zone}, or bring the volume to another zone by a snapshot`,
      ),
    ),
    ...(loose === 0
      ? []
      : [
          info(
            'volume-reclaim',
            about,
            `${loose === 1 ? 'its volume is' : `${loose} of its volumes are`} deleted with ${loose === 1 ? 'its claim' : 'their claims'} (reclaim policy Delete); Norikae has them kept from before it is stopped until the commit`,
            handover.by === 'copy'
              ? 'set Retain on those that shall outlive blue: its own go with it after the commit'
              : 'leave it: after the commit green has them with this policy',
          ),
        ]),
    ...(handover.by === 'copy'
      ? [
          // Read at the gate before it moves, and asked for before it goes back.
          warning(
            'loss-on-return',
            about,
            `green gets a copy of its volumes, so once it ran there going back loses: ${handover.lossOnReturn ?? 'unknown'}`,
            'approve where that may be lost, or declare by: handover, which takes the volumes along and loses nothing',
          ),
        ]
      : []),
  ]
}

/** https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md; the last is Kubernetes' own of old. */
const ZONES: ReadonlySet<unknown> = new Set([
  'topology.kubernetes.io/zone',
  'topology.ebs.csi.aws.com/zone',
  'failure-domain.beta.kubernetes.io/zone',
])

/** Where it can be attached; empty where it does not say. */
export function zonesOfVolume({ metadata, spec = {} }: KubernetesObject): string[] {
  const terms = records(record(record(spec['nodeAffinity'])['required'])['nodeSelectorTerms'])
  const said = terms.flatMap((term) =>
    records(term['matchExpressions'])
      .filter(({ key, operator }) => ZONES.has(key) && operator === 'In')
      .flatMap(({ values }) => list(values).map(String)),
  )
  const labelled = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => (ZONES.has(key) ? value : []))
  return [...new Set(said.length > 0 ? said : labelled)]
}

/** `zones`: those in which green's node groups have subnets. */
export const strandedIn = (stores: readonly Stored[], zones: ReadonlySet<string>): VolumesFound['stranded'] & object =>
  stores.flatMap(({ claim, volume }) => {
    const [zone, ...more] = volume && ebsOf(volume) ? zonesOfVolume(volume) : []
    return zone === undefined || [zone, ...more].some((z) => zones.has(z)) ? [] : [{ claim: claim.metadata.name, zone }]
  })

export const looseAmong = (stores: readonly Stored[]): number =>
  stores.filter(({ volume }) => volume && !isRetained(volume)).length

/** A claim on a file system that every cluster of its network can mount, at once. */
export interface SharedClaim {
  readonly claim: string
  /** `fs-0123456789abcdef0`, or what its driver calls it. */
  readonly fileSystem: string
}

/** https://docs.aws.amazon.com/eks/latest/userguide/storage.html: those that are no disk of one node. */
const SHARED: ReadonlySet<unknown> = new Set([
  'efs.csi.aws.com',
  'fsx.csi.aws.com',
  'fsx.openzfs.csi.aws.com',
  's3.csi.aws.com',
  'nfs.csi.k8s.io',
])

export const sharedClaims = (
  claims: readonly KubernetesObject[],
  volumes: readonly KubernetesObject[],
): SharedClaim[] =>
  claims.flatMap((claim) => {
    const spec = volumes.find((v) => v.metadata.name === volumeNameOf(claim))?.spec ?? {}
    const csi = record(spec['csi'])
    const { server } = record(spec['nfs'])
    const handle = SHARED.has(csi['driver']) ? csi['volumeHandle'] : server
    if (typeof handle !== 'string') return []
    // `fs-1::fsap-1` of EFS, with or without a path in between.
    return [{ claim: claim.metadata.name, fileSystem: /^fs-\w+/.exec(handle)?.[0] ?? handle }]
  })

/** `reached`: endpoints that the platform file lists under externals of whoever is in this namespace. */
export function sharedFinding(
  namespace: string,
  { claim, fileSystem }: SharedClaim,
  reached: readonly string[],
): Finding {
  const about = `${namespace} ${claim}`
  const message = `it is on ${fileSystem}, which both clusters can mount at once; the claim and its PersistentVolume are not carried over`
  const make = 'make a PersistentVolume for it and this claim on green before its app moves'
  return reached.some((endpoint) => endpoint.includes(fileSystem))
    ? info('volume-shared', about, message, make)
    : warning('volume-shared', about, message, `${make}, and list ${fileSystem} under externals: it is reached then`)
}
