import { z } from 'zod'
import { amount, expecting, named, text } from './pieces.ts'

/** https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
export const INSTANCE = /^[a-z][a-z0-9-]{0,30}\.[a-z0-9-]{1,30}$/

/** What is not said is unknown wherever costs are told, by name. */
export const prices = z.strictObject(
  {
    currency: text(/^[A-Z]{3}$/, 'a currency', 'its three letters, such as USD')
      .default('USD')
      .describe('What all of them are in.'),
    cluster: amount.exactOptional().describe('A control plane in standard support, an hour.'),
    extendedSupport: amount
      .exactOptional()
      .describe('The same in extended support, an hour. Default: six times cluster, as EKS asks 0.60 for 0.10.'),
    instances: named(amount, '{ m6i.large: 0.124 }', INSTANCE)
      .default({})
      .describe('By instance type: a node of it, an hour.'),
    loadBalancer: amount.exactOptional().describe('A load balancer, an hour.'),
    storage: amount.exactOptional().describe('A GB of an EBS volume, a month.'),
  },
  expecting('a mapping', '{ cluster: 0.10, instances: { m6i.large: 0.124 } }'),
)
