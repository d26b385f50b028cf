import { blocker, type Finding } from './findings.ts'
import { kinds, type Kind } from './kubernetes-objects.ts'

/**
 * What preflight reads inside of blue, and what is not known where the worker may not: deploy/rbac/look.yaml grants each, and
 * deploy/rbac/norikae.yaml too. It goes on without, so that all that is missing is told at once.
 */
interface Inside {
  /** As rules of RBAC name it. */
  readonly resource: string
  /** So nobody knows this. */
  readonly unknown: string
  /** Nothing is said of any app then: what is not seen would be taken for what is not there. */
  readonly judgesApps?: true
}

const apps = (resource: string, unknown: string): Inside => ({ resource, unknown, judgesApps: true })
const alone = (resource: string, unknown: string): Inside => ({ resource, unknown })

const runs = 'what its apps run, and how that would change sides'
const sized = 'what sizes its workloads: green would be of another size'
const stored = 'which volumes its workloads have, and whether they can be moved'
const byGateway = 'which HTTPRoutes its own load balancer controller serves: no such route could be moved'
const byFlux = 'what Flux makes on it, and would write over'
const refusing = 'which webhooks would refuse what an app is made of'

export const insideOfBlue = {
  Namespace: apps('namespaces', 'which namespaces there are, and whose'),
  Deployment: apps('deployments', runs),
  StatefulSet: apps('statefulsets', runs),
  DaemonSet: apps('daemonsets', runs),
  CronJob: apps('cronjobs', runs),
  Job: alone('jobs', 'which Jobs run by themselves, and would be left behind'),
  Pod: alone('pods', 'which pods run by themselves, and what the upgrade itself runs on'),
  Service: apps('services', 'what is behind a Service, and so takes requests on both sides'),
  TargetGroupBinding: apps('targetgroupbindings', 'which listener rules lead to it: no route could be moved'),
  Ingress: apps('ingresses', 'which load balancers its own controllers made, and who owns their rules'),
  Gateway: apps('gateways', byGateway),
  HTTPRoute: apps('httproutes', byGateway),
  EndpointSlice: apps('endpointslices', refusing),
  HorizontalPodAutoscaler: apps('horizontalpodautoscalers', sized),
  ScaledObject: apps('scaledobjects', sized),
  ScaledJob: alone('scaledjobs', 'which ScaledJobs of KEDA would be left behind'),
  PodDisruptionBudget: alone('poddisruptionbudgets', 'which budgets would hold up the draining of its nodes'),
  PersistentVolumeClaim: apps('persistentvolumeclaims', stored),
  PersistentVolume: apps('persistentvolumes', stored),
  StorageClass: alone('storageclasses', 'which classes of volumes green would lack'),
  ServiceAccount: apps('serviceaccounts', 'which IAM roles its pods get: on green they would get none'),
  Secret: alone(
    'secrets',
    'which Secrets a controller makes, and which ones images are pulled with: green might lack them',
  ),
  ConfigMap: alone(
    'configmaps',
    'whom it lets in by aws-auth, and which Services of other apps are named in ConfigMaps',
  ),
  Lease: apps('leases', 'whose pods agree on a leader: two might lead, one on each side'),
  ValidatingWebhookConfiguration: alone('validatingwebhookconfigurations', refusing),
  MutatingWebhookConfiguration: alone('mutatingwebhookconfigurations', refusing),
  Kustomization: apps('kustomizations', byFlux),
  HelmRelease: apps('helmreleases', byFlux),
} as const satisfies Partial<Record<Kind, Inside>>

export type InsideKind = keyof typeof insideOfBlue

export const isInside = (kind: Kind): kind is InsideKind => kind in insideOfBlue

/** A read that the API server refused, in its own words. */
export interface Refused {
  readonly kind: InsideKind
  readonly verb: 'list' | 'get'
  readonly says: string
}

/** Nothing is said of apps: too much of what tells of them was refused. */
export const hidesApps = (refused: readonly Refused[]): boolean =>
  refused.some(({ kind }) => {
    const { judgesApps }: Inside = insideOfBlue[kind]
    return judgesApps === true
  })

const APPLY = 'kubectl apply -f deploy/rbac/look.yaml on it (deploy/rbac/norikae.yaml for an upgrade)'

/** `seen`: whether anything at all was read there. Each that was refused is told; where all were, once. */
export function insideMissing(blue: string, refused: readonly Refused[], seen: boolean): Finding[] {
  const [first] = refused
  if (first && !seen)
    return [
      blocker(
        'right-missing',
        `${blue}: everything inside of it`,
        `the worker may read nothing there, so nobody knows what runs on it; no app was judged: ${first.says}`,
        `${APPLY}, give the worker’s access entry the group of that file, and look again`,
      ),
    ]
  return refused.map(({ kind, verb, says }) => {
    const { resource, unknown, judgesApps }: Inside = insideOfBlue[kind]
    const group = groupOf(kind)
    return blocker(
      'right-missing',
      `${blue}: ${group === '' ? resource : `${resource}.${group}`}`,
      `the worker may not ${verb} them, so nobody knows ${unknown}${judgesApps ? '; no app was judged' : ''}: ${says}`,
      `grant its group, in the ClusterRole: apiGroups: ["${group}"], resources: [${resource}], verbs: [${verb}], as deploy/rbac/look.yaml and norikae.yaml do: ${APPLY}, and look again`,
    )
  })
}

/** The worker is not let in at all. `says`: the API server’s own words. */
export const notLetIn = (blue: string, says: string): Finding =>
  blocker(
    'right-missing',
    `${blue}: access`,
    `it does not let the worker in, so nobody knows what runs on it; no app was judged: ${says}`,
    `aws eks create-access-entry --cluster-name ${blue} --principal-arn <the worker’s role> --kubernetes-groups norikae-look, and ${APPLY}; then look again`,
  )

const groupOf = (kind: Kind): string => {
  const [group = '', version] = kinds[kind].split('/')
  return version === undefined ? '' : group
}
