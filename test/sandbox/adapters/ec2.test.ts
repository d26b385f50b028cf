import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BlockStoragePort } from '../../../src/activities/ports.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
let port: BlockStoragePort
beforeAll(async () => {
  world = await anAws()
  port = world.outside.blockStorage(world.region)
})
afterAll(() => world.stop())

const aVolume = () => world.aws.ec2.createVolume('ap-northeast-1a', 1)

test('volumes are told with their state, zone and instance; those that are gone are left out', async () => {
  const [free, used] = [aVolume(), aVolume()]
  world.aws.ec2.attachVolume(used, 'i-1')
  expect(await port.volumes([free, 'vol-0', used])).toEqual([
    { id: free, state: 'available', zone: 'ap-northeast-1a', instances: [] },
    { id: used, state: 'in-use', zone: 'ap-northeast-1a', instances: ['i-1'] },
  ])
})

test('as many as there are, 200 in a call', async () => {
  const ids = Array.from({ length: 450 }, aVolume)
  const before = world.aws.calls().length
  expect((await port.volumes(ids)).map((v) => v.id)).toEqual(ids)
  expect(world.aws.calls()).toHaveLength(before + 3)
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
