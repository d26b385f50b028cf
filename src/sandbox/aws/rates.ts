import { model, type Service } from './protocol/model.ts'

/** A bucket of tokens, as EC2 has one for each kind of request: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
export interface Rate {
  readonly perSecond: number
  /** How many at once, after a rest. */
  readonly burst: number
}

interface Rates {
  readonly reads: Rate
  readonly writes: Rate
}

/** For services that publish none: lower than anybody has reported. */
const unpublished: Rates = { reads: { perSecond: 10, burst: 20 }, writes: { perSecond: 2, burst: 5 } }

/** How often an account may ask: published for CloudTrail and for what reads from EC2 and Elastic Load Balancing, the sandbox's own for the rest. */
const rates: Partial<Readonly<Record<Service, Rates>>> = {
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
  ec2: { reads: { perSecond: 20, burst: 100 }, writes: { perSecond: 5, burst: 50 } },
  // https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
  cloudtrail: { reads: { perSecond: 2, burst: 2 }, writes: { perSecond: 2, burst: 2 } },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
  elasticloadbalancing: { reads: { perSecond: 10, burst: 40 }, writes: { perSecond: 3, burst: 10 } },
}

/** What only looks, by its name. */
export const isRead = (operation: string): boolean => /^(Describe|List|Get)/.test(operation)

/** Each operation has a bucket of its own; `share` of 0.1 is a tenth of what AWS lets an account ask. */
export function ratesOf(share: number): ReadonlyMap<string, Rate> {
  const scaled = ({ perSecond, burst }: Rate): Rate => ({
    perSecond: perSecond * share,
    burst: Math.max(1, Math.round(burst * share)),
  })
  return new Map(
    Object.entries(model).flatMap(([service, operations]) => {
      const { reads, writes } = rates[service as Service] ?? unpublished // a key of `model`
      return [...operations.keys()].map(
        (name) => [`${service}:${name}`, scaled(isRead(name) ? reads : writes)] as const,
      )
    }),
  )
}
