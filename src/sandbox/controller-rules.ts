import type { Forward, SandboxAws } from './types.ts'

/** The rule that the controller made before, forwarding so now; where it is not there (any more), one that is made. Its ARN. */
export function keepRule(
  elb: Pick<SandboxAws['elbv2'], 'setWeightAsSomebodyElse' | 'inventory'>,
  arn: string | undefined,
  forward: readonly Forward[],
  make: () => string,
): string {
  const rule = elb.inventory().rules.find(({ ruleArn }) => ruleArn === arn)
  if (!rule) return make()
  if (JSON.stringify(rule.forward) !== JSON.stringify(forward)) elb.setWeightAsSomebodyElse(rule.ruleArn, forward)
  return rule.ruleArn
}
