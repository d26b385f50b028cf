import {
  type ElasticLoadBalancingV2,
  paginateDescribeRules,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { PagesBeside } from '../../activities/ports.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { pageAction, type Page } from '../../domain/maintenance.ts'
import { answersItself, pagesOf, pagesOfNobody, type ListedRule } from '../../domain/page-places.ts'
import { ask, askFor, askForAll, whatIsThere } from '../aws-errors.ts'
import { actionOf, toAction } from './actions.ts'
import { placeOf } from './rules.ts'
import { tagsOfThoseThere } from './tags.ts'

export async function rulesBeside(client: ElasticLoadBalancingV2, ruleArn: string): Promise<ListedRule[]> {
  const { listenerArn: ListenerArn } = placeOf(ruleArn)
  const rules = await askForAll(
    `DescribeRules ${ListenerArn}`,
    (o) => paginateDescribeRules({ client }, { ListenerArn }, o),
    (page) => page.Rules,
  )
  return rules
    .filter((rule) => rule.IsDefault !== true)
    .map(({ RuleArn: arn = '', Priority, Conditions = [], Actions = [] }) => ({
      arn,
      priority: Number(Priority),
      conditions: Conditions.map((condition) => ({ ...condition })),
      actions: Actions.map(actionOf),
    }))
}

export async function pagesBeside(client: ElasticLoadBalancingV2, ruleArns: readonly string[]): Promise<PagesBeside> {
  const oneOfEach = new Map(ruleArns.map((arn) => [placeOf(arn).listenerArn, arn]))
  const listeners = await each([...oneOfEach.values()], (arn) => whatIsThere(rulesBeside(client, arn)))
  const tags = await tagsOfThoseThere(
    client,
    listeners.flatMap((rules) => rules.filter(answersItself).map(({ arn }) => arn)),
  )
  const found = listeners.flatMap((rules) =>
    ruleArns.map((arn) => [arn, pagesOf(arn, rules, tags).map((page) => page.arn)] as const),
  )
  return {
    inFront: Object.fromEntries(found.filter(([, pages]) => pages.length > 0)),
    ofNobody: listeners.flatMap((rules) => pagesOfNobody(rules, tags, ruleArns)),
  }
}

export async function createPage(
  client: ElasticLoadBalancingV2,
  like: ListedRule,
  Priority: number,
  page: Page,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const { listenerArn: ListenerArn } = placeOf(like.arn)
  await ask(`CreateRule ${ListenerArn}`, (o) =>
    client.createRule(
      {
        ListenerArn,
        Priority,
        Conditions: like.conditions.map(askedAs),
        Actions: [toAction(pageAction(page))],
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      },
      o,
    ),
  )
}

export async function rewritePage(
  client: ElasticLoadBalancingV2,
  RuleArn: string,
  like: ListedRule,
  page: Page,
): Promise<void> {
  await ask(`ModifyRule ${RuleArn}`, (o) =>
    client.modifyRule({ RuleArn, Conditions: like.conditions.map(askedAs), Actions: [toAction(pageAction(page))] }, o),
  )
}

export async function tagPage(
  client: ElasticLoadBalancingV2,
  arn: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  await ask(`AddTags ${arn}`, (o) => client.addTags({ ResourceArns: [arn], Tags }, o))
}

export async function deleteRule(client: ElasticLoadBalancingV2, RuleArn: string): Promise<void> {
  await askFor(`DeleteRule ${RuleArn}`, (o) => client.deleteRule({ RuleArn }, o))
}

/**
 * ELB tells the values of a host or a path twice, and takes them once.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
 */
function askedAs(told: Readonly<Record<string, unknown>>): RuleCondition {
  const condition: RuleCondition = told // `rulesBeside` made it from one
  const { Values, RegexValues, ...rest } = condition
  if (rest.HostHeaderConfig || rest.PathPatternConfig) return rest
  return { ...rest, ...(Values && { Values }), ...(RegexValues && { RegexValues }) }
}
