import { record } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { clusterOf, workloadName, type Scope, type Side, type WorkloadRef } from './platform.ts'

/**
 * What keeps a workload from running on the side where it must not, whoever starts it: Git, an autoscaler, a person. The
 * API server itself denies its Pods and Jobs, by one policy for each cluster, one binding for each namespace that is
 * fenced, and a ConfigMap for each of these that names what is closed there.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */

/** Norikae's own namespace on a cluster: what tenants can edit would be no fence. */
export const HOME = 'norikae'
const POLICY = 'norikae-fence'
/** On what Norikae keeps for itself. */
export const OWN_LABELS = { 'app.kubernetes.io/managed-by': 'norikae' }

/** What is closed in a namespace, and the words in which that is denied. */
export type Closed = Readonly<Record<string, string>>

/** `Deployment.actor`: how a policy knows a workload. Neither part has another dot that could be mistaken: kinds have none. */
export const fenceKey = ({ kind, name }: WorkloadRef): string => `${kind}.${name}`

/** What people read in the event of a Pod that was denied. */
export function denial({ platform, ...scope }: Scope, on: Side, workload: WorkloadRef): string {
  const other = clusterOf(scope, on === 'blue' ? 'green' : 'blue')
  return [
    `${workloadName(workload)} may run on ${other} only, and not here on ${clusterOf(scope, on)}:`,
    `Norikae moves it in the upgrade of ${platform}, and lifts this at its handover (norikae status ${platform}).`,
    `Without Norikae a cluster administrator can: kubectl delete validatingadmissionpolicybinding ${bindingName(workload.namespace)}`,
  ].join(' ')
}

export const home: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: HOME, labels: OWN_LABELS },
}

/**
 * A Deployment is the owner of a Pod's owner: its ReplicaSet is named after it and the Pod's `pod-template-hash`, which
 * tells `chat` from `chat-actor`. A ConfigMap that has no key left has no `data` either.
 */
export const fencePolicy: KubernetesObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: POLICY, labels: OWN_LABELS },
  spec: {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] },
      ],
    },
    variables: [
      { name: 'closed', expression: 'has(params.data) ? params.data : {}' },
      {
        name: 'owners',
        expression:
          'has(object.metadata.ownerReferences) ? object.metadata.ownerReferences.filter(o, has(o.controller) && o.controller) : []',
      },
      {
        name: 'suffix',
        expression:
          "has(object.metadata.labels) && 'pod-template-hash' in object.metadata.labels ? '-' + object.metadata.labels['pod-template-hash'] : '-'",
      },
      {
        name: 'denied',
        expression:
          "variables.closed.filter(key, variables.owners.exists(o, o.kind + '.' + o.name == key || o.kind == 'ReplicaSet' && 'Deployment.' + o.name == key + variables.suffix))",
      },
    ],
    validations: [
      {
        expression: 'size(variables.denied) == 0',
        messageExpression: 'string(variables.closed[variables.denied[0]])',
        reason: 'Forbidden',
      },
    ],
  },
}

const bindingName = (namespace: string): string => `${POLICY}-${namespace}`

/** Without its ConfigMap everything is denied in the namespace: a fence that was broken is no open one. */
export const fenceBinding = (namespace: string): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: bindingName(namespace), labels: OWN_LABELS },
  spec: {
    policyName: POLICY,
    paramRef: { name: bindingName(namespace), namespace: HOME, parameterNotFoundAction: 'Deny' },
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    validationActions: ['Deny'],
  },
})

/** With nothing closed yet. */
export const fenceParams = (namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: bindingName(namespace),
    namespace: HOME,
    labels: OWN_LABELS,
  },
})

const kinds: readonly WorkloadRef['kind'][] = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob']

/** What is closed in a namespace, as its ConfigMap says it. */
export function closedIn(namespace: string, params: KubernetesObject | undefined): WorkloadRef[] {
  const closed = record(params?.['data'])
  return Object.keys(closed).flatMap((key) => {
    const [said, ...name] = key.split('.')
    const kind = kinds.find((it) => it === said)
    return kind ? [{ kind, namespace, name: name.join('.') }] : []
  })
}

/** A Job that is never made: whether a dry run of it is denied tells whether the workload is. */
export const canary = ({ kind, namespace, name }: WorkloadRef): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'norikae-fence-canary',
    namespace,
    ownerReferences: [{ apiVersion: 'v1', kind, name, uid: '00000000-0000-0000-0000-000000000000', controller: true }],
  },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'canary', image: 'registry.k8s.io/pause:3.10' }] },
    },
  },
})

/**
 * Is it this fence that denied a request? Policies are asked before webhooks and quotas, so what is denied otherwise has
 * passed it. https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
export const isDenial = (message: string): boolean => message.includes(`ValidatingAdmissionPolicy '${POLICY}'`)
