import { afterAll, beforeAll, expect, test } from 'vitest'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
beforeAll(async () => {
  world = await anAws({}, 'admin')
})
afterAll(() => world.stop())

const record = { name: 'chat.example.com', type: 'CNAME', ttl: 60, values: ['blue.test'] }
const create = [{ action: 'CREATE', record }] as const

test('a change whose answer is lost is not sent again by the SDK, and told as no other’s', async () => {
  const zone = world.aws.route53.seedZone('example.com')
  const port = world.outside.records(world.region)
  let sent = 0
  const rule = ({ operation }: { readonly operation: string }) =>
    operation === 'ChangeResourceRecordSets' && sent++ === 0 ? 'lost' : undefined
  world.faults.disturbances.add(rule)
  expect((await failureOf(port.change(zone, create, ''))).type).toBe('Unreachable')
  world.faults.disturbances.remove(rule)
  expect(await port.named(zone, record.name)).toEqual([record])
  expect(sent).toBe(1)
})

test('zones are told by their ids, and a zone page by page', async () => {
  const zone = world.aws.route53.seedZone('pages.example.com')
  const port = world.outside.records(world.region)
  expect(await port.zones()).toContainEqual({ id: zone, name: 'pages.example.com' })
  const many = Array.from({ length: 301 }, (_, n) => ({ ...record, name: `n${n}.pages.example.com` }))
  await port.change(
    zone,
    many.map((one) => ({ action: 'CREATE', record: one })),
    '',
  )
  const first = await port.page(zone)
  const second = await port.page(zone, first.next)
  expect([first.sets.length, second.sets.length, second.next]).toEqual([300, 1, undefined])
  expect(new Set([...first.sets, ...second.sets].map(({ name }) => name))).toEqual(
    new Set(many.map(({ name }) => name)),
  )
})
