import type {
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  ModifyRuleOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Forward } from '../../types.ts'
import { AwsError, validationError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { checkedActions, forwardAction } from './actions.ts'
import { pageSize } from './load-balancers.ts'
import { known, type ElbRule, type ElbWorld } from './world.ts'

export const ruleOperations = (world: ElbWorld) =>
  ({
    DescribeRules: (({ ListenerArn, RuleArns, Marker, PageSize }) => {
      if ((ListenerArn === undefined) === (RuleArns === undefined))
        throw validationError('You must specify either listener rule ARNs or a listener ARN, and not both')
      if (ListenerArn !== undefined) known('Listener', world.listeners, ListenerArn)
      const asked =
        RuleArns?.map((arn) => known('Rule', world.rules, arn)) ??
        [...world.rules.values()].filter((rule) => rule.listenerArn === ListenerArn).toSorted(byPriority)
      const { items, next } = page(asked, Marker, PageSize, pageSize)
      return { Rules: items.map(({ described }) => described), NextMarker: next }
    }) satisfies Serve<DescribeRulesInput, DescribeRulesOutput>,

    /**
     * What is given replaces the whole of what was there: a list of actions is not merged. What is not given stays.
     * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
     */
    ModifyRule: (({ RuleArn, Actions, Conditions, Transforms, ResetTransforms }) => {
      const rule = known('Rule', world.rules, RuleArn)
      if (rule.described.IsDefault)
        throw new AwsError('OperationNotPermitted', 'Default rules cannot be modified; modify the listener')
      if (Actions) rule.described.Actions = checkedActions(world, rule.loadBalancerArn, Actions)
      if (Conditions) rule.described.Conditions = Conditions
      if (Transforms || ResetTransforms) rule.described.Transforms = Transforms ?? []
      world.rulesChanged()
      return { Rules: [rule.described] }
    }) satisfies Serve<ModifyRuleInput, ModifyRuleOutput>,
  }) satisfies Operations

/** Default rules come last. */
const byPriority = (a: ElbRule, b: ElbRule) => order(a) - order(b)
const order = ({ described }: ElbRule) => (described.IsDefault ? Infinity : Number(described.Priority))

export function seedRule(
  world: ElbWorld,
  listenerArn: string,
  priority: number,
  host: string,
  forward: readonly Forward[],
): string {
  const listener = known('Listener', world.listeners, listenerArn)
  const [, path = ''] = listenerArn.split(':listener/')
  const arn = world.newArn('listener-rule', path)
  const loadBalancerArn = listener.described.LoadBalancerArn ?? ''
  world.rules.set(arn, {
    arn,
    listenerArn,
    loadBalancerArn,
    tags: new Map(),
    described: {
      RuleArn: arn,
      Priority: String(priority),
      Conditions: [{ Field: 'host-header', Values: [host], HostHeaderConfig: { Values: [host] } }],
      Actions: checkedActions(world, loadBalancerArn, [forwardAction(forward)]),
      IsDefault: false,
    },
  })
  world.rulesChanged()
  return arn
}

/** As the API's DeleteRule, by another's hand. */
export function dropRule(world: ElbWorld, ruleArn: string): void {
  world.rules.delete(ruleArn)
  world.rulesChanged()
}

/** Not through the API, so not among the recorded calls: another's hand. */
export function overwriteForward(world: ElbWorld, ruleArn: string, forward: readonly Forward[]): void {
  const rule = known('Rule', world.rules, ruleArn)
  const others = (rule.described.Actions ?? []).filter(({ Type }) => Type !== 'forward')
  const order = others.length + 1
  const actions = [...others, { ...forwardAction(forward), Order: order }]
  rule.described.Actions = checkedActions(world, rule.loadBalancerArn, actions)
  world.rulesChanged()
}
