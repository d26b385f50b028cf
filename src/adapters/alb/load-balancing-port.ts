import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancingPort } from '../../activities/ports.ts'
import { ask, askFor } from '../aws-errors.ts'
import { toAction } from './actions.ts'
import { capacityOf, reserve } from './capacity.ts'
import { addressesOf, findBalancer } from './balancers.ts'
import { groupsBehind, health, healthBehind } from './health.ts'
import { createPage, deleteRule, pagesBeside, rewritePage, rulesBeside, tagPage } from './pages.ts'
import { findRule, listenersForwardingTo, rulesForwardingTo } from './rules.ts'
import { tagsOf } from './tags.ts'
import { createTargetGroup, findTargetGroup } from './target-groups.ts'
import { usage } from './usage.ts'

export const loadBalancing = (client: ElasticLoadBalancingV2): LoadBalancingPort => ({
  rulesForwardingTo: (targetGroupArns) => rulesForwardingTo(client, targetGroupArns),

  listenersForwardingTo: (targetGroupArns) => listenersForwardingTo(client, targetGroupArns),

  findRule: (arn) => findRule(client, arn),

  tagsOf: (arns) => tagsOf(client, arns),

  rulesBeside: (ruleArn) => rulesBeside(client, ruleArn),

  createPage: (like, priority, page, tags) => createPage(client, like, priority, page, tags),

  pagesBeside: (ruleArns) => pagesBeside(client, ruleArns),

  tagPage: (pageArn, tags) => tagPage(client, pageArn, tags),
  rewritePage: (pageArn, like, page) => rewritePage(client, pageArn, like, page),

  deleteRule: (ruleArn) => deleteRule(client, ruleArn),

  async setActions(RuleArn, actions) {
    await ask(`ModifyRule ${RuleArn}`, (o) => client.modifyRule({ RuleArn, Actions: actions.map(toAction) }, o))
  },

  findTargetGroup: (arnOrName) => findTargetGroup(client, arnOrName),

  createTargetGroup: (name, like, tags) => createTargetGroup(client, name, like, tags),

  async deleteTargetGroup(TargetGroupArn) {
    await askFor(`DeleteTargetGroup ${TargetGroupArn}`, (o) => client.deleteTargetGroup({ TargetGroupArn }, o))
  },

  health: (targetGroupArn) => health(client, targetGroupArn),

  findBalancer: (host) => findBalancer(client, host),

  addressesOf: (hosts) => addressesOf(client, hosts),

  capacityOf: (loadBalancerArn) => capacityOf(client, loadBalancerArn),

  reserve: (loadBalancerArn, units) => reserve(client, loadBalancerArn, units),

  groupsBehind: (loadBalancerArn) => groupsBehind(client, loadBalancerArn),

  healthBehind: (loadBalancerArn) => healthBehind(client, loadBalancerArn),

  usage: (blue, green) => usage(client, blue, green),
})
