import type { DescribeVolumesRequest, DescribeVolumesResult, Filter, Volume } from '@aws-sdk/client-ec2'
import { AwsError, notServed } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import type { EbsVolume, Ec2World } from './world.ts'

export const volumeOperations = (world: Ec2World) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html */
    DescribeVolumes: (({ VolumeIds, Filters = [], NextToken, MaxResults }) => {
      const asked = VolumeIds?.map((id) => {
        const found = world.all.get(id)
        if (!found) throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
        return found
      })
      const matching = (asked ?? [...world.all.values()]).filter((v) => Filters.every((f) => passes(v, f)))
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return { Volumes: items.map(described), NextToken: next }
    }) satisfies Serve<DescribeVolumesRequest, DescribeVolumesResult>,
  }) satisfies Operations

function passes(volume: EbsVolume, { Name, Values = [] }: Filter): boolean {
  if (Values.length > 200)
    throw new AwsError('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200')
  if (Name !== 'volume-id') throw notServed(`the filter ${Name} of DescribeVolumes`)
  return Values.includes(volume.id)
}

const described = ({ id, zone, gigabytes, createdAt, attachment }: EbsVolume): Volume => ({
  VolumeId: id,
  AvailabilityZone: zone,
  Size: gigabytes,
  VolumeType: 'gp3',
  Encrypted: false,
  MultiAttachEnabled: false,
  CreateTime: createdAt,
  State: attachment ? 'in-use' : 'available',
  Attachments: attachment
    ? [{ VolumeId: id, InstanceId: attachment.instance, State: attachment.state, Device: '/dev/xvdaa' }]
    : [],
})
