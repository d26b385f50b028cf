import { clusterTag } from './seed/blue.ts'
import { ofPlatform } from './seed/ways.ts'
import type { SandboxAws } from './types.ts'

type Account = Pick<SandboxAws, 'eks' | 'securityGroups' | 'subnets'>

/** A Terraform that runs as soon as there is something to do. */
const EVERY_MS = 500

/**
 * Whoever owns the account's network, and does what Norikae asks for and never does by itself: wherever rules of security
 * groups and tags of subnets name one cluster, they name another one beside it, and none that is gone.
 */
export function startNetworkOwner(account: Account): { readonly stop: () => void } {
  const known = new Map<string, string>()
  const timer = setInterval(() => apply(account, known), EVERY_MS)
  return { stop: () => clearInterval(timer) }
}

/** `known`: security groups of all clusters that were ever seen, by the cluster's name. */
export function apply({ eks, securityGroups, subnets }: Account, known: Map<string, string>): void {
  const there = new Map(
    ofPlatform(eks.inventory()).flatMap(({ name }) => {
      const group = eks.whole(name)?.securityGroup ?? ''
      return group === '' ? [] : [[name, group] as const]
    }),
  )
  for (const [name, group] of there) known.set(name, group)
  for (const [name, group] of known) {
    if (there.has(name)) continue
    securityGroups.forget(group)
    for (const { id } of subnets.inventory()) subnets.untag(id, clusterTag(name))
    known.delete(name)
  }
  const groups = new Set(there.values())
  for (const { id, rules } of securityGroups.inventory())
    for (const rule of rules.filter((r) => groups.has(r.group)))
      for (const group of groups)
        if (!rules.some((r) => r.group === group && sameBut(r, rule))) securityGroups.allow(id, { ...rule, group })
  for (const { id, tags } of subnets.inventory()) {
    const value = [...there.keys()].map((name) => tags[clusterTag(name)]).find((it) => it !== undefined)
    if (value !== undefined)
      for (const name of there.keys()) if (!(clusterTag(name) in tags)) subnets.tag(id, { [clusterTag(name)]: value })
  }
}

type Rule = ReturnType<Account['securityGroups']['inventory']>[number]['rules'][number]

const sameBut = (a: Rule, b: Rule): boolean =>
  a.direction === b.direction && a.protocol === b.protocol && a.port === b.port
