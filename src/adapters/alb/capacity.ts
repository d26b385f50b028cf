import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Reservation } from '../../domain/balancer-capacity.ts'
import { ask, isAws } from '../aws-errors.ts'

export async function capacityOf(client: ElasticLoadBalancingV2, LoadBalancerArn: string): Promise<Reservation> {
  const { MinimumLoadBalancerCapacity, CapacityReservationState = [] } = await ask(
    `DescribeCapacityReservation ${LoadBalancerArn}`,
    (o) => client.describeCapacityReservation({ LoadBalancerArn }, o),
  )
  const units = MinimumLoadBalancerCapacity?.CapacityUnits
  return {
    ...(units !== undefined && units > 0 && { units }),
    zones: CapacityReservationState.map(({ State }) => ({
      state: State?.Code ?? '',
      ...(State?.Reason !== undefined && { reason: State.Reason }),
    })),
  }
}

export async function reserve(
  client: ElasticLoadBalancingV2,
  LoadBalancerArn: string,
  units: number | undefined,
): Promise<void> {
  const wanted =
    units === undefined ? { ResetCapacityReservation: true } : { MinimumLoadBalancerCapacity: { CapacityUnits: units } }
  await ask(`ModifyCapacityReservation ${LoadBalancerArn}`, async (o) => {
    try {
      await client.modifyCapacityReservation({ LoadBalancerArn, ...wanted }, o)
    } catch (error) {
      // Of a request whose answer was lost, mostly: the same is pending.
      if (!isAws(error, 'CapacityReservationPending')) throw error
      if ((await capacityOf(client, LoadBalancerArn)).units !== units) throw error
    }
  })
}
