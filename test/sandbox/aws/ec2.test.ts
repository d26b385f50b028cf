import { DescribeInstancesCommand, DescribeVolumesCommand, type DescribeVolumesCommandInput } from '@aws-sdk/client-ec2'
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
