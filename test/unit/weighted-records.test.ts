import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  entering,
  followedWithin,
  leavingOnly,
  ownerIn,
  recordsRead,
  unmovable,
  weighted,
  type RecordChange,
  type RecordSet,
} from '../../src/domain/weighted-records.ts'

const blue = { name: 'blue-1.elb.amazonaws.com', zone: 'ZELB' }
const green = { name: 'green-1.elb.amazonaws.com', zone: 'ZNLB' }
const cname: RecordSet = { name: 'legacy.example.com', type: 'CNAME', ttl: 300, values: [blue.name] }
const alias = (type: string, evaluatesHealth = true): RecordSet => ({
  name: 'legacy.example.com',
  type,
  alias: { zone: blue.zone, name: `dualstack.${blue.name}.`, evaluatesHealth },
})

/** What Route 53 makes of a batch: all of it, or it throws. */
function applied(sets: readonly RecordSet[], changes: readonly RecordChange[]): RecordSet[] {
  const key = ({ type, setIdentifier = '' }: RecordSet) => `${type} ${setIdentifier}`
  const after = new Map(sets.map((s) => [key(s), s]))
  for (const { action, record } of changes) {
    if (action === 'CREATE' && after.has(key(record))) throw new Error(`${key(record)} is there`)
    if (action === 'DELETE') expect(after.get(key(record))).toEqual(record)
    if (action === 'DELETE') after.delete(key(record))
    else after.set(key(record), record)
  }
  return [...after.values()]
}
const entered = (...sets: readonly RecordSet[]) => applied(sets, entering(sets, green, 'run-1'))

test('a simple record becomes two weighted ones in one batch, with a short TTL', () => {
  expect(entering([cname], green, 'run-1')).toEqual([
    { action: 'DELETE', record: cname },
    { action: 'CREATE', record: { ...cname, ttl: 60, setIdentifier: 'norikae blue run-1 ttl=300', weight: 100 } },
    {
      action: 'CREATE',
      record: { ...cname, ttl: 60, values: [green.name], setIdentifier: 'norikae green run-1 ttl=300', weight: 0 },
    },
  ])
})

test('an alias stays one, of the load balancer’s own hosted zone, and asks for no health while it has a weight', () => {
  expect(entered(alias('A')).map((s) => s.alias?.evaluatesHealth)).toEqual([false, false])
  expect(entered(alias('A'))[1]).toEqual({
    ...alias('A'),
    alias: { zone: green.zone, name: green.name, evaluatesHealth: false },
    setIdentifier: 'norikae green run-1 health=true',
    weight: 0,
  })
})

test('a TTL that is shorter already stays', () => {
  expect(entered({ ...cname, ttl: 5 }).map((s) => s.ttl)).toEqual([5, 5])
})

describe('what is read', () => {
  const at = (to: number) => applied(entered(cname), weighted(entered(cname), to))
  test.for([
    { says: 'simple', sets: [cname], share: 'closed', sides: ['blue'], ours: false },
    { says: 'simple, of green', sets: [{ ...cname, values: [green.name] }], share: 100, sides: ['green'], ours: false },
    {
      says: 'simple, of a third host',
      sets: [{ ...cname, values: ['cdn.example.net'] }],
      share: 'elsewhere',
      sides: ['blue', 'green'],
      ours: false,
      odd: 'leads to cdn.example.net',
    },
    {
      says: 'simple, one type of green',
      sets: [alias('A'), { ...alias('AAAA'), alias: { ...green, evaluatesHealth: true } }],
      share: 'elsewhere',
      sides: ['blue', 'green'],
      ours: false,
      odd: `leads to dualstack.${blue.name}. and ${green.name}`,
    },
    { says: 'just entered', sets: entered(cname), share: 0, sides: ['blue', 'green'], ours: true },
    { says: 'at 25 %', sets: at(25), share: 25, sides: ['blue', 'green'], ours: true },
    {
      says: 'weights that others made relative to one another',
      sets: entered(cname).map((s) => ({ ...s, weight: s.weight === 100 ? 30 : 10 })),
      share: 25,
      ours: true,
      sides: ['blue', 'green'],
    },
    {
      says: 'no weight at all, which serves both alike',
      sets: entered(cname).map((s) => ({ ...s, weight: 0 })),
      share: 'elsewhere',
      ours: true,
      sides: ['blue', 'green'],
    },
    {
      says: 'somebody else’s beside',
      sets: [...entered(cname), { ...cname, setIdentifier: 'canary', weight: 1 }],
      share: 'elsewhere',
      ours: true,
      sides: ['blue', 'green'],
    },
    {
      says: 'types apart',
      sets: entered(alias('A'), alias('AAAA')).map((s) => (s.type === 'A' ? { ...s, weight: 50 } : s)),
      share: 'elsewhere',
      ours: true,
      sides: ['blue', 'green'],
    },
    {
      says: 'only one of both',
      sets: entered(cname).slice(0, 1),
      share: 'elsewhere',
      ours: true,
      sides: ['blue', 'green'],
    },
  ] as const)('$says', ({ sets, share, ours, sides, ...odd }) => {
    const { says: _, ...its } = odd
    expect(recordsRead(sets, 'run-1', { blue, green })).toEqual({ share, ours, sides, ...its })
    expect(recordsRead(sets, 'run-2', { blue, green }).ours).toBe(false)
  })
})

