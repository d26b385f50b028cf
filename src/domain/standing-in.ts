import type { BlueFacts } from './facts.ts'
import type { FargateProfile, NodegroupDescription } from './eks-objects.ts'
import { poolsOf } from './scheduling.ts'

/**
 * Which node group or Fargate profile of an adopted green takes what runs on one of blue's. Whoever made green may have
 * named them otherwise and cut them otherwise, so they are known by which pods they take.
 */

/** What a node group's nodes are to a pod: labels, taints, architecture and system, each in words. */
function offer(group: NodegroupDescription): {
  readonly labels: readonly string[]
  readonly taints: readonly string[]
} {
  const [pool] = poolsOf([group])
  const system = (key: string) => (pool?.labels[key] ?? []).map((value) => `${key}=${value}`)
  return {
    labels: [
      ...Object.entries(group.labels).map(([key, value]) => `${key}=${value}`),
      ...system('kubernetes.io/os'),
      ...system('kubernetes.io/arch'),
    ],
    taints: (pool?.taints ?? []).map(({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`),
  }
}

/** An image of one's own says nothing of its architecture, which may then be either. */
const toldNothing = (label: string, other: readonly string[]): boolean =>
  label.startsWith('kubernetes.io/arch=') && !other.some((l) => l.startsWith('kubernetes.io/arch='))

/** Why pods of blue's group would not run on green's as they do on blue's; empty: they would. */
export function lacks(blue: NodegroupDescription, green: NodegroupDescription): readonly string[] {
  const [wanted, found] = [offer(blue), offer(green)]
  const without = (some: readonly string[], all: readonly string[]) => some.filter((one) => !all.includes(one))
  return [
    ...without(wanted.labels, found.labels)
      .filter((label) => !toldNothing(label, found.labels))
      .map((label) => `it lacks the label ${label}`),
    ...without(wanted.taints, found.taints).map((taint) => `it lacks the taint ${taint}`),
    ...without(found.taints, wanted.taints).map((taint) => `it has the taint ${taint}`),
  ]
}

/** What a group offers, for people. */
export function offerInWords(group: NodegroupDescription): string {
  const { labels, taints } = offer(group)
  return [...labels, ...taints.map((taint) => `taint ${taint}`)].join(', ')
}

/** The one of the same name where there are several; undefined: none takes them. */
export const standsIn = (
  blue: NodegroupDescription,
  green: Pick<BlueFacts, 'nodegroups'>,
): NodegroupDescription | undefined => {
  const fitting = green.nodegroups.filter((group) => lacks(blue, group).length === 0)
  return fitting.find((group) => group.name === blue.name) ?? fitting[0]
}

/** The one that lacks least. */
export const nearest = (
  blue: NodegroupDescription,
  green: Pick<BlueFacts, 'nodegroups'>,
): NodegroupDescription | undefined =>
  green.nodegroups.toSorted((a, b) => lacks(blue, a).length - lacks(blue, b).length)[0]

type Selector = FargateProfile['selectors'][number]

/** Names of namespaces may have wildcards: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html */
const takes = (green: Selector, { namespace, labels }: Selector): boolean =>
  (green.namespace === namespace || pattern(green.namespace).test(namespace)) &&
  Object.entries(green.labels).every(([key, value]) => labels[key] === value)

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

/** Selectors of blue's profile that none of green's takes, in words. */
export const untaken = (blue: FargateProfile, green: Pick<BlueFacts, 'fargateProfiles'>): readonly string[] =>
  blue.selectors
    .filter((selector) => !green.fargateProfiles.some((profile) => profile.selectors.some((s) => takes(s, selector))))
    .map(({ namespace, labels }) =>
      [namespace, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(' '),
    )

/** The one of the same name, else the first that takes any of it. */
export const profileFor = (
  blue: FargateProfile,
  green: Pick<BlueFacts, 'fargateProfiles'>,
): FargateProfile | undefined => {
  const some = green.fargateProfiles.filter((profile) =>
    blue.selectors.some((selector) => profile.selectors.some((s) => takes(s, selector))),
  )
  return some.find((profile) => profile.name === blue.name) ?? some[0]
}
