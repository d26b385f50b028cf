import type { LaunchTemplate } from './ec2-objects.ts'
import type { NodegroupDescription, VersionDescription } from './eks-objects.ts'

/** What people pay, as the platform file says it: nobody else knows their discounts. What is not said is unknown. */
export interface Prices {
  /** `USD` */
  readonly currency: string
  /** A control plane in standard support, an hour. */
  readonly cluster?: number
  /** The same in extended support, an hour. */
  readonly extendedSupport?: number
  /** By instance type, an hour. */
  readonly instances: Readonly<Record<string, number>>
  /** An hour. */
  readonly loadBalancer?: number
  /** A GB of an EBS volume, a month. */
  readonly storage?: number
}

/** What both clusters cost a day: their control planes and the nodes of managed node groups, at blue's present size. */
export interface Keeping {
  readonly currency: string
  readonly blue: number
  readonly green: number
  /** What has no price, and so is in neither. */
  readonly missing: readonly string[]
  /** Part of blue's: what its extended support costs beyond standard support. */
  readonly extended?: number
}

/** EKS asks 0.60 an hour in extended support where it asks 0.10. https://aws.amazon.com/eks/pricing/ */
const EXTENDED = 6
const HOURS = 24

type Nodes = Pick<NodegroupDescription, 'name' | 'scalingConfig' | 'instanceTypes'>
type Support = Pick<VersionDescription, 'version' | 'status'>

export function keepingOf(
  prices: Prices,
  { version, targetVersion, nodegroups }: { version: string; targetVersion: string; nodegroups: readonly Nodes[] },
  versions: readonly Support[],
): Keeping {
  const { currency, cluster, extendedSupport = cluster === undefined ? undefined : cluster * EXTENDED } = prices
  const isExtended = (v: string) => versions.some((s) => s.version === v && s.status === 'EXTENDED_SUPPORT')
  const plane = (v: string) => (isExtended(v) ? extendedSupport : cluster)
  const nodes = nodegroups.map((group) => ofNodes(prices, group))
  const daily = (v: string) => HOURS * ((plane(v) ?? 0) + nodes.reduce((sum, { hourly = 0 }) => sum + hourly, 0))
  const missing = [
    ...(cluster === undefined ? ['prices.cluster'] : []),
    ...(isExtended(version) && extendedSupport === undefined ? ['prices.extendedSupport'] : []),
    ...nodes.flatMap((n) => n.missing ?? []),
  ]
  return {
    currency,
    blue: daily(version),
    green: daily(targetVersion),
    missing: [...new Set(missing)],
    ...(isExtended(version) &&
      extendedSupport !== undefined &&
      cluster !== undefined && { extended: HOURS * (extendedSupport - cluster) }),
  }
}

/** A node group from a launch template tells no instance types: the template may. */
export const typedBy = (
  nodegroups: readonly Nodes[],
  templates: readonly { readonly group: Nodes; readonly template: Pick<LaunchTemplate, 'settings'> | undefined }[],
): Nodes[] =>
  nodegroups.map((group) => {
    const type = templates.find((t) => t.group.name === group.name)?.template?.settings['InstanceType']
    return group.instanceTypes.length === 0 && typeof type === 'string' ? { ...group, instanceTypes: [type] } : group
  })

/** Of several instance types the dearest: which EC2 gives is not known ahead. Spot counts as on demand. */
function ofNodes({ instances }: Prices, { name, scalingConfig: { desiredSize }, instanceTypes }: Nodes) {
  if (desiredSize === 0) return { hourly: 0 }
  if (instanceTypes.length === 0)
    return { missing: [`the instance type of node group ${name}, which EKS does not tell`] }
  const missing = instanceTypes
    .filter((type) => !Object.hasOwn(instances, type))
    .map((type) => `prices.instances.${type}`)
  if (missing.length > 0) return { missing }
  return { hourly: desiredSize * Math.max(...instanceTypes.map((type) => instances[type] ?? 0)) }
}

export const money = (amount: number, currency: string): string => `${amount.toFixed(2)} ${currency}`

/** `41.28 USD a day for both clusters`, and what is not in it. */
export function keepingInWords({ currency, blue, green, missing, extended }: Keeping): string {
  const both = blue + green
  const unknown = missing.length === 0 ? '' : ` (unknown: ${listed(missing)})`
  const ofIt = extended === undefined ? '' : `, ${money(extended, currency)} of it for blue's extended support`
  if (both === 0 && missing.length > 0) return `unknown what both clusters cost a day${unknown}`
  return `${missing.length === 0 ? '' : 'at least '}${money(both, currency)} a day for both clusters${ofIt}${unknown}`
}

const FEW = 4
const listed = (missing: readonly string[]): string =>
  [...missing.slice(0, FEW), ...(missing.length > FEW ? [`and ${missing.length - FEW} more`] : [])].join(', ')

/** What both clusters cost from one moment to another, both ISO. */
export interface Spent {
  readonly currency: string
  readonly days: number
  readonly total: number
  readonly missing: readonly string[]
}

const DAY_MS = 86_400_000

export function spent({ currency, blue, green, missing }: Keeping, from: string, to: string): Spent {
  const days = Math.max(0, Date.parse(to) - Date.parse(from)) / DAY_MS
  return { currency, days, total: days * (blue + green), missing }
}

export function spentInWords({ currency, days, total, missing }: Spent): string {
  const since = `in the ${days.toFixed(1)} days since green began`
  if (total === 0 && missing.length > 0) return `unknown what both clusters cost ${since} (unknown: ${listed(missing)})`
  return `${missing.length === 0 ? '' : 'at least '}${money(total, currency)} for both clusters ${since}${missing.length === 0 ? '' : ` (unknown: ${listed(missing)})`}`
}
