import type { NamespaceFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { workloadName, type App } from './platform.ts'
import { instanceIn } from './lost-nodes.ts'
import { reached, quotas, type Allowed, type Need } from './quotas.ts'
import { record } from './fields.ts'
import { ebsOf } from './volumes.ts'

/** Whether EBS has room for what green's nodes and copied volumes need beside blue's. */

/** Every volume of the account in the region, as far as its quotas go. */
export interface Disk {
  /** `vol-…` */
  readonly id: string
  /** `gp3`, … */
  readonly type: string
  readonly gibibytes: number
  /** Those that it goes with when they are terminated. */
  readonly goesWith: readonly string[]
}

/** A claim of a workload whose volumes are copied. */
interface Copied {
  readonly namespace: string
  readonly claim: string
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html: of each type by itself. */
const types = ['gp2', 'gp3', 'io1', 'io2', 'sc1', 'st1', 'standard'] as const satisfies (keyof typeof quotas)[]
type DiskType = (typeof types)[number]

/** Of workloads that are declared stateful, by copy. */
export const copiedClaims = (apps: readonly App[], namespaces: readonly NamespaceFacts[]): readonly Copied[] => {
  const handovers = new Map(
    apps.flatMap((app) => app.environments.flatMap((environment) => Object.entries(environment.handovers))),
  )
  return namespaces.flatMap(({ name: namespace, workloads }) =>
    workloads.flatMap(({ ref, volumes, annotated }) => {
      const handover = handovers.get(workloadName(ref)) ?? (annotated && 'handover' in annotated && annotated.handover)
      return handover && handover.class === 'stateful' && handover.by === 'copy'
        ? (volumes?.claims ?? []).map((claim) => ({ namespace, claim }))
        : []
    }),
  )
}

/** What is there of each type, and what green adds: as much as goes with blue's nodes, and each copy. */
export function storageNeeds(
  disks: readonly Disk[],
  {
    nodes,
    volumes,
    copied,
  }: {
    /** Of blue: green gets as many. */
    readonly nodes: readonly KubernetesObject[]
    /** Blue's PersistentVolumes. */
    readonly volumes: readonly KubernetesObject[]
    readonly copied: readonly Copied[]
  },
): ReadonlyMap<DiskType, Need> {
  const instances = new Set(nodes.map(({ spec }) => instanceIn(spec?.['providerID'])))
  const claims = new Set(copied.map(({ namespace, claim }) => `${namespace}/${claim}`))
  const copies = new Set(
    volumes.flatMap((volume) => {
      const { namespace, name } = record(volume.spec?.['claimRef'])
      return claims.has(`${String(namespace)}/${String(name)}`) ? (ebsOf(volume)?.id ?? []) : []
    }),
  )
  const isAdded = ({ id, goesWith }: Disk) => copies.has(id) || goesWith.some((instance) => instances.has(instance))
  return new Map(
    types.map((type) => {
      const its = disks.filter((disk) => disk.type === type)
      return [type, { used: tebibytes(its), more: tebibytes(its.filter(isAdded)) }]
    }),
  )
}

/** Rounded up: the smallest volume counts. */
const tebibytes = (disks: readonly Disk[]): number =>
  Math.ceil((disks.reduce((sum, { gibibytes }) => sum + gibibytes, 0) / 1024) * 100) / 100

/** Types of which green needs any. */
export const neededTypes = (needs: ReadonlyMap<DiskType, Need>): readonly DiskType[] =>
  types.filter((type) => (needs.get(type)?.more ?? 0) > 0)

export const storageFindings = (needs: ReadonlyMap<DiskType, Need>, allowed: Allowed): Finding[] =>
  [...needs].flatMap(([type, need]) => reached(`TiB of EBS volumes of type ${type}`, quotas[type], need, allowed[type]))