const someSets: fc.Arbitrary<RecordSet[]> = fc.oneof(
  fc.nat(100_000).map((ttl) => [{ ...cname, ttl }]),
  fc.subarray(['A', 'AAAA'], { minLength: 1 }).map((types) => types.map((type) => alias(type, type === 'A'))),
)

test('the way there and back gives the records as they were, whatever the weights between', () => {
  fc.assert(
    fc.property(someSets, fc.array(fc.nat(100)), (sets, weights) => {
      const moved = weights.reduce<readonly RecordSet[]>((now, to) => applied(now, weighted(now, to)), entered(...sets))
      expect(applied(moved, leavingOnly(moved, 'blue'))).toEqual(sets)
      const settled = applied(moved, leavingOnly(moved, 'green'))
      expect(settled.map(({ ttl, type, setIdentifier, weight }) => ({ ttl, type, setIdentifier, weight }))).toEqual(
        sets.map(({ ttl, type }) => ({ ttl, type, setIdentifier: undefined, weight: undefined })),
      )
      expect(recordsRead(settled, 'run-1', { green }).share).toBe(100)
    }),
  )
})

test('no batch leaves a type whose weights are all zero, and what is read is what was written', () => {
  fc.assert(
    fc.property(someSets, fc.nat(100), (sets, to) => {
      const now = entered(...sets)
      const after = applied(now, weighted(now, to))
      for (const of of [now, after])
        for (const group of Map.groupBy(of, (s) => s.type).values())
          expect(group.reduce((sum, s) => sum + (s.weight ?? 0), 0)).toBe(100)
      expect(recordsRead(after, 'run-1').share).toBe(to)
      for (const s of after) expect(s.weight).toBeLessThanOrEqual(255)
    }),
  )
})

test('what are no two records of Norikae’s is changed by nothing', () => {
  const theirs = [...entered(cname), { ...cname, setIdentifier: 'canary', weight: 1 }]
  expect([weighted(theirs, 5), leavingOnly(theirs, 'blue')]).toEqual([[], []])
})

test('clients follow within twice the TTL, at first within twice the one that was', () => {
  const moving = entered(cname)
  expect([followedWithin(moving, { ahead: true }), followedWithin(moving, { ahead: false })]).toEqual([600, 120])
  expect(followedWithin(entered(alias('A')), { ahead: true })).toBe(120)
})

test.for([
  { says: 'simple, of blue', set: cname, why: [] },
  { says: 'an alias of blue', set: alias('AAAA'), why: [] },
  { says: 'by region', set: { ...cname, setIdentifier: 'tokyo', policy: 'Region' }, why: ['policy'] },
  { says: 'weighted by others', set: { ...cname, setIdentifier: 'a', weight: 3 }, why: ['policy'] },
  { says: 'with a health check', set: { ...cname, healthCheck: 'abc' }, why: ['health'] },
  { says: 'addresses', set: { ...cname, type: 'A', values: ['192.0.2.1'] }, why: ['addresses'] },
  { says: 'of another name', set: { ...cname, values: ['cdn.example.net'] }, why: ['elsewhere'] },
] as const)('whether a record can be moved: $says', ({ set, why }) => {
  expect(unmovable([set], blue).map((u) => u.why)).toEqual(why)
})

test.for([
  ['"heritage=external-dns,external-dns/owner=chat-1-35,external-dns/resource=service/a/b"', 'chat-1-35'],
  ['"heritage=external-dns"', 'somebody'],
  ['"v=spf1 -all"', undefined],
] as const)('whose a record is by %s: %s', ([value, owner]) => {
  expect(ownerIn([{ name: 'a-legacy.example.com', type: 'TXT', values: [value] }])).toBe(owner)
})
