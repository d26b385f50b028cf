import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
} from '@aws-sdk/client-ec2'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, specifiedTags, told } from './tags.ts'
import type { EbsSnapshot, Ec2World } from './world.ts'

export const snapshotOperations = (world: Ec2World, account: string) => {
  const described = ({ id, volume, gigabytes, description, startedAt, state, tags }: EbsSnapshot): Snapshot => ({
    SnapshotId: id,
    VolumeId: volume,
    VolumeSize: gigabytes,
    Description: description,
    OwnerId: account,
    StartTime: startedAt,
    State: state,
    Progress: state === 'completed' ? '100%' : '47%',
    Encrypted: false,
    Tags: told(tags),
  })

  return {
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html: it takes no client token. */
    CreateSnapshot: (({ VolumeId, Description = '', TagSpecifications = [] }) =>
      described(
        world.takeSnapshot(world.volume(VolumeId), Description, specifiedTags(TagSpecifications, 'snapshot')),
      )) satisfies Serve<CreateSnapshotRequest, Snapshot>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html: there are none but its own here. */
    DescribeSnapshots: (({ SnapshotIds, Filters = [], NextToken, MaxResults }) => {
      const asked = SnapshotIds?.map((id) => world.snapshot(id)) ?? [...world.taken.values()]
      const matching = asked.filter((s) =>
        Filters.every((f) =>
          passes('DescribeSnapshots', f, s.tags, { 'snapshot-id': s.id, 'volume-id': s.volume, status: s.state }),
        ),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return { Snapshots: items.map(described), NextToken: next }
    }) satisfies Serve<DescribeSnapshotsRequest, DescribeSnapshotsResult>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html */
    DeleteSnapshot: (({ SnapshotId }) => {
      world.deleteSnapshot(world.snapshot(SnapshotId))
      return {}
    }) satisfies Serve<DeleteSnapshotRequest, object>,
  } satisfies Operations
}
