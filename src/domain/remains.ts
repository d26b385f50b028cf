import { money, type Prices } from './costs.ts'
import { warning, type Finding } from './findings.ts'
import { CLUSTER_TAG } from './launch-templates.ts'
import { few } from './few.ts'
import { revokeCommand, ruleInWords, type GroupRule } from './group-rules.ts'
import { clusterTag, untagCommands, type Tagged } from './network-tags.ts'
import type { RunningInstance } from './quotas.ts'

/** What AWS still has of a cluster that is gone. */
export interface Remains {
  readonly kind:
    | 'load balancer'
    | 'target group'
    | 'security group'
    | 'volume'
    | 'network interface'
    | 'launch template'
    | 'log group'
    | 'instance'
  /** Its ARN where it is of Elastic Load Balancing, its name where it is a log group, else its EC2 id. */
  readonly id: string
  /** Of an instance its type. */
  readonly name?: string
  readonly tags: Readonly<Record<string, string>>
  readonly gigabytes?: number
  /** ISO; of a log group alone: EKS goes on writing into one that was there before its cluster. */
  readonly madeAt?: string
  /** Rules of other security groups that name it: EC2 does not delete it for as long as there are any. */
  readonly namedBy?: readonly GroupRule[]
}

/**
 * The tags by which what belongs to a cluster is found: those of EKS and its controllers, and Norikae's own. What is
 * `shared`, as subnets are, does not belong to it.
 */
export const clusterTags = (cluster: string): readonly (readonly [key: string, value: string])[] => [
  [`kubernetes.io/cluster/${cluster}`, 'owned'], // the EBS driver and EKS
  ['KubernetesCluster', cluster],
  ['elbv2.k8s.aws/cluster', cluster], // the AWS load balancer controller
  ['aws:eks:cluster-name', cluster],
  ['eks:cluster-name', cluster], // launch templates that EKS makes for node groups
  ['eks:eks-cluster-name', cluster], // EKS Auto Mode
  ['cluster.k8s.amazonaws.com/name', cluster], // the VPC CNI
  [CLUSTER_TAG, cluster],
]

/** By a tag, or by the name that EKS gives it. */
export const isGroupOf = (cluster: string, it: Pick<Remains, 'name' | 'tags'>): boolean =>
  clusterTags(cluster).some(([key, value]) => it.tags[key] === value) || isGroupOfEks(cluster, it)

/** The one that EKS made with the cluster, and deletes with it: another cluster's name may begin like this one's. */
export const isGroupOfEks = (cluster: string, { name }: Pick<Remains, 'name'>): boolean =>
  name?.startsWith(`eks-cluster-sg-${cluster}-`) === true &&
  /^\d+$/.test(name.slice(`eks-cluster-sg-${cluster}-`.length))

/** What the cluster that stays has of AWS. */
export interface InUse {
  /** Its name. */
  readonly by: string
  /** Ids of volumes, launch templates and security groups. */
  readonly ids: ReadonlySet<string>
}

/** It carries the tags of the one that is gone, and the other needs it by now: what it uses, and what somebody has tagged for both. */
export const isInUse = ({ id, tags }: Pick<Remains, 'id' | 'tags'>, { by, ids }: InUse): boolean =>
  ids.has(id) || clusterTag(by) in tags

/** EKS and the VPC CNI let go of these by themselves, some minutes after the cluster. */
export const goesByItself = ({ kind, namedBy = [] }: Remains): boolean =>
  kind === 'network interface' || (kind === 'security group' && namedBy.length === 0)

const HOURS_A_MONTH = 730

/** A month; `unknown`, with what is missing, where no price is told. */
function costOf({ kind, name = '', gigabytes }: Remains, prices: Prices | undefined): string {
  const monthly = (price: number | undefined, times: number | undefined, key: string): string =>
    prices === undefined || price === undefined || times === undefined
      ? `unknown a month (${key} is not in the platform file)`
      : `${money(price * times, prices.currency)} a month`
  switch (kind) {
    case 'load balancer':
      return monthly(prices?.loadBalancer, HOURS_A_MONTH, 'prices.loadBalancer')
    case 'volume':
      return monthly(prices?.storage, gigabytes, 'prices.storage')
    case 'instance':
      return monthly(prices?.instances[name], HOURS_A_MONTH, `prices.instances.${name}`)
    case 'log group':
      return `${(gigabytes ?? 0).toFixed(1)} GB of logs, unknown a month (there is no price for them)`
    case 'target group':
    case 'security group':
    case 'network interface':
    case 'launch template':
      return 'costs nothing by itself'
  }
}

