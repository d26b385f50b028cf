import { records } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * What AWS's Gateway API controller says by annotations: a ServiceImport on one cluster stands for the target group of VPC
 * Lattice that a ServiceExport on another one made of a Service.
 * https://www.gateway-api-controller.eks.aws.dev/latest/api-types/service-import/
 */
const GROUP = 'application-networking.k8s.aws'
export const IMPORTS_FROM = `${GROUP}/aws-eks-cluster-name`
const EXPORT = `${GROUP}/export-name`
const SERVICE = `${GROUP}/service-name`
const TARGET_GROUP = `${GROUP}/target-group-arn`

/** The name of the ServiceExport that it stands for, in the namespace of its own name. */
export const exportOf = ({ metadata }: KubernetesObject): string => metadata.annotations?.[EXPORT] ?? metadata.name

/** The name of the Service that is exported. */
export const serviceOf = ({ metadata }: KubernetesObject): string => metadata.annotations?.[SERVICE] ?? metadata.name

/** Why it cannot be said to stand for this cluster; undefined: it does. */
export function importFault({ metadata }: KubernetesObject, cluster: string): string | undefined {
  const { annotations = {} } = metadata
  if (annotations[TARGET_GROUP] !== undefined)
    return `names a target group (${TARGET_GROUP}), which may be of any cluster`
  const from = annotations[IMPORTS_FROM]
  if (from === undefined) return `does not say which cluster it is for, and may stand for any that exports this name`
  return from === cluster ? undefined : `is for ${from}`
}

/** The cluster that it says it stands for; undefined: it may be any. */
export const clusterOfImport = ({ metadata: { annotations = {} } }: KubernetesObject): string | undefined =>
  annotations[TARGET_GROUP] === undefined ? annotations[IMPORTS_FROM] : undefined

/** What could serve behind a Service, by its EndpointSlices: who is on its way out aside; a condition that is unset is true. */
export function servingIn(slices: readonly KubernetesObject[]): {
  readonly healthy: number
  readonly expected: number
} {
  const conditions = slices.flatMap((slice) => records(slice['endpoints']).flatMap((e) => records([e['conditions']])))
  const staying = conditions.filter((c) => c['terminating'] !== true)
  return { healthy: staying.filter((c) => c['ready'] !== false).length, expected: staying.length }
}
