import { afterEach, expect, test, vi } from 'vitest'
import { createNameServer } from '../../../src/sandbox/aws/route53/answers.ts'
import { HostedZones } from '../../../src/sandbox/aws/route53/route53.ts'
import { defaultTimes } from '../../../src/sandbox/aws/times.ts'
import { createClients } from '../../../src/sandbox/ways/clients.ts'

const NAME = 'shop.example.com'
const set = (host: string, more: object = {}) => ({
  Name: `${NAME}.`,
  Type: 'CNAME' as const,
  TTL: 60,
  ResourceRecords: [{ Value: host }],
  ...more,
})
const weighted = (blue: number, green: number) => [
  set('blue', { SetIdentifier: 'a', Weight: blue }),
  set('green', { SetIdentifier: 'b', Weight: green }),
]
const shareOf = (host: string, of: readonly (string | undefined)[]) =>
  of.filter((one) => one === host).length / of.length

test.for([
  { says: 'a simple record leads where it says', sets: [set('blue')], green: 0 },
  { says: 'weights are shares', sets: weighted(95, 5), green: 0.05 },
  { says: 'a weight of 0 gets nothing', sets: weighted(0, 100), green: 1 },
  { says: 'without any weight all are told alike', sets: weighted(0, 0), green: 0.5 },
])('$says', ({ sets, green }) => {
  const server = createNameServer()
  const told = Array.from({ length: 100 }, () => server(sets, NAME)?.host)
  expect(shareOf('green', told)).toBe(green)
  expect(told.every((host) => host === 'green' || host === 'blue')).toBe(true)
})

test('an alias leads to its load balancer, for a minute; a name that nobody has leads nowhere', () => {
  const server = createNameServer()
  const alias = {
    Name: `${NAME}.`,
    Type: 'A' as const,
    AliasTarget: { HostedZoneId: 'Z1', DNSName: 'Dual.elb.test.', EvaluateTargetHealth: false },
  }
  expect(server([alias], NAME)).toEqual({ host: 'dual.elb.test', ttl: 60 })
  expect(server([alias], 'other.example.com')).toBeUndefined()
})

test('each client keeps an answer for its TTL, and no longer', () => {
  let now = 0
  let asked = 0
  let host = 'blue'
  const next = createClients(
    () => {
      asked += 1
      return { host, ttl: 2 }
    },
    () => now,
  )
  const hundred = () => Array.from({ length: 100 }, next)
  expect(shareOf('blue', hundred())).toBe(1)
  const clients = asked
  host = 'green'
  now = 1_999
  expect(shareOf('green', hundred())).toBe(0)
  expect(asked).toBe(clients)
  now = 2_000
  expect(shareOf('green', hundred())).toBe(1)
  expect(asked).toBe(2 * clients)
})

afterEach(() => vi.useRealTimers())

test('one name server hears of a change at once, and the other by when it is INSYNC', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const zones = new HostedZones({ times: defaultTimes })
  const zone = zones.seedZone('example.com')
  const told = () => (['first', 'last'] as const).map((server) => zones.answer(zone, NAME, server)?.host)
  const change = (host: string) => zones.change(zone, [{ Action: 'UPSERT', ResourceRecordSet: set(host) }])
  change('blue')
  expect(told()).toEqual(['blue', undefined])
  vi.advanceTimersByTime(defaultTimes.recordsMs / 2)
  change('green')
  expect(told()).toEqual(['green', undefined])
  vi.advanceTimersByTime(defaultTimes.recordsMs / 2)
  expect(told()).toEqual(['green', 'blue'])
  vi.advanceTimersByTime(defaultTimes.recordsMs / 2)
  expect(told()).toEqual(['green', 'green'])
})
