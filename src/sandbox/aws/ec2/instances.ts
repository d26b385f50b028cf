import type { DescribeInstancesRequest, DescribeInstancesResult, Filter } from '@aws-sdk/client-ec2'
import type { InstanceState, SandboxAws } from '../../types.ts'
import { AwsError, notServed } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'

/** The instances that somebody told of, each in the state that it was told to be in. */
export class Instances implements Readonly<SandboxAws['instances']> {
  readonly all = new Map<string, InstanceState>()

  set(id: string, state: InstanceState | 'unknown'): void {
    if (state === 'unknown') this.all.delete(id)
    else this.all.set(id, state)
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const codes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

export const instanceOperations = ({ all }: Instances) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
    DescribeInstances: (({ InstanceIds, Filters = [], NextToken, MaxResults }) => {
      const unknown = InstanceIds?.find((id) => !all.has(id))
      if (unknown !== undefined)
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${unknown}' does not exist`)
      const matching = [...all].filter(
        ([id]) => InstanceIds?.includes(id) !== false && Filters.every((f) => passes(id, f)),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return { Reservations: items.map(reserved), NextToken: next }
    }) satisfies Serve<DescribeInstancesRequest, DescribeInstancesResult>,
  }) satisfies Operations

function passes(id: string, { Name, Values = [] }: Filter): boolean {
  if (Values.length > 200)
    throw new AwsError('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200')
  if (Name !== 'instance-id') throw notServed(`the filter ${Name} of DescribeInstances`)
  return Values.includes(id)
}

/** Each was asked for by itself. */
const reserved = ([id, state]: readonly [string, InstanceState]) => ({
  ReservationId: `r-${id.slice(2)}`,
  Instances: [{ InstanceId: id, State: { Code: codes[state], Name: state } }],
})
