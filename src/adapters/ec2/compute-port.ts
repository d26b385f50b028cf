import { type EC2, paginateDescribeInstances } from '@aws-sdk/client-ec2'
import type { ComputePort } from '../../activities/ports.ts'
import { batches, each } from '../aws-client.ts'
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
