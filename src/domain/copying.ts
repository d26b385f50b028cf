import { JOB, OWNER_SUSPEND, REPLICAS, RUN, SUSPENDED_AT } from './annotations.ts'
import { ownSpec } from './floors.ts'
import { givenToFlux } from './flux.ts'
import { controllerOf, type Kind, type KubernetesObject, type ObjectMeta } from './kubernetes-objects.ts'
import { copiedPause } from './pauses.ts'
import { ownJobSpec, withoutGiven } from './one-shot-jobs.ts'
import type { WorkloadRef } from './platform.ts'
import { scales } from './scalers.ts'

/**
 * How an object of one cluster becomes the same object of another: what is carried over, in which order, and what is
 * left out because it belongs to the cluster, a controller or another object. Velero's restore is the model.
 */

/** In this order: what others need comes first. Routes and volumes move by other means; Jobs come last, and only if repeatable. */
export const carriedKinds = [
  'LimitRange',
  'ResourceQuota',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'Service',
  'PodDisruptionBudget',
  'StatefulSet',
  'DaemonSet',
  'Deployment',
  'CronJob',
  'HorizontalPodAutoscaler',
  // KEDA looks for what these name as soon as they are there.
  'TriggerAuthentication',
  'ScaledObject',
] as const satisfies readonly Kind[]

/** Made by Kubernetes or a controller in every cluster anew. */
const generated: readonly ((object: KubernetesObject) => boolean)[] = [
  (o) => controllerOf(o) !== undefined,
  (o) => o.metadata.deletionTimestamp !== undefined,
  (o) => o.kind === 'ServiceAccount' && o.metadata.name === 'default',
  (o) =>
    o.kind === 'ConfigMap' &&
    (o.metadata.name === 'kube-root-ca.crt' || o.metadata.name.startsWith('aws-lbc-targets-')),
  (o) =>
    o.kind === 'Secret' && ['kubernetes.io/service-account-token', 'helm.sh/release.v1'].includes(String(o['type'])),
]

export const isCarried = (object: KubernetesObject): boolean => !generated.some((rule) => rule(object))

/** Asleep: it is there, and does not run. */
export function copyOf(object: KubernetesObject, run: string, asleep: boolean): KubernetesObject {
  const { apiVersion, kind, metadata, status: _status, spec, ...rest } = object
  const meta = cleanMeta(metadata, run)
  const copied = spec === undefined ? undefined : cleanSpec(kind, spec)
  const base = { apiVersion, kind, ...withoutSecrets(kind, rest) }
  if (copied === undefined) return { ...base, metadata: meta }
  if (kind === 'ScaledObject')
    return {
      ...base,
      metadata: { ...meta, annotations: copiedPause(metadata, meta.annotations ?? {}, asleep) },
      spec: ownSpec(object),
    }
  if (!asleep)
    return {
      ...base,
      metadata: annotated(meta, notes(kind, copied, metadata, false)),
      spec: awake(kind, copied, metadata),
    }
  return {
    ...base,
    metadata: annotated(meta, notes(kind, copied, metadata, true)),
    spec: { ...copied, ...sleeping(kind) },
  }
}

/** What puts a workload to sleep where somebody else has deployed it; its size is noted as this one has it. */
export const asleepLike = ({ kind, metadata, spec = {} }: KubernetesObject) => ({
  annotations: notes(kind, spec, metadata, true),
  spec: sleeping(kind),
})

/** Only what a new namespace takes over from the old one. */
export const namespaceCopy = ({ metadata }: KubernetesObject, run: string): KubernetesObject => {
  const { 'kubernetes.io/metadata.name': _name, ...labels } = metadata.labels ?? {}
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { ...cleanMeta({ ...metadata, labels }, run) } }
}

/** What neither this run made nor a cluster puts into every namespace. */
export const isOfOthers = (object: KubernetesObject, run: string): boolean =>
  madeBy(object) !== run &&
  !(object.kind === 'ServiceAccount' && object.metadata.name === 'default') &&
  !(object.kind === 'ConfigMap' && object.metadata.name === 'kube-root-ca.crt')

