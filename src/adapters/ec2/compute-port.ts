import { type EC2, type Instance, paginateDescribeInstances, type Tag } from '@aws-sdk/client-ec2'
import type { ComputePort } from '../../activities/ports.ts'
import type { RunningInstance } from '../../domain/quotas.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'
import { askFor, askForAll, isAws } from '../aws-errors.ts'

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html: values of a filter. */
const AT_MOST = 200

export const compute = (client: EC2): ComputePort => ({
  async instances(ids) {
    const told = await each(batches(ids, AT_MOST), (Values) =>
      // By a filter: one id that is gone would fail the whole list.
      askForAll(
        `DescribeInstances ${Values.join(' ')}`,
        (o) => paginateDescribeInstances({ client }, { Filters: [{ Name: 'instance-id', Values }] }, o),
        (page) => page.Reservations?.flatMap(({ Instances = [] }) => Instances),
      ),
    )
    return told.flat().map(({ InstanceId = '', State }) => ({ id: InstanceId, state: State?.Name ?? '' }))
  },

  async running() {
    const told = await askForAll(
      'DescribeInstances',
      (o) =>
        paginateDescribeInstances(
          { client, pageSize: 1000 },
          { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] },
          o,
        ),
      (page) => page.Reservations?.flatMap(({ Instances = [] }) => Instances),
    )
    return told.map(runningOf)
  },

  async images(ids) {
    // One by one: an id that is gone would fail the whole list, and a filter looks through everybody's images.
    const told = await each(ids, (id) =>
      askFor(`DescribeImages ${id}`, async (o) => {
        try {
          return await client.describeImages({ ImageIds: [id] }, o)
        } catch (error) {
          if (isAws(error, 'InvalidAMIID.Unavailable')) return undefined
          throw error
        }
      }),
    )
    return told.flatMap(
      (answer) =>
        answer?.Images?.map(({ ImageId = '', Architecture = '', State = '' }) => ({
          id: ImageId,
          architecture: Architecture,
          state: State,
        })) ?? [],
    )
  },
})

/** Nodes of managed groups carry the first tag, all others the second. */
function runningOf(told: Instance): RunningInstance {
  const { InstanceId = '', InstanceType, InstanceLifecycle, Placement, CpuOptions, Tags = [] } = told
  const { CoreCount = 0, ThreadsPerCore = 1 } = CpuOptions ?? {}
  const owned = Tags.find(({ Key = '', Value }) => Key.startsWith(OF_CLUSTER) && Value === 'owned')
  const valueOf = (key: string) => Tags.find(({ Key }) => Key === key)?.Value
  const cluster = valueOf('eks:cluster-name') ?? owned?.Key?.slice(OF_CLUSTER.length) ?? valueOf('eks:eks-cluster-name')
  const pool = valueOf(NODE_POOL)
  return {
    id: InstanceId,
    type: InstanceType ?? '',
    zone: Placement?.AvailabilityZone ?? '',
    vcpus: CoreCount * ThreadsPerCore,
    spot: InstanceLifecycle === 'spot',
    ...(cluster !== undefined && { cluster, by: starterOf(Tags) }),
    ...(pool !== undefined && { pool }),
  }
}

/**
 * Karpenter tags its nodes with `eks:eks-cluster-name` too, so that prefix is nobody's own.
 * https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html, https://karpenter.sh/docs/concepts/nodeclasses/#spectags
 */
function starterOf(tags: readonly Tag[]): NonNullable<RunningInstance['by']> {
  const has = (...keys: readonly string[]) => tags.some(({ Key = '' }) => keys.includes(Key))
  return has('eks:nodegroup-name', AUTO_MODE) ? 'EKS' : has(NODE_POOL) ? 'Karpenter' : 'others'
}

/** https://docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html: its own name of a NodePool. */
const AUTO_MODE = 'eks:kubernetes-node-pool-name'

/** https://karpenter.sh/docs/concepts/nodeclasses/#spectags */
const NODE_POOL = 'karpenter.sh/nodepool'

const OF_CLUSTER = 'kubernetes.io/cluster/'
