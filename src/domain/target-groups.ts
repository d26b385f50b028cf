import type { Side, Weight } from './platform.ts'

/** One action of a listener rule. Only `forward` is touched; the others (authentication…) go through as they are. */
export type RuleAction =
  | {
      readonly type: 'forward'
      readonly order?: number
      readonly targetGroups: readonly Share[]
      readonly stickiness?: { readonly enabled: boolean; readonly seconds?: number }
    }
  | { readonly type: 'other'; readonly order?: number; readonly raw: Readonly<Record<string, unknown>> }

export interface Share {
  readonly arn: string
  /** 0 to 999, relative to the others of the same action. */
  readonly weight: number
}

export interface TargetGroupDescription {
  readonly arn: string
  readonly name: string
  readonly vpcId?: string
  readonly targetType: string
  readonly loadBalancerArns: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** What CreateTargetGroup takes of it (protocol, port, health check…), in the API's own words. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, string>>
}

export interface TargetHealth {
  readonly id: string
  readonly port?: number
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining` or `unavailable`. */
  readonly state: string
  readonly reason?: string
}

/** Does it forward to any such target group, among them those without a weight? */
export const forwardsTo = (actions: readonly RuleAction[], any: (group: Share) => boolean): boolean =>
  forwards(actions).some(any)

/** How many of a group's targets serve, of those that are not on their way out. */
export const servesOf = (targets: readonly Pick<TargetHealth, 'state'>[]) => ({
  healthy: targets.filter((t) => t.state === 'healthy').length,
  expected: targets.filter((t) => t.state !== 'draining').length,
})

/** Green's share in per cent: weights count relative to one another. Undefined: the rule does not forward to green at all. */
export function greenShare(
  actions: readonly RuleAction[],
  blue: string,
  green: string,
): Weight | 'elsewhere' | undefined {
  const shares = forwards(actions)
  const blueWeight = weightOf(shares, blue)
  const greenWeight = weightOf(shares, green)
  if (shares.some((s) => s.arn !== blue && s.arn !== green && s.weight > 0)) return 'elsewhere'
  if (greenWeight === undefined) return undefined
  const sum = (blueWeight ?? 0) + greenWeight
  return sum === 0 ? 'elsewhere' : Math.round((greenWeight * 100) / sum)
}

/** Does a rule forward as was read of what its controller makes it of? By ARNs of target groups; empty: it is gone. */
export function servesAs(
  actions: readonly RuleAction[],
  { blue, green }: Readonly<Record<Side, string>>,
  { share, has }: { readonly share: unknown; has(side: Side): boolean },
): boolean {
  const is = (arn: string) => forwardsTo(actions, (g) => g.arn === arn)
  if (has('blue') && has('green')) return greenShare(actions, blue, green) === share
  return has('blue') ? is(blue) && !is(green) : is(green) && !is(blue)
}

/**
 * The same actions with green at `to` per cent. Blue's weight and green's always sum to 100, so that no state of the
 * rule has a sum of zero; whatever else is in the list stays (ModifyRule replaces the whole list).
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
 */
export function withGreenShare(actions: readonly RuleAction[], blue: string, green: string, to: Weight): RuleAction[] {
  return actions.map((action) =>
    action.type !== 'forward' || !action.targetGroups.some((s) => s.arn === blue || s.arn === green)
      ? action
      : {
          ...action,
          targetGroups: [
            ...action.targetGroups.filter((s) => s.arn !== blue && s.arn !== green),
            { arn: blue, weight: 100 - to },
            { arn: green, weight: to },
          ],
        },
  )
}

/** The same actions with one side only. */
export function withOnly(actions: readonly RuleAction[], keep: string, drop: string): RuleAction[] {
  return actions.map((action) =>
    action.type !== 'forward' || !action.targetGroups.some((s) => s.arn === keep || s.arn === drop)
      ? action
      : {
          ...action,
          targetGroups: [
            ...action.targetGroups.filter((s) => s.arn !== keep && s.arn !== drop),
            { arn: keep, weight: 100 },
          ],
        },
  )
}

const forwards = (actions: readonly RuleAction[]): Share[] =>
  actions.flatMap((a) => (a.type === 'forward' ? a.targetGroups : []))

/**
 * `…:listener-rule/app/<name>/<load balancer>/<listener>/<rule>`: an ARN of a rule says where it is.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
export const listenerOf = (ruleArn: string): string =>
  ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '')

/** `<binding's namespace>-<hash>`: at most 32 letters, digits and hyphens, as ELB wants it. */
export const greenTargetGroupName = (namespace: string, fingerprint: string): string =>
  `${namespace.slice(0, 22).replace(/-+$/, '')}-${fingerprint.slice(0, 8)}`

const weightOf = (shares: readonly Share[], arn: string): number | undefined =>
  shares.find((s) => s.arn === arn)?.weight
