import type { BlueFacts } from './facts.ts'
import { records } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/** Whether green has room beside blue, which keeps what it has: addresses, prefixes and zones of the subnets that both use. */

export interface SubnetDescription {
  readonly id: string
  readonly zone: string
  /** `10.0.0.0/20` */
  readonly cidr: string
  /** IPv4 addresses that nobody has. */
  readonly free: number
}

/** What in a subnet is taken: single addresses, and blocks that interfaces have as prefixes. */
export interface TakenAddresses {
  readonly subnet: string
  readonly addresses: readonly string[]
  /** `10.0.0.16/28` */
  readonly prefixes: readonly string[]
}

/** How blue's pods get their addresses, as its network plugin is set up (`aws-node`). */
export interface PodAddressing {
  /** /28 blocks for each node, instead of single addresses. */
  readonly prefixes: boolean
  /** From subnets that its ENIConfigs name, and not the nodes' own. */
  readonly elsewhere: boolean
}

/** Blue as it is now. */
export interface PresentSize {
  /** How many nodes are in each zone; empty where EC2 knows none of them. */
  readonly nodesIn: ReadonlyMap<string, number>
  /** Pods with an address of their own, node by node. */
  readonly podsOn: readonly number[]
}

/** As facts say: a fifth more than blue has, for rollouts and warm addresses. */
const ROOM = 1.2
/** EKS puts its interfaces into two zones at least. https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
const OF_CONTROL_PLANE = { addresses: 5, zones: 2 } as const
const PREFIX = 16

/** `plugin`: the DaemonSet `aws-node`. https://github.com/aws/amazon-vpc-cni-k8s#cni-configuration-variables */
export function addressingOf(plugin: KubernetesObject | undefined): PodAddressing {
  const env = records(plugin && podSpecOf(plugin)['containers']).flatMap((c) => records(c['env']))
  const isOn = (name: string) => env.some((e) => e['name'] === name && String(e['value']).toLowerCase() === 'true')
  return { prefixes: isOn('ENABLE_PREFIX_DELEGATION'), elsewhere: isOn('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG') }
}

type Parts = Pick<BlueFacts, 'cluster' | 'nodegroups' | 'fargateProfiles'>

/** Where nodes and Fargate's pods are; those of Auto Mode are in the cluster's own. */
export function subnetsOfNodes({ cluster, nodegroups, fargateProfiles }: Parts): string[] {
  const its = [...nodegroups, ...fargateProfiles].flatMap((part) => part.subnets)
  return [...new Set(its.length === 0 ? cluster.resourcesVpcConfig.subnetIds : its)]
}

export function subnetFindings(
  blue: Parts,
  found: readonly SubnetDescription[],
  size: PresentSize,
  addressing: PodAddressing,
  taken: readonly TakenAddresses[],
): Finding[] {
  const { cluster, nodegroups } = blue
  const ofCluster = cluster.resourcesVpcConfig.subnetIds
  const ofNodes = subnetsOfNodes(blue)
  const isThere = (id: string) => found.some((s) => s.id === id)
  const gone = [...new Set([...ofCluster, ...ofNodes])].filter((id) => !isThere(id))
  const subnets = found.filter((s) => ofNodes.includes(s.id))
  return [
    ...gone.map((id) =>
      blocker(
        'subnet-gone',
        id,
        'blue names it, and EC2 does not have it',
        'take it out of blue: green would get it too',
      ),
    ),
    ...controlPlane(
      cluster.name,
      found.filter((s) => ofCluster.includes(s.id)),
    ),
    ...room(cluster, nodegroups, subnets, size, addressing),
    ...(addressing.prefixes && !addressing.elsewhere ? prefixes(subnets, size, taken) : []),
  ]
}

function controlPlane(blue: string, subnets: readonly SubnetDescription[]): Finding[] {
  const { addresses, zones } = OF_CONTROL_PLANE
  const roomy = new Set(subnets.filter((s) => s.free >= addresses).map((s) => s.zone))
  if (roomy.size >= zones) return []
  return [
    blocker(
      'subnet-control-plane',
      blue,
      `green's control plane needs ${addresses} free addresses in ${zones} zones, and of its subnets ${listed(subnets)}`,
      'free some, or give blue a subnet more',
    ),
  ]
}

