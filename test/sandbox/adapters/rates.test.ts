import { afterAll, beforeAll, expect, test } from 'vitest'
import { ratesOf } from '../../../src/sandbox/aws/rates.ts'
import { anAws, type AnAws } from './aws.ts'

let world: AnAws
beforeAll(async () => {
  world = await anAws({}, 'admin')
})
afterAll(() => world.stop())

test('more than a bucket holds is asked as it fills, and all of it is answered', async () => {
  const ids = Array.from({ length: 5 }, (_, n) => `ami-${n}`)
  for (const id of ids) world.aws.images.set(id, { architecture: 'arm64' })
  world.faults.limit('ec2:DescribeImages', { perSecond: 4, burst: 4 })
  const found = await world.outside.compute(world.region).images(ids)
  expect(found.map(({ id }) => id)).toEqual(ids)
  const refused = world.aws.calls().filter(({ error }) => error === 'RequestLimitExceeded')
  expect(refused.length).toBeGreaterThan(0)
})

test('every operation has a bucket, and what only looks may be asked more often', () => {
  const all = ratesOf(1)
  const unlimited = world.aws.serves.filter((operation) => !all.has(operation))
  expect(unlimited).toEqual([])
  expect(all.get('ec2:DescribeVolumes')).toEqual({ perSecond: 20, burst: 100 })
  expect(all.get('elasticloadbalancing:DescribeRules')).toEqual({ perSecond: 10, burst: 40 })
  expect(all.get('ec2:CreateVolume')?.perSecond).toBeLessThan(20)
  expect(ratesOf(0.01).get('eks:CreateCluster')).toEqual({ perSecond: 0.02, burst: 1 })
})