export const madeBy = (object: KubernetesObject): string | undefined => object.metadata.labels?.[RUN]

/** What must not run before its turn, and what would start it. */
export const sleeps = (object: KubernetesObject, asleep: readonly WorkloadRef[]): boolean =>
  asleep.some((ref) => isWorkload(object, ref) || (object.kind === 'ScaledObject' && scales(object, ref)))

export const isWorkload = (object: KubernetesObject, ref: WorkloadRef): boolean =>
  object.kind === ref.kind && object.metadata.name === ref.name && object.metadata.namespace === ref.namespace

const toolAnnotations =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/|norikae\.io\/|pv\.kubernetes\.io\/|autoscaling\.alpha\.kubernetes\.io\/)/

function cleanMeta({ name, namespace, labels = {}, annotations = {} }: ObjectMeta, run: string): ObjectMeta {
  // What a Job is its owner says, on both sides.
  const own = { ...annotations, ...givenToFlux({ metadata: { name, labels, annotations } }) }
  const kept = Object.entries(own).flatMap(([key, value]) =>
    value === null || (key !== JOB && toolAnnotations.test(key)) ? [] : [[key, value] as const],
  )
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    // A label, so that what this run made can be listed.
    labels: { ...withoutGiven(labels), [RUN]: run },
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
  }
}

const annotated = (meta: ObjectMeta, more: Readonly<Record<string, string>>): ObjectMeta =>
  Object.keys(more).length === 0 ? meta : { ...meta, annotations: { ...meta.annotations, ...more } }

function cleanSpec(kind: string, spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (kind === 'Job') return ownJobSpec(spec)
  if (kind !== 'Service') return spec
  const { clusterIP, clusterIPs: _ips, healthCheckNodePort: _health, ipFamilies: _families, ports, ...rest } = spec
  return {
    ...rest,
    // Addresses and node ports are the cluster's; "None" is a wish of the owner.
    ...(clusterIP === 'None' && { clusterIP }),
    ports: Array.isArray(ports) ? ports.map(withoutNodePort) : [],
  }
}

function withoutNodePort(port: unknown): unknown {
  if (typeof port !== 'object' || port === null) return port
  return Object.fromEntries(Object.entries(port).filter(([key]) => key !== 'nodePort'))
}

/** Token secrets of a service account are the cluster's. */
const withoutSecrets = (kind: string, rest: Readonly<Record<string, unknown>>) =>
  kind === 'ServiceAccount' ? Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'secrets')) : rest

const sleeping = (kind: string): Readonly<Record<string, unknown>> =>
  kind === 'CronJob' ? { suspend: true } : { replicas: 0 }

/** What Norikae itself holds back on the source is its owner's wish on the copy. */
function awake(
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  metadata: ObjectMeta,
): Readonly<Record<string, unknown>> {
  if (kind === 'HorizontalPodAutoscaler') return ownSpec({ kind, metadata, spec })
  const replicas = metadata.annotations?.[REPLICAS]
  return kind === 'Deployment' && replicas !== undefined ? { ...spec, replicas: Number(replicas) } : spec
}

function notes(
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  { annotations = {} }: ObjectMeta,
  asleep: boolean,
): Readonly<Record<string, string>> {
  if (!asleep) return {}
  if (kind === 'CronJob') {
    const wish =
      annotations[SUSPENDED_AT] === undefined
        ? String(spec['suspend'] === true)
        : (annotations[OWNER_SUSPEND] ?? 'false')
    return { [OWNER_SUSPEND]: wish }
  }
  return { [REPLICAS]: annotations[REPLICAS] ?? String(replicasOf(spec)) }
}

const replicasOf = (spec: Readonly<Record<string, unknown>>): number =>
  typeof spec['replicas'] === 'number' ? spec['replicas'] : 1
