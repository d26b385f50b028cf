import { record, records } from './fields.ts'
import type { Finding } from './findings.ts'
import { notServedFindings, rulesWrittenBack } from './http-route-findings.ts'
import {
  gatewaysOf,
  names,
  rulesOf,
  shareIn,
  type Backends,
  type GatewayRef,
  type Rules,
  type SharesRead,
} from './http-routes.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import type { GatewayRoute } from './platform.ts'

/**
 * What the AWS Load Balancer Controller makes of a Gateway of blue is written by that controller alone. Weights reach it
 * through an HTTPRoute, which may name target groups that others made beside Services of its own cluster.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/gateway/#specify-out-of-band-target-groups
 */

/** On an HTTPRoute, by Service: the run that has green beside it. Another Service of the same HTTPRoute moves by itself. */
const MOVED = 'routes.norikae.io/'

export const movedKey = (service: string): string => `${MOVED}${service}`

/** By which the controller knows bindings again that it has made for a Gateway. */
const STACK = 'gateway.k8s.aws.alb/stack'

/** Whose binding it is; undefined: of no Gateway of this controller. */
export function gatewayOfBinding({ metadata: { labels = {} } }: Pick<KubernetesObject, 'metadata'>) {
  const [namespace, name] = [labels[`${STACK}-namespace`], labels[`${STACK}-name`]]
  return namespace === undefined || name === undefined ? undefined : ({ namespace, name } satisfies GatewayRef)
}

/** The two sides as a rule names them: blue's Service, and green's target group, which is no object. */
export const backendsOfRoute = ({
  namespace,
  service,
  greenTargetGroup,
}: Pick<GatewayRoute, 'namespace' | 'service' | 'greenTargetGroup'>): Backends => ({
  blue: { kind: 'Service', namespace, name: service },
  green: { kind: 'TargetGroupName', namespace, name: greenTargetGroup },
})

/** Green's share by the HTTPRoute. `made`: its target group is there. */
export function shareInGateway(rules: Rules, backends: Backends, home: string, made: boolean): SharesRead {
  const read = shareIn(rules, backends, home)
  return read.share === 'closed' && !made ? { share: 'unmade' } : read
}

/** What makes the rules behind a TargetGroupBinding that a controller has made for a Gateway, as far as it can be written. */
export type GatewayFacts =
  | { readonly httpRoute: string; readonly service: string; readonly found: readonly Finding[] }
  /** Why its weights cannot be written, and what to change. */
  | { readonly fault: string; readonly remedy: string }

/** What of Gateway API is on blue. */
export interface GatewayObjects {
  readonly gateways: readonly KubernetesObject[]
  readonly httpRoutes: readonly KubernetesObject[]
}

/** `of`: whose binding it is. Each HTTPRoute has a target group of its own for a Service that it names. */
export function gatewayFactsOf(
  binding: Pick<KubernetesObject, 'metadata' | 'spec'>,
  of: GatewayRef,
  { gateways, httpRoutes }: GatewayObjects,
): GatewayFacts {
  const { namespace = '' } = binding.metadata
  const service = record(binding.spec?.['serviceRef'])['name']
  if (typeof service !== 'string') return { fault: 'its binding names no Service', remedy: 'give it one' }
  const blue = { kind: 'Service', namespace, name: service } as const
  const refsTo = (route: KubernetesObject) =>
    rulesOf(route)
      .flatMap((rule) => records(rule['backendRefs']))
      .filter((ref) => names(ref, blue, route.metadata.namespace ?? ''))
  const theirs = httpRoutes.filter(
    (route) => gatewaysOf(route).some((its) => isSame(its, of)) && refsTo(route).length > 0,
  )
  const [only, ...others] = theirs
  if (!only)
    return {
      fault: `no HTTPRoute of its Gateway ${of.namespace}/${of.name} names Service ${service}: weights are written in HTTPRoutes alone`,
      remedy: 'serve it by an HTTPRoute, or by a load balancer that no cluster owns',
    }
  const called = theirs.map(nameOf).join(' and ')
  if (others.length > 0)
    return {
      fault: `${called} name Service ${service}, each with a target group of its own: nobody could say which of them this is`,
      remedy: `let one of them name it, or give each a Service of its own`,
    }
  if (only.metadata.namespace !== namespace)
    return {
      fault: `${called} names Service ${service} from another namespace`,
      remedy: `have an HTTPRoute in ${namespace} name it`,
    }
  const parents = gatewaysOf(only)
  if (!parents.every((parent) => isSame(parent, of)))
    return {
      fault: `${called} has other parents than Gateway ${of.namespace}/${of.name}, and a target group is of one load balancer`,
      remedy: 'give each Gateway an HTTPRoute and a Service of its own',
    }
  const ports = new Set(refsTo(only).map(({ port }) => port))
  if (ports.size > 1)
    return {
      fault: `${called} names Service ${service} by ${ports.size} ports, and each is another target group: a weight is that of one`,
      remedy: `let it name one port of Service ${service}`,
    }
  const { share, odd = 'serves others too' } = shareIn(
    rulesOf(only),
    { blue, green: { ...blue, kind: 'TargetGroupName', name: '' } },
    namespace,
  )
  // What Norikae writes it has looked at before.
  if (share === 'elsewhere' && only.metadata.annotations?.[movedKey(service)] === undefined)
    return {
      fault: `${called} ${odd}: whose share a weight would be nobody could say`,
      remedy: `leave Service ${service} alone in the rules that name it`,
    }
  const about = `${namespace}/${only.metadata.name}`
  return {
    httpRoute: only.metadata.name,
    service,
    found: [...notServedFindings(about, only, gateways), ...rulesWrittenBack(about, only)],
  }
}

const isSame = (one: GatewayRef | undefined, other: GatewayRef): boolean =>
  one?.namespace === other.namespace && one.name === other.name

const nameOf = ({ metadata }: KubernetesObject): string => `HTTPRoute ${metadata.namespace ?? ''}/${metadata.name}`
