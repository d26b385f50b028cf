/**
 * How traffic reaches an environment: by a rule of the load balancer that all share, or, so that other kinds of routes are there
 * too, by a load balancer that blue's controller makes of an Ingress or of a Gateway, by a record of Route 53, by one that
 * external-dns makes, or by an HTTPRoute on a third cluster. Those in production alone: what test and stage would show is the same.
 */
import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { GATEWAY_API, HTTP_CLASS } from '../balanced.ts'
import type { KubernetesObject, SandboxAws } from '../types.ts'
import { BLUE, hostOf, namespaceOf, type BlueCluster, type EnvironmentName } from './apps.ts'
import { WEIGHED } from './weighed.ts'

export const BY_RECORD = 'billing'
export const BY_GATEWAY = 'chat-archiver'

/** An HTTPRoute is of blue, or of the edge: a third cluster. */
export const ways = [
  'listener rule',
  'Ingress',
  'HTTPRoute of blue',
  'Route 53',
  'external-dns',
  'HTTPRoute of edge',
] as const
export type Way = (typeof ways)[number]

const inProduction: Readonly<Record<string, Way>> = {
  admin: 'Ingress',
  'chat-push': 'HTTPRoute of blue',
  [BY_RECORD]: 'Route 53',
  [WEIGHED.name]: 'external-dns',
  [BY_GATEWAY]: 'HTTPRoute of edge',
}

export const wayTo = (app: string, environment: EnvironmentName): Way =>
  (environment === 'production' ? inProduction[app] : undefined) ?? 'listener rule'

/**
 * What a cluster's own load balancer controller makes a load balancer of for this environment, as its team has it in Git, in the
 * order in which it is put there; none where it is reached otherwise. As docs/how-to/ingress.md and gateway-of-blue.md have it
 * prepared.
 */
export function balancedIn(app: string, environment: EnvironmentName): KubernetesObject[] {
  switch (wayTo(app, environment)) {
    case 'Ingress':
      return [ingressOf(app, environment)]
    case 'HTTPRoute of blue':
      return gatewayOf(app, environment)
    default:
      return []
  }
}

const ACTION = 'web'
const toAction = { service: { name: ACTION, port: { name: 'use-annotation' } } }
const toService = { type: 'forward', forwardConfig: { targetGroups: [{ serviceName: 'web', servicePort: 80 }] } }

const ingressOf = (app: string, environment: EnvironmentName): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'web',
    namespace: namespaceOf(app, environment),
    annotations: {
      'alb.ingress.kubernetes.io/target-type': 'ip',
      [`alb.ingress.kubernetes.io/actions.${ACTION}`]: JSON.stringify(toService),
    },
  },
  spec: {
    ingressClassName: 'alb',
    rules: [
      { host: hostOf(app, environment), http: { paths: [{ path: '/', pathType: 'Prefix', backend: toAction }] } },
    ],
  },
})

function gatewayOf(app: string, environment: EnvironmentName): KubernetesObject[] {
  const [apiVersion, namespace] = [GATEWAY_API, namespaceOf(app, environment)]
  return [
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'public', namespace },
      spec: { gatewayClassName: HTTP_CLASS, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    },
    {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: 'web', namespace },
      spec: {
        parentRefs: [{ name: 'public' }],
        hostnames: [hostOf(app, environment)],
        rules: [{ backendRefs: [{ kind: 'Service', name: 'web', port: 80 }] }],
      },
    },
  ]
}

/** As examples/demo.yaml names it. */
export const ZONE = 'Z04CHATWORKSANDBOX00'
const DOMAIN = 'chatwork.test'
/** Seconds. Short enough to watch: a weight counts when twice as long went by. */
export const TTL = 1

export function seedZone({ route53 }: Pick<SandboxAws, 'route53'>): void {
  route53.seedZone(DOMAIN, ZONE)
}

/** The name of the app that is found by one, which leads to blue's load balancer. */
export function seedRecord({ route53 }: Pick<SandboxAws, 'route53'>, balancer: string, ttl: number): void {
  const Name = hostOf(BY_RECORD, 'production')
  route53.seedRecord(ZONE, { Name, Type: 'CNAME', TTL: ttl, ResourceRecords: [{ Value: balancer }] })
}

/** The cluster that HTTPRoutes and their Gateway are on: neither blue nor green, and none of the platform's. */
export const EDGE: BlueCluster = { name: 'edge-1-35', version: '1.35' }
export const ofPlatform = <T extends { readonly name: string }>(clusters: readonly T[]): T[] =>
  clusters.filter(({ name }) => name !== EDGE.name)

/** Answers when its API server runs. */
export const seedEdge = ({ eks }: Pick<SandboxAws, 'eks'>): Promise<void> =>
  eks.seedCluster({ ...EDGE, nodegroups: [], addons: [], tags: {}, groups: ['norikae'] })

/** Where everything of the edge is. */
export const EDGE_NAMESPACE = 'edge'

/** The Service that the clusters of the platform give to others, by `as` and the name of the cluster. */
export const exported = { namespace: namespaceOf(BY_GATEWAY, 'production'), service: 'web', as: BY_GATEWAY }
export const exportedAs = (cluster: string): string => `${exported.as}-${cluster}`

/** What whoever owns the edge has put there. */
export async function edgeObjects(): Promise<KubernetesObject[]> {
  const rights = await readFile(new URL('../../../deploy/rbac/gateway.yaml', import.meta.url), 'utf8')
  const namespace = EDGE_NAMESPACE
  const apiVersion = GATEWAY_API
  return [
    ...parseAllDocuments(rights).map((d) => d.toJS() as KubernetesObject), // the file is ours
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'public', namespace },
      spec: { gatewayClassName: 'sandbox', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    },
    {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: BY_GATEWAY, namespace },
      spec: {
        parentRefs: [{ name: 'public' }],
        hostnames: [hostOf(BY_GATEWAY, 'production')],
        rules: [{ backendRefs: [{ kind: 'Service', name: exportedAs(BLUE.name), port: 80 }] }],
      },
    },
  ]
}
