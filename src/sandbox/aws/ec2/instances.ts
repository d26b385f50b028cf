import type { DescribeInstancesRequest, DescribeInstancesResult, Filter, Instance } from '@aws-sdk/client-ec2'
import type { InstanceState, SandboxAws } from '../../types.ts'
import { AwsError, notServed } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'

type Told = NonNullable<Parameters<SandboxAws['instances']['set']>[2]>
type Known = Told & { readonly state: InstanceState }

/** The instances that somebody told of, each in the state that it was told to be in. */
export class Instances implements Readonly<SandboxAws['instances']> {
  readonly all = new Map<string, Known>()

  set(id: string, state: InstanceState | 'unknown', more: Told = {}): void {
    if (state === 'unknown') this.all.delete(id)
    else this.all.set(id, { ...more, state })
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

/** `nodes`: those of node groups, beside what was told. */
export const instanceOperations = ({ all }: Instances, nodes: () => readonly (readonly [string, Told])[]) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
    DescribeInstances: (({ InstanceIds, Filters = [], NextToken, MaxResults }) => {
      const there = new Map([
        ...nodes().map(([id, node]) => [id, { ...node, state: 'running' as const }] as const),
        ...all,
      ])
      const unknown = InstanceIds?.find((id) => !there.has(id))
      if (unknown !== undefined)
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${unknown}' does not exist`)
      const matching = [...there].filter(
        ([id, { state }]) => InstanceIds?.includes(id) !== false && Filters.every((f) => passes(id, state, f)),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return { Reservations: items.map(reserved), NextToken: next }
    }) satisfies Serve<DescribeInstancesRequest, DescribeInstancesResult>,
  }) satisfies Operations

function passes(id: string, state: InstanceState, { Name, Values = [] }: Filter): boolean {
  if (Values.length > 200)
    throw new AwsError('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200')
  if (Name === 'instance-state-name') return Values.includes(state)
  if (Name !== 'instance-id') throw notServed(`the filter ${Name} of DescribeInstances`)
  return Values.includes(id)
}

/** Each was asked for by itself. */
const reserved = ([id, { state, type = 'm7i.xlarge', zone, spot, tags = {} }]: readonly [string, Known]) => ({
  ReservationId: `r-${id.slice(2)}`,
  Instances: [
    {
      InstanceId: id,
      State: { Code: codes[state], Name: state },
      // AWS's list of types is long; those of the sandbox are among these.
      InstanceType: type as NonNullable<Instance['InstanceType']>,
      CpuOptions: { CoreCount: vcpusOf(type) / 2, ThreadsPerCore: 2 },
      ...(zone !== undefined && { Placement: { AvailabilityZone: zone } }),
      ...(spot === true && { InstanceLifecycle: 'spot' as const }),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    },
  ],
})

/** By its size: `large` has 2, `xlarge` 4, `4xlarge` 16. */
function vcpusOf(type: string): number {
  const [, times, size] = /\.(\d*)(x?large)$/.exec(type) ?? []
  return size === 'xlarge' ? 4 * Number(times === '' ? 1 : times) : 2
}
