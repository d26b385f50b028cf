import { few } from './few.ts'
import { records } from './fields.ts'
import type { Kind, KubernetesObject } from './kubernetes-objects.ts'

/**
 * Objects whose controllers have made something outside the cluster, which nobody deletes any more once they are gone: in the
 * order in which they go. A Gateway's goes only once no route is attached to it, and the controller of VPC Lattice makes a
 * service for each route and a target group for each ServiceExport.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/controllers/gateway/gateway_controller.go
 */
export const outsiderKinds = [
  'TargetGroupBinding',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
  'Gateway',
  'ServiceExport',
  'Ingress',
  'PersistentVolumeClaim',
  'Service',
] as const satisfies readonly Kind[]

export type Outsider = KubernetesObject & { readonly kind: (typeof outsiderKinds)[number] }

/** Of Services those alone that have a load balancer. */
export const isOutsider = (object: KubernetesObject): object is Outsider =>
  outsiderKinds.some((kind) => kind === object.kind) &&
  (object.kind !== 'Service' || object.spec?.['type'] === 'LoadBalancer')

const inWords = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

export const outsidersInWords = (outsiders: readonly KubernetesObject[]): string => few(outsiders.map(inWords))

/** Why a Gateway may not go yet, as its status counts; empty: nothing of the kind is known. */
export function attachedInWords(outsiders: readonly KubernetesObject[]): string {
  const held = outsiders.flatMap((one) => {
    const routes = one.kind === 'Gateway' ? attachedTo(one) : 0
    return routes === 0 ? [] : [`${inWords(one)} has ${routes} attached`]
  })
  return held.length === 0
    ? ''
    : `. A Gateway's load balancer goes once no route is attached to it, of whatever kind and version: ${few(held)}`
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#listenerstatus */
const attachedTo = ({ status }: KubernetesObject): number =>
  records(status?.['listeners']).reduce((sum, { attachedRoutes }) => sum + Number(attachedRoutes ?? 0), 0)
