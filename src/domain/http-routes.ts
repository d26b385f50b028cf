import { record, records, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { writerOf } from './managers.ts'
import type { Backend, Side, Weight } from './platform.ts'
import type { Share } from './route-shares.ts'

/**
 * An HTTPRoute of Gateway API: a list of rules, each with its backends and their weights. Both lists are atomic, so that
 * nobody can own one weight in them: a write is all rules as they were read, with nothing but the weights changed.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export type Rules = readonly Fields[]

export type Backends = Readonly<Record<Side, Backend>>

/** What a rule's reference may be: the API's own default, and what is meant where it names none. */
const DEFAULT_KIND = 'Service'
/** "If unspecified, weight defaults to 1." https://gateway-api.sigs.k8s.io/reference/spec/#backendref */
const DEFAULT_WEIGHT = 1

export const rulesOf = ({ spec }: Pick<KubernetesObject, 'spec'>): Rules => records(spec?.['rules'])

export const backendInWords = ({ kind, namespace, name }: Backend): string =>
  kind === 'TargetGroupName' ? `target group ${name}` : `${kind} ${namespace}/${name}`

/** `home`: the namespace of the HTTPRoute, which a reference without one means. */
export const names = (ref: Fields, { kind, namespace, name }: Backend, home: string): boolean =>
  (ref['kind'] ?? DEFAULT_KIND) === kind && (ref['namespace'] ?? home) === namespace && ref['name'] === name

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

const refsOf = (rule: Fields): readonly Fields[] => records(rule['backendRefs'])

const weightOf = ({ weight }: Fields): number => (typeof weight === 'number' ? weight : DEFAULT_WEIGHT)

/** Every backend that some rule gives a weight to: whose kind is one that stands for a cluster. */
export const backendsServed = (rules: Rules, home: string): Backend[] =>
  backendsAmong(
    rules.flatMap(refsOf).filter((ref) => weightOf(ref) > 0),
    home,
  )

/** The same at whatever weight. */
export const backendsNamed = (rules: Rules, home: string): Backend[] => backendsAmong(rules.flatMap(refsOf), home)

const backendsAmong = (refs: readonly Fields[], home: string): Backend[] =>
  refs.flatMap(({ kind = DEFAULT_KIND, namespace = home, name }) =>
    kind === 'Service' || kind === 'ServiceImport' || kind === 'TargetGroupName'
      ? [{ kind, namespace: String(namespace), name: String(name) }]
      : [],
  )

/** What a route reads; `odd`: what it does instead where its share is `elsewhere`, as in “the route serves nobody”. */
export interface SharesRead {
  readonly share: Share
  readonly odd?: string
}

const odd = (what: string): SharesRead => ({ share: 'elsewhere', odd: what })

/** A rule's own share; undefined: it serves neither side. */
function shareOfRule(rule: Fields, { blue, green }: Backends, home: string): SharesRead | undefined {
  const refs = refsOf(rule)
  const [ofBlue, ofGreen] = [refs.filter((r) => names(r, blue, home)), refs.filter((r) => names(r, green, home))]
  if (ofBlue.length + ofGreen.length === 0) return undefined
  // By two ports, or by other filters: which of them would have the weight nobody has said.
  if (ofBlue.length > 1 || ofGreen.length > 1) return odd('names one backend twice in a rule')
  const mine = new Set([...ofBlue, ...ofGreen])
  const other = refs.find((r) => !mine.has(r) && weightOf(r) > 0)
  if (other) return odd(`serves ${textOf(other['kind'], DEFAULT_KIND)} ${textOf(other['name'], '')} too`)
  const [onBlue, onGreen] = [sumOf(ofBlue), sumOf(ofGreen)]
  if (onBlue + onGreen === 0) return odd('serves nobody in one of its rules')
  return { share: ofGreen.length === 0 ? 'closed' : Math.round((onGreen * 100) / (onBlue + onGreen)) }
}

const sumOf = (refs: readonly Fields[]): number => refs.reduce((sum, ref) => sum + weightOf(ref), 0)

/**
 * Green's share of all rules that serve one of the two; rules that serve neither (redirects, other backends) are nobody's
 * business. `closed`: green is not in all of them, and has nothing in any. `elsewhere`: somebody else is served too, or
 * nobody, or one rule reads otherwise than another.
 */
export function shareIn(rules: Rules, backends: Backends, home: string): SharesRead {
  const read = rules.flatMap((rule) => shareOfRule(rule, backends, home) ?? [])
  const strange = read.find((r) => r.odd !== undefined)
  if (strange) return strange
  const shares = [...new Set(read.map((r) => r.share))]
  const [only] = shares
  if (only === undefined) return odd('serves neither blue nor green')
  if (shares.length === 1) return { share: only }
  if (shares.every((share) => share === 'closed' || share === 0)) return { share: 'closed' }
  return odd('has another share in one rule than in another')
}

/** Does a rule name this side at all, with whatever weight? */
export const hasBackend = (rules: Rules, backend: Backend, home: string): boolean =>
  rules.some((rule) => refsOf(rule).some((r) => names(r, backend, home)))

/**
 * The same rules with green at `to` per cent. Where green is not in a rule, it enters beside blue as a copy of blue's
 * reference (port, filters), and the other way round. The weights of both always sum to 100, so that no rule has a sum of
 * zero, which an implementation answers with an error.
 */
export const withShare = (rules: Rules, backends: Backends, home: string, to: Weight): Rules =>
  rules.map((rule) =>
    rewritten(rule, backends, home, [
      ['blue', 100 - to],
      ['green', to],
    ]),
  )

/** The same rules with one side only: at the weight that the API itself gives to what names none. */
export const withOnlySide = (rules: Rules, backends: Backends, home: string, keep: Side): Rules =>
  rules.map((rule) => rewritten(rule, backends, home, [[keep, DEFAULT_WEIGHT]]))

/** Where the first of the two stands; what else is in the rule stays, and where it is. */
function rewritten(
  rule: Fields,
  backends: Backends,
  home: string,
  wanted: readonly (readonly [Side, number])[],
): Fields {
  const refs = refsOf(rule)
  const isMine = (ref: Fields) => names(ref, backends.blue, home) || names(ref, backends.green, home)
  const like = refs.find(isMine)
  if (!like) return rule
  const mine = wanted.map(([side, weight]) => ({
    ...(refs.find((r) => names(r, backends[side], home)) ?? asBackend(like, backends[side], home)),
    weight,
  }))
  return { ...rule, backendRefs: refs.flatMap((ref) => (ref === like ? mine : isMine(ref) ? [] : [ref])) }
}

/** The same reference to another object. */
function asBackend(ref: Fields, { namespace, name }: Backend, home: string): Fields {
  const { namespace: _, ...rest } = ref
  return { ...rest, name, ...((namespace !== home || ref['namespace'] !== undefined) && { namespace }) }
}

/** Who wrote its rules last beside Norikae, by the server's record; undefined: nobody is known. */
export const rulesWriter = (route: KubernetesObject): string | undefined => writerOf(route, ['spec', 'rules'])

/** What a Gateway is called, and where it is. */
export interface GatewayRef {
  readonly namespace: string
  readonly name: string
}

const GATEWAY_GROUP = 'gateway.networking.k8s.io'

/** Who is to serve the route. Undefined in place of one that is no Gateway, such as a mesh's Service. */
export const gatewaysOf = (route: KubernetesObject): readonly (GatewayRef | undefined)[] =>
  parentsOf(route).map((parent) => gatewayOf(parent, route))

const parentsOf = ({ spec }: KubernetesObject): readonly Fields[] => records(spec?.['parentRefs'])

function gatewayOf(parent: Fields, { metadata }: KubernetesObject): GatewayRef | undefined {
  const { group = GATEWAY_GROUP, kind = 'Gateway', namespace = metadata.namespace, name } = parent
  return group === GATEWAY_GROUP && kind === 'Gateway'
    ? { namespace: String(namespace), name: String(name) }
    : undefined
}

/**
 * Why the route is not served as it is written now; empty: each of its Gateways says that it is. A condition counts only
 * where it is about this very generation: one that was true of the weights before says nothing of these.
 * https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus
 * `gateways`: those of `gatewaysOf` that are there.
 */
export function notServed(route: KubernetesObject, gateways: readonly KubernetesObject[]): string[] {
  const parents = parentsOf(route)
  if (parents.length === 0) return ['it names no Gateway that would serve it']
  return [...new Set(parents.flatMap((parent) => ofParent(parent, route, gateways)))]
}

function ofParent(parent: Fields, route: KubernetesObject, gateways: readonly KubernetesObject[]): string[] {
  const ref = gatewayOf(parent, route)
  if (!ref) return [`its parent ${String(parent['kind'])} ${String(parent['name'])} is no Gateway`]
  const name = `Gateway ${ref.namespace}/${ref.name}`
  const gateway = gateways.find(({ metadata: m }) => m.name === ref.name && m.namespace === ref.namespace)
  if (!gateway) return [`${name} is not there`]
  const said = records(route.status?.['parents']).filter((entry) =>
    sameParent(record(entry['parentRef']), parent, route),
  )
  if (said.length === 0) return [`${name} has not said whether it serves it`]
  return [
    ...said.flatMap((entry) => [
      ...untrue(entry, route, 'Accepted', `${name} does not accept it`),
      ...untrue(entry, route, 'ResolvedRefs', `${name} does not find its backends`),
      ...partly(entry, name),
    ]),
    ...untrue(record(gateway.status), gateway, 'Programmed', `${name} is not programmed`),
  ]
}

const sameParent = (one: Fields, other: Fields, route: KubernetesObject): boolean => {
  const key = (parent: Fields) =>
    JSON.stringify([gatewayOf(parent, route), parent['sectionName'] ?? null, parent['port'] ?? null])
  return key(one) === key(other)
}

const conditionOf = (status: Fields, type: string): Fields | undefined =>
  records(status['conditions']).find((c) => c['type'] === type)

/** What has to be true, of what is written now. */
function untrue(status: Fields, { metadata }: KubernetesObject, type: string, otherwise: string): string[] {
  const condition = conditionOf(status, type)
  if (condition === undefined) return [`${otherwise}: it says nothing of ${type}`]
  const { observedGeneration: seen, reason = 'no reason', message = '' } = condition
  if (typeof seen !== 'number' || seen < (metadata.generation ?? 0))
    return [
      `${otherwise}: what it says of ${type} is of generation ${typeof seen === 'number' ? seen : 'unknown'}, not ${metadata.generation}`,
    ]
  if (condition['status'] === 'True') return []
  return [`${otherwise}: ${[String(reason), String(message)].filter((word) => word !== '').join(', ')}`]
}

/** Some rules are served as they were before, or not at all. */
function partly(status: Fields, name: string): string[] {
  const condition = conditionOf(status, 'PartiallyInvalid')
  return condition?.['status'] === 'True'
    ? [`${name} serves only a part of it: ${textOf(condition['message'], '')}`]
    : []
}
