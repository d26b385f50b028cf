import type {
  Action,
  CreateRuleInput,
  CreateRuleOutput,
  DeleteRuleInput,
  DeleteRuleOutput,
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  ModifyRuleOutput,
  RuleCondition,
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

    /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
    CreateRule: (({ ListenerArn, Priority, Conditions, Actions, Tags = [] }) => {
      const rules = [...world.rules.values()].filter((rule) => rule.listenerArn === ListenerArn)
      if (!Number.isInteger(Priority) || Priority < 1 || Priority > 50_000)
        throw validationError(`Priority '${Priority}' must be from 1 to 50000`)
      if (rules.some(({ described }) => described.Priority === String(Priority)))
        throw new AwsError('PriorityInUse', `Priority '${Priority}' is currently in use`)
      if (rules.length > mostRules) throw new AwsError('TooManyRules', `A listener has ${mostRules} rules at most`)
      const tags = Tags.map(({ Key = '', Value = '' }) => [Key, Value] as const)
      return { Rules: [addRule(world, ListenerArn, Priority, Conditions, Actions, tags).described] }
    }) satisfies Serve<CreateRuleInput, CreateRuleOutput>,

    DeleteRule: (({ RuleArn }) => {
      if (known('Rule', world.rules, RuleArn).described.IsDefault)
        throw new AwsError('OperationNotPermitted', 'Default rules cannot be deleted')
      dropRule(world, RuleArn)
      return {}
    }) satisfies Serve<DeleteRuleInput, DeleteRuleOutput>,

    /**
     * What is given replaces the whole of what was there: a list of actions is not merged. What is not given stays.
     * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
     */
    ModifyRule: (({ RuleArn, Actions, Conditions, Transforms, ResetTransforms }) => {
      const rule = known('Rule', world.rules, RuleArn)
      if (rule.described.IsDefault)
        throw new AwsError('OperationNotPermitted', 'Default rules cannot be modified; modify the listener')
      if (Actions) rule.described.Actions = checkedActions(world, rule.loadBalancerArn, Actions)
      if (Conditions) rule.described.Conditions = Conditions.map(told)
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
  return addRule(world, listenerArn, priority, [{ Field: 'host-header', Values: [host] }], [forwardAction(forward)]).arn
}

/** Rules for each load balancer, not counting default ones: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const mostRules = 100

function addRule(
  world: ElbWorld,
  listenerArn: string,
  priority: number,
  conditions: readonly RuleCondition[],
  actions: readonly Action[],
  tags: readonly (readonly [string, string])[] = [],
): ElbRule {
  const listener = known('Listener', world.listeners, listenerArn)
  const [, path = ''] = listenerArn.split(':listener/')
  const arn = world.newArn('listener-rule', path)
  const loadBalancerArn = listener.described.LoadBalancerArn ?? ''
  const rule: ElbRule = {
    arn,
    listenerArn,
    loadBalancerArn,
    tags: new Map(tags),
    described: {
      RuleArn: arn,
      Priority: String(priority),
      Conditions: conditions.map(told),
      Actions: checkedActions(world, loadBalancerArn, actions),
      IsDefault: false,
    },
  }
  world.rules.set(arn, rule)
  world.rulesChanged()
  return rule
}

/** Hosts are told in both ways, in whichever they were given; in both at once they are refused. */
function told(condition: RuleCondition): RuleCondition {
  const { Field, Values, RegexValues, HostHeaderConfig } = condition
  if (Field !== 'host-header') return condition
  if ((Values ?? RegexValues) && HostHeaderConfig)
    throw validationError('Specify either Values or HostHeaderConfig, and not both')
  const hosts = HostHeaderConfig?.Values ?? Values
  const patterns = HostHeaderConfig?.RegexValues ?? RegexValues
  const given = { ...(hosts && { Values: hosts }), ...(patterns && { RegexValues: patterns }) }
  return { Field, ...given, HostHeaderConfig: given }
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
