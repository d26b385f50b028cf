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

/** A rule by which the group that EKS made for a cluster lets somebody in. */
export interface OwnRule extends Pick<GroupRule, 'protocol' | 'from' | 'to'> {
  /** A group, a range of addresses or a prefix list. */
  readonly source: string
  readonly description: string
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
  return `${group} (${name}) ${direction} ${traffic({ protocol, from, to })}`
}

function traffic({
  protocol,
  from,
  to,
}: Pick<GroupRule, 'protocol'> & { from: number | undefined; to: number | undefined }): string {
  const ports = from === undefined ? '' : from === to ? ` ${from}` : ` ${from}-${to ?? ''}`
  return `${protocol === '-1' ? 'everything' : protocol}${ports}`
}

/** What makes it, for who does so by hand. */
export const ruleCommand = (rule: GroupRule, green: string): string => commandOf('authorize', rule, green)

/** What takes out one that names this group. */
export const revokeCommand = (rule: GroupRule, named: string): string => commandOf('revoke', rule, named)

function commandOf(
  verb: 'authorize' | 'revoke',
  { group, direction, protocol, from, to }: GroupRule,
  named: string,
): string {
  const ports = from === undefined ? '' : `,FromPort=${from},ToPort=${to ?? from}`
  const way = direction === 'in' ? 'ingress' : 'egress'
  return `aws ec2 ${verb}-security-group-${way} --group-id ${group} --ip-permissions 'IpProtocol=${protocol}${ports},UserIdGroupPairs=[{GroupId=${named}}]'`
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

/**
 * How controllers describe rules that they make, and make on green too: the AWS Load Balancer Controller
 * (`elbv2.k8s.aws/targetGroupBinding=shared`) and the cloud provider (`kubernetes.io/rule/nlb/…`).
 */
const MADE_BY_CONTROLLERS = ['elbv2.k8s.aws/', 'kubernetes.io/rule/']

/**
 * Whoever is let into blue by a rule that somebody added to the group which EKS made for it. The rule by which the group
 * lets itself in is EKS's own, and green has it:
 * https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export const ownRuleFindings = (group: string, rules: readonly OwnRule[]): Finding[] =>
  rules
    .filter((rule) => rule.source !== group && !MADE_BY_CONTROLLERS.some((by) => rule.description.startsWith(by)))
    .map(({ source, description, protocol, from, to }) =>
      warning(
        'security-group-own-rule',
        `${group} in ${traffic({ protocol, from, to })} from ${source}${description === '' ? '' : ` (${description})`}`,
        'somebody added it to the security group that EKS made for blue; green gets another group, without it',
        'have whoever owns it add the same rule for green’s group once green is there, before an app moves: nothing waits for it',
      ),
    )
