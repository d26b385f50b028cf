import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { takingTurns } from '../../traffic/shares.ts'
import { keyOf, spoken } from './records.ts'

/** Where a name leads, and for how many seconds whoever asked may keep that. */
export interface Answer {
  readonly host: string
  readonly ttl: number
}

/** What is told of an alias of a load balancer, which cannot be chosen. */
const ALIAS_TTL = 60

/**
 * A name server for who asks for the address of a host that is a load balancer: weighted records are told as often as their
 * weights say, and alike where no record has one. Undefined: nothing leads anywhere.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
 */
export function createNameServer(): (sets: readonly ResourceRecordSet[], name: string) => Answer | undefined {
  const turn = takingTurns()
  return (sets, name) => {
    // Beside a CNAME there is no other type; an AAAA is asked for by others than these.
    const found = sets.filter((set) => set.Name === spoken(name) && (set.Type === 'CNAME' || set.Type === 'A'))
    const none = found.every((set) => set.Weight === 0)
    const key = turn(
      spoken(name),
      found.map((set) => ({ name: keyOf(set), weight: none ? 1 : (set.Weight ?? 1) })),
    )
    const set = found.find((one) => keyOf(one) === key)
    const host = set?.AliasTarget?.DNSName ?? (set?.Type === 'CNAME' ? set.ResourceRecords?.[0]?.Value : undefined)
    return host === undefined ? undefined : { host: spoken(host).slice(0, -1), ttl: set?.TTL ?? ALIAS_TTL }
  }
}
