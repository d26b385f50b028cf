/**
 * What the AWS load balancer controller makes a load balancer for: Ingresses, Services of type LoadBalancer, and Gateways of
 * a class of its own. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/
 */
import { records } from '../domain/fields.ts'
import type { KubernetesObject, SandboxCluster } from './types.ts'

export const GATEWAY_API = 'gateway.networking.k8s.io/v1'
/** Kinds of routes that are attached to a Gateway. */
export const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']
/** A GatewayClass is not served here; by its controllerName it is of this controller, here by these names. */
export const HTTP_CLASS = 'alb'
const CLASSES: ReadonlySet<unknown> = new Set([HTTP_CLASS, 'nlb'])

/** Kinds that it looks at. */
export const BALANCED = ['Ingress', 'Service', 'Gateway', ...ROUTES]

type Listing = Pick<SandboxCluster, 'list'>

export const balancedOn = (cluster: Listing, namespace?: string): readonly KubernetesObject[] => [
  ...cluster.list('networking.k8s.io/v1', 'Ingress', namespace),
  ...cluster.list('v1', 'Service', namespace).filter((s) => s.spec?.['type'] === 'LoadBalancer'),
  ...cluster.list(GATEWAY_API, 'Gateway', namespace).filter(({ spec }) => CLASSES.has(spec?.['gatewayClassName'])),
]

const classOf = ({ spec }: KubernetesObject): string => String(spec?.['gatewayClassName'])

export const finalizerOf = (owner: KubernetesObject): string =>
  owner.kind === 'Gateway' ? `gateway.k8s.aws/${classOf(owner)}` : `${owner.kind.toLowerCase()}.k8s.aws/resources`

export const balancerTags = (owner: KubernetesObject, cluster: string): Readonly<Record<string, string>> => {
  const prefix = owner.kind === 'Gateway' ? `gateway.k8s.aws.${classOf(owner)}` : `${owner.kind.toLowerCase()}.k8s.aws`
  return {
    'elbv2.k8s.aws/cluster': cluster,
    [`${prefix}/stack`]: `${owner.metadata.namespace}/${owner.metadata.name}`,
  }
}

/** As its status says where it answers. */
export const answeringAt = (owner: KubernetesObject, host: string): Readonly<Record<string, unknown>> =>
  owner.kind === 'Gateway'
    ? { addresses: [{ type: 'Hostname', value: host }] }
    : { loadBalancer: { ingress: [{ hostname: host }] } }

/**
 * Routes that name this Gateway: it is not let go before they are.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/controllers/gateway/gateway_controller.go
 */
export const routesOf = (cluster: Listing, gateway: KubernetesObject): readonly KubernetesObject[] =>
  gateway.kind === 'Gateway'
    ? ROUTES.flatMap((kind) => cluster.list(GATEWAY_API, kind, gateway.metadata.namespace)).filter(({ spec }) =>
        records(spec?.['parentRefs']).some(({ name }) => name === gateway.metadata.name),
      )
    : []

export interface ServiceBehind {
  readonly name: string
  readonly port: number | string
}

/** The Service and its port that a load balancer of this leads to: its own, or the first that is named. */
export function backendOf(cluster: Listing, owner: KubernetesObject): ServiceBehind | undefined {
  const { kind, metadata, spec } = owner
  if (kind === 'Service') {
    const [port] = (spec as { ports?: readonly { port: number }[] } | undefined)?.ports ?? []
    return port && { name: metadata.name, port: port.port }
  }
  if (kind === 'Gateway') {
    const [ref] = routesOf(cluster, owner).flatMap((route) =>
      records(route.spec?.['rules']).flatMap((rule) => records(rule['backendRefs'])),
    )
    return ref && { name: String(ref['name']), port: Number(ref['port']) }
  }
  const { defaultBackend, rules } = (spec ?? {}) as IngressSpec // as its API says
  const backend = defaultBackend ?? rules?.[0]?.http?.paths[0]?.backend
  const port = backend?.service?.port
  return backend?.service && port ? { name: backend.service.name, port: port.number ?? port.name ?? 0 } : undefined
}

interface IngressBackend {
  readonly service?: { readonly name: string; readonly port: { readonly number?: number; readonly name?: string } }
}

interface IngressSpec {
  readonly defaultBackend?: IngressBackend
  readonly rules?: readonly { readonly http?: { readonly paths: readonly { readonly backend: IngressBackend }[] } }[]
}
