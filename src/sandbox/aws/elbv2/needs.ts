/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
import type { CreateTargetGroupInput, Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import { anywhere, tagged, tagging, type Needs } from '../authorization/needs.ts'
import type { Given } from '../protocol/operations.ts'
import type { ElbWorld } from './world.ts'

const SERVICE = 'elasticloadbalancing'

export const elbv2Needs = (world: ElbWorld): Needs => {
  const on = (action: string, resource: string) => ({
    action: `${SERVICE}:${action}`,
    resource,
    context: tagged(
      (world.targetGroups.get(resource) ?? world.rules.get(resource) ?? world.loadBalancers.get(resource))?.tags,
    ),
  })
  const onTargetGroup = (...operations: readonly string[]): Needs =>
    Object.fromEntries(
      operations.map((op) => [op, ({ TargetGroupArn }: { TargetGroupArn: string }) => [on(op, TargetGroupArn)]]),
    )
  const onEach =
    (op: string) =>
    ({ ResourceArns, Tags }: { ResourceArns: string[]; Tags?: Tag[] }) =>
      ResourceArns.map((arn) => {
        const of = on(op, arn)
        return { ...of, context: { ...of.context, ...tagging(mapOf(Tags)) } }
      })
  return {
    ...anywhere(SERVICE, 'DescribeLoadBalancers', 'DescribeListeners', 'DescribeRules', 'DescribeTags'),
    ...anywhere(SERVICE, 'DescribeTargetGroups', 'DescribeTargetGroupAttributes', 'DescribeTargetHealth'),
    ...onTargetGroup('ModifyTargetGroupAttributes', 'DeleteTargetGroup', 'RegisterTargets', 'DeregisterTargets'),
    ...anywhere(SERVICE, 'DescribeCapacityReservation'),
    ModifyCapacityReservation: ({ LoadBalancerArn }: { LoadBalancerArn: string }) => [
      on('ModifyCapacityReservation', LoadBalancerArn),
    ],
    CreateRule: ({ ListenerArn, Tags }: { ListenerArn: string; Tags?: Tag[] }) => {
      const context = tagging(mapOf(Tags))
      const tags = {
        action: `${SERVICE}:AddTags`,
        resource: ListenerArn.replace(':listener/', ':listener-rule/') + '/*',
        context: { ...context, [`${SERVICE}:CreateAction`]: 'CreateRule' },
      }
      return [{ action: `${SERVICE}:CreateRule`, resource: ListenerArn, context }, ...(Tags?.length ? [tags] : [])]
    },
    DeleteRule: ({ RuleArn }: { RuleArn: string }) => [on('DeleteRule', RuleArn)],
    ModifyRule: ({ RuleArn }: { RuleArn: string }) => [on('ModifyRule', RuleArn)],
    AddTags: onEach('AddTags'),
    RemoveTags: onEach('RemoveTags'),
    CreateTargetGroup: ({ Name, Tags }: Given<CreateTargetGroupInput>) => {
      const resource = `arn:aws:${SERVICE}:${world.region}:${world.account}:targetgroup/${Name}/*`
      const context = tagging(mapOf(Tags))
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
      const tags = {
        action: `${SERVICE}:AddTags`,
        resource,
        context: { ...context, [`${SERVICE}:CreateAction`]: 'CreateTargetGroup' },
      }
      return [{ action: `${SERVICE}:CreateTargetGroup`, resource, context }, ...(Tags?.length ? [tags] : [])]
    },
  } satisfies Needs
}

const mapOf = (tags: readonly Tag[] = []) => new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
