import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import { hostnameOf } from '../../domain/load-balancers.ts'
import type { Side } from '../../domain/platform.ts'
import { servesOf } from '../../domain/target-groups.ts'
import type { Proven } from '../outside.ts'
import type { Balancer, KubernetesPort } from '../ports.ts'
import type { Serves } from './driver.ts'

/** The same Service or Ingress on both sides, each with a load balancer of its own that its cluster's controller makes. */
export interface OwnBalancers {
  /** Undefined where the cluster or the object is not there. */
  object(side: Side): Promise<KubernetesObject | undefined>
  /** Where its load balancer answers. */
  host(side: Side): Promise<string | undefined>
  balancer(side: Side): Promise<Balancer | undefined>
  health(side: Side): Promise<Serves>
}

export function ownBalancers(
  world: Proven,
  { namespace, target }: { readonly namespace: string; readonly target: string },
): OwnBalancers {
  const { loadBalancing } = world

  async function object(side: Side): Promise<KubernetesObject | undefined> {
    const cluster = await world.ifThere(side)
    return cluster && objectOn(cluster, namespace, target)
  }
  async function host(side: Side): Promise<string | undefined> {
    const found = await object(side)
    return found && hostnameOf(found)
  }
  async function balancer(side: Side): Promise<Balancer | undefined> {
    const name = await host(side)
    return name === undefined ? undefined : loadBalancing.findBalancer(name)
  }
  return {
    object,
    host,
    balancer,
    async health(side) {
      const found = await balancer(side)
      return found ? servesOf(await loadBalancing.healthBehind(found.arn)) : { healthy: 0, expected: 0 }
    },
  }
}

async function objectOn(cluster: KubernetesPort, namespace: string, target: string) {
  const [kind, name] = target.split('/')
  const all = await cluster.list(kind === 'Ingress' ? 'Ingress' : 'Service', { namespace })
  return all.find((o) => o.metadata.name === name)
}
