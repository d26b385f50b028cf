/**
 * The kinds that the sandbox serves, one row each. Everything that differs between kinds and is no controller's work
 * stands here, so that routes, discovery, storage and validation have no branches by kind.
 */
export type Verb = 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update'
export type Subresource = 'scale' | 'status'

export interface Kind {
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly Verb[]
  readonly subresources: readonly Subresource[]
  /** The generated model of client-node that knows its fields; absent for custom resources. */
  readonly model?: string
  /** What raises `metadata.generation`; absent where the real server keeps none. */
  readonly generation?: 'spec' | 'spec and annotations'
  readonly names: 'label' | 'path segment' | 'service label' | 'subdomain'
  /** An update must say which version it has read (AllowUnconditionalUpdate is false). */
  readonly mustSayVersion?: true
  /** Dependents stay by default when it is deleted (registry/batch/job/strategy.go, "for back compatibility"). */
  readonly orphansByDefault?: true
  /** The text of the `Warning` header for an API version on its way out. */
  readonly deprecated?: string
}

type Row = Partial<Omit<Kind, 'kind'>> & { readonly model?: string }

const all: readonly Verb[] = ['create', 'delete', 'get', 'list', 'patch', 'update']
const workload: Row = { subresources: ['status', 'scale'], generation: 'spec' }
const withStatus: Row = { subresources: ['status'] }
const generated: Row = { ...withStatus, generation: 'spec' }

const rows: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  v1: {
    ConfigMap: { shortNames: ['cm'] },
    Event: { shortNames: ['ev'], verbs: ['get', 'list'], model: 'CoreV1Event' },
    LimitRange: { shortNames: ['limits'] },
    Namespace: { ...withStatus, shortNames: ['ns'], namespaced: false, names: 'label' },
    Node: { ...withStatus, shortNames: ['no'], namespaced: false },
    PersistentVolume: { ...withStatus, shortNames: ['pv'], namespaced: false },
    PersistentVolumeClaim: { ...withStatus, shortNames: ['pvc'] },
    Pod: { ...generated, shortNames: ['po'] },
    ResourceQuota: { ...withStatus, shortNames: ['quota'] },
    Secret: {},
    Service: { ...withStatus, shortNames: ['svc'], names: 'service label' },
    ServiceAccount: { shortNames: ['sa'] },
  },
  'admissionregistration.k8s.io/v1': {
    ValidatingAdmissionPolicy: { ...generated, namespaced: false, plural: 'validatingadmissionpolicies' },
    ValidatingAdmissionPolicyBinding: { generation: 'spec', namespaced: false },
    ValidatingWebhookConfiguration: { namespaced: false },
    MutatingWebhookConfiguration: { namespaced: false },
  },
  'apps/v1': {
    DaemonSet: { ...generated, shortNames: ['ds'] },
    // registry/apps/deployment/strategy.go: a change of annotations counts too.
    Deployment: { ...workload, generation: 'spec and annotations', shortNames: ['deploy'] },
    ReplicaSet: { ...workload, shortNames: ['rs'] },
    StatefulSet: { ...workload, shortNames: ['sts'] },
  },
  'autoscaling/v2': {
    HorizontalPodAutoscaler: { ...withStatus, shortNames: ['hpa'], model: 'V2HorizontalPodAutoscaler' },
  },
  'batch/v1': {
    CronJob: { ...generated, shortNames: ['cj'] },
    Job: { ...generated, orphansByDefault: true },
  },
  'coordination.k8s.io/v1': { Lease: { mustSayVersion: true } },
  'akka.io/v1': { Lease: { generation: 'spec', model: '', mustSayVersion: true } },
  'pekko.apache.org/v1': { Lease: { generation: 'spec', model: '', mustSayVersion: true } },
  'discovery.k8s.io/v1': { EndpointSlice: { generation: 'spec' } },
  'networking.k8s.io/v1': {
    Ingress: { ...generated, shortNames: ['ing'], plural: 'ingresses' },
    NetworkPolicy: { generation: 'spec', shortNames: ['netpol'], plural: 'networkpolicies' },
  },
  'policy/v1': { PodDisruptionBudget: { ...generated, shortNames: ['pdb'], mustSayVersion: true } },
  'rbac.authorization.k8s.io/v1': {
    ClusterRole: { names: 'path segment', namespaced: false },
    ClusterRoleBinding: { names: 'path segment', namespaced: false },
    Role: { names: 'path segment' },
    RoleBinding: { names: 'path segment' },
  },
  // https://github.com/kedacore/keda/tree/main/apis/keda/v1alpha1
  'keda.sh/v1alpha1': {
    ScaledJob: { ...generated, shortNames: ['sj'], model: '', mustSayVersion: true },
    ScaledObject: { ...generated, shortNames: ['so'], model: '', mustSayVersion: true },
    TriggerAuthentication: { ...generated, shortNames: ['ta', 'triggerauth'], model: '', mustSayVersion: true },
  },
  // https://github.com/argoproj/argo-cd/tree/master/manifests/crds: an Application's status is written with the rest.
  'argoproj.io/v1alpha1': {
    Application: { generation: 'spec', model: '', mustSayVersion: true },
    ApplicationSet: { ...generated, model: '', mustSayVersion: true },
    AppProject: { ...generated, model: '', mustSayVersion: true },
  },
  // https://github.com/fluxcd/kustomize-controller/tree/main/api and helm-controller's
  'kustomize.toolkit.fluxcd.io/v1': {
    Kustomization: { ...generated, shortNames: ['ks'], model: '', mustSayVersion: true },
  },
  'helm.toolkit.fluxcd.io/v2': { HelmRelease: { ...generated, shortNames: ['hr'], model: '', mustSayVersion: true } },
  'storage.k8s.io/v1': {
    CSIDriver: { namespaced: false },
    StorageClass: { namespaced: false, shortNames: ['sc'], plural: 'storageclasses' },
    VolumeAttachment: { ...withStatus, namespaced: false },
  },
  // Nobody defines kinds here: those that there are are this table's.
  'apiextensions.k8s.io/v1': { CustomResourceDefinition: { generation: 'spec', namespaced: false } },
  'bitnami.com/v1alpha1': { SealedSecret: { generation: 'spec', model: '', mustSayVersion: true } },
  'elbv2.k8s.aws/v1beta1': { TargetGroupBinding: { ...generated, model: '', mustSayVersion: true } },
  // https://github.com/kubernetes-sigs/gateway-api/tree/main/config/crd/standard
  'gateway.networking.k8s.io/v1': {
    Gateway: { ...generated, shortNames: ['gtw'], model: '', mustSayVersion: true },
    HTTPRoute: { ...generated, model: '', mustSayVersion: true },
    GRPCRoute: { ...generated, model: '', mustSayVersion: true },
    TLSRoute: { ...generated, model: '', mustSayVersion: true },
    TCPRoute: { ...generated, model: '', mustSayVersion: true },
    UDPRoute: { ...generated, model: '', mustSayVersion: true },
  },
  // https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/main/apis/gateway
  'gateway.k8s.aws/v1beta1': { LoadBalancerConfiguration: { ...generated, model: '', mustSayVersion: true } },
  // https://github.com/aws/aws-application-networking-k8s/tree/main/config/crds/bases
  'application-networking.k8s.aws/v1alpha1': {
    ServiceExport: { ...generated, model: '', mustSayVersion: true },
    ServiceImport: { ...generated, model: '', mustSayVersion: true },
  },
}

