import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  ModifyCapacityReservationInput,
  ModifyCapacityReservationOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError, validationError } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import { known, type ElbLoadBalancer, type ElbWorld } from './world.ts'

/** The least that may be asked for; of a network load balancer in each zone. */
const LEAST = { application: 100, network: 2750 } as const
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/request-capacity-unit-reservation.html */
const DECREASES_A_DAY = 2

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html */
export const capacityOperations = (world: ElbWorld) =>
  ({
    DescribeCapacityReservation: (({ LoadBalancerArn }) =>
      told(known('LoadBalancer', world.loadBalancers, LoadBalancerArn))) satisfies Serve<
      DescribeCapacityReservationInput,
      DescribeCapacityReservationOutput
    >,

    ModifyCapacityReservation: (({ LoadBalancerArn, MinimumLoadBalancerCapacity, ResetCapacityReservation }) => {
      const balancer = known('LoadBalancer', world.loadBalancers, LoadBalancerArn)
      const before = balancer.reserved
      if (before.state === 'pending')
        throw new AwsError('CapacityReservationPending', 'There is a pending capacity reservation.')
      const units = ResetCapacityReservation === true ? undefined : MinimumLoadBalancerCapacity?.CapacityUnits
      if (ResetCapacityReservation !== true) check(balancer, units, world.quotas.capacityUnits)
      if ((units ?? 0) < (before.units ?? 0)) {
        if (before.decreasesLeft === 0)
          throw new AwsError(
            'CapacityDecreaseRequestLimitExceeded',
            'You have exceeded the daily capacity decrease limit for this reservation.',
          )
        before.decreasesLeft -= 1
      }
      before.units = units
      before.state = units === undefined ? undefined : 'pending'
      if (units !== undefined)
        world.later.after(world.times.capacityMs, () => {
          if (before.state === 'pending') before.state = world.full ? 'failed' : 'provisioned'
        })
      return told(balancer)
    }) satisfies Serve<ModifyCapacityReservationInput, ModifyCapacityReservationOutput>,
  }) satisfies Operations

export const nothingReserved = (): ElbLoadBalancer['reserved'] => ({ decreasesLeft: DECREASES_A_DAY })

function told({ described, reserved: { units, state, decreasesLeft } }: ElbLoadBalancer) {
  return {
    DecreaseRequestsRemaining: decreasesLeft,
    ...(units !== undefined && { MinimumLoadBalancerCapacity: { CapacityUnits: units } }),
    CapacityReservationState:
      state === undefined
        ? []
        : (described.AvailabilityZones ?? []).map(({ ZoneName }) => ({
            AvailabilityZone: ZoneName,
            EffectiveCapacityUnits: state === 'provisioned' ? (units ?? 0) / 2 : 0,
            State: { Code: state, ...(state === 'failed' && { Reason: 'InsufficientCapacity' }) },
          })),
  }
}

function check({ described }: ElbLoadBalancer, units: number | undefined, most: number): void {
  if (units === undefined)
    throw validationError('Either MinimumLoadBalancerCapacity or ResetCapacityReservation is needed')
  const network = described.Type === 'network'
  const least = network ? LEAST.network * (described.AvailabilityZones?.length ?? 1) : LEAST.application
  if (units < least) throw validationError(`The minimum capacity is ${least} capacity units`)
  if (units > most) throw new AwsError('CapacityUnitsLimitExceeded', 'You have exceeded the capacity units limit.')
}
