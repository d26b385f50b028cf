import { Route53, type Change, type ResourceRecordSet } from '@aws-sdk/client-route-53'
import { expect, test } from 'vitest'
import { aSandbox } from './a-sandbox.ts'

/** The sandbox's Route 53 as the SDK meets it. */

async function aZone(times: Parameters<typeof aSandbox>[0] = {}) {
  const { aws } = await aSandbox(times)
  const HostedZoneId = aws.route53.seedZone('example.com')
  const client = new Route53({
    endpoint: aws.endpoint,
    region: aws.identity.region,
    credentials: aws.admin,
    maxAttempts: 1,
  })
  const cname = (label: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name: `${label}.example.com`,
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value: 'a&b.test' }],
    ...more,
  })
  const change = async (...Changes: Change[]) =>
    client.changeResourceRecordSets({ HostedZoneId, ChangeBatch: { Changes } })
  return { aws, client, HostedZoneId, cname, change, sets: () => aws.route53.records(HostedZoneId) }
}

test('a batch is made as a whole or not at all, with every fault in Route 53’s words', async () => {
  const { change, cname, sets } = await aZone()
  await change({ Action: 'CREATE', ResourceRecordSet: cname('a') })
  const both = change(
    { Action: 'CREATE', ResourceRecordSet: cname('b') },
    { Action: 'CREATE', ResourceRecordSet: cname('a') },
    { Action: 'DELETE', ResourceRecordSet: cname('c') },
  )
  await expect(both).rejects.toMatchObject({
    name: 'InvalidChangeBatch',
    message:
      "[Tried to create resource record set [name='a.example.com.', type='CNAME'] but it already exists, Tried to delete resource record set [name='c.example.com.', type='CNAME'] but it was not found]",
  })
  expect(sets().map((s) => [s.Name, s.ResourceRecords])).toEqual([['a.example.com.', [{ Value: 'a&b.test' }]]])
  const beside = change({ Action: 'CREATE', ResourceRecordSet: cname('a', { SetIdentifier: 'x', Weight: 1 }) })
  await expect(beside).rejects.toMatchObject({
    message: expect.stringContaining('other RRSets exist with the same name'),
  })
  const heavy = change({ Action: 'CREATE', ResourceRecordSet: cname('d', { SetIdentifier: 'x', Weight: 256 }) })
  await expect(heavy).rejects.toMatchObject({ name: 'InvalidInput' })
})

test('a change is pending, and everywhere after a while', async () => {
  const { change, cname, client } = await aZone({ recordsMs: 150 })
  const { ChangeInfo } = await change({ Action: 'CREATE', ResourceRecordSet: cname('a') })
  expect(ChangeInfo?.Status).toBe('PENDING')
  await expect
    .poll(async () => (await client.getChange({ Id: ChangeInfo?.Id ?? '' })).ChangeInfo?.Status, { interval: 200 })
    .toBe('INSYNC')
})

test('records come page by page, by their names from the last label on', async () => {
  const { aws, HostedZoneId, client, cname } = await aZone()
  for (const label of ['b', 'a', 'x.a']) aws.route53.seedRecord(HostedZoneId, cname(label))
  const first = await client.listResourceRecordSets({ HostedZoneId, MaxItems: 2 })
  expect(first.ResourceRecordSets?.map((s) => s.Name)).toEqual(['a.example.com.', 'x.a.example.com.'])
  expect([first.IsTruncated, first.NextRecordName]).toEqual([true, 'b.example.com.'])
  const rest = await client.listResourceRecordSets({ HostedZoneId, StartRecordName: first.NextRecordName })
  expect([rest.IsTruncated, rest.ResourceRecordSets?.length]).toEqual([false, 1])
})

test('an account is served five requests a second', async () => {
  const { HostedZoneId, client } = await aZone()
  const asked = await Promise.allSettled(
    Array.from({ length: 6 }, () => client.listResourceRecordSets({ HostedZoneId })),
  )
  expect(asked.map((a) => (a.status === 'rejected' ? (a.reason as Error).name : 'served')).toSorted()).toEqual([
    'Throttling',
    ...Array.from({ length: 5 }, () => 'served'),
  ])
})
