import { type ElasticLoadBalancingV2, paginateDescribeTargetGroups } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TargetHealth } from '../../domain/target-groups.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { ask, askForAll } from '../aws-errors.ts'

export async function health(client: ElasticLoadBalancingV2, TargetGroupArn: string): Promise<TargetHealth[]> {
  const { TargetHealthDescriptions = [] } = await ask(`DescribeTargetHealth ${TargetGroupArn}`, (o) =>
    client.describeTargetHealth({ TargetGroupArn }, o),
  )
  return TargetHealthDescriptions.map(({ Target, TargetHealth: told }) => ({
    id: Target?.Id ?? '',
    state: told?.State ?? '',
    ...(Target?.Port !== undefined && { port: Target.Port }),
    ...(told?.Reason !== undefined && { reason: told.Reason }),
  }))
}

export async function groupsBehind(client: ElasticLoadBalancingV2, LoadBalancerArn: string): Promise<string[]> {
  const groups = await askForAll(
    `DescribeTargetGroups of ${LoadBalancerArn}`,
    (o) => paginateDescribeTargetGroups({ client }, { LoadBalancerArn }, o),
    (page) => page.TargetGroups,
  )
  return groups.flatMap((group) => group.TargetGroupArn ?? [])
}

export async function healthBehind(client: ElasticLoadBalancingV2, loadBalancerArn: string): Promise<TargetHealth[]> {
  const all = await each(await groupsBehind(client, loadBalancerArn), (arn) => health(client, arn))
  return all.flat()
}
