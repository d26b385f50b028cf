import { warning, type Finding } from './findings.ts'

/**
 * Rules of other security groups that name the one which EKS made for a cluster: databases, caches and file systems let
 * in blue's nodes and pods so. EKS makes another group for green. These rules are somebody's (mostly Terraform's, which
 * takes back what it does not know), so they are asked for and waited for, and never written.
 */
export interface GroupRule {
  /** `sg-…`, whose rule it is. */
  readonly group: string
  readonly name: string
  readonly direction: 'in' | 'out'
  /** `tcp`, `udp`, …; `-1`: all. */
  readonly protocol: string
  /** Left out where it is about all ports. */
  readonly from?: number
  readonly to?: number
}

/** The step of an upgrade that waits for them. */
export const RULES_STEP = 'network/rules'

/** What green lacks of what blue has; a wider rule is taken for what it includes. */
export const missingRules = (blue: readonly GroupRule[], green: readonly GroupRule[]): readonly GroupRule[] =>
  blue.filter((rule) => !green.some((other) => includes(other, rule)))

const includes = (wide: GroupRule, rule: GroupRule): boolean =>
  wide.group === rule.group &&
  wide.direction === rule.direction &&
  (wide.protocol === '-1' ||
    (wide.protocol === rule.protocol &&
      (wide.from ?? -Infinity) <= (rule.from ?? -Infinity) &&
      (wide.to ?? Infinity) >= (rule.to ?? Infinity)))

/** `sg-0db (orders-db) in tcp 5432` */
export function ruleInWords({ group, name, direction, protocol, from, to }: GroupRule): string {
  const ports = from === undefined ? '' : from === to ? ` ${from}` : ` ${from}-${to ?? ''}`
  return `${group} (${name}) ${direction} ${protocol === '-1' ? 'everything' : protocol}${ports}`
}

/** What makes it, for who does so by hand. */
export function ruleCommand({ group, direction, protocol, from, to }: GroupRule, green: string): string {
  const ports = from === undefined ? '' : `,FromPort=${from},ToPort=${to ?? from}`
  const verb = direction === 'in' ? 'authorize-security-group-ingress' : 'authorize-security-group-egress'
  return `aws ec2 ${verb} --group-id ${group} --ip-permissions 'IpProtocol=${protocol}${ports},UserIdGroupPairs=[{GroupId=${green}}]'`
}

export const ruleFindings = (rules: readonly GroupRule[]): Finding[] =>
  rules.map((rule) =>
    warning(
      'security-group-rule',
      ruleInWords(rule),
      'it names the security group that EKS made for blue; green gets another one, and no app moves until that is named too',
      `have ready whoever owns it: the step ${RULES_STEP} says the group of green once it is there, and waits; after a day it may be skipped. EC2 keeps blue's group for as long as a rule names it: take that out once blue is gone`,
    ),
  )
