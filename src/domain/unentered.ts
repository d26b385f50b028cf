import { few } from './few.ts'
import { clusterTag } from './network-tags.ts'
import { isGroupOfEks, type Remains } from './remains.ts'

/** What AWS tells of a cluster that nobody here may look into. */
export interface SeenFromOutside {
  readonly cluster: string
  /** The one beside it: what is tagged for both stays. */
  readonly other: string
  /** Its node groups, Fargate profiles and nodes of neither, such as Karpenter's. */
  readonly parts: readonly string[]
  /** What carries its name. */
  readonly remains: readonly Remains[]
}

/** What a controller makes for a cluster, and nothing takes away with it. The rest goes with the cluster, or by its own steps. */
const outlives: ReadonlySet<Remains['kind']> = new Set(['load balancer', 'target group', 'volume', 'security group'])

/**
 * Why it may leave something behind, in words; undefined: it cannot. Where nothing ran on it only EKS itself can have made
 * something, and tags what it makes. Where nodes run that says too little: a driver may make volumes that carry no name
 * (`--k8s-tag-cluster-id` of the EBS driver is left to whoever installs it).
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/options.md
 */
export function leftUnseen({ cluster, other, parts, remains }: SeenFromOutside): string | undefined {
  const made = remains.filter(
    (it) => outlives.has(it.kind) && !isGroupOfEks(cluster, it) && !(clusterTag(other) in it.tags),
  )
  if (made.length > 0) return `AWS has ${few(made.map(inWords))} of it, which outlive it`
  return parts.length > 0
    ? `it has ${few(parts)}, and what ran there may have made volumes that do not carry its name`
    : undefined
}

const inWords = ({ kind, id, name }: Remains): string => `${kind} ${name === undefined ? id : `${name} (${id})`}`
