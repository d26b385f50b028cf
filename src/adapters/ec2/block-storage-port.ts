import { type EC2, paginateDescribeVolumes } from '@aws-sdk/client-ec2'
import type { BlockStoragePort } from '../../activities/ports.ts'
import { batches, each } from '../aws-client.ts'
import { askForAll } from '../aws-errors.ts'

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html: values of a filter. */
const AT_MOST = 200

export const blockStorage = (client: EC2): BlockStoragePort => ({
  async volumes(ids) {
    const told = await each(batches(ids, AT_MOST), (Values) =>
      // By a filter: one id that is gone would fail the whole list.
      askForAll(
        `DescribeVolumes ${Values.join(' ')}`,
        (o) => paginateDescribeVolumes({ client }, { Filters: [{ Name: 'volume-id', Values }] }, o),
        (page) => page.Volumes,
      ),
    )
    return told.flat().map(({ VolumeId = '', State = '', AvailabilityZone = '', Attachments = [] }) => ({
      id: VolumeId,
      state: State,
      zone: AvailabilityZone,
      instances: Attachments.flatMap(({ InstanceId }) => InstanceId ?? []),
    }))
  },
})
