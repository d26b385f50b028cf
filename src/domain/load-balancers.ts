import { record, records } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** Where the load balancer of a Service or an Ingress answers; undefined as long as its controller has made none. */
export function hostnameOf({ status }: KubernetesObject): string | undefined {
  const [first] = records(record(status?.['loadBalancer'])['ingress'])
  const host = first?.['hostname']
  return typeof host === 'string' && host !== '' ? host : undefined
}
