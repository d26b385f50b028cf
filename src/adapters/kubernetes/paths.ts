import { invalidInput } from '../../activities/errors.ts'
import type { Endpoint } from '../../activities/ports.ts'
import type { ServedResource } from '../../domain/resources.ts'
import { kinds, type Kind, type KubernetesObject } from '../../domain/kubernetes-objects.ts'

interface Place {
  readonly plural: string
  readonly namespaced: boolean
}

const namespaced = (plural: string): Place => ({ plural, namespaced: true })
const clusterWide = (plural: string): Place => ({ plural, namespaced: false })

/** Where the API serves each kind. A table and no discovery: nothing to go stale, e.g. before a CRD is installed. */
const places = {
  Namespace: clusterWide('namespaces'),
  Node: clusterWide('nodes'),
  Pod: namespaced('pods'),
  Service: namespaced('services'),
  ServiceAccount: namespaced('serviceaccounts'),
  ConfigMap: namespaced('configmaps'),
  Secret: namespaced('secrets'),
  PersistentVolumeClaim: namespaced('persistentvolumeclaims'),
  PersistentVolume: clusterWide('persistentvolumes'),
  ResourceQuota: namespaced('resourcequotas'),
  LimitRange: namespaced('limitranges'),
  Deployment: namespaced('deployments'),
  StatefulSet: namespaced('statefulsets'),
  DaemonSet: namespaced('daemonsets'),
  CronJob: namespaced('cronjobs'),
  Job: namespaced('jobs'),
  HorizontalPodAutoscaler: namespaced('horizontalpodautoscalers'),
  PodDisruptionBudget: namespaced('poddisruptionbudgets'),
  Ingress: namespaced('ingresses'),
  NetworkPolicy: namespaced('networkpolicies'),
  ClusterRole: clusterWide('clusterroles'),
  ClusterRoleBinding: clusterWide('clusterrolebindings'),
  Role: namespaced('roles'),
  RoleBinding: namespaced('rolebindings'),
  Lease: namespaced('leases'),
  AkkaLease: namespaced('leases'),
  PekkoLease: namespaced('leases'),
  ValidatingAdmissionPolicy: clusterWide('validatingadmissionpolicies'),
  ValidatingAdmissionPolicyBinding: clusterWide('validatingadmissionpolicybindings'),
  CustomResourceDefinition: clusterWide('customresourcedefinitions'),
  VolumeAttachment: clusterWide('volumeattachments'),
  CSIDriver: clusterWide('csidrivers'),
  StorageClass: clusterWide('storageclasses'),
  ValidatingWebhookConfiguration: clusterWide('validatingwebhookconfigurations'),
  MutatingWebhookConfiguration: clusterWide('mutatingwebhookconfigurations'),
  EndpointSlice: namespaced('endpointslices'),
  TargetGroupBinding: namespaced('targetgroupbindings'),
  Gateway: namespaced('gateways'),
  HTTPRoute: namespaced('httproutes'),
  GRPCRoute: namespaced('grpcroutes'),
  TLSRoute: namespaced('tlsroutes'),
  TCPRoute: namespaced('tcproutes'),
  UDPRoute: namespaced('udproutes'),
  LoadBalancerConfiguration: namespaced('loadbalancerconfigurations'),
  ServiceExport: namespaced('serviceexports'),
  ServiceImport: namespaced('serviceimports'),
  ScaledObject: namespaced('scaledobjects'),
  ScaledJob: namespaced('scaledjobs'),
  TriggerAuthentication: namespaced('triggerauthentications'),
  Application: namespaced('applications'),
  ApplicationSet: namespaced('applicationsets'),
  AppProject: namespaced('appprojects'),
  Kustomization: namespaced('kustomizations'),
  HelmRelease: namespaced('helmreleases'),
} as const satisfies Readonly<Record<Kind, Place>>

/** A resource of the API: its path, and its name for people (`deployments shop/web`). */
export interface Resource {
  readonly path: string
  readonly says: string
}

/** Objects of a kind: of one namespace, or of all. */
export function collection(kind: Kind, namespace?: string, apiVersion: string = kinds[kind]): Resource {
  const { plural, namespaced } = places[kind]
  const scoped = namespaced && namespace !== undefined
  return {
    path: [root(apiVersion), ...(scoped ? ['namespaces', encodeURIComponent(namespace)] : []), plural].join('/'),
    says: scoped ? `${plural} of ${namespace}` : plural,
  }
}

/** Objects of a resource that is in no table: of one namespace, or of all. */
export const every = ({ apiVersion, plural }: ServedResource, namespace?: string): Resource => ({
  path: [
    root(apiVersion),
    ...(namespace === undefined ? [] : ['namespaces', encodeURIComponent(namespace)]),
    plural,
  ].join('/'),
  says: namespace === undefined ? plural : `${plural} of ${namespace}`,
})

/** One object. Throws `invalidInput` for a kind that lives in a namespace, without one. */
export function single(kind: Kind, namespace: string | undefined, name: string, apiVersion?: string): Resource {
  const { plural, namespaced } = places[kind]
  if (namespaced && namespace === undefined) throw invalidInput(`${kind} ${name}: say in which namespace it is`)
  const { path } = collection(kind, namespace, apiVersion)
  return {
    path: `${path}/${encodeURIComponent(name)}`,
    says: `${plural} ${namespaced ? `${namespace}/` : ''}${name}`,
  }
}

/** What answers behind an object. Its own path is no part of the object's, and is sent as it is. */
export function behind({ kind, namespace, name, scheme, port, path }: Endpoint): Resource {
  const endpoint = `${scheme === 'https' ? 'https:' : ''}${encodeURIComponent(name)}:${port}`
  return {
    path: `${collection(kind, namespace).path}/${endpoint}/proxy${path}`,
    says: `${path} of ${places[kind].plural} ${namespace}/${name}:${port}`,
  }
}

export const below = ({ path, says }: Resource, subresource: string): Resource => ({
  path: `${path}/${subresource}`,
  says: `${says} (${subresource})`,
})

/** Where an object is, or is to be, in the API version that it names. */
export function resourceOf({ apiVersion, kind, metadata }: KubernetesObject): { one: Resource; all: Resource } {
  if (!isKind(kind)) throw invalidInput(`${kind} ${metadata.name}: Norikae does not know objects of this kind`)
  return {
    one: single(kind, metadata.namespace, metadata.name, apiVersion),
    all: collection(kind, metadata.namespace, apiVersion),
  }
}

const isKind = (kind: string): kind is Kind => Object.hasOwn(places, kind)

const root = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)
