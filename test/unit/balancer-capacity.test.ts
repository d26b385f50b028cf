import { describe, expect, test } from 'vitest'
import {
  leastUnits,
  othersCapacity,
  peakAsking,
  peakUnits,
  releasing,
  reserving,
  toBeReserved,
  unitsFor,
  zonesInWords,
  type Reservation,
} from '../../src/domain/balancer-capacity.ts'

const [app, net] = ['app/web/1', 'net/web/1']
const at = (...values: number[]) => values.map((value, n) => ({ atMs: n * 60_000, value }))
const zones = (...states: string[]): Reservation['zones'] => states.map((state) => ({ state }))

describe('what a load balancer needs', () => {
  test.for([
    { says: 'the highest minute of an application load balancer', balancer: app, peak: at(120, 640.2, 90), units: 641 },
    // 2.2 Mbit/s are 16.5 MB a minute.
    { says: 'the throughput of a network one', balancer: net, peak: at(16.5e6, 33e6), units: 2 },
    { says: 'nothing where nothing was told', balancer: app, peak: [], units: 0 },
  ])('$says', ({ balancer, peak, units }) => {
    expect(peakUnits(balancer, { peak })).toBe(units)
  })

  test.for([
    [app, 3, 99, 0],
    [app, 3, 100, 100],
    [app, 3, 641, 641],
    [net, 2, 5499, 0],
    [net, 2, 5500, 5500],
    [net, 3, 5500, 0],
  ] as const)('of %s in %i zones, whose like had %i, %i are reserved', ([balancer, inZones, peak, units]) => {
    expect(unitsFor(balancer, inZones, peak)).toBe(units)
    expect(units === 0 || units >= leastUnits(balancer, inZones)).toBe(true)
  })

  test('a week of whole minutes is looked at, until the last that has ended', () => {
    const { fromMs, untilMs } = peakAsking(1_795_000_030_000)
    expect([untilMs % 60_000, untilMs - fromMs]).toEqual([0, 7 * 86_400_000])
    expect(1_795_000_030_000 - untilMs).toBeGreaterThanOrEqual(60_000)
  })
})

describe('reserving', () => {
  const nobody = { noted: undefined, asked: false }
  test.for([
    { says: 'nothing where nothing is needed', found: { zones: [] }, wanted: 0, by: nobody, is: 'nothing' },
    { says: 'is asked for', found: { zones: [] }, wanted: 300, by: nobody, is: 'ask' },
    {
      says: 'is asked for by who goes on for a worker that died before it asked',
      found: { zones: [] },
      wanted: 300,
      by: { noted: 300, asked: false },
      is: 'ask',
    },
    {
      says: 'is waited for until every zone has it',
      found: { units: 300, zones: zones('provisioned', 'pending') },
      wanted: 300,
      by: { noted: 300, asked: true },
      is: 'wait',
    },
    {
      says: 'is waited for until a zone is told',
      found: { units: 300, zones: [] },
      wanted: 300,
      by: { noted: 300, asked: true },
      is: 'wait',
    },
    {
      says: 'is there once every zone has it',
      found: { units: 300, zones: zones('provisioned', 'provisioned') },
      wanted: 300,
      by: { noted: 300, asked: false },
      is: 'ready',
    },
    {
      says: "is people's where AWS has none",
      found: { units: 300, zones: zones('provisioned', 'failed') },
      wanted: 300,
      by: { noted: 300, asked: true },
      is: 'refused',
    },
    {
      says: 'and asked for again when they say so',
      found: { units: 300, zones: zones('failed') },
      wanted: 300,
      by: { noted: 300, asked: false },
      is: 'ask',
    },
    {
      says: 'leaves what its owner has reserved',
      found: { units: 200, zones: zones('provisioned') },
      wanted: 300,
      by: nobody,
      is: 'theirs',
    },
    {
      says: 'leaves what somebody wrote over it',
      found: { units: 900, zones: zones('provisioned') },
      wanted: 300,
      by: { noted: 300, asked: true },
      is: 'theirs',
    },
  ] as const)('$says', ({ found, wanted, by, is }) => {
    expect(reserving(found, wanted, by)).toBe(is)
  })

  test.for([
    {
      says: 'touches nothing that was not noted',
      found: { units: 300, zones: zones('provisioned') },
      noted: undefined,
      is: 'nothing',
    },
    { says: 'lets go what was', found: { units: 300, zones: zones('provisioned') }, noted: 300, is: 'reset' },
    {
      says: 'lets go what never came',
      found: { units: 300, zones: zones('failed', 'provisioned') },
      noted: 300,
      is: 'reset',
    },
    {
      says: 'waits for a request that is pending',
      found: { units: 300, zones: zones('pending', 'provisioned') },
      noted: 300,
      is: 'wait',
    },
    { says: 'is over once nothing is reserved', found: { zones: [] }, noted: 300, is: 'released' },
    {
      says: 'leaves what somebody wrote over it',
      found: { units: 900, zones: zones('provisioned') },
      noted: 300,
      is: 'theirs',
    },
  ] as const)('releasing $says', ({ found, noted, is }) => {
    expect(releasing(found, noted)).toBe(is)
  })

  test('is told before anybody pays for it, and what its owner reserved only where that is less', () => {
    expect(toBeReserved('a.example.com', 0, true)).toEqual([])
    const [told] = toBeReserved('a.example.com', 640, true)
    expect([told?.level, told?.code]).toEqual(['info', 'capacity-reserved'])
    expect(told?.message).toMatch(/^640 LCU .*at its peak of the last week.*AWS charges for them by the hour/)
    expect(othersCapacity('a', 300, 300)).toEqual([])
    expect(othersCapacity('a', 200, 300).map(({ code }) => code)).toEqual(['capacity-less'])
    expect(
      zonesInWords({
        zones: [{ state: 'failed', reason: 'InsufficientCapacity' }, ...zones('provisioned', 'provisioned')],
      }),
    ).toBe('1 zone failed (InsufficientCapacity), 2 zones provisioned')
  })
})
