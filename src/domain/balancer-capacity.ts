import { PERIOD_MS, type Asking, type CloudWatchQuery, type Series } from './cloudwatch.ts'
import { isNetwork } from './quiet-balancers.ts'
import { info, warning, type Finding } from './findings.ts'

/**
 * What a load balancer that nobody has used yet is to hold from its first weight on. It grows with its traffic, by minutes: one
 * that gets what blue's has at its peak answers with errors until it has. Elastic Load Balancing keeps a capacity ready that is
 * asked for, in load balancer capacity units (LCU), and charges for it by the hour.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/capacity-unit-reservation.html
 */

/** What is reserved, and how far that is, zone by zone. */
export interface Reservation {
  /** Absent: nothing is. */
  readonly units?: number
  readonly zones: readonly { readonly state: string; readonly reason?: string }[]
}

/** The most of a week has its busiest day in it. */
const WEEK_MS = 7 * 24 * 3_600_000

/** Whole minutes, as units are told. */
export function peakAsking(nowMs: number): Asking {
  const untilMs = Math.floor(nowMs / PERIOD_MS) * PERIOD_MS - PERIOD_MS
  return { fromMs: untilMs - WEEK_MS, untilMs }
}

/** Of an application load balancer the sum of a minute is what is to be reserved; of a network one it comes from its throughput. */
export const peakQuery = (LoadBalancer: string): CloudWatchQuery => ({
  metrics: {
    peak: isNetwork(LoadBalancer)
      ? { namespace: 'AWS/NetworkELB', metric: 'ProcessedBytes', dimensions: { LoadBalancer }, statistic: 'Sum' }
      : { namespace: 'AWS/ApplicationELB', metric: 'PeakLCUs', dimensions: { LoadBalancer }, statistic: 'Sum' },
  },
})

/** One unit of a network load balancer is 2.2 megabits a second. */
const BYTES_PER_UNIT = (2.2e6 / 8) * (PERIOD_MS / 1000)

/** In units; 0 where nothing was told: nobody used it. */
export function peakUnits(loadBalancer: string, { peak = [] }: Series): number {
  const highest = Math.max(0, ...peak.map(({ value }) => value))
  return Math.ceil(isNetwork(loadBalancer) ? highest / BYTES_PER_UNIT : highest)
}

/** The least that can be reserved: below that a new load balancer has it anyway. Of a network one, in each zone. */
const LEAST = { application: 100, network: 2750 } as const

export const leastUnits = (loadBalancer: string, zones: number): number =>
  isNetwork(loadBalancer) ? LEAST.network * Math.max(1, zones) : LEAST.application

/** What to reserve for a load balancer like this one; 0: nothing. */
export const unitsFor = (loadBalancer: string, zones: number, peak: number): number =>
  peak < leastUnits(loadBalancer, zones) ? 0 : peak

/**
 * What is to be done for a load balancer to have `wanted`. `noted`: what Norikae has asked for, as it noted before it did:
 * anything else that is reserved is of whoever made it so. `asked`: by this step.
 */
export function reserving(
  { units, zones }: Reservation,
  wanted: number,
  { noted, asked }: { readonly noted: number | undefined; readonly asked: boolean },
): 'nothing' | 'theirs' | 'ask' | 'wait' | 'refused' | 'ready' {
  if (wanted === 0) return 'nothing'
  if (units === undefined) return 'ask'
  if (units !== noted) return 'theirs'
  if (zones.some(({ state }) => state === 'failed')) return asked ? 'refused' : 'ask'
  return zones.length > 0 && zones.every(({ state }) => state === 'provisioned') ? 'ready' : 'wait'
}

/** What is to be done for nothing of Norikae's to be reserved. A request that is pending takes no other. */
export function releasing(
  { units, zones }: Reservation,
  noted: number | undefined,
): 'nothing' | 'released' | 'theirs' | 'wait' | 'reset' {
  if (noted === undefined) return 'nothing'
  if (units === undefined) return 'released'
  if (units !== noted) return 'theirs'
  return zones.some(({ state }) => state === 'pending' || state === 'rebalancing') ? 'wait' : 'reset'
}

export const zonesInWords = ({ zones }: Reservation): string =>
  [...Map.groupBy(zones, ({ state, reason }) => (reason === undefined ? state : `${state} (${reason})`))]
    .map(([state, its]) => `${its.length} ${its.length === 1 ? 'zone' : 'zones'} ${state}`)
    .join(', ') || 'no zone told yet'

/** What preflight says of a record, before anybody pays for it. */
export const toBeReserved = (name: string, units: number, asPeak: boolean): Finding[] =>
  units === 0
    ? []
    : [
        info(
          'capacity-reserved',
          name,
          `${units} LCU are reserved for green's load balancer before its first weight${asPeak ? ", as blue's had at its peak of the last week" : ''}, and released at commit: AWS charges for them by the hour until then`,
          'say another number in capacity of the record, or 0 for none',
        ),
      ]

export const keptCapacity = (name: string, arn: string, units: number, why: string): Finding =>
  warning(
    'capacity-kept',
    name,
    `${units} LCU stay reserved for green's load balancer, and are charged for: ${why}`,
    `aws elbv2 modify-capacity-reservation --reset-capacity-reservation --load-balancer-arn ${arn}`,
  )

export const othersCapacity = (name: string, units: number, wanted: number): Finding[] =>
  units >= wanted
    ? []
    : [
        warning(
          'capacity-less',
          name,
          `whoever made green's load balancer reserved ${units} LCU for it, where blue's had ${wanted} at its peak`,
          'reserve more where that is written (an annotation of the Service or Ingress, or its IngressClass), or go in smaller weights',
        ),
      ]
