/** Kubernetes objects as teams write them: complete enough that copying them has something to get wrong. */
import { BINDING } from '../load-balancer-controller.ts'
import { ROLE, type Role } from '../traffic/roles.ts'
import type { KubernetesObject } from '../types.ts'
import {
  namespaceOf,
  REGISTRY,
  roleArn,
  roles,
  type EnvironmentName,
  type Part,
  type PlatformApp,
  type SeedApp,
} from './apps.ts'
import { balancedIn, TTL, wayTo } from './ways.ts'
import { weighedAnnotations } from './weighed.ts'

/** How long a job runs: long enough to be met by a handover. */
const JOB_MS = 2_000

interface Place {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  { namespace, labels }: Place,
  rest: Omit<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>,
): KubernetesObject => ({ apiVersion, kind, metadata: { name, namespace, labels: { ...labels } }, ...rest })

const namespaceObject = ({ namespace, labels }: Place): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: { ...labels } },
})

export function appObjects(app: SeedApp, environment: EnvironmentName, targetGroupArn?: string): KubernetesObject[] {
  const place = {
    namespace: namespaceOf(app.name, environment),
    labels: { app: app.name, team: app.team, env: environment },
  }
  return [
    namespaceObject(place),
    serviceAccount(app.name, place),
    object('v1', 'ConfigMap', 'settings', place, { data: { ENVIRONMENT: environment, LOG_LEVEL: 'info' } }),
    object('v1', 'Secret', 'credentials', place, {
      type: 'Opaque',
      data: { TOKEN: Buffer.from(`of ${app.name} in ${environment}`).toString('base64') },
    }),
    ...app.parts.flatMap((part) => partObjects(app, part, environment, place, targetGroupArn)),
    ...balancedIn(app.name, environment),
  ]
}

function serviceAccount(app: string, place: Place): KubernetesObject {
  const account = object('v1', 'ServiceAccount', app, place, {})
  const role = roles[app]
  if (role === undefined) return account
  return { ...account, metadata: { ...account.metadata, annotations: { 'eks.amazonaws.com/role-arn': roleArn(role) } } }
}

function partObjects(
  app: SeedApp,
  part: Part,
  environment: EnvironmentName,
  place: Place,
  targetGroupArn: string | undefined,
): KubernetesObject[] {
  const labels = { ...place.labels, component: part.name }
  const replicas = environment === 'production' ? 2 : 1
  const image = `${REGISTRY}/${app.name}:2026.11.1`
  const from = { app: app.name, labels, image }

  switch (part.is) {
    case 'web':
      return [
        deployment(part.name, place, { ...from, role: 'web', replicas, port: 8080 }),
        webService(app.name, part.name, environment, place),
        object('policy/v1', 'PodDisruptionBudget', part.name, place, {
          spec: { maxUnavailable: 1, selector: { matchLabels: { app: app.name, component: part.name } } },
        }),
        ...(part.scales && environment === 'production' ? [scaler(part.name, place)] : []),
        ...(targetGroupArn === undefined ? [] : [binding(place, targetGroupArn)]),
      ]
    case 'singleton':
      return [deployment(part.name, place, { ...from, role: 'singleton', replicas: 1, recreate: true })]
    case 'consumer':
      return [deployment(part.name, place, { ...from, role: 'consumer', replicas })]
    case 'schedule':
      return [
        object('batch/v1', 'CronJob', part.name, place, {
          spec: {
            schedule: part.schedule,
            timeZone: 'Asia/Tokyo',
            concurrencyPolicy: 'Forbid',
            successfulJobsHistoryLimit: 3,
            failedJobsHistoryLimit: 1,
            suspend: false,
            jobTemplate: {
              spec: {
                backoffLimit: 2,
                template: {
                  metadata: { labels, annotations: { 'sandbox.norikae.io/runs-for': String(JOB_MS) } },
                  spec: {
                    serviceAccountName: app.name,
                    restartPolicy: 'Never',
                    containers: [{ name: part.name, image, envFrom: [{ configMapRef: { name: 'settings' } }] }],
                  },
                },
              },
            },
          },
        }),
      ]
  }
}

function webService(app: string, component: string, environment: EnvironmentName, place: Place): KubernetesObject {
  const way = wayTo(app, environment)
  const service = object('v1', 'Service', 'web', place, {
    spec: {
      type: way === 'Route 53' || way === 'external-dns' ? 'LoadBalancer' : 'ClusterIP',
      selector: { app, component },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  })
  if (way !== 'external-dns') return service
  return { ...service, metadata: { ...service.metadata, annotations: { ...weighedAnnotations(TTL) } } }
}

export function platformAppObjects(app: PlatformApp): KubernetesObject[] {
  const place = { namespace: app.name, labels: { app: app.name, team: 'sre', env: 'platform' } }
  const labels = { ...place.labels, component: app.name }
  const { role, image, replicas, port, args } = app
  return [
    namespaceObject(place),
    object('v1', 'ServiceAccount', app.name, place, {}),
    deployment(app.name, place, { app: app.name, labels, image, role, replicas, port, args }),
    object('v1', 'Service', app.name, place, {
      spec: { type: 'ClusterIP', selector: { app: app.name }, ports: [{ port, targetPort: port, protocol: 'TCP' }] },
    }),
  ]
}

function deployment(
  name: string,
  place: Place,
  of: {
    readonly app: string
    readonly labels: Readonly<Record<string, string>>
    readonly image: string
    readonly role: Role
    readonly replicas: number
    readonly port?: number
    readonly args?: readonly string[] | undefined
    readonly recreate?: boolean
  },
): KubernetesObject {
  const serves = of.port === undefined ? {} : listening(of.port)
  return object('apps/v1', 'Deployment', name, place, {
    spec: {
      replicas: of.replicas,
      selector: { matchLabels: { app: of.app, component: of.labels['component'] } },
      strategy: of.recreate ? { type: 'Recreate' } : { type: 'RollingUpdate' },
      template: {
        metadata: { labels: { ...of.labels }, annotations: { [ROLE]: of.role } },
        spec: {
          serviceAccountName: of.app,
          terminationGracePeriodSeconds: 10,
          containers: [
            {
              name,
              image: of.image,
              ...(of.args && { args: [...of.args] }),
              resources: { requests: { cpu: '100m', memory: '256Mi' } },
              // Longer than the load balancer needs to hear that the pod ends.
              lifecycle: { preStop: { sleep: { seconds: 2 } } },
              ...(of.role === 'web' ? { envFrom: fromSettings } : {}),
              ...serves,
            },
          ],
        },
      },
    },
  })
}

const fromSettings = [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'credentials' } }]
const listening = (port: number) => ({
  ports: [{ name: 'main', containerPort: port }],
  readinessProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 1 },
})

const scaler = (name: string, place: Place) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, place, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
    },
  })

const binding = (place: Place, targetGroupARN: string) =>
  object(BINDING.apiVersion, BINDING.kind, 'web', place, {
    spec: { targetGroupARN, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
  })
