import { clusterTag } from './seed/blue.ts'
import type { AwsCall, SandboxAws } from './types.ts'

type Account = Pick<SandboxAws, 'calls' | 'eks' | 'securityGroups' | 'subnets'>

/** A Terraform that runs as soon as there is something to do. */
const EVERY_MS = 500

/**
 * Whoever owns the account's network, and does what Norikae asks for and never does by itself: wherever rules of security
 * groups and tags of subnets name one cluster, they name another one beside it, and none that is gone. Nothing is done for a
 * cluster before somebody has looked in EC2 for what it lacks, as Norikae does while it waits: without that the judge could
 * not miss it.
 */
export function startNetworkOwner(account: Account): { readonly stop: () => void } {
  const known = nothingKnown()
  const timer = setInterval(() => apply(account, known), EVERY_MS)
  return { stop: () => clearInterval(timer) }
}

export interface Known {
  /** Security groups of all clusters that were ever seen, by the cluster's name. */
  readonly groups: Map<string, string>
  /** What was looked for: security groups of clusters, and tags for them. */
  readonly asked: Set<string>
}

export const nothingKnown = (): Known => ({ groups: new Map(), asked: new Set() })

export function apply(account: Account, known: Known): void {
  const { eks, securityGroups, subnets } = account
  const there = new Map(
    eks.inventory().flatMap(({ name }) => {
      const group = eks.whole(name)?.securityGroup ?? ''
      return group === '' ? [] : [[name, group] as const]
    }),
  )
  for (const [name, group] of there) known.groups.set(name, group)
  for (const [name, group] of known.groups) {
    if (there.has(name)) continue
    securityGroups.forget(group)
    for (const { id } of subnets.inventory()) subnets.untag(id, clusterTag(name))
    known.groups.delete(name)
    for (const it of [group, clusterTag(name)]) known.asked.delete(it)
  }
  for (const it of askedFor(account)) known.asked.add(it)
  const groups = new Set(there.values())
  for (const { id, rules } of securityGroups.inventory())
    for (const rule of rules.filter((r) => groups.has(r.group)))
      for (const group of groups)
        if (known.asked.has(group) && !rules.some((r) => r.group === group && sameBut(r, rule)))
          securityGroups.allow(id, { ...rule, group })
  for (const { id, tags } of subnets.inventory()) {
    const value = [...there.keys()].map((name) => tags[clusterTag(name)]).find((it) => it !== undefined)
    if (value === undefined) continue
    for (const tag of [...there.keys()].map(clusterTag))
      if (known.asked.has(tag) && !(tag in tags)) subnets.tag(id, { [tag]: value })
  }
}

/**
 * A group by whose name rules were looked for; and the tag for a cluster, where what has another one's was looked for since it
 * is there: nobody asks EC2 for what is not tagged.
 */
function askedFor({ calls, eks }: Account): readonly string[] {
  const looks = calls().filter(({ operation }) => /^Describe(SecurityGroups|Subnets)$/.test(operation))
  const valuesOf = (name: RegExp, since = '') =>
    looks
      .filter(({ at }) => at >= since)
      .flatMap((call) =>
        filtersOf(call)
          .filter((f) => name.test(f.Name))
          .flatMap((f) => f.Values),
      )
  const tags = eks.inventory().map(({ name, createdAt }) => ({ tag: clusterTag(name), createdAt }))
  const others = (tag: string) => new Set(tags.map((it) => it.tag).filter((it) => it !== tag))
  return [
    ...valuesOf(/ip-permission\.group-id$/),
    ...tags
      .filter(({ tag, createdAt }) => valuesOf(/^tag-key$/, createdAt).some((value) => others(tag).has(value)))
      .map(({ tag }) => tag),
  ]
}

const filtersOf = ({ parameters: { Filters = [] } }: AwsCall) =>
  Filters as readonly { readonly Name: string; readonly Values: readonly string[] }[] // EC2 has served it

type Rule = ReturnType<Account['securityGroups']['inventory']>[number]['rules'][number]

const sameBut = (a: Rule, b: Rule): boolean =>
  a.direction === b.direction && a.protocol === b.protocol && a.port === b.port
