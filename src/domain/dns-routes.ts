import { ownersOf, writerFaults, type Fault } from './dns-owners.ts'
import { weightKey } from './dns-weights.ts'
import { namesServedBy } from './entrances.ts'
import { ANNOTATIONS, type DnsWriter } from './external-dns.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import type { DnsRoute } from './platform.ts'
import { allLeadTo, hostOf, type BalancerHost, type RecordSet } from './weighted-records.ts'
import { writtenBack } from './written-back.ts'

/** What was found of a record that external-dns owns, beside the record itself. */
export interface DnsFacts {
  /** TXT records beside it, by any name under which external-dns of blue may keep them. */
  readonly txt: readonly RecordSet[]
  /** Those that run on blue. */
  readonly writers: readonly DnsWriter[]
  /** What it is made of; undefined: that is not there. */
  readonly object?: KubernetesObject | undefined
  /** Names that the platform file lists with the same target, this one among them, in its order. */
  readonly listed: readonly string[]
}

type Annotations = Readonly<Record<string, string>>

interface Found {
  readonly name: string
  readonly zone: string
  readonly target: { readonly kind: string; readonly namespace: string; readonly name: string }
  readonly moved: readonly RecordSet[]
  readonly balancer: BalancerHost
}

/**
 * The route of records that blue's external-dns weighs already, or what to do ahead so that it does. external-dns replaces a
 * simple record by a weighted one in one batch, but only under policy sync: with upsert-only it asks Route 53 for both side by
 * side for ever, and is refused. So that is done by people, before an upgrade, where nothing hangs on it.
 * https://github.com/kubernetes-sigs/external-dns/blob/master/plan/plan.go (calculateChanges)
 */
export function dnsRouteOf(
  { name, zone, target, moved: all, balancer }: Found,
  { txt, writers, object, listed }: DnsFacts,
): { readonly route: DnsRoute; readonly findings: readonly Finding[] } | { readonly faults: readonly Fault[] } {
  const annotations = object?.metadata.annotations ?? {}
  const place = `${target.kind} ${target.namespace}/${target.name}`
  const { moved, left } = withoutLeft(all, annotations, writers)
  const identifiers = new Set(moved.map((set) => set.setIdentifier))
  const [identifier] = identifiers
  const owners = ownersOf(txt, identifier)
  const [owner] = owners
  const writer = writers.find((one) => one.owner === owner)
  const prefix = prefixOf(annotations, writer)

  const faults: Fault[] = []
  const fault = (says: string, remedy: string) => void faults.push({ says, remedy })
  if (owner === undefined || owners.length > 1)
    fault(
      `TXT records say that ${owners.join(' and ') || 'nobody'} owns ${identifier ?? 'it'}`,
      'leave one external-dns with it',
    )
  else if (!writer)
    fault(
      `no external-dns of blue whose --txt-owner-id is written among its arguments is ${owner}`,
      `have the one of blue own it (--txt-owner-id=${owner}), or take it out of external-dns`,
    )
  else faults.push(...writerFaults(writer))
  if (identifier === undefined || identifiers.size > 1 || moved.some((set) => set.weight === undefined)) {
    const to = prefixIn(annotations, prefix)
    fault(
      identifiers.size > 1
        ? `it has records of ${[...identifiers].map((it) => it ?? 'nobody').join(' and ')}`
        : 'its record has no weight',
      `give ${place} the annotations ${to}set-identifier (such as blue) and ${to}aws-weight: "100", where it is deployed from, some days before: under policy sync external-dns replaces the record in one batch${
        writer && !writer.deletes
          ? `. ${nameOf(writer.workload)} has another policy and never would: give it --policy=sync until it has`
          : ''
      }`,
    )
  } else if (prefix === undefined)
    fault(
      `${place} has no annotation …/set-identifier: ${identifier} that external-dns reads, with …/aws-weight beside it`,
      'let the target in the platform file be what the record is made of',
    )
  if (moved.some((set) => set.weight === 0))
    fault('its weight is 0, so nobody would be served by it beside green', `give ${place} aws-weight: "100"`)
  if (moved.some((set) => set.alias?.evaluatesHealth === true))
    fault(
      'its alias asks for the health of its targets: where these fail, Route 53 would answer with green at weight 0',
      `give ${place} the annotation ${prefixIn(annotations, prefix)}aws-evaluate-target-health: "false"`,
    )
  if (moved.some((set) => set.healthCheck !== undefined))
    fault('it is bound to a health check', `take ${prefixIn(annotations, prefix)}aws-health-check-id off ${place}`)
  if (!allLeadTo(moved, balancer))
    fault(`it does not lead to ${balancer.name}`, `let the target in the platform file be what it leads to`)
  if (faults.length > 0 || identifier === undefined || owner === undefined || prefix === undefined) return { faults }
  const by = object && writtenBack(object, weightKey({ annotations: prefix }), `weight on ${place}`)
  return {
    findings: [
      ...(by ? [(by.soon ? blocker : warning)('record-written-back', name, by.message, by.remedy)] : []),
      ...(listed[0] === name ? unlisted(object, prefix, listed, place) : []),
      ...left.map((its) =>
        warning(
          'record-of-external-dns',
          name,
          `a record of another set identifier, ${its}, was left at weight 0, and serves nobody`,
          `delete it, and the TXT records of the set identifier ${its} beside it (${inTxt(its)})`,
        ),
      ),
    ],
    route: {
      kind: 'external-dns',
      name,
      zone,
      namespace: target.namespace,
      target: `${target.kind}/${target.name}`,
      annotations: prefix,
      identifier,
      owner,
    },
  }

  function inTxt(its: string): string {
    const names = txt.filter((set) => set.type === 'TXT' && set.setIdentifier === its).map((set) => set.name)
    return [...new Set(names)].join(', ') || 'none was found'
  }

  /** That under which the object says what the record has: the one that external-dns reads. */
  function prefixOf(of: Annotations, by: DnsWriter | undefined): string | undefined {
    return [...(by?.annotations === undefined ? [] : [by.annotations]), ...ANNOTATIONS].find(
      (it) => of[`${it}set-identifier`] === identifier && of[`${it}aws-weight`] !== undefined,
    )
  }
}

