import { otherSide, type Proven } from './outside.ts'
import type { KubernetesPort, RuleDescription } from './ports.ts'
import type { Scope, Side } from '../domain/platform.ts'
import { forwardsTo } from '../domain/target-groups.ts'

/** Which listener rules, and listeners of network load balancers, send requests to which cluster, by the TargetGroupBindings on both. */
export interface Serving {
  /** Rules of load balancers that stay, and send requests to this cluster. */
  readonly here: readonly RuleDescription[]
  /** Rules of load balancers that this cluster's own controller made, and that send requests to the other one. */
  readonly there: readonly RuleDescription[]
}

export async function servingOf(
  { loadBalancing, ifThere }: Pick<Proven, 'loadBalancing' | 'ifThere'>,
  scope: Scope,
  side: Side,
): Promise<Serving> {
  const [here, there] = [await groupsOn(await ifThere(side)), await groupsOn(await ifThere(otherSide(side)))]
  if (here.size + there.size === 0) return { here: [], there: [] }
  const groups = [...new Set([...here, ...there])]
  const rules = [
    ...(await loadBalancing.rulesForwardingTo(groups)),
    ...(await loadBalancing.listenersForwardingTo(groups)),
  ]
  const owned = ({ ownedByCluster }: RuleDescription) => ownedByCluster === scope[side]
  return {
    here: rules.filter((rule) => !owned(rule) && sendsTo(here, rule)),
    there: rules.filter((rule) => owned(rule) && sendsTo(there, rule)),
  }
}

const groupsOn = async (cluster: KubernetesPort | undefined): Promise<ReadonlySet<string>> =>
  new Set((await cluster?.list('TargetGroupBinding'))?.map((binding) => String(binding.spec?.['targetGroupARN'])))

const sendsTo = (groups: ReadonlySet<string>, { actions }: RuleDescription): boolean =>
  forwardsTo(actions, (g) => g.weight > 0 && groups.has(g.arn))

/** `api.example.com (arn:…)` of the first few. */
export const rulesInWords = (rules: readonly RuleDescription[]): string => {
  const few = rules.slice(0, 3).map(({ hosts, arn }) => [...hosts, `(${arn})`].join(' '))
  return `${few.join(', ')}${rules.length > few.length ? ` and ${rules.length - few.length} more` : ''}`
}
