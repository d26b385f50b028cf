import type { KubernetesObject } from './kubernetes-objects.ts'

/** What an object's spec and status say of the pods that it should have. */
export interface Readiness {
  readonly wanted: number
  readonly ready: number
  /** The controller has seen the newest spec, and every pod is of it. */
  readonly current: boolean
}

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

/** For Deployment, StatefulSet and DaemonSet. */
export function readinessOf({ kind, metadata, spec = {}, status = {} }: KubernetesObject): Readiness {
  const seen = number(status['observedGeneration'], 0) >= number(metadata.generation, 1)
  if (kind === 'DaemonSet') {
    const wanted = number(status['desiredNumberScheduled'], 0)
    return {
      wanted,
      ready: number(status['numberReady'], 0),
      current: seen && number(status['updatedNumberScheduled'], 0) === wanted,
    }
  }
  const wanted = number(spec['replicas'], 1)
  const ready = number(kind === 'StatefulSet' ? status['readyReplicas'] : status['availableReplicas'], 0)
  return {
    wanted,
    ready,
    current: seen && number(status['updatedReplicas'], 0) === wanted && number(status['replicas'], 0) === wanted,
  }
}

export const isReady = ({ wanted, ready, current }: Readiness): boolean => current && ready >= wanted

export const replicasOf = ({ spec = {} }: KubernetesObject): number => number(spec['replicas'], 1)

/** What it makes pods from; empty where it says nothing of them. */
export function podSpecOf({ spec = {}, kind }: KubernetesObject): Readonly<Record<string, unknown>> {
  const template = kind === 'CronJob' ? at(at(spec['jobTemplate'], 'spec'), 'template') : spec['template']
  const podSpec = at(template, 'spec')
  return typeof podSpec === 'object' && podSpec !== null ? (podSpec as Record<string, unknown>) : {}
}

/** The images of a workload's pods, in a stable order. */
export function imagesOf(workload: KubernetesObject): string[] {
  const podSpec = podSpecOf(workload)
  return ['initContainers', 'containers'].flatMap((field) =>
    list(at(podSpec, field)).map((c) => String(at(c, 'image'))),
  )
}

export function hasVolumeClaims(workload: KubernetesObject): boolean {
  const { spec = {} } = workload
  const volumes = list(podSpecOf(workload)['volumes'])
  return (
    list(spec['volumeClaimTemplates']).length > 0 || volumes.some((v) => at(v, 'persistentVolumeClaim') !== undefined)
  )
}

/** Labels of the pods that it makes. */
export function podLabelsOf({ spec = {} }: KubernetesObject): Readonly<Record<string, string>> {
  const labels = at(at(spec['template'], 'metadata'), 'labels')
  return typeof labels === 'object' && labels !== null ? (labels as Record<string, string>) : {}
}

/** Does this Service's selector take pods with these labels? */
export function selects(service: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = service.spec?.['selector']
  const wanted = typeof selector === 'object' && selector !== null ? Object.entries(selector) : []
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/** As a labelSelector of the API: the pods that this workload owns. */
export function selectorOf({ spec = {} }: KubernetesObject): string {
  const labels = at(spec['selector'], 'matchLabels') ?? {}
  return [
    ...Object.entries(labels).map(([k, v]) => `${k}=${String(v)}`),
    ...list(at(spec['selector'], 'matchExpressions')).map(requirement),
  ].join(',')
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement */
function requirement(expression: unknown): string {
  const key = String(at(expression, 'key'))
  const values = `(${list(at(expression, 'values')).join(',')})`
  switch (at(expression, 'operator')) {
    case 'In':
      return `${key} in ${values}`
    case 'NotIn':
      return `${key} notin ${values}`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}

const at = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
