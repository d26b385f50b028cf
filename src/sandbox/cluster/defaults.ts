/** What the API server fills in where a client left it out, so far as Norikae or its tenants would see it. */
import type { KubernetesObject } from '../types.ts'
import type { Addresses } from './addresses.ts'
import { type Fields, at, fields, isFields, list, strings, textAt } from './json.ts'

type Defaulter = (object: KubernetesObject, live: KubernetesObject | undefined, addresses: Addresses) => Fields

const podSpec = (spec: unknown, restartPolicy = 'Always'): Fields => ({
  restartPolicy,
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  ...fields(spec),
  ...(isFields(spec) && Array.isArray(spec['containers']) ? { containers: spec['containers'].map(container) } : {}),
})

const container = (value: unknown): unknown => {
  if (!isFields(value)) return value
  const image = textAt(value, 'image') ?? ''
  const moves = /:latest$|^[^:@]*$/.test(image.replace(/^.*\//, ''))
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: moves ? 'Always' : 'IfNotPresent',
    ...value,
    ...(Array.isArray(value['ports'])
      ? { ports: value['ports'].map((port: unknown) => ({ protocol: 'TCP', ...fields(port) })) }
      : {}),
  }
}

const template = (value: unknown): unknown =>
  isFields(value) && isFields(value['spec']) ? { ...value, spec: podSpec(value['spec']) } : value

const withTemplate = (spec: Readonly<Fields>, more: Fields): Fields => ({
  ...more,
  ...spec,
  ...(spec['template'] === undefined ? {} : { template: template(spec['template']) }),
})

function service(object: KubernetesObject, live: KubernetesObject | undefined, addresses: Addresses): Fields {
  const spec = fields(object.spec)
  const own = spec['clusterIP'] ?? at(live, 'spec', 'clusterIP')
  const external = spec['type'] === 'ExternalName'
  const clusterIP = external ? undefined : own === undefined || own === '' ? addresses.clusterIp() : own
  return {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ...(external
      ? {}
      : {
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          internalTrafficPolicy: 'Cluster',
          clusterIPs: [clusterIP],
        }),
    ...spec,
    ...(external ? {} : { clusterIP }),
    ...(Array.isArray(spec['ports'])
      ? {
          ports: list(spec['ports']).map((port) => ({
            protocol: 'TCP',
            targetPort: fields(port)['port'],
            ...fields(port),
          })),
        }
      : {}),
  }
}

/** A new Job selects its pods by its own uid, and labels them so (registry/batch/job/strategy.go). */
function selected({ metadata: { name, uid = '' }, spec }: KubernetesObject): Fields {
  const template = fields(spec?.['template'])
  const metadata = fields(template['metadata'])
  if (spec?.['selector'] !== undefined || spec?.['template'] === undefined) return { ...spec }
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  return {
    ...spec,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: { ...template, metadata: { ...metadata, labels: { ...strings(metadata['labels']), ...own } } },
  }
}

const strategy = (value: unknown, inner: Fields): Fields => {
  const given = fields(value)
  if (given['type'] !== undefined && given['type'] !== 'RollingUpdate') return { ...given }
  return { type: 'RollingUpdate', ...given, rollingUpdate: { ...inner, ...fields(given['rollingUpdate']) } }
}

const where = (value: unknown): Fields => ({
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  ...fields(value),
  ...(isFields(value) && Array.isArray(value['resourceRules'])
    ? { resourceRules: value['resourceRules'].map((rule: unknown) => ({ scope: '*', ...fields(rule) })) }
    : {}),
})

const defaulters: Readonly<Record<string, Defaulter>> = {
  Deployment: ({ spec }) =>
    withTemplate(
      { ...spec, strategy: strategy(spec?.['strategy'], { maxSurge: '25%', maxUnavailable: '25%' }) },
      { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    ),
  ReplicaSet: ({ spec }) => withTemplate(fields(spec), { replicas: 1 }),
  StatefulSet: ({ spec }) =>
    withTemplate(
      { ...spec, updateStrategy: strategy(spec?.['updateStrategy'], { partition: 0 }) },
      { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' },
    ),
  DaemonSet: ({ spec }) =>
    withTemplate(
      { ...spec, updateStrategy: strategy(spec?.['updateStrategy'], { maxSurge: 0, maxUnavailable: 1 }) },
      { revisionHistoryLimit: 10 },
    ),
  Job: (job, live) =>
    withTemplate(fields(live === undefined ? selected(job) : job.spec), {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
    }),
  CronJob: ({ spec }) => ({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...spec,
    ...(isFields(at(spec, 'jobTemplate', 'spec'))
      ? {
          jobTemplate: {
            ...fields(spec?.['jobTemplate']),
            spec: withTemplate(fields(at(spec, 'jobTemplate', 'spec')), {}),
          },
        }
      : {}),
  }),
  Pod: ({ spec }) => podSpec(spec),
  Service: service,
  HorizontalPodAutoscaler: ({ spec }) => ({ minReplicas: 1, ...spec }),
  PersistentVolumeClaim: ({ spec }) => ({ volumeMode: 'Filesystem', ...spec }),
  ValidatingAdmissionPolicy: ({ spec }) => ({
    failurePolicy: 'Fail',
    ...spec,
    matchConstraints: where(spec?.['matchConstraints']),
  }),
  ValidatingAdmissionPolicyBinding: ({ spec }) => ({
    ...spec,
    ...(spec?.['matchResources'] === undefined ? {} : { matchResources: where(spec['matchResources']) }),
  }),
  Namespace: ({ spec }, live) => ({
    ...spec,
    finalizers: list(spec?.['finalizers'] ?? (live === undefined ? ['kubernetes'] : live.spec?.['finalizers'])),
  }),
}

export const claimProtection = 'kubernetes.io/pvc-protection'
export const volumeProtection = 'kubernetes.io/pv-protection'

/** plugin/pkg/admission/storage/storageobjectinuseprotection */
const protections: Readonly<Record<string, string>> = {
  PersistentVolume: volumeProtection,
  PersistentVolumeClaim: claimProtection,
}

/** The object with its defaults. Safe to repeat. */
export function withDefaults(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  addresses: Addresses,
): KubernetesObject {
  const fill = defaulters[object.kind]
  const filled = fill === undefined ? object : { ...object, spec: fill(object, live, addresses) }
  if (object.kind === 'Namespace') {
    const labels = { ...filled.metadata.labels, 'kubernetes.io/metadata.name': filled.metadata.name }
    return { ...filled, metadata: { ...filled.metadata, labels }, status: filled.status ?? { phase: 'Active' } }
  }
  if (object.kind === 'Job' && live === undefined && Object.keys(object.metadata.labels ?? {}).length === 0) {
    const labels = strings(at(filled.spec, 'template', 'metadata', 'labels'))
    return { ...filled, metadata: { ...filled.metadata, labels } }
  }
  const protection = live === undefined ? protections[object.kind] : undefined
  if (protection !== undefined) {
    const finalizers = [...new Set([...(filled.metadata.finalizers ?? []), protection])]
    return { ...filled, metadata: { ...filled.metadata, finalizers } }
  }
  if (object.kind === 'Secret') return secret(filled)
  // pkg/apis/storage/v1/defaults.go
  if (object.kind === 'StorageClass') return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...filled }
  return filled
}

function secret(object: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = object
  if (!isFields(stringData)) return { type: 'Opaque', ...object }
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  return { type: 'Opaque', ...rest, data: { ...fields(object['data']), ...Object.fromEntries(encoded) } }
}
