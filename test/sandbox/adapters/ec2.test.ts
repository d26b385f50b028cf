import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { BlockStoragePort } from '../../../src/activities/ports.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
let port: BlockStoragePort
beforeAll(async () => {
  world = await anAws({}, 'admin')
  port = world.outside.blockStorage(world.region)
})
afterAll(() => world.stop())

const gp3 = { type: 'gp3', iops: 3000, throughput: 125, tags: {} }
const aVolume = () => world.aws.ec2.createVolume('ap-northeast-1a', 1)

test('volumes are told with their state, zone and instance; those that are gone are left out', async () => {
  const [free, used] = [aVolume(), aVolume()]
  world.aws.ec2.attachVolume(used, 'i-1')
  expect(await port.volumes([free, 'vol-0', used])).toEqual([
    { id: free, state: 'available', zone: 'ap-northeast-1a', instances: [], ...gp3 },
    { id: used, state: 'in-use', zone: 'ap-northeast-1a', instances: ['i-1'], ...gp3 },
  ])
})

test('as many as there are, 200 in a call', async () => {
  const ids = Array.from({ length: 450 }, aVolume)
  const before = world.aws.calls().length
  expect((await port.volumes(ids)).map((v) => v.id)).toEqual(ids)
  expect(world.aws.calls()).toHaveLength(before + 3)
})

const mine = { 'norikae.io/run': 'r1', 'norikae.io/workload': 'StatefulSet/shop/db' }

test('a snapshot is taken with tags and told by them, until it is deleted', async () => {
  const volume = aVolume()
  const id = await port.createSnapshot(volume, 'for the move', mine)
  await port.createSnapshot(volume, 'another', { 'norikae.io/run': 'r2' })
  const told = () => port.snapshotsTagged(mine)
  const aSnapshot = { id, volume, startedAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown }
  expect(await told()).toEqual([{ ...aSnapshot, state: 'pending', progress: '47%' }])
  await eventually('it is complete', async () => (await told())[0]?.state === 'completed')
  expect(await told()).toEqual([{ ...aSnapshot, state: 'completed', progress: '100%' }])
  await port.deleteSnapshot(id)
  await port.deleteSnapshot(id)
  expect(await told()).toEqual([])
})

test('a snapshot whose answer is lost is not taken again by the SDK, which knows no token of it', async () => {
  const volume = aVolume()
  const rule = ({ operation }: { readonly operation: string }) => (operation === 'CreateSnapshot' ? 'lost' : undefined)
  world.faults.disturbances.add(rule)
  expect((await failureOf(port.createSnapshot(volume, '', mine))).type).toBe('Unreachable')
  world.faults.disturbances.remove(rule)
  expect(world.aws.ec2.snapshots().filter((s) => s.volume === volume)).toHaveLength(1)
})

test('all volumes are told with their size, and with what they go', async () => {
  const { ec2 } = world.aws
  const [root, data] = [ec2.createVolume('ap-northeast-1a', 80), ec2.createVolume('ap-northeast-1a', 500, {}, 'st1')]
  ec2.attachVolume(root, 'i-1', true)
  ec2.attachVolume(data, 'i-1')
  const told = (await port.disks()).filter(({ id }) => id === root || id === data)
  expect(told).toEqual([
    { id: root, type: 'gp3', gibibytes: 80, goesWith: ['i-1'] },
    { id: data, type: 'st1', gibibytes: 500, goesWith: [] },
  ])
})

test('a volume is made from a snapshot once a token, as it is to be, and deleted', async () => {
  const tags = { ...mine, of: 'this' }
  const snapshot = await port.createSnapshot(aVolume(), '', tags)
  await eventually('it is complete', async () => (await port.snapshotsTagged(tags))[0]?.state === 'completed')
  const wanted = { snapshot, zone: 'ap-northeast-1c', type: 'gp3', iops: 4000, throughput: 250, tags }
  await port.createVolume(wanted, 'token')
  await port.createVolume(wanted, 'token')
  const [made, ...more] = await port.volumesTagged(tags)
  expect(more).toEqual([])
  const { snapshot: _, ...like } = wanted
  expect(made).toEqual({ ...like, id: expect.stringMatching(/^vol-/) as unknown, state: 'creating', instances: [] })
  const other = await failureOf(port.createVolume({ ...wanted, zone: 'ap-northeast-1a' }, 'token'))
  expect([other.type, other.message]).toEqual(['Failed', expect.stringContaining('IdempotentParameterMismatch')])
  const id = made?.id ?? ''
  await port.tagVolumes([id], { kept: 'yes' })
  expect((await port.volumesTagged({ ...tags, kept: 'yes' })).map((v) => v.id)).toEqual([id])
  await eventually('it is there', async () => (await port.volumes([id]))[0]?.state === 'available')
  world.aws.ec2.attachVolume(id, 'i-1')
  expect((await failureOf(port.deleteVolume(id))).type).toBe('InUse')
  world.aws.ec2.detachVolume(id, 'i-1')
  await eventually('it is free', async () => (await port.volumes([id]))[0]?.state === 'available')
  await port.deleteVolume(id)
  await port.deleteVolume(id)
  expect(await port.volumes([id])).toEqual([])
})

