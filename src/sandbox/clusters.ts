/**
 * The API servers behind AWS's clusters: one starts when a cluster is created and stops when it is deleted, each with a
 * load balancer controller and an external-dns of its own. What a stopped one did stays known.
 */
import type { ClusterOptions, startCluster } from './cluster/server.ts'
import { auditLog } from './audit-log.ts'
import { isEksToken, tokenRefusal } from './eks-token.ts'
import type { Judge } from './judge.ts'
import { startExternalDns } from './external-dns.ts'
import { driverObject, startEbsCsiDriver, type DriverCluster } from './ebs-csi-driver.ts'
import { startLoadBalancerController, type LoadBalancerController } from './load-balancer-controller.ts'
import type { Rule } from './disturbances.ts'
import { ofPlatform } from './seed/ways.ts'
import type { EksHooks, KubernetesCall, KubernetesObject, PodChange, SandboxAws, SandboxCluster } from './types.ts'

export type ClusterTimes = NonNullable<Parameters<typeof startCluster>[0]['times']>

export interface Clusters<C extends SandboxCluster = SandboxCluster> {
  readonly hooks: EksHooks
  /** Those of the platform that run now, oldest first. */
  readonly running: () => readonly C[]
  /** Any that runs now, also one that is none of the platform's. */
  readonly named: (name: string) => C | undefined
  /** Of all, also of those that are gone. */
  readonly calls: () => readonly KubernetesCall[]
  stop(): Promise<void>
}

interface Running<C> {
  readonly cluster: C
  readonly controller: LoadBalancerController
  readonly dns: ReturnType<typeof startExternalDns>
  readonly driver: ReturnType<typeof startEbsCsiDriver>
}

/** How often volumes are looked after: a node waits so long for its volume. */
const VOLUMES_EVERY_MS = 50

/** What is given as a function exists only later: AWS is started with these hooks. */
export function createClusters<C extends SandboxCluster>(options: {
  readonly aws: () => SandboxAws
  readonly judge: () => Pick<Judge, 'join' | 'leave'>
  readonly see: PodChange
  readonly times?: ClusterTimes | undefined
  /** Left out: nothing. */
  readonly disturb?: Rule
  readonly start: (options: ClusterOptions) => Promise<C>
}): Clusters<C> {
  const { aws, judge, see, times, disturb } = options
  const all = new Map<string, Running<C>>()
  const past: KubernetesCall[] = []

  async function start({ name, version, issuer }: { name: string; version: string; issuer: string }) {
    const cluster = await options.start({
      name,
      version,
      issuer,
      authenticate: (bearer) => authenticate(name, bearer),
      ...(disturb && { disturb }),
      ...(times && { times }),
    })
    cluster.onPod(see)
    await cluster.apply(driverObject as KubernetesObject) // the same JSON
    all.set(name, {
      cluster,
      controller: startLoadBalancerController({ cluster, elbv2: aws().elbv2 }),
      dns: startExternalDns({ cluster, route53: aws().route53 }),
      driver: startEbsCsiDriver(seenByDriver(cluster), aws().ec2, VOLUMES_EVERY_MS),
    })
    aws().logs.feed(`/aws/eks/${name}/cluster`, (from, to) => auditLog(name, cluster.calls(), from, to))
    judge().join(cluster)
    return { endpoint: cluster.url, caData: Buffer.from(cluster.ca).toString('base64'), keys: cluster.keys() }
  }

  async function stop(name: string): Promise<void> {
    const found = all.get(name)
    if (!found) return
    const { cluster, controller, dns, driver } = found
    controller.stop()
    dns.stop()
    await driver.stop()
    judge().leave(cluster)
    all.delete(name)
    past.push(...cluster.calls())
    const pods = cluster.pods()
    await cluster.stop()
    for (const pod of pods) see(pod, 'gone')
  }

  /** The static token of a kubeconfig is known to the server itself, which asks only about others. */
  async function authenticate(cluster: string, bearer: string) {
    const { identity, eks } = aws()
    if (!isEksToken(bearer) || (await tokenRefusal(bearer, cluster, identity)) !== undefined) return 'unauthorized'
    const access = eks.access(cluster, identity.roleArn)
    if (!access) return 'forbidden'
    return { username: identity.sessionArn, groups: [...access.groups, ...(access.admin ? ['system:masters'] : [])] }
  }

  return {
    hooks: {
      startCluster: start,
      stopCluster: stop,
      async setNodes(name, nodegroup, size, labels) {
        await all.get(name)?.cluster.setNodes(nodegroup, size, labels)
      },
    },
    running: () => ofPlatform([...all.values()].map((r) => r.cluster)),
    named: (name) => all.get(name)?.cluster,
    calls: () => [...past, ...[...all.values()].flatMap((r) => r.cluster.calls())],
    async stop() {
      await Promise.all([...all.keys()].map(stop))
    },
  }
}

// Both know the same JSON, each by a type of its own.
const seenByDriver = (cluster: SandboxCluster): DriverCluster => ({
  name: cluster.name,
  list: async (kind) => cluster.list(kind.startsWith('PersistentVolume') ? 'v1' : 'storage.k8s.io/v1', kind),
  create: async (object) => cluster.apply(object as KubernetesObject),
  write: async (object) => cluster.update(object as KubernetesObject),
  remove: async (volume) => cluster.remove(volume as KubernetesObject),
})
