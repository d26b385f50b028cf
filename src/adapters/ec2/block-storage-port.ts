import {
  type EC2,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  type Filter,
  type Tag,
  type Volume,
} from '@aws-sdk/client-ec2'
import type { BlockStoragePort } from '../../activities/ports.ts'
import type { VolumeDescription } from '../../domain/ec2-objects.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'
import { ask, askFor, askForAll } from '../aws-errors.ts'
import { FILTER_VALUES } from './filters.ts'

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html: up to 1000 resources. */
const TAGGED_AT_ONCE = 1000
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html: at most so many a page. */
const PAGE = 1000

/** `once`: a client that sends each request once. What has no token may be there although its answer was lost. */
export const blockStorage = (client: EC2, once: EC2): BlockStoragePort => ({
  async disks() {
    const told = await askForAll(
      'DescribeVolumes',
      (o) => paginateDescribeVolumes({ client, pageSize: PAGE }, {}, o),
      (page) => page.Volumes,
    )
    return told.map(({ VolumeId = '', VolumeType = '', Size = 0, Attachments = [] }) => ({
      id: VolumeId,
      type: VolumeType,
      gibibytes: Size,
      goesWith: Attachments.flatMap(({ DeleteOnTermination, InstanceId }) =>
        DeleteOnTermination === true && InstanceId !== undefined ? [InstanceId] : [],
      ),
    }))
  },

  async volumes(ids) {
    const told = await each(batches(ids, FILTER_VALUES), (Values) =>
      // By a filter: one id that is gone would fail the whole list.
      volumesBy(client, `DescribeVolumes ${Values.join(' ')}`, [{ Name: 'volume-id', Values }]),
    )
    return told.flat()
  },

  volumesTagged: (tags) => volumesBy(client, `DescribeVolumes ${spelled(tags)}`, filters(tags)),

  async snapshotsTagged(tags) {
    const told = await askForAll(
      `DescribeSnapshots ${spelled(tags)}`,
      (o) => paginateDescribeSnapshots({ client }, { OwnerIds: ['self'], Filters: filters(tags) }, o),
      (page) => page.Snapshots,
    )
    return told.map(({ SnapshotId = '', VolumeId = '', State = '', StateMessage, Progress = '', StartTime }) => ({
      id: SnapshotId,
      volume: VolumeId,
      state: State,
      progress: Progress,
      startedAt: StartTime?.toISOString() ?? '',
      ...(StateMessage !== undefined && { problem: StateMessage }),
    }))
  },

  async createSnapshot(VolumeId, Description, tags) {
    const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: written(tags) }]
    const { SnapshotId = '' } = await ask(`CreateSnapshot ${VolumeId}`, (o) =>
      once.createSnapshot({ VolumeId, Description, TagSpecifications }, o),
    )
    return SnapshotId
  },

  async createVolume({ snapshot, zone, type, iops, throughput, tags }, ClientToken) {
    await ask(`CreateVolume from ${snapshot}`, (o) =>
      client.createVolume(
        {
          ClientToken,
          SnapshotId: snapshot,
          AvailabilityZone: zone,
          // Told by EC2 of the volume that it is to be like.
          VolumeType: type as NonNullable<Volume['VolumeType']>,
          ...(iops !== undefined && { Iops: iops }),
          ...(throughput !== undefined && { Throughput: throughput }),
          TagSpecifications: [{ ResourceType: 'volume', Tags: written(tags) }],
        },
        o,
      ),
    )
  },

  async tagVolumes(ids, tags) {
    for (const Resources of batches(ids, TAGGED_AT_ONCE))
      await ask(`CreateTags ${Resources.join(' ')}`, (o) => client.createTags({ Resources, Tags: written(tags) }, o))
  },

  async deleteSnapshot(SnapshotId) {
    await askFor(`DeleteSnapshot ${SnapshotId}`, (o) => client.deleteSnapshot({ SnapshotId }, o))
  },

  async deleteVolume(VolumeId) {
    await askFor(`DeleteVolume ${VolumeId}`, (o) => client.deleteVolume({ VolumeId }, o))
  },
})

async function volumesBy(client: EC2, operation: string, Filters: Filter[]): Promise<VolumeDescription[]> {
  const told = await askForAll(
    operation,
    (o) => paginateDescribeVolumes({ client }, { Filters }, o),
    (page) => page.Volumes,
  )
  return told.map((volume) => ({
    id: volume.VolumeId ?? '',
    state: volume.State ?? '',
    zone: volume.AvailabilityZone ?? '',
    instances: (volume.Attachments ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
    type: volume.VolumeType ?? '',
    ...(volume.Iops !== undefined && { iops: volume.Iops }),
    ...(volume.Throughput !== undefined && { throughput: volume.Throughput }),
    tags: Object.fromEntries((volume.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }))
}

type Tags = Readonly<Record<string, string>>

const written = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

const filters = (tags: Tags): Filter[] =>
  Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }))

const spelled = (tags: Tags): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