/**
 * Those whose set identifier the object says, where the others serve nobody: external-dns that deletes nothing leaves such
 * records of former upgrades (`left`, by their set identifiers).
 */
function withoutLeft(
  all: readonly RecordSet[],
  annotations: Annotations,
  writers: readonly DnsWriter[],
): { readonly moved: readonly RecordSet[]; readonly left: readonly string[] } {
  const prefixes = new Set<string>([...writers.flatMap((it) => it.annotations ?? []), ...ANNOTATIONS])
  const said = new Set([...prefixes].flatMap((it) => annotations[`${it}set-identifier`] ?? []))
  const isSaid = ({ setIdentifier }: RecordSet) => setIdentifier !== undefined && said.has(setIdentifier)
  const others = all.filter((set) => !isSaid(set))
  const moved = all.filter(isSaid)
  const isLeft = moved.length > 0 && others.every((set) => set.setIdentifier !== undefined && set.weight === 0)
  return isLeft
    ? { moved, left: [...new Set(others.flatMap(({ setIdentifier }) => setIdentifier ?? []))] }
    : { moved: all, left: [] }
}

/** All names of an object have its weight, and what is not listed moves without anybody looking. */
function unlisted(
  object: KubernetesObject | undefined,
  prefix: string,
  listed: readonly string[],
  place: string,
): Finding[] {
  if (!object) return []
  const annotated = object.metadata.annotations?.[`${prefix}hostname`]?.split(',') ?? []
  const names = new Set([...annotated.map((it) => hostOf(it.trim())), ...namesServedBy([object]).keys()])
  const others = [...names].filter((it) => it !== '' && !listed.includes(it))
  return others.length === 0
    ? []
    : [
        warning(
          'record-of-external-dns',
          place,
          `${others.join(', ')} ${others.length === 1 ? 'is a name of it too, which goes' : 'are names of it too, which go'} where its weight goes: nobody looks whose records these are, and no weight waits until clients go by them`,
          'list each under records of the same app, with the same target and the hosted zone that it is in',
        ),
      ]
}

/** Where nothing says it yet: by what the object is annotated otherwise. */
const prefixIn = (annotations: Annotations, known: string | undefined): string =>
  known ?? ANNOTATIONS.find((it) => Object.keys(annotations).some((key) => key.startsWith(it))) ?? ANNOTATIONS[0]
