import { warning, type Finding } from './findings.ts'
import { readable } from './readable.ts'

/**
 * Tags of subnets and security groups that name a cluster. By `kubernetes.io/cluster/<name>` the load balancer controller
 * of a cluster finds the subnets that are its own and the group of its nodes, and passes over what names other clusters
 * only. They are somebody's (mostly Terraform's), so green's are asked for, beside blue's, and waited for.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
 */
export interface Tagged {
  /** `subnet-…` or `sg-…` */
  readonly id: string
  /** Of a security group; empty for a subnet. */
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

/** The step of an upgrade that waits for them. */
export const TAGS_STEP = 'network/tags'

export const clusterTag = (cluster: string): string => `kubernetes.io/cluster/${cluster}`

/** A tag has one value, so it cannot name two clusters. */
export const DISCOVERY_TAG = 'karpenter.sh/discovery'

interface Missing {
  readonly value: string
  readonly ids: readonly string[]
}

/** What green's tag is to stand on, by its value; without what EKS or a controller made for blue, and makes for green. */
export function missingTags(found: readonly Tagged[], { blue, green }: Sides): readonly Missing[] {
  const needed = found
    .filter(({ name, tags }) => !isMadeForCluster(name, tags) && tags[clusterTag(green)] === undefined)
    .map(({ id, tags }) => ({ id, value: tags[clusterTag(blue)] }))
  return ['owned', 'shared'].flatMap((value) => {
    // Whatever else it says means no more than that it is there.
    const ids = needed.filter((it) => (it.value === 'owned' ? 'owned' : 'shared') === value).map((it) => it.id)
    return ids.length === 0 ? [] : { value, ids: ids.toSorted() }
  })
}

/**
 * Of what is tagged for blue, what is asked about for green. `own`: the subnets and groups of a green that others made, whose
 * load balancers go into subnets of its own unless it has some of blue's; left out: green is made in blue's.
 */
export function askedAbout(ofBlue: readonly Tagged[], own?: ReadonlySet<string>): readonly Tagged[] {
  const shares = own === undefined || ofBlue.some(({ id }) => id.startsWith('subnet-') && own.has(id))
  return shares ? ofBlue : ofBlue.filter(({ id }) => own.has(id))
}

interface Sides {
  readonly blue: string
  readonly green: string
}

/** The group that EKS makes for a cluster, and those of load balancers. */
export const isMadeForCluster = (name: string, tags: Tagged['tags']): boolean =>
  name.startsWith('k8s-elb-') || ['aws:eks:cluster-name', 'elbv2.k8s.aws/cluster'].some((key) => key in tags)

/** What makes it, for who does so by hand. */
export const tagCommand = ({ value, ids }: Missing, green: string): string =>
  `aws ec2 create-tags --resources ${ids.join(' ')} --tags Key=${clusterTag(green)},Value=${value}`

/** Ids of 25 characters each: one command can be read. */
const A_COMMAND = 50

/** What makes it, however many ids there are. */
export const tagCommands = ({ value, ids }: Missing, green: string): readonly string[] =>
  inCommands(ids).map((some) => tagCommand({ value, ids: some }, green))

/** What takes a tag off, however many have it. `key` may go on with `,Value=…`: off what says that alone. */
export const untagCommands = (ids: readonly string[], key: string): string =>
  inCommands(ids)
    .map((some) => `aws ec2 delete-tags --resources ${some.join(' ')} --tags Key=${key}`)
    .join('; ')

const inCommands = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / A_COMMAND) }, (_, n) => ids.slice(n * A_COMMAND, (n + 1) * A_COMMAND))

/** What makes them all: as many commands as can be read. `whole`: the command that says the rest. */
export const tagsToAdd = (missing: readonly Missing[], green: string, whole: string): string =>
  readable(
    missing.flatMap((it) => tagCommands(it, green)),
    (n) => `and ${n} more such command${n === 1 ? '' : 's'}: ${whole}`,
  )

export function networkTagFindings(
  sides: Sides,
  { ofCluster, ofDiscovery }: { readonly ofCluster: readonly Tagged[]; readonly ofDiscovery: readonly Tagged[] },
): Finding[] {
  const { blue, green } = sides
  const discovered = ofDiscovery.filter(({ name, tags }) => !isMadeForCluster(name, tags)).map((it) => it.id)
  return [
    ...missingTags(ofCluster, sides).map((missing) =>
      warning(
        'network-tag',
        clusterTag(blue),
        `it is on ${missing.ids.join(', ')}, which load balancers of green would pass over without ${clusterTag(green)}`,
        `have whoever owns them add it beside blue's, now or when the step ${TAGS_STEP} waits for it: ${tagCommand(missing, green)}`,
      ),
    ),
    ...(discovered.length === 0
      ? []
      : [
          warning(
            'network-discovery-tag',
            `${DISCOVERY_TAG}: ${blue}`,
            `it is on ${discovered.toSorted().join(', ')}, a tag has one value, and Karpenter on blue needs this one`,
            `let green's EC2NodeClass select them by their ids or by a tag of its own; nothing waits for it. Write ${green} into it once blue is gone`,
          ),
        ]),
  ]
}
