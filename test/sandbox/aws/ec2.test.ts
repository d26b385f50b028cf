import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  type CreateVolumeCommandInput,
  type DescribeVolumesCommandInput,
} from '@aws-sdk/client-ec2'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { aSandbox, refused } from './a-sandbox.ts'

const ZONE = 'ap-northeast-1a'

describe('volumes', () => {
  async function some(many: number) {
    const it = await aSandbox({ volumeMs: 300 })
    const ids = Array.from({ length: many }, () => it.aws.ec2.createVolume(ZONE, 10))
    const ask = (input: DescribeVolumesCommandInput) => it.ec2.send(new DescribeVolumesCommand(input))
    return { ...it, ids, ask }
  }

  test('are told as EC2 does', async () => {
    const { ask, ids, aws } = await some(1)
    aws.ec2.attachVolume(ids[0] ?? '', 'i-1')
    const { Volumes } = await ask({ VolumeIds: ids })
    expect(Volumes).toMatchObject([
      {
        VolumeId: ids[0],
        AvailabilityZone: ZONE,
        Size: 10,
        State: 'in-use',
        Encrypted: false,
        CreateTime: expect.any(Date),
        Attachments: [{ VolumeId: ids[0], InstanceId: 'i-1', State: 'attaching' }],
      },
    ])
  })

  test('come page by page', async () => {
    const { ask, ids } = await some(7)
    const first = await ask({ MaxResults: 5 })
    const second = await ask({ MaxResults: 5, ...(first.NextToken && { NextToken: first.NextToken }) })
    expect([...(first.Volumes ?? []), ...(second.Volumes ?? [])].map((v) => v.VolumeId)).toEqual(ids)
    expect(second.NextToken).toBeUndefined()
  })

  test('that are gone are an error by id, and nothing by a filter', async () => {
    const { ask, ids } = await some(2)
    expect(await refused(ask({ VolumeIds: [...ids, 'vol-0'] }))).toBe('400 InvalidVolume.NotFound')
    const { Volumes } = await ask({ Filters: [{ Name: 'volume-id', Values: ['vol-0', ids[1] ?? ''] }] })
    expect(Volumes?.map((v) => v.VolumeId)).toEqual([ids[1]])
  })

  test('are told by no filter that the sandbox does not know, and by at most 200 values', async () => {
    const { ask } = await some(1)
    expect(await refused(ask({ Filters: [{ Name: 'status', Values: ['available'] }] }))).toBe('501 NotServedBySandbox')
    const Values = Array.from({ length: 201 }, (_, n) => `vol-${n}`)
    expect(await refused(ask({ Filters: [{ Name: 'volume-id', Values }] }))).toBe('400 FilterLimitExceeded')
  })

  test('are on one instance at a time, and deleted only when on none', async () => {
    const { aws, ids, ask } = await some(1)
    const [id = ''] = ids
    const state = async () => (await ask({ VolumeIds: [id] })).Volumes?.[0]?.Attachments?.[0]?.State
    aws.ec2.attachVolume(id, 'i-1')
    aws.ec2.attachVolume(id, 'i-1')
    await eventually('it is attached', async () => (await state()) === 'attached')
    expect(() => aws.ec2.attachVolume(id, 'i-2')).toThrow(/is currently attached to i-1/)
    expect(() => aws.ec2.deleteVolume(id)).toThrow(/is currently attached to i-1/)
    aws.ec2.detachVolume(id, 'i-2')
    aws.ec2.detachVolume(id, 'i-1')
    expect(await state()).toBe('detaching')
    expect(() => aws.ec2.attachVolume(id, 'i-2')).toThrow(/is currently attached to i-1/)
    await eventually('it is available', () => aws.ec2.volumes()[0]?.state === 'available')
    aws.ec2.deleteVolume(id)
    expect(aws.ec2.volumes()).toEqual([])
  })
})