/** What the AWS load balancer controller has made a thing for. */
const STACKS = {
  'ingress.k8s.aws/stack': 'Ingress',
  'service.k8s.aws/stack': 'Service',
  'gateway.k8s.aws.alb/stack': 'Gateway',
  'gateway.k8s.aws.nlb/stack': 'Gateway',
} as const

const NODE_POOL = 'karpenter.sh/nodepool'

/**
 * Instances that run on as nodes of a cluster that is gone: of Karpenter or an Auto Scaling group, which EKS knows nothing of.
 */
export const instancesLeft = (running: readonly RunningInstance[], cluster: string): Remains[] =>
  running
    .filter((it) => it.cluster === cluster)
    .map(({ id, type, pool }) => ({
      kind: 'instance',
      id,
      name: type,
      tags: pool === undefined ? {} : { [NODE_POOL]: pool },
    }))

/** The tag by which subnets and groups that stay were the cluster's: nothing else takes it off. */
export function tagFinding(tagged: readonly Tagged[], cluster: string): Finding[] {
  const ids = tagged.map(({ id }) => id).toSorted()
  return ids.length === 0
    ? []
    : [
        warning(
          'left-behind',
          `tag ${clusterTag(cluster)}`,
          `it is on ${few(ids)} yet, which stay: costs nothing by itself, and each may have 50 tags`,
          `have whoever owns them take it off: ${untagCommands(ids, clusterTag(cluster))}`,
        ),
      ]
}

/** Who would know, as tags tell: a claim, an Ingress, a team. */
function ownerOf({ tags }: Remains): string {
  const claim = ['namespace', 'name'].map((part) => tags[`kubernetes.io/created-for/pvc/${part}`])
  if (claim.every((part) => part !== undefined)) return `of claim ${claim.join('/')}`
  for (const [key, kind] of Object.entries(STACKS)) if (tags[key] !== undefined) return `of ${kind} ${tags[key]}`
  const pool = tags[NODE_POOL]
  if (pool !== undefined) return `of NodePool ${pool}`
  const [, team] = Object.entries(tags).find(([key]) => /^(team|owner)$/i.test(key)) ?? []
  return team === undefined ? 'of an unknown owner' : `of ${team}`
}

/** How it is deleted by who has made sure. */
const commands: Readonly<Record<Remains['kind'], (id: string) => string>> = {
  'load balancer': (id) => `aws elbv2 delete-load-balancer --load-balancer-arn ${id}`,
  'target group': (id) => `aws elbv2 delete-target-group --target-group-arn ${id}`,
  'security group': (id) => `aws ec2 delete-security-group --group-id ${id}`,
  volume: (id) => `aws ec2 delete-volume --volume-id ${id}`,
  'network interface': (id) => `aws ec2 delete-network-interface --network-interface-id ${id}`,
  'launch template': (id) => `aws ec2 delete-launch-template --launch-template-id ${id}`,
  instance: (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
  'log group': (id) => `aws logs delete-log-group --log-group-name ${id}`,
}

/**
 * Each says what it is, whose, what it costs a month, and how it goes. `givenUp`: of a green, whose run has deleted by then
 * the log group that it made itself, but not one whose logs somebody keeps.
 */
export const remainsFindings = (
  all: readonly Remains[],
  cluster: string,
  prices: Prices | undefined,
  givenUp = false,
): Finding[] =>
  all.map((it) => {
    if (givenUp && it.kind === 'log group') return logsKept(it, cluster, prices)
    const { kind, id, name, namedBy = [] } = it
    const rules =
      namedBy.length === 0
        ? ''
        : `; rules still name it, so EC2 does not delete it: ${namedBy.map(ruleInWords).join('; ')}`
    return warning(
      'left-behind',
      `${kind} ${name === undefined || name === '' || kind === 'log group' ? id : `${name} (${id})`}`,
      `is left of ${cluster}, ${ownerOf(it)}: ${costOf(it, prices)}${rules}`,
      `${namedBy.length === 0 ? 'see that nobody needs it' : `have these rules taken out (${namedBy.map((rule) => revokeCommand(rule, id)).join('; ')})`}, then: ${commands[kind](id)}`,
    )
  })

/** Most such logs are older than the cluster, and nobody gets them back: a command to copy would be read before the date is. */
const logsKept = (it: Remains, cluster: string, prices: Prices | undefined): Finding =>
  warning(
    'left-behind',
    `log group ${it.id}`,
    `has the name of ${cluster} and is not marked as made by this run${it.madeAt === undefined ? '' : `: it was made ${it.madeAt.slice(0, 16).replace('T', ' ')} UTC`}; ${costOf(it, prices)}`,
    `made before the upgrade began, it is somebody's, and stays; made since, by EKS, it may be deleted once nobody needs what it says of ${cluster}`,
  )
