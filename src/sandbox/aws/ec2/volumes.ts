import type {
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume,
} from '@aws-sdk/client-ec2'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, specifiedTags, told } from './tags.ts'
import { stateOf, type EbsVolume, type Ec2World } from './world.ts'

export const volumeOperations = (world: Ec2World) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html */
    DescribeVolumes: (({ VolumeIds, Filters = [], NextToken, MaxResults }) => {
      const asked = VolumeIds?.map((id) => world.volume(id)) ?? [...world.all.values()]
      const matching = asked.filter((v) =>
        Filters.every((f) => passes('DescribeVolumes', f, v.tags, { 'volume-id': v.id })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return { Volumes: items.map(described), NextToken: next }
    }) satisfies Serve<DescribeVolumesRequest, DescribeVolumesResult>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html: from a snapshot, in one zone. */
    CreateVolume: (({ ClientToken, ...parameters }) =>
      described(world.onceByToken(ClientToken, parameters, () => made(world, parameters)))) satisfies Serve<
      CreateVolumeRequest,
      Volume
    >,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html */
    DeleteVolume: (({ VolumeId }) => {
      world.deleteVolume(world.volume(VolumeId).id)
      return {}
    }) satisfies Serve<DeleteVolumeRequest, object>,
  }) satisfies Operations

function made(world: Ec2World, request: CreateVolumeRequest): EbsVolume {
  const { AvailabilityZone, SnapshotId, Size, VolumeType = 'gp2', Iops, Throughput, TagSpecifications = [] } = request
  if (AvailabilityZone === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter AvailabilityZone')
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html: for which types each may be given.
  if (Iops !== undefined && !['gp3', 'io1', 'io2'].includes(VolumeType))
    throw new AwsError('InvalidParameterCombination', `The parameter iops is not supported for ${VolumeType} volumes.`)
  if (Throughput !== undefined && VolumeType !== 'gp3')
    throw new AwsError('InvalidParameterCombination', `Throughput is not supported for ${VolumeType} volumes.`)
  const snapshot = SnapshotId === undefined ? undefined : world.snapshot(SnapshotId)
  if (snapshot?.state === 'pending')
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - pending: ${snapshot.id}`)
  const gigabytes = Size ?? snapshot?.gigabytes
  if (gigabytes === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter size or snapshotId')
  const settings = {
    zone: AvailabilityZone,
    type: VolumeType,
    ...(Iops !== undefined && { iops: Iops }),
    ...(Throughput !== undefined && { throughput: Throughput }),
    ...(snapshot && { snapshot: snapshot.id }),
  }
  return world.makeVolume(settings, gigabytes, specifiedTags(TagSpecifications, 'volume'))
}

const described = (volume: EbsVolume): Volume => ({
  VolumeId: volume.id,
  AvailabilityZone: volume.zone,
  Size: volume.gigabytes,
  // These are the values that it knows.
  VolumeType: volume.type as NonNullable<Volume['VolumeType']>,
  // Told of gp2 too, which has them by its size.
  Iops: volume.iops ?? 3000,
  Throughput: volume.type === 'gp3' ? (volume.throughput ?? 125) : undefined,
  SnapshotId: volume.snapshot ?? '',
  Encrypted: false,
  MultiAttachEnabled: false,
  CreateTime: volume.createdAt,
  State: stateOf(volume),
  Tags: told(volume.tags),
  Attachments: volume.attachment
    ? [
        {
          VolumeId: volume.id,
          InstanceId: volume.attachment.instance,
          State: volume.attachment.state,
          Device: '/dev/xvdaa',
          DeleteOnTermination: volume.attachment.goes,
        },
      ]
    : [],
})
