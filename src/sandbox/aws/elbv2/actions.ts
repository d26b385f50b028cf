/** What a rule's list of actions must be. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html */
import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Forward } from '../../types.ts'
import { AwsError, validationError } from '../errors.ts'
import { known, type ElbWorld } from './world.ts'

/** "exactly one of the following types of actions: forward, redirect, or fixed-response, and it must be the last action" */
const last = new Set(['forward', 'redirect', 'fixed-response'])

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html: target groups per action. */
const mostGroups = 5

/** As DescribeRules tells them: in order, numbered, with every default filled in. */
export function checkedActions(world: ElbWorld, loadBalancerArn: string, actions: readonly Action[]): Action[] {
  const ordered = actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
  if (ordered.filter(({ Type }) => Type && last.has(Type)).length !== 1 || !last.has(ordered.at(-1)?.Type ?? ''))
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'A rule must have exactly one action of type forward, redirect or fixed-response, and it must be the last one',
    )
  return ordered.map((action, index) => ({
    ...(action.Type === 'forward'
      ? checkedForward(world, loadBalancerArn, action)
      : action.Type === 'fixed-response'
        ? checkedPage(action)
        : action),
    Order: index + 1,
  }))
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html */
function checkedPage(action: Action): Action {
  const { StatusCode = '', ContentType = 'text/plain', MessageBody = '' } = action.FixedResponseConfig ?? {}
  if (!/^[245]\d\d$/.test(StatusCode)) throw validationError(`StatusCode '${StatusCode}' must be 2XX, 4XX or 5XX`)
  if (!pageTypes.has(ContentType)) throw validationError(`ContentType '${ContentType}' is not valid`)
  if (MessageBody.length > 1024) throw validationError('MessageBody must have at most 1024 characters')
  return action
}
const pageTypes = new Set(['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'])

function checkedForward(world: ElbWorld, loadBalancerArn: string, action: Action): Action {
  const { TargetGroupArn, ForwardConfig } = action
  const groups = ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn }] : [])
  if (groups.length === 0) throw validationError('A forward action must name a target group')
  if (groups.length > mostGroups)
    throw new AwsError('TooManyTargetGroups', `A forward action can have at most ${mostGroups} target groups`)
  if (TargetGroupArn && (groups.length > 1 || groups[0]?.TargetGroupArn !== TargetGroupArn))
    throw validationError('TargetGroupArn must be the only target group of ForwardConfig')
  const checked = groups.map((group) => checkedGroup(world, loadBalancerArn, group))
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {}
  // "1-604800 seconds (7 days)"
  if (Enabled && !(DurationSeconds !== undefined && DurationSeconds >= 1 && DurationSeconds <= 604_800))
    throw validationError('Stickiness needs a DurationSeconds from 1 to 604800')
  return {
    Type: 'forward',
    ...(checked.length === 1 ? { TargetGroupArn: checked[0]?.TargetGroupArn } : {}),
    ForwardConfig: { TargetGroups: checked, TargetGroupStickinessConfig: { Enabled, DurationSeconds } },
  }
}

function checkedGroup(
  world: ElbWorld,
  loadBalancerArn: string,
  { TargetGroupArn: arn = '', Weight = 1 }: TargetGroupTuple,
) {
  known('TargetGroup', world.targetGroups, arn)
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
  if (!Number.isInteger(Weight) || Weight < 0 || Weight > 999)
    throw validationError(`Weight '${Weight}' of target group '${arn}' must be from 0 to 999`)
  if (world.usersOf(arn).some((rule) => rule.loadBalancerArn !== loadBalancerArn))
    throw new AwsError(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    )
  return { TargetGroupArn: arn, Weight }
}

export const forwardAction = (forward: readonly Forward[]): Action => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: forward.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight })),
  },
})
