import { few } from './few.ts'
import { record, records } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * Load balancers that their controller does not delete, because what it makes them from says so: it then lets nothing of
 * theirs go, and tells that in an event alone.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#load-balancer-attributes
 */
const ATTRIBUTE = 'deletion_protection.enabled'

const ANNOTATIONS: Readonly<Record<string, string>> = {
  Ingress: 'alb.ingress.kubernetes.io/load-balancer-attributes',
  Service: 'service.beta.kubernetes.io/aws-load-balancer-attributes',
}

const CONFIGURATION = 'LoadBalancerConfiguration'

/**
 * Each with where it stands: `Ingress shop/web (alb.ingress.kubernetes.io/load-balancer-attributes)`. `configurations`: those
 * that Gateways may name as their parameters.
 */
export const protectedAmong = (
  outsiders: readonly KubernetesObject[],
  configurations: readonly KubernetesObject[],
): readonly string[] =>
  outsiders.flatMap((one) => {
    const place = one.kind === 'Gateway' ? protectingConfiguration(one, configurations) : protectingAnnotation(one)
    return place === undefined ? [] : [`${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name} (${place})`]
  })

function protectingAnnotation({ kind, metadata }: KubernetesObject): string | undefined {
  const key = ANNOTATIONS[kind]
  const said = key === undefined ? undefined : metadata.annotations?.[key]
  const isOn = said?.split(',').some((pair) => isTrue(...cut(pair)))
  return isOn === true ? key : undefined
}

const cut = (pair: string): [key: string, value: string] => {
  const at = pair.indexOf('=')
  return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
}

/** As Go reads a boolean (strconv.ParseBool). */
const isTrue = (key: string, value: string): boolean => key === ATTRIBUTE && /^(1|t|T|TRUE|true|True)$/.test(value)

function protectingConfiguration(
  { metadata, spec }: KubernetesObject,
  configurations: readonly KubernetesObject[],
): string | undefined {
  const ref = record(record(spec?.['infrastructure'])['parametersRef'])
  const found = configurations.find(
    (one) =>
      ref['kind'] === CONFIGURATION &&
      one.metadata.name === ref['name'] &&
      one.metadata.namespace === metadata.namespace,
  )
  const isOn = records(found?.spec?.['loadBalancerAttributes']).some(({ key, value }) =>
    isTrue(String(key), String(value)),
  )
  return isOn ? `${CONFIGURATION} ${String(ref['name'])}` : undefined
}

export const protectedInWords = (cluster: string, all: readonly string[]): string =>
  `load balancers of ${cluster} are protected from deletion (${ATTRIBUTE}), and their controller would let nothing of them go: ${few(all)}`
