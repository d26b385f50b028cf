import type {
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { validationError } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import { known, type ElbTargetGroup, type ElbWorld } from './world.ts'

/** Those of an application load balancer's target groups. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html */
export const defaultAttributes = {
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'slow_start.duration_seconds': '0',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.enabled': 'false',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'stickiness.type': 'lb_cookie',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
} as const

/** Numbers with their limits, from the same page. */
const limits: Readonly<Record<string, (value: number) => boolean>> = {
  'deregistration_delay.timeout_seconds': (it) => it >= 0 && it <= 3600,
  'slow_start.duration_seconds': (it) => it === 0 || (it >= 30 && it <= 900),
  'stickiness.lb_cookie.duration_seconds': (it) => it >= 1 && it <= 604_800,
}

export const attributeOperations = (world: ElbWorld) =>
  ({
    DescribeTargetGroupAttributes: (({ TargetGroupArn }) => ({
      Attributes: listed(known('TargetGroup', world.targetGroups, TargetGroupArn)),
    })) satisfies Serve<DescribeTargetGroupAttributesInput, DescribeTargetGroupAttributesOutput>,

    ModifyTargetGroupAttributes: (({ TargetGroupArn, Attributes }) => {
      const group = known('TargetGroup', world.targetGroups, TargetGroupArn)
      for (const { Key = '', Value = '' } of Attributes) check(Key, Value)
      for (const { Key = '', Value = '' } of Attributes) group.attributes.set(Key, Value)
      return { Attributes: listed(group) }
    }) satisfies Serve<ModifyTargetGroupAttributesInput, ModifyTargetGroupAttributesOutput>,
  }) satisfies Operations

const listed = ({ attributes }: ElbTargetGroup) => [...attributes].map(([Key, Value]) => ({ Key, Value }))

function check(key: string, value: string): void {
  if (!(key in defaultAttributes)) throw validationError(`Target group attribute key '${key}' is not recognized`)
  const within = limits[key]
  if (within && !(/^\d+$/.test(value) && within(Number(value))))
    throw validationError(`'${value}' is not a valid value of target group attribute '${key}'`)
}