const read = (apiVersion: string, kind: string, row: Row): Kind => {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const { model = `${version.toUpperCase()}${kind}`, ...rest } = row
  return {
    group,
    version,
    apiVersion,
    kind,
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced: true,
    verbs: all,
    subresources: [],
    names: 'subdomain',
    ...rest,
    ...(model === '' ? {} : { model }),
  }
}

export const kinds: readonly Kind[] = Object.entries(rows).flatMap(([apiVersion, row]) =>
  Object.entries(row).map(([kind, traits]) => read(apiVersion, kind, traits)),
)

const named = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]))
const routed = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.plural}`, kind]))

export const kindNamed = (apiVersion: string, kind: string): Kind | undefined => named.get(`${apiVersion} ${kind}`)

export const kindAt = (apiVersion: string, plural: string): Kind | undefined => routed.get(`${apiVersion} ${plural}`)

/** For the sandbox's own code, which names only kinds of the table. */
/** Throws where the sandbox serves no such kind. */
export const known = (apiVersion: string, kind: string): Kind => {
  const found = kindNamed(apiVersion, kind)
  if (found === undefined) throw new Error(`the sandbox has no ${kind} of ${apiVersion}`)
  return found
}

export const k = {
  clusterRoleBinding: known('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'),
  configMap: known('v1', 'ConfigMap'),
  cronJob: known('batch/v1', 'CronJob'),
  daemonSet: known('apps/v1', 'DaemonSet'),
  deployment: known('apps/v1', 'Deployment'),
  endpointSlice: known('discovery.k8s.io/v1', 'EndpointSlice'),
  event: known('v1', 'Event'),
  gateway: known('gateway.networking.k8s.io/v1', 'Gateway'),
  autoscaler: known('autoscaling/v2', 'HorizontalPodAutoscaler'),
  budget: known('policy/v1', 'PodDisruptionBudget'),
  binding: known('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding'),
  attachment: known('storage.k8s.io/v1', 'VolumeAttachment'),
  claim: known('v1', 'PersistentVolumeClaim'),
  ingress: known('networking.k8s.io/v1', 'Ingress'),
  job: known('batch/v1', 'Job'),
  mutatingWebhooks: known('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'),
  namespace: known('v1', 'Namespace'),
  node: known('v1', 'Node'),
  policy: known('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'),
  policyBinding: known('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'),
  pod: known('v1', 'Pod'),
  scaledObject: known('keda.sh/v1alpha1', 'ScaledObject'),
  replicaSet: known('apps/v1', 'ReplicaSet'),
  resourceQuota: known('v1', 'ResourceQuota'),
  service: known('v1', 'Service'),
  serviceAccount: known('v1', 'ServiceAccount'),
  volume: known('v1', 'PersistentVolume'),
  statefulSet: known('apps/v1', 'StatefulSet'),
  storageClass: known('storage.k8s.io/v1', 'StorageClass'),
  validatingWebhooks: known('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
}

/** API versions that Kubernetes has removed by 1.35: the real server knows nothing of them, and neither does this. */
export const removed: ReadonlySet<string> = new Set([
  'apps/v1beta1',
  'apps/v1beta2',
  'autoscaling/v2beta1',
  'autoscaling/v2beta2',
  'batch/v1beta1',
  'batch/v2alpha1',
  'discovery.k8s.io/v1beta1',
  'extensions/v1beta1',
  'networking.k8s.io/v1beta1',
  'policy/v1beta1',
  'rbac.authorization.k8s.io/v1beta1',
  'coordination.k8s.io/v1beta1',
])
