import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import { hostnameOf } from '../../domain/load-balancers.ts'
import type { NameRoute, Side } from '../../domain/platform.ts'
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

type Place = Pick<NameRoute, 'namespace' | 'target'>

export function ownBalancers(world: Proven, place: Place): OwnBalancers {
  const { loadBalancing } = world
  const balancer = (side: Side) => balancerOf(world, place, side)
  return {
    object: (side) => objectOf(world, place, side),
    host: (side) => hostOf(world, place, side),
    balancer,
    async health(side) {
      const found = await balancer(side)
      return found ? servesOf(await loadBalancing.healthBehind(found.arn)) : { healthy: 0, expected: 0 }
    },
  }
}

/** What has the load balancer: `Service/web`, `Ingress/web`. */
export function targetOf({ target }: Pick<Place, 'target'>) {
  const [kind, name = ''] = target.split('/')
  return { kind: kind === 'Ingress' ? 'Ingress' : 'Service', name } as const
}

/** Undefined where it is not there. */
export async function objectOn(
  cluster: Pick<KubernetesPort, 'list'>,
  place: Place,
): Promise<KubernetesObject | undefined> {
  const { kind, name } = targetOf(place)
  const all = await cluster.list(kind, { namespace: place.namespace })
  return all.find((o) => o.metadata.name === name)
}

async function objectOf({ ifThere }: Pick<Proven, 'ifThere'>, place: Place, side: Side) {
  const cluster = await ifThere(side)
  return cluster && objectOn(cluster, place)
}

async function hostOf(world: Pick<Proven, 'ifThere'>, place: Place, side: Side): Promise<string | undefined> {
  const found = await objectOf(world, place, side)
  return found && hostnameOf(found)
}

/** What serves this side; undefined where there is none that is active. */
export async function balancerOf(
  world: Pick<Proven, 'ifThere' | 'loadBalancing'>,
  place: Place,
  side: Side,
): Promise<Balancer | undefined> {
  const name = await hostOf(world, place, side)
  return name === undefined ? undefined : world.loadBalancing.findBalancer(name)
}
