import { afterAll, beforeAll, expect, test } from 'vitest'
import { anAws, type AnAws } from './aws.ts'

let world: AnAws
beforeAll(async () => {
  world = await anAws({}, 'admin')
})
afterAll(() => world.stop())

/** How many calls each page of a region's history has. */
async function pages(region: string, operation: string): Promise<number[]> {
  const found: number[] = []
  for await (const page of world.outside.trail(region).calls(operation, '2026-01-01T00:00:00Z')) found.push(page.length)
  return found
}

test('more calls than a page has are told page by page', async () => {
  world.aws.images.set('ami-1', { architecture: 'arm64' })
  for (let n = 0; n < 51; n++) await world.outside.compute(world.region).images(['ami-1'])
  expect(await pages(world.region, 'DescribeImages')).toEqual([50, 1])
})

test('what is one for all regions is told in us-east-1 alone', async () => {
  const zone = world.aws.route53.seedZone('example.com')
  const record = { name: 'chat.example.com', type: 'CNAME', ttl: 60, values: ['blue.test'] }
  await world.outside.records(world.region).change(zone, [{ action: 'CREATE', record }], '')
  expect([
    await pages('us-east-1', 'ChangeResourceRecordSets'),
    await pages(world.region, 'ChangeResourceRecordSets'),
  ]).toEqual([[1], [0]])
})
