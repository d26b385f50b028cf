import {
  type ElasticLoadBalancingV2,
  paginateDescribeListeners,
  paginateDescribeRules,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleDescription } from '../../activities/ports.ts'
import { forwardsTo } from '../../domain/target-groups.ts'
import { askFor, askForAll } from '../aws-errors.ts'
import { each } from '../aws-client.ts'
import { actionOf } from './actions.ts'
import { tagsOf } from './tags.ts'
import { describeGroups } from './target-groups.ts'

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#resource-tags */
const OWNER_TAG = 'elbv2.k8s.aws/cluster'

/** From the target groups to their load balancers, and down again: ELB has no question for the rules of a group. */
export async function rulesForwardingTo(
  client: ElasticLoadBalancingV2,
  targetGroupArns: readonly string[],
): Promise<RuleDescription[]> {
  const wanted = new Set(targetGroupArns)
  const groups = await describeGroups(client, [...wanted])
  // Network and gateway load balancers have listeners and no rules.
  const loadBalancers = [...new Set(groups.flatMap((g) => g.LoadBalancerArns ?? []))].filter((arn) =>
    arn.includes(':loadbalancer/app/'),
  )
  const listeners = await each(loadBalancers, (LoadBalancerArn) =>
    askForAll(
      `DescribeListeners ${LoadBalancerArn}`,
      (o) => paginateDescribeListeners({ client }, { LoadBalancerArn }, o),
      (page) => page.Listeners,
    ),
  )
  const rules = await each(
    listeners.flat().flatMap((listener) => listener.ListenerArn ?? []),
    (ListenerArn) =>
      askForAll(
        `DescribeRules ${ListenerArn}`,
        (o) => paginateDescribeRules({ client }, { ListenerArn }, o),
        (page) => page.Rules,
      ),
  )
  const tags = await tagsOf(client, loadBalancers)
  return rules
    .flat()
    .map((rule) => ruleOf(rule, tags))
    .filter((rule) => forwardsTo(rule.actions, (g) => wanted.has(g.arn)))
}

export async function findRule(client: ElasticLoadBalancingV2, arn: string): Promise<RuleDescription | undefined> {
  const found = await askFor(`DescribeRules ${arn}`, (o) => client.describeRules({ RuleArns: [arn] }, o))
  const [rule] = found?.Rules ?? []
  return rule && ruleOf(rule, await tagsOf(client, [placeOf(arn).loadBalancerArn]))
}

type Tags = Readonly<Record<string, Readonly<Record<string, string>>>>

function ruleOf(told: Rule, tags: Tags): RuleDescription {
  const arn = told.RuleArn ?? ''
  const { listenerArn, loadBalancerArn } = placeOf(arn)
  const ownedByCluster = tags[loadBalancerArn]?.[OWNER_TAG]
  return {
    arn,
    listenerArn,
    isDefault: told.IsDefault ?? false,
    hosts: (told.Conditions ?? []).flatMap((c) =>
      c.Field === 'host-header' ? (c.HostHeaderConfig?.Values ?? c.Values ?? []) : [],
    ),
    actions: (told.Actions ?? []).map(actionOf),
    ...(ownedByCluster !== undefined && { ownedByCluster }),
  }
}

/**
 * `…:listener-rule/app/<name>/<load balancer>/<listener>/<rule>`: an ARN of a rule says where it is.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
function placeOf(ruleArn: string): { listenerArn: string; loadBalancerArn: string } {
  const listenerArn = ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '')
  return { listenerArn, loadBalancerArn: listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]*$/, '') }
}
