import { setTimeout as sleep } from 'node:timers/promises'
import { platformApps } from '../../src/sandbox/seed/apps.ts'
import { platformAppObjects } from '../../src/sandbox/seed/objects.ts'
import type { KubernetesObject, SandboxAws, SandboxCluster } from '../../src/sandbox/types.ts'

interface InAccount {
  readonly aws: SandboxAws
}

/** All that the sandbox's AWS has, but for what changes by itself: states, sizes, how a share of all is written. */
export function accountOf({ aws }: InAccount) {
  const { loadBalancers, targetGroups, rules } = aws.elbv2.inventory()
  return {
    clusters: aws.eks.inventory(),
    loadBalancers,
    targetGroups: targetGroups.map(({ arn, name, inRules, tags }) => ({ arn, name, inRules, tags })),
    rules: rules.map(({ ruleArn, hosts, forward }) => ({
      ruleArn,
      hosts,
      serving: forward.filter((f) => f.weight > 0).map((f) => f.targetGroupArn),
    })),
    volumes: aws.ec2.volumes().map(({ id, tags }) => ({ id, tags })),
    snapshots: aws.ec2.snapshots().map(({ id, tags }) => ({ id, tags })),
    launchTemplates: aws.launchTemplates.inventory(),
    securityGroups: aws.securityGroups.inventory(),
    subnets: aws.subnets.inventory(),
    iam: aws.iam.inventory(),
    logGroups: aws.logs.inventory(),
    records: Object.fromEntries(aws.route53.zones().map(({ id }) => [id, aws.route53.records(id)])),
  }
}

const namespace = 'tools'
const objects: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    reclaimPolicy: 'Delete',
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'cache', namespace },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'mail', namespace },
    spec: { type: 'LoadBalancer', ports: [{ port: 25, targetPort: 25 }] },
  },
  // Its controller lets it go once no route is attached.
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace },
    spec: { gatewayClassName: 'alb', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace },
    spec: { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  },
]

/** A volume, and load balancers of an Ingress, a Service and a Gateway. */
export const MADE = 4

/** More than a controller takes. */
const SETTLE_MS = 4_000

/**
 * Somebody has brought nodes, and what makes load balancers on them, long before Norikae does: with EKS Auto Mode both are
 * there from the first moment on. Who makes volumes is there in each cluster of the sandbox.
 */
export async function broughtControllers(cluster: Pick<SandboxCluster, 'apply' | 'setNodes'>): Promise<void> {
  await cluster.setNodes('auto', 1, {})
  const controller = platformApps.find((app) => app.role === 'load-balancer-controller')
  for (const object of controller ? platformAppObjects(controller) : []) await cluster.apply(object)
}

/**
 * Somebody deploys to a cluster, if it is there, what has something outside it. Answers what its controllers made of that: less
 * where not all of them run there yet.
 */
export async function deployedTo(
  { aws }: InAccount,
  cluster: Pick<SandboxCluster, 'name' | 'apply'> | undefined,
): Promise<number> {
  if (!cluster) return 0
  const { name } = cluster
  for (const object of objects) await cluster.apply(object)
  const made = () => {
    const isIts = (tags: Readonly<Record<string, string>>) =>
      tags['elbv2.k8s.aws/cluster'] === name || tags[`kubernetes.io/cluster/${name}`] === 'owned'
    const { loadBalancers } = aws.elbv2.inventory()
    return [...loadBalancers, ...aws.ec2.volumes()].filter((it) => isIts(it.tags)).length
  }
  for (const until = Date.now() + SETTLE_MS; Date.now() < until && made() < MADE;) await sleep(100)
  return made()
}
