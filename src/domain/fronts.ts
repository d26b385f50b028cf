import type { NamespaceFacts } from './facts.ts'
import { record } from './fields.ts'
import { backendsOf } from './ingress-actions.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { isBound, type Route } from './platform.ts'
import type { Reference } from './references.ts'

/** What stands between visitors and a Service of its own namespace. */
export interface Front {
  /** `TargetGroupBinding/web`, `Ingress/web`, or the Service itself, whose load balancer is its own: `Service/web` */
  readonly by: string
  readonly service: string
}

/** Of all that is in one namespace. What a controller makes of an Ingress or a Gateway is told by its bindings too. */
export const frontsOf = (objects: readonly KubernetesObject[]): Front[] =>
  objects.flatMap((object) => {
    const by = `${object.kind}/${object.metadata.name}`
    return [...new Set(servicesBehind(object))].map((service) => ({ by, service }))
  })

function servicesBehind(object: KubernetesObject): string[] {
  const { kind, metadata, spec = {} } = object
  if (kind === 'Ingress') return backendsOf(object).flatMap(({ name, annotated }) => (annotated ? [] : name))
  if (kind === 'Service') return spec['type'] === 'LoadBalancer' ? [metadata.name] : []
  const { name } = record(spec['serviceRef'])
  return kind === 'TargetGroupBinding' && typeof name === 'string' ? [name] : []
}

/** Does a route lead to the Service that is named? */
export function leadsTo(
  route: Route,
  { namespace, service }: Reference,
  namespaces: readonly NamespaceFacts[],
): boolean {
  const { fronts = [], routes = [] } = namespaces.find((n) => n.name === namespace) ?? {}
  const isFront = (by: string) => fronts.some((f) => f.by === by && f.service === service)
  if (route.kind !== 'http-route')
    return (
      route.namespace === namespace && isFront(isBound(route) ? `TargetGroupBinding/${route.binding}` : route.target)
    )
  const { kind, name, namespace: its } = route.blue
  // `arn:…:targetgroup/<name>/<id>`: no object, and in no namespace; what fills it is.
  if (kind === 'TargetGroupName')
    return routes.some((r) => r.targetGroup.split('/')[1] === name && isFront(`TargetGroupBinding/${r.binding}`))
  return its === namespace && name === service
}
