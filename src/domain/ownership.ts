import { PLATFORM_TAG } from './clone.ts'
import type { BlueFacts } from './facts.ts'
import { few } from './few.ts'
import { readable } from './readable.ts'
import { addressInWords, keyOfPart, statedAs, type States } from './terraform-states.ts'

/**
 * Whose an AWS resource is, by its tags, and so how it is written: what a tool owns is not changed behind its back, since
 * the tool would take that back, or fail over what is gone.
 */
export const tools = ['norikae', 'eksctl', 'cloudformation', 'load-balancer-controller', 'terraform', 'nobody'] as const
type Tool = (typeof tools)[number]

/** own: by Norikae. through: by what its owner reads. requested: by its owner, who is asked, and waited for. */
type Written = 'own' | 'through' | 'requested'

export interface Owner {
  readonly tool: Tool
  /** Which stack, cluster or configuration of it; left out where there is no more to say. */
  readonly of?: string
  /** By which a state of Terraform's has it. */
  readonly address?: string
  /** Which of them, where there are several. */
  readonly state?: string
  /** It leaves changes of it to others; to delete it is its own matter all the same. */
  readonly ignores?: true
}

/** What the platform file says of owners, since no tag of AWS does. */
export interface DeclaredOwners {
  /**
   * `stated`: what its state files name is Terraform's. `tags`: and what has all of these. `at`: where its configuration
   * is, for people. `ignores`: it leaves the weights of listener rules to others.
   */
  readonly terraform?: States & {
    readonly tags?: Readonly<Record<string, string>>
    readonly at?: string
    readonly ignores?: 'weights'
  }
}

type Tags = Readonly<Record<string, string>>
/** What it is known by: its tags, and the key by which states of Terraform have it (`keyOf`). */
interface Known {
  readonly tags: Tags
  readonly key?: string | undefined
}
type Rule = (known: Known, declared: DeclaredOwners, platform: string) => Owner | undefined

const owned = (tool: Tool, of: string | undefined): Owner | undefined =>
  of === undefined ? undefined : { tool, ...(of !== '' && { of }) }

/**
 * The first that says anything counts: a state file is who will act, and tags stay with what is taken into one; eksctl
 * makes what it makes by CloudFormation, and tags both.
 */
const rules: readonly Rule[] = [
  ({ key }, { terraform = {} }) => {
    const found = statedAs(terraform, key)
    if (!found) return undefined
    const { at: of } = terraform
    return {
      tool: 'terraform',
      ...(of !== undefined && { of }),
      address: found.address,
      ...(found.state !== undefined && { state: found.state }),
      ...(found.ignored && { ignores: true as const }),
    }
  },
  ({ tags }, _declared, platform) => (tags[PLATFORM_TAG] === platform ? { tool: 'norikae' } : undefined),
  // https://github.com/eksctl-io/eksctl/blob/v0.220.0/pkg/apis/eksctl.io/v1alpha5/types.go (ClusterNameTag)
  ({ tags }) => owned('eksctl', tags['alpha.eksctl.io/cluster-name']),
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
  ({ tags }) => owned('cloudformation', tags['aws:cloudformation:stack-name'] ?? tags['aws:cloudformation:stack-id']),
  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#resource-tags
  ({ tags }) => owned('load-balancer-controller', tags['elbv2.k8s.aws/cluster']),
  ({ tags }, { terraform }) => {
    const wanted = Object.entries(terraform?.tags ?? {})
    return wanted.length > 0 && wanted.every(([key, value]) => tags[key] === value)
      ? owned('terraform', terraform?.at ?? '')
      : undefined
  },
]

/** Nobody's, where no tag says more: a cluster that was made by hand. */
export const ownerOf = (known: Known, declared: DeclaredOwners, platform: string): Owner =>
  rules.map((rule) => rule(known, declared, platform)).find((owner) => owner !== undefined) ?? { tool: 'nobody' }

/** Controllers delete what they made once what they made it for is gone. */
const writes: Readonly<Record<Tool, Written>> = {
  norikae: 'own',
  nobody: 'own',
  'load-balancer-controller': 'through',
  eksctl: 'requested',
  cloudformation: 'requested',
  terraform: 'requested',
}
export const written = ({ tool, ignores }: Owner): Written => (ignores ? 'own' : writes[tool])

const names: Readonly<Record<Tool, string>> = {
  norikae: 'Norikae',
  eksctl: 'eksctl',
  cloudformation: 'CloudFormation',
  'load-balancer-controller': 'the AWS Load Balancer Controller',
  terraform: 'Terraform',
  nobody: 'nobody by its tags',
}
export const ownerInWords = ({ tool, of }: Owner): string => `${names[tool]}${of === undefined ? '' : ` (${of})`}`

/** Also where in a state it is. */
export const ownerByAddress = (owner: Owner): string =>
  `${ownerInWords(owner)}${owner.address === undefined ? '' : ` ${addressInWords({ ...owner, address: owner.address })}`}`

