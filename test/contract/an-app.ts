import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { aCronJob, aDeployment, aService } from '../support/small-world.ts'

const object = (apiVersion: string, kind: string, namespace: string, name: string, more: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
})

export const aScaler = (name: string, namespace: string, minReplicas: number, maxReplicas: number): KubernetesObject =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', namespace, name, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
  })

/** KEDA's, without a kind: its target is a Deployment then. */
export const aScaledObject = (
  name: string,
  namespace: string,
  spec: object,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject =>
  object('keda.sh/v1alpha1', 'ScaledObject', namespace, name, {
    metadata: { name, namespace, annotations: { ...annotations } },
    spec: {
      scaleTargetRef: { name },
      triggers: [{ type: 'aws-sqs-queue', metadata: { queueLength: '5' }, authenticationRef: { name: 'queue' } }],
      ...spec,
    },
  })

const template = (name: string) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'app', image: 'registry.test/app:1' }] },
})

/** One app with an object of every kind that is carried over; `worker` and `report` may run on one side only. */
export const everyKind = (namespace: string): KubernetesObject[] => [
  object('v1', 'LimitRange', namespace, 'limits', {
    spec: { limits: [{ type: 'Container', default: { cpu: '100m' }, defaultRequest: { cpu: '1m' } }] },
  }),
  object('v1', 'ResourceQuota', namespace, 'quota', { spec: { hard: { pods: '50' } } }),
  object('v1', 'ServiceAccount', namespace, 'shop', {}),
  object('v1', 'Secret', namespace, 'credentials', { type: 'Opaque', data: { password: 'c2VjcmV0' } }),
  object('v1', 'ConfigMap', namespace, 'settings', { data: { level: 'info' } }),
  object('rbac.authorization.k8s.io/v1', 'Role', namespace, 'reader', {
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
  }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', namespace, 'reader', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'shop', namespace }],
  }),
  object('networking.k8s.io/v1', 'NetworkPolicy', namespace, 'inside', {
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
  }),
  aService('web', namespace),
  object('policy/v1', 'PodDisruptionBudget', namespace, 'web', {
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  }),
  object('apps/v1', 'StatefulSet', namespace, 'cache', {
    spec: {
      replicas: 1,
      serviceName: 'cache',
      selector: { matchLabels: { app: 'cache' } },
      template: template('cache'),
    },
  }),
  object('apps/v1', 'DaemonSet', namespace, 'agent', {
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  }),
  aDeployment('web', namespace, 2),
  aDeployment('worker', namespace, 2),
  aCronJob('report', namespace, { schedule: '0 0 1 1 *' }),
  aScaler('web', namespace, 1, 6),
  object('keda.sh/v1alpha1', 'TriggerAuthentication', namespace, 'queue', {
    spec: { secretTargetRef: [{ parameter: 'awsSecretAccessKey', name: 'credentials', key: 'password' }] },
  }),
  aScaledObject('worker', namespace, { minReplicaCount: 2 }),
]
