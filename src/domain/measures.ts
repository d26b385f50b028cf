import type { Question } from './actions.ts'

/**
 * A number that the platform file says how to read: PromQL, put to the Prometheus of both clusters; or what is told over
 * HTTP inside one cluster, which is asked through that cluster's API server.
 */
export type Measure = string | HttpMeasure

/**
 * `http`: `:2020/api/v1/storage` is asked of every pod of the workload; `http://rabbitmq.queues:15672/api/…` is a Service
 * and its namespace. `value`: a JSON pointer to the number (RFC 6901); `*` stands for every key or item, and what is found
 * is added up.
 */
export interface HttpMeasure {
  readonly http: string
  readonly value: string
}

/** A measure, ready to be asked. */
export type Measuring = Question | HttpMeasure

export const isHttp = (measure: Measure | Measuring): measure is HttpMeasure =>
  typeof measure !== 'string' && 'http' in measure

export const asWritten = (measuring: Measuring): string =>
  isHttp(measuring) ? `${measuring.http} ${measuring.value}` : measuring.query

/** Where a number is told: by each pod of the workload, or by one Service. */
export type Address = { readonly port: string; readonly path: string } & (
  | { readonly of: 'pods' }
  | { readonly of: 'service'; readonly scheme: string; readonly service: string; readonly namespace: string }
)

export const PODS_ADDRESS = /^:(?<port>\d{1,5})(?<path>\/\S*)$/
/** `http://<service>.<namespace>:<port>/…`, also as its whole name in the cluster. */
export const SERVICE_ADDRESS =
  /^(?<scheme>https?):\/\/(?<service>[a-z]([-a-z0-9]{0,61}[a-z0-9])?)\.(?<namespace>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.svc(\.cluster\.local)?)?(:(?<port>\d{1,5}))?(?<path>\/\S*)$/

/** Undefined: it is neither. */
export function addressOf(http: string): Address | undefined {
  const pods = PODS_ADDRESS.exec(http)?.groups
  if (pods) return { of: 'pods', port: pods['port'] ?? '', path: pods['path'] ?? '/' }
  const { scheme = 'http', service, namespace, port, path = '/' } = SERVICE_ADDRESS.exec(http)?.groups ?? {}
  if (service === undefined || namespace === undefined) return undefined
  return { of: 'service', scheme, service, namespace, port: port ?? (scheme === 'https' ? '443' : '80'), path }
}

/** All numbers at a pointer; none where there is nothing, or something else: that is unknown, and not zero. */
export function numbersAt(body: unknown, pointer: string): number[] {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const found = parts.reduce<unknown[]>((values, part) => values.flatMap((value) => children(value, part)), [body])
  return found.filter((value) => typeof value === 'number')
}

function children(value: unknown, part: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (part === '*') return Object.values(value)
  return Object.hasOwn(value, part) ? [Reflect.get(value, part)] : []
}

/** Of several that each tell their own part: where one tells nothing, nobody knows the whole. */
export const total = (parts: readonly (readonly number[])[]): number | null =>
  parts.length === 0 || parts.some((numbers) => numbers.length === 0)
    ? null
    : parts.flat().reduce((sum, n) => sum + n, 0)