function room(
  { name, kubernetesNetworkConfig: { ipFamily } }: BlueFacts['cluster'],
  nodegroups: BlueFacts['nodegroups'],
  subnets: readonly SubnetDescription[],
  { nodesIn, podsOn }: PresentSize,
  { elsewhere }: PodAddressing,
): Finding[] {
  if (subnets.length === 0) return []
  const known = sum([...nodesIn.values()])
  const nodes = known === 0 ? sum(nodegroups.map((n) => n.scalingConfig.desiredSize)) : known
  // Pods of an IPv6 cluster have no IPv4 address.
  const pods = elsewhere || ipFamily === 'ipv6' ? 0 : sum(podsOn)
  const [need, free] = [Math.ceil(ROOM * (nodes + pods)), sum(subnets.map((s) => s.free))]
  if (free < need)
    return [
      blocker(
        'subnet-addresses',
        name,
        `green needs ${need} addresses, as blue has ${counted(nodes, pods)} now and a fifth is for rollouts; free are ${free}: ${listed(subnets)}`,
        "add subnets to blue's node groups, or a secondary CIDR to the VPC; or free some",
      ),
    ]
  if (known === 0) return []
  return [...nodesIn].flatMap(([zone, here]) => {
    const [wanted, left] = [
      Math.ceil(ROOM * (here + (pods * here) / nodes)),
      sum(subnets.filter((s) => s.zone === zone).map((s) => s.free)),
    ]
    if (left >= wanted) return []
    return [
      warning(
        'subnet-addresses',
        `${name} ${zone}`,
        `blue has ${here} of its ${nodes} nodes there, for which green needs ${wanted} addresses; free are ${left}`,
        'what does not fit goes to other zones: add a subnet there, or see that apps may',
      ),
    ]
  })
}

function prefixes(
  subnets: readonly SubnetDescription[],
  { podsOn }: PresentSize,
  taken: readonly TakenAddresses[],
): Finding[] {
  const need = Math.ceil(ROOM * sum(podsOn.map((pods) => Math.max(1, Math.ceil(pods / PREFIX)))))
  const free = subnets.map((s) => ({
    s,
    left: freePrefixes(
      s.cidr,
      taken.filter((t) => t.subnet === s.id),
    ),
  }))
  if (sum(free.map((f) => f.left)) >= need) return []
  return [
    blocker(
      'subnet-prefixes',
      free.map(({ s }) => s.id).join(', '),
      `pods get their addresses by /28 prefixes, of which green needs ${need}; unbroken ones are ${free.map(({ s, left }) => `${left} in ${s.id}`).join(', ')}`,
      'reserve a range for prefixes (aws ec2 create-subnet-cidr-reservation), or add subnets',
    ),
  ]
}

/** /28 blocks of which nothing is taken. The first and the last hold what AWS keeps for itself. */
export function freePrefixes(cidr: string, taken: readonly Omit<TakenAddresses, 'subnet'>[]): number {
  const [base = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(numberOf(base) / PREFIX)
  const blocks = Math.floor(size / PREFIX)
  if (blocks < 1) return 0
  const used = new Set([first, first + blocks - 1])
  for (const { addresses, prefixes: its } of taken) {
    for (const address of addresses) used.add(Math.floor(numberOf(address) / PREFIX))
    for (const prefix of its) used.add(Math.floor(numberOf(prefix.split('/')[0] ?? '') / PREFIX))
  }
  const inside = [...used].filter((block) => block >= first && block < first + blocks)
  return blocks - inside.length
}

const numberOf = (address: string): number => address.split('.').reduce((n, part) => n * 256 + Number(part), 0)

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const counted = (nodes: number, pods: number): string => `${nodes} nodes${pods === 0 ? '' : ` and ${pods} pods`}`
const listed = (subnets: readonly SubnetDescription[]): string =>
  subnets.map((s) => `${s.id} (${s.zone}) has ${s.free}`).join(', ') || 'none is there'
