import type { Duration } from '../domain/duration.ts'
import type { Scope } from '../domain/platform.ts'
import { leftUnseen } from '../domain/unentered.ts'
import { contested, isDenied, isUnreachable } from './errors.ts'
import type { Proven } from './outside.ts'
import { hasWaited } from './waiting.ts'

/** Longer than it takes an API server to come back, or to hear of an access entry. */
const SILENT: Duration = '2m'

/**
 * Of a green that this run made: why nothing outside of it needs to be removed though nobody here can look into it, because
 * the worker was never let in or it has not answered for a while; undefined: it can be looked into. Throws `contested` where it
 * does not let the worker in and may leave something behind, and `unreachable` where it does not answer. Reads only.
 */
export async function nothingUnseen(
  world: Proven,
  { blue }: Pick<Scope, 'blue'>,
  name: string,
): Promise<string | undefined> {
  const cluster = await world.cluster(name)
  try {
    await cluster.find('Namespace', undefined, 'default')
    return undefined
  } catch (error) {
    if (!isDenied(error) && !(isUnreachable(error) && hasWaited(SILENT))) throw error
    const why = await mayLeave(world, blue, name)
    if (why === undefined)
      return `nobody here can look into ${name} (${error.message}); nothing ever ran on it, and AWS has no load balancer, target group, volume or security group that carries its name: nothing to empty`
    if (!isDenied(error)) throw error
    throw contested(
      `${name} does not let the worker in, and what was made outside of it cannot be removed from there: ${why}. Nothing was removed. Give the worker an access entry of ${name} and retry; or remove what was made, and skip: ${error.message}`,
    )
  }
}

async function mayLeave({ eks, remains }: Proven, other: string, cluster: string): Promise<string | undefined> {
  const [groups, profiles, carrying] = await Promise.all([
    eks.nodegroupNames(cluster),
    eks.fargateProfileNames(cluster),
    remains.ofCluster(cluster),
  ])
  const parts = [...groups.map((it) => `node group ${it}`), ...profiles.map((it) => `Fargate profile ${it}`)]
  return leftUnseen({ cluster, other, parts, remains: carrying })
}