/** The step of an upgrade that waits for it. */
export const REMOVAL_STEP = 'blue/removal'

/** A part of blue that its owner removes. */
export interface Requested {
  readonly kind: 'cluster' | 'node group' | 'Fargate profile'
  readonly name: string
  readonly owner: Owner
  /** What green uses, and goes with it where its owner does not see to it: subnets, security groups, roles. */
  readonly takes?: readonly string[]
}

/** For the end of a sentence about a removal; empty where it takes nothing of green's. */
export function takenInWords(parts: readonly Requested[]): string {
  const takes = [...new Set(parts.flatMap((part) => part.takes ?? []))]
  return takes.length === 0 ? '' : `, which takes with it what green uses unless its owner keeps it: ${few(takes)}`
}

/** What of blue Norikae does not delete, the cluster last: EKS keeps it for as long as it has the others. */
export function requestedOf(
  blue: Pick<BlueFacts, 'cluster' | 'nodegroups' | 'fargateProfiles'>,
  declared: DeclaredOwners,
  platform: string,
): readonly Requested[] {
  const { name, tags, arn } = blue.cluster
  const ofCluster = ownerOfWhole({ tags, key: arn }, declared, platform)
  /** Tags of a cluster are not its node groups': what says nothing is of whoever made the cluster. */
  const ofPart = (known: Known): Owner => {
    const owner = ownerOfWhole(known, declared, platform)
    if (owner.tool !== 'nobody') return owner
    // The address is the cluster's.
    const { address: _, state: __, ...its } = ofCluster
    return its
  }
  const parts = [
    ...blue.nodegroups.map((it) => ({
      kind: 'node group' as const,
      name: it.name,
      owner: ofPart({ tags: it.tags, key: keyOfPart(arn, 'nodegroup', it.name) }),
    })),
    ...blue.fargateProfiles.map((it) => ({
      kind: 'Fargate profile' as const,
      name: it.name,
      owner: ofPart({ tags: it.tags, key: keyOfPart(arn, 'fargateprofile', it.name) }),
    })),
  ].toSorted((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1))
  return [...parts, { kind: 'cluster' as const, name, owner: ofCluster }].filter(
    ({ owner }) => written(owner) === 'requested',
  )
}

/** Of what is deleted as a whole, which `ignore_changes` does not speak of. */
export const ownerOfWhole = (...asked: Parameters<typeof ownerOf>): Owner => {
  const { ignores: _, ...owner } = ownerOf(...asked)
  return owner
}

/** `node group apps of chatwork-prod-1-35` */
export const partInWords = ({ kind, name }: Pick<Requested, 'kind' | 'name'>, cluster: string): string =>
  kind === 'cluster' ? `cluster ${name}` : `${kind} ${name} of ${cluster}`

/** What its owner does, for each part once: one stack may have several. */
export function removals(
  parts: readonly Requested[],
  { cluster, region }: { readonly cluster: string; readonly region: string },
): readonly string[] {
  const whole = parts.some((part) => part.kind === 'cluster' && part.owner.tool === 'eksctl')
  const commands = parts.map((part) => {
    const { kind, name, owner } = part
    const { tool, of, address, state } = owner
    switch (tool) {
      case 'eksctl':
        // It deletes the node groups and profiles of a cluster with it.
        if (whole || kind === 'cluster') return `eksctl delete cluster --name ${cluster} --region ${region}`
        return kind === 'node group'
          ? `eksctl delete nodegroup --cluster ${cluster} --name ${name} --region ${region}`
          : `eksctl delete fargateprofile --cluster ${cluster} --name ${name} --region ${region}`
      case 'cloudformation':
        return `aws cloudformation delete-stack --stack-name ${of ?? ''} --region ${region}`
      case 'terraform':
        return `take ${address === undefined ? partInWords(part, cluster) : addressInWords({ address, ...(state !== undefined && { state }) })} out of the configuration${of === undefined ? '' : ` in ${of}`}, then terraform apply`
      case 'norikae':
      case 'nobody':
      case 'load-balancer-controller':
        return `delete ${partInWords(part, cluster)}`
    }
  })
  return [...new Set(commands)]
}

/** As many of them as can be read. */
export const removalsInWords = (...asked: Parameters<typeof removals>): string =>
  `${readable(removals(...asked), (n) => `and once these are gone, ${n} more`)}${takenInWords(asked[0])}`

/** What is asked of its owners, for a message: names, then commands. */
export const removalInWords = (
  parts: readonly Requested[],
  at: { readonly cluster: string; readonly region: string },
): string =>
  `remove ${few(parts.map((part) => `${partInWords(part, at.cluster)} (${ownerInWords(part.owner)})`))}: ${removalsInWords(parts, at)}`

/** A line of what a plan writes or deletes, and whose it is. */
export interface OwnedRow {
  readonly resource: string
  readonly owner: string
  readonly written: Written | 'left'
  /** What the plan does with it. */
  readonly does: string
}