test.for([
  { code: 'ConcurrentSnapshotLimitExceeded', type: 'Unreachable' },
  { code: 'SnapshotCreationPerVolumeRateExceeded', type: 'Unreachable' },
  { code: 'SnapshotLimitExceeded', type: 'QuotaExceeded' },
  { code: 'UnauthorizedOperation', type: 'Denied' },
])('a snapshot that is refused by $code is $type', async ({ code, type }) => {
  world.faults.fail('ec2:CreateSnapshot', { code, status: 400 }, 5)
  const failure = await failureOf(port.createSnapshot('vol-1', '', {}))
  world.faults.clear()
  expect(failure.type).toBe(type)
})

test.for([
  { code: 'UnauthorizedOperation', status: 403, type: 'Denied' },
  { code: 'InvalidParameterValue', status: 400, type: 'InvalidInput' },
  { code: 'Unavailable', status: 503, type: 'Unreachable' },
])('$code is $type', async ({ code, status, type }) => {
  world.faults.fail('ec2:DescribeVolumes', { code, status }, 5)
  const failure = await failureOf(port.volumes(['vol-1']))
  world.faults.clear()
  expect(failure.type).toBe(type)
  expect(failure.message).toContain('DescribeVolumes vol-1')
})

test('instances are told with their state; those that EC2 does not know are left out', async () => {
  const compute = world.outside.compute(world.region)
  world.aws.instances.set('i-1', 'running')
  world.aws.instances.set('i-2', 'terminated')
  expect(await compute.instances(['i-2', 'i-0', 'i-1'])).toEqual([
    { id: 'i-1', state: 'running' },
    { id: 'i-2', state: 'terminated' },
  ])
})

test('zones are those of the subnets that are there, each once', async () => {
  const zones = await world.outside
    .network(world.region)
    .zonesOf(['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0d3d3d3d3d3d3d3d3', 'subnet-0', 'subnet-0a1a1a1a1a1a1a1a1'])
  expect(zones).toEqual(new Set(['ap-northeast-1a', 'ap-northeast-1d']))
  expect(await world.outside.network(world.region).zonesOf([])).toEqual(new Set())
})

test('a launch template comes out as it was asked for, its user data as text, until it is deleted', async () => {
  const templates = world.outside.launchTemplates(world.region)
  const asked = {
    name: 'demo-1-36.apps',
    settings: {
      InstanceType: 'm7i.large',
      SecurityGroupIds: ['sg-1'],
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 80, Encrypted: true } }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'sre' }] }],
    },
    userData: 'name: demo-1-36 # 駅',
    tags: mine,
  }
  for (const token of ['one', 'one']) await templates.create(asked, token)
  const found = await templates.find(asked.name, '1')
  expect(found).toEqual({ id: found?.id, version: '1', ...asked })
  expect(await templates.find(found?.id ?? '', '1')).toEqual(found)
  expect(await templates.find(asked.name, '9')).toBeUndefined()
  expect((await failureOf(templates.create(asked, 'two'))).message).toContain('already in use')
  for (let n = 0; n < 2; n += 1) await templates.remove(found?.id ?? '')
  expect(await templates.find(asked.name, '1')).toBeUndefined()
})

test('a launch template whose tags are not told yet is looked at again: it would look like somebody else’s', async () => {
  const templates = world.outside.launchTemplates(world.region)
  await templates.create({ name: 'just-made', settings: { KeyName: 'ops' }, tags: mine }, 'four')
  world.faults.fail('ec2:DescribeLaunchTemplates', { code: 'InvalidLaunchTemplateId.NotFound' }, 1)
  expect((await failureOf(templates.find('just-made', '1'))).type).toBe('Unreachable')
  expect(await templates.find('just-made', '1')).toMatchObject({ tags: mine })
})

test('user data that is no text is told as such', async () => {
  const templates = world.outside.launchTemplates(world.region)
  // The first bytes of gzip.
  const UserData = Buffer.from([0x1f, 0x8b, 0x08, 0x00]).toString('base64')
  await templates.create({ name: 'zipped', settings: { UserData }, tags: {} }, 'three')
  expect(await templates.find('zipped', '1')).toMatchObject({ unreadable: true, settings: {} })
})
