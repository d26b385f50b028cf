import {
  type ElasticLoadBalancingV2,
  type Listener,
  paginateDescribeListeners,
  paginateDescribeRules,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleDescription } from '../../activities/ports.ts'
import { forwardsTo, listenerOf } from '../../domain/target-groups.ts'
import { askFor, askForAll, whatIsThere } from '../aws-errors.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { actionOf } from './actions.ts'
import { tagsOf, tagsOfThoseThere } from './tags.ts'
import { describeGroups } from './target-groups.ts'

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#resource-tags */
const OWNER_TAG = 'elbv2.k8s.aws/cluster'

/** From the target groups to their load balancers, and down again: ELB has no question for the rules of a group. */
export async function rulesForwardingTo(
  client: ElasticLoadBalancingV2,
  targetGroupArns: readonly string[],
): Promise<RuleDescription[]> {
  const wanted = new Set(targetGroupArns)
  const { loadBalancers, listeners } = await listenersOver(client, [...wanted], 'app')
  const rules = await each(
    listeners.flatMap((listener) => listener.ListenerArn ?? []),
    (ListenerArn) =>
      whatIsThere(
        askForAll(
          `DescribeRules ${ListenerArn}`,
          (o) => paginateDescribeRules({ client }, { ListenerArn }, o),
          (page) => page.Rules,
        ),
      ),
  )
  const tags = await tagsOfThoseThere(client, loadBalancers)
  return rules
    .flat()
    .map((rule) => ruleOf(rule, tags))
    .filter((rule) => forwardsTo(rule.actions, (g) => wanted.has(g.arn)))
}

/** Network load balancers have listeners and no rules: what a listener forwards to, as if it were its only rule. */
export async function listenersForwardingTo(
  client: ElasticLoadBalancingV2,
  targetGroupArns: readonly string[],
): Promise<RuleDescription[]> {
  const wanted = new Set(targetGroupArns)
  const { loadBalancers, listeners } = await listenersOver(client, [...wanted], 'net')
  const tags = await tagsOfThoseThere(client, loadBalancers)
  return listeners
    .map(({ ListenerArn: arn = '', LoadBalancerArn = '', DefaultActions = [] }) => ({
      arn,
      listenerArn: arn,
      isDefault: true,
      hosts: [],
      actions: DefaultActions.map(actionOf),
      ...ownerIn(tags[LoadBalancerArn]),
    }))
    .filter((rule) => forwardsTo(rule.actions, (g) => wanted.has(g.arn)))
}

/** Of the load balancers of one kind that these groups are behind. */
async function listenersOver(
  client: ElasticLoadBalancingV2,
  targetGroupArns: readonly string[],
  kind: 'app' | 'net',
): Promise<{ readonly loadBalancers: readonly string[]; readonly listeners: readonly Listener[] }> {
  const groups = await describeGroups(client, targetGroupArns)
  const loadBalancers = [...new Set(groups.flatMap((g) => g.LoadBalancerArns ?? []))].filter((arn) =>
    arn.includes(`:loadbalancer/${kind}/`),
  )
  const listeners = await each(loadBalancers, (LoadBalancerArn) =>
    whatIsThere(
      askForAll(
        `DescribeListeners ${LoadBalancerArn}`,
        (o) => paginateDescribeListeners({ client }, { LoadBalancerArn }, o),
        (page) => page.Listeners,
      ),
    ),
  )
  return { loadBalancers, listeners: listeners.flat() }
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
  return {
    arn,
    listenerArn,
    isDefault: told.IsDefault ?? false,
    hosts: (told.Conditions ?? []).flatMap((c) =>
      c.Field === 'host-header' ? (c.HostHeaderConfig?.Values ?? c.Values ?? []) : [],
    ),
    actions: (told.Actions ?? []).map(actionOf),
    ...ownerIn(tags[loadBalancerArn]),
  }
}

const ownerIn = (tags: Readonly<Record<string, string>> = {}): Pick<RuleDescription, 'ownedByCluster'> => {
  const ownedByCluster = tags[OWNER_TAG]
  return ownedByCluster === undefined ? {} : { ownedByCluster }
}

export function placeOf(ruleArn: string): { listenerArn: string; loadBalancerArn: string } {
  const listenerArn = listenerOf(ruleArn)
  return { listenerArn, loadBalancerArn: listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]*$/, '') }
}