describe('instances', () => {
  test('are told as EC2 does, each in a reservation of its own', async () => {
    const { aws, ec2 } = await aSandbox()
    aws.instances.set('i-1', 'stopped')
    aws.instances.set('i-2', 'running')
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-1'] }))
    expect(Reservations).toMatchObject([{ Instances: [{ InstanceId: 'i-1', State: { Code: 80, Name: 'stopped' } }] }])
  })

  test('that are gone are an error by id, and nothing by a filter', async () => {
    const { aws, ec2 } = await aSandbox()
    aws.instances.set('i-1', 'terminated')
    aws.instances.set('i-1', 'unknown')
    expect(await refused(ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-1'] })))).toBe(
      '400 InvalidInstanceID.NotFound',
    )
    const Filters = [{ Name: 'instance-id', Values: ['i-1'] }]
    expect((await ec2.send(new DescribeInstancesCommand({ Filters }))).Reservations).toEqual([])
  })
})

describe('snapshots', () => {
  async function one() {
    const { aws, ec2 } = await aSandbox({ snapshotMs: 150 })
    const volume = aws.ec2.createVolume(ZONE, 10)
    const Tags = [{ Key: 'for', Value: 'a test' }]
    const snapshot = await ec2.send(
      new CreateSnapshotCommand({
        VolumeId: volume,
        Description: 'a copy',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
      }),
    )
    const id = snapshot.SnapshotId ?? ''
    const complete = () => eventually('it is complete', () => aws.ec2.snapshots()[0]?.state === 'completed')
    const make = (input: Partial<CreateVolumeCommandInput>) =>
      ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, SnapshotId: id, VolumeType: 'gp3', ...input }))
    return { aws, ec2, volume, id, snapshot, complete, make, Tags }
  }

  test('take a while, and are told as EC2 does', async () => {
    const { ec2, volume, id, snapshot, complete, Tags } = await one()
    const told = {
      SnapshotId: id,
      VolumeId: volume,
      VolumeSize: 10,
      OwnerId: '123456789012',
      Description: 'a copy',
      Tags,
    }
    expect(snapshot).toMatchObject({ ...told, State: 'pending', StartTime: expect.any(Date) })
    await complete()
    const Filters = [{ Name: 'tag:for', Values: ['a test'] }]
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))
    expect(Snapshots).toMatchObject([{ ...told, State: 'completed', Progress: '100%' }])
    const other = await ec2.send(new DescribeSnapshotsCommand({ Filters: [{ Name: 'tag:for', Values: ['x'] }] }))
    expect(other.Snapshots).toEqual([])
  })

  test('say whether somebody may have written meanwhile', async () => {
    const { aws, ec2, volume } = await one()
    aws.ec2.attachVolume(volume, 'i-1')
    await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }))
    expect(aws.ec2.snapshots().map((s) => s.whileInUse)).toEqual([false, true])
  })

  test('become volumes once they are complete, and once a token', async () => {
    const { aws, complete, make } = await one()
    expect(await refused(make({}))).toBe('400 IncorrectState')
    await complete()
    const made = await make({ ClientToken: 't' })
    expect(made).toMatchObject({ Size: 10, State: 'creating', VolumeType: 'gp3', Iops: 3000, Throughput: 125 })
    expect((await make({ ClientToken: 't' })).VolumeId).toBe(made.VolumeId)
    expect(await refused(make({ ClientToken: 't', Size: 20 }))).toBe('400 IdempotentParameterMismatch')
    const last = await make({ ClientToken: 'u' })
    expect(last.VolumeId).not.toBe(made.VolumeId)
    expect(() => aws.ec2.attachVolume(last.VolumeId ?? '', 'i-1')).toThrow(/is not 'available'/)
  })

  test.for<{ says: string; input: Partial<CreateVolumeCommandInput>; is: string }>([
    { says: 'of no zone', input: { AvailabilityZone: undefined }, is: '400 MissingParameter' },
    { says: 'of no size', input: { SnapshotId: undefined }, is: '400 MissingParameter' },
    { says: 'of no snapshot', input: { SnapshotId: 'snap-0' }, is: '400 InvalidSnapshot.NotFound' },
    {
      says: 'that says how fast gp2 is',
      input: { VolumeType: 'gp2', Iops: 3000 },
      is: '400 InvalidParameterCombination',
    },
    {
      says: 'that says what io2 carries',
      input: { VolumeType: 'io2', Throughput: 1 },
      is: '400 InvalidParameterCombination',
    },
    {
      says: 'with a tag of AWS',
      input: { TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'aws:x', Value: 'y' }] }] },
      is: '400 InvalidParameterValue',
    },
  ])('a volume $says is refused', async ({ input, is }) => {
    const { complete, make } = await one()
    await complete()
    expect(await refused(make(input))).toBe(is)
  })

  test('and volumes are tagged later, and deleted', async () => {
    const { aws, ec2, volume, id } = await one()
    const Tags = [{ Key: 'kept', Value: 'yes' }]
    expect(await refused(ec2.send(new CreateTagsCommand({ Resources: [volume, 'vol-0'], Tags })))).toBe(
      '400 InvalidVolume.NotFound',
    )
    expect(aws.ec2.volumes()[0]?.tags).toEqual({})
    await ec2.send(new CreateTagsCommand({ Resources: [volume, id], Tags }))
    expect(aws.ec2.volumes()[0]?.tags).toEqual({ kept: 'yes' })
    expect(aws.ec2.snapshots()[0]?.tags).toEqual({ for: 'a test', kept: 'yes' })
    aws.ec2.attachVolume(volume, 'i-1')
    expect(await refused(ec2.send(new DeleteVolumeCommand({ VolumeId: volume })))).toBe('400 VolumeInUse')
    aws.ec2.detachVolume(volume, 'i-1')
    await eventually('it is available', () => aws.ec2.volumes()[0]?.state === 'available')
    await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }))
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }))
    await eventually('it is complete, and goes', () => aws.ec2.snapshots().length === 0)
    expect(aws.ec2.volumes()).toEqual([])
    expect(await refused(ec2.send(new DeleteVolumeCommand({ VolumeId: volume })))).toBe('400 InvalidVolume.NotFound')
    expect(await refused(ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })))).toBe('400 InvalidSnapshot.NotFound')
  })
})

test('subnets are those of a seeded cluster, one a zone', async () => {
  const { ec2 } = await aSandbox()
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand())
  expect(Subnets.map((s) => s.AvailabilityZone)).toEqual(['ap-northeast-1a', 'ap-northeast-1c', 'ap-northeast-1d'])
  expect(await refused(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0'] })))).toBe(
    '400 InvalidSubnetID.NotFound',
  )
})
