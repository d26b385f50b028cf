import { expect, test } from 'vitest'
import { capacityFindings } from '../../src/domain/reserved-capacity.ts'
import { aNodeGroup } from '../support/eks.ts'

/** Where green's nodes may find no place beside blue's. */

const target = (to: object) => ({ CapacityReservationSpecification: { CapacityReservationTarget: to } })

test.for<{ says: string; capacityType?: string; settings?: Readonly<Record<string, unknown>>; is: readonly string[] }>([
  { says: 'nothing is reserved', is: [] },
  { says: 'Spot instances are asked for', capacityType: 'SPOT', is: [] },
  {
    says: 'any open reservation will do',
    settings: { CapacityReservationSpecification: { CapacityReservationPreference: 'open' } },
    is: [],
  },
  { says: 'the group is of a Capacity Block', capacityType: 'CAPACITY_BLOCK', is: ['a Capacity Block'] },
  {
    says: 'its template is of one',
    settings: { InstanceMarketOptions: { MarketType: 'capacity-block' }, ...target({ CapacityReservationId: 'cr-1' }) },
    is: ['a Capacity Block'],
  },
  { says: 'one is named', settings: target({ CapacityReservationId: 'cr-1' }), is: ['Capacity Reservation cr-1'] },
  {
    says: 'a group of them is named',
    settings: target({ CapacityReservationResourceGroupArn: 'arn:g' }),
    is: ['Capacity Reservations of arn:g'],
  },
  {
    says: 'it has to be one',
    settings: { CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' } },
    is: ['Capacity Reservations'],
  },
])('where $says', ({ capacityType = 'ON_DEMAND', settings = {}, is }) => {
  const group = aNodeGroup({
    capacityType,
    launchTemplate: 'lt-1:1',
    scalingConfig: { minSize: 0, maxSize: 9, desiredSize: 3 },
  })
  const template = { id: 'lt-1', name: 'nodes', version: '1', settings, tags: {} }
  const found = capacityFindings([group], [{ group, template }])
  expect(found.map((f) => f.message)).toEqual(
    is.map((where) => `its nodes start in ${where} only, and green's group starts 3 more while blue keeps its own`),
  )
})

test('a group without nodes starts none more, and may later', () => {
  const group = aNodeGroup({
    capacityType: 'CAPACITY_BLOCK',
    scalingConfig: { minSize: 0, maxSize: 9, desiredSize: 0 },
  })
  expect(capacityFindings([group], []).map((f) => f.message)).toEqual([
    "its nodes start in a Capacity Block only; it has none now, and green's group may start 9 beside blue's",
  ])
})
