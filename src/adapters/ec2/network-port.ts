import { type EC2, paginateDescribeSubnets } from '@aws-sdk/client-ec2'
import type { NetworkPort } from '../../activities/ports.ts'
import { batches, each } from '../aws-client.ts'
import { askForAll } from '../aws-errors.ts'
import { FILTER_VALUES } from './filters.ts'

export const network = (client: EC2): NetworkPort => ({
  async zonesOf(subnets) {
    const told = await each(batches([...new Set(subnets)], FILTER_VALUES), (Values) =>
      // By a filter: one id that is gone would fail the whole list.
      askForAll(
        `DescribeSubnets ${Values.join(' ')}`,
        (o) => paginateDescribeSubnets({ client }, { Filters: [{ Name: 'subnet-id', Values }] }, o),
        (page) => page.Subnets,
      ),
    )
    return new Set(told.flat().flatMap(({ AvailabilityZone }) => AvailabilityZone ?? []))
  },
})
