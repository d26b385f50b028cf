import { globMatches } from './globs.ts'

/**
 * What a state file of Terraform or OpenTofu says that it has. A state may hold secrets, so nothing but this is ever taken
 * from one: no attribute but what AWS knows the resource by.
 */
export interface Stated {
  /** `module.eks.aws_eks_cluster.this[0]` */
  readonly address: string
  /** Its ARN as `keyOf` makes it, or what else AWS knows it by. */
  readonly key: string
  /** The state that has it, by its path; left out where there is one alone. */
  readonly state?: string
}

/** What is known of Terraform's by its states. */
export interface States {
  readonly stated?: readonly Stated[]
  /** Addresses, with `*`: what Terraform leaves to others to change. */
  readonly ignore?: readonly string[]
}

/** Resources that are told by ARN. Whoever keeps less of a state than all must keep that. */
export const toldByArn: ReadonlySet<string> = new Set([
  'aws_eks_cluster',
  'aws_eks_node_group',
  'aws_eks_fargate_profile',
  'aws_iam_role',
  'aws_iam_openid_connect_provider',
  'aws_lb_listener_rule',
  'aws_alb_listener_rule',
])

/**
 * EKS gives node groups and Fargate profiles an id after their name, which a name alone does not tell.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
 */
export const keyOf = (arn: string): string =>
  arn.replace(/^(arn:[^:]+:eks:[^:]+:\d+:(?:nodegroup|fargateprofile)\/[^/]+\/[^/]+)\/.*$/, '$1')

/** The key of a part of a cluster, by the ARN of the cluster. */
export const keyOfPart = (cluster: string, kind: 'nodegroup' | 'fargateprofile', name: string): string =>
  `${cluster.replace(/:cluster\//, `:${kind}/`)}/${name}`

/**
 * The key of a record of Route 53, whichever type it is of; undefined: no state has it.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_record
 */
export const keyOfRecord = (
  { stated = [] }: States,
  { zone, name }: { readonly zone: string; readonly name: string },
): string | undefined => stated.find(({ key }) => key.startsWith(`${zone}_${name}_`))?.key

/** Undefined: no state has it. `ignored`: Terraform leaves it to others to change it; whoever deletes it is another matter. */
export function statedAs(
  { stated = [], ignore = [] }: States,
  key: string | undefined,
): (Pick<Stated, 'address' | 'state'> & { readonly ignored: boolean }) | undefined {
  const found = key === undefined ? undefined : stated.find((one) => one.key === key)
  if (!found) return undefined
  const { address, state } = found
  return { address, ...(state !== undefined && { state }), ignored: ignore.some((one) => globMatches(one, address)) }
}

/** As people find it, where there are several states. */
export const addressInWords = ({ address, state }: Pick<Stated, 'address' | 'state'>): string =>
  state === undefined ? address : `${address} (${state})`

/** `module.eks.` of `module.eks.aws_eks_cluster.this[0]`; undefined for what is in no module. */
export const moduleOf = (address: string): string | undefined =>
  /^module\.[^.["]+(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?\./.exec(address)?.[0]
