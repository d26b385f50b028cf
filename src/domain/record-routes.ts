import { toBeReserved } from './balancer-capacity.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { dnsRouteOf, type DnsFacts } from './dns-routes.ts'
import type { NameRoute } from './platform.ts'
import { hostOf, isMoved, unmovable, type BalancerHost, type RecordSet } from './weighted-records.ts'

/** What was found of a record that the platform file lists under an app. */
export interface RecordFacts {
  readonly name: string
  readonly zone: string
  readonly target: Target
  /** All of its name; undefined: there is no such zone. */
  readonly sets?: readonly RecordSet[]
  /** Types of it that somebody has protected. */
  readonly protectedTypes: readonly string[]
  /** Where external-dns owns it, as a TXT record beside it says. */
  readonly dns?: DnsFacts
  /** The load balancer of the target on blue; undefined: it has none. */
  readonly balancer?: BalancerHost
  /** LCU, as the platform file says. */
  readonly capacity?: number
  /** LCU that green's has to hold, like blue's at its peak; 0: no more than a new one does. Absent: the file says how many. */
  readonly needs?: number
}

/** What has a load balancer of its own: `Service/legacy-production/web`. */
export interface Target {
  readonly kind: 'Service' | 'Ingress'
  readonly namespace: string
  readonly name: string
}

export function targetOf(text: string): Target | undefined {
  const [kind, namespace, name, ...more] = text.split('/')
  if ((kind !== 'Service' && kind !== 'Ingress') || !namespace || !name || more.length > 0) return undefined
  return { kind, namespace, name }
}

/** Opening a route takes twice as long as this before the first weight: nobody should be surprised by that. */
const LONG_TTL_S = 300

/** What an alias is told with, which cannot be chosen. */
const SHORT_TTL_S = 60

/** The route of a record, and what stands in its way. */
export function recordRoute({
  name,
  zone,
  target,
  sets,
  protectedTypes,
  dns,
  balancer,
  capacity,
  needs = 0,
}: RecordFacts): {
  readonly route?: NameRoute
  readonly findings: readonly Finding[]
} {
  const refuse = (code: string, message: string, remedy: string) => ({
    findings: [blocker(code, name, message, remedy)],
  })
  const place = `${target.kind} ${target.namespace}/${target.name}`
  const moved = sets?.filter(isMoved) ?? []
  if (sets === undefined)
    return refuse(
      'record-missing',
      `there is no hosted zone ${zone}`,
      'mend the zone of the record in the platform file',
    )
  if (moved.length === 0)
    return refuse(
      'record-missing',
      `hosted zone ${zone} has no A, AAAA or CNAME record of this name`,
      'mend the name in the platform file, or make the record',
    )
  if (!balancer)
    return refuse(
      'record-target',
      `${place} has no application or network load balancer on blue that is active`,
      'mend the target in the platform file: a Service of type LoadBalancer or an Ingress, whose controller makes one on each cluster',
    )
  const shielded = moved.map((s) => s.type).filter((type) => protectedTypes.includes(type))
  if (shielded.length > 0)
    return refuse(
      'record-protected',
      `its ${shielded.join(' and ')} ${shielded.length === 1 ? 'record is' : 'records are'} protected in Route 53, which refuses every change`,
      'take the protection away for the upgrade (aws route53 delete-resource-record-set-protections)',
    )
  const aside = sets.filter(passesBy)
  if (aside.length > 0)
    return refuse(
      'record-unfit',
      `its HTTPS record leads to a place of its own (${aside.flatMap(placesOf).join(', ')}), and browsers go by that at whatever weight`,
      'let it name its own name (.) without ipv4hint and ipv6hint, or delete it until the upgrade has ended',
    )
  const ttl = Math.max(0, ...moved.map((s) => s.ttl ?? 0))
  if (dns) {
    const found = dnsRouteOf({ name, zone, target, moved, balancer }, dns)
    if ('route' in found)
      return {
        route: { ...found.route, ...(capacity !== undefined && { capacity }) },
        findings: [
          ...toBeReserved(name, capacity ?? needs, capacity === undefined),
          ...(ttl > SHORT_TTL_S ? [slowly(name, ttl)] : []),
          ...found.findings,
        ],
      }
    return {
      findings: found.faults.map(({ says, remedy }) =>
        blocker('record-of-external-dns', name, `external-dns makes it, and ${says}`, remedy),
      ),
    }
  }
  const faults = unmovable(moved, balancer)
  if (faults.length > 0)
    return refuse(
      'record-unfit',
      `${faults.map((f) => f.says).join(', and ')} (Unsupported)`,
      `make it one simple CNAME, or an alias, of ${balancer.name}`,
    )
  const slow =
    ttl > LONG_TTL_S
      ? [
          warning(
            'record-ttl',
            name,
            `its TTL is ${ttl} s: opening its route takes ${2 * ttl} s, until nobody goes by it any more`,
            'lower it some days before, or expect to wait',
          ),
        ]
      : []
  return {
    route: {
      kind: 'route53',
      name,
      zone,
      namespace: target.namespace,
      target: `${target.kind}/${target.name}`,
      ...(capacity !== undefined && { capacity }),
    },
    findings: [...slow, ...toBeReserved(name, capacity ?? needs, capacity === undefined)],
  }
}

/**
 * Browsers ask for HTTPS beside A and AAAA, and go to the name or the addresses that it tells.
 * https://www.rfc-editor.org/rfc/rfc9460#section-2.4.3
 */
const passesBy = ({ name, type, alias, values = [] }: RecordSet): boolean =>
  type === 'HTTPS' &&
  (alias !== undefined ||
    values.some((value) => {
      const [, to = '.'] = value.split(/\s+/)
      return (to !== '.' && hostOf(to) !== hostOf(name)) || /\bipv[46]hint=/.test(value)
    }))

const placesOf = ({ alias, values = [] }: RecordSet): readonly string[] => (alias ? [alias.name] : values)

/** It stays its owner's while weights move. */
const slowly = (name: string, ttl: number): Finding =>
  warning(
    'record-ttl',
    name,
    `its TTL is ${ttl} s, and external-dns keeps it: each weight waits ${2 * ttl} s, until nobody goes by the one before`,
    `give what it is made of the annotation …/ttl: "${SHORT_TTL_S}" some days before, or expect to wait`,
  )

/** What has its load balancer, as a finding of what is not carried over names it. */
export function carriedBy({ target }: Pick<NameRoute, 'target'>): string {
  const [kind = '', name = ''] = target.split('/')
  return kind === 'Service' ? `Service ${name} of type LoadBalancer` : `Ingress ${name}`
}
