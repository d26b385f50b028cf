import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Scope } from '../domain/platform.ts'
import { instancesLeft } from '../domain/remains.ts'
import { leftUnseen } from '../domain/unentered.ts'
import { contested, isDenied, isUnreachable } from './errors.ts'
import type { Proven } from './outside.ts'
import { doneAt, firstDoneAtMs, noteDone } from './waiting.ts'

/** Longer than it takes an API server to come back, or to hear of an access entry. */
const SILENT: Duration = '2m'
/** By this step, in any of its attempts. */
const ENTERED = 'entered'

/**
 * Of a green that this run made: why nothing outside of it needs to be removed though nobody here can look into it, because
 * the worker was never let in or it has not answered for a while; undefined: it can be looked into. Throws `contested` where it
 * does not let the worker in and may leave something behind, and `unreachable` where it does not answer; one that was looked into
 * before and cannot be now is as it was then, so that is told as it is. Reads only.
 */
export async function nothingUnseen(
  world: Proven,
  { blue }: Pick<Scope, 'blue'>,
  name: string,
): Promise<string | undefined> {
  const cluster = await world.cluster(name)
  try {
    await cluster.find('Namespace', undefined, 'default')
    if (doneAt(ENTERED) === undefined) noteDone(ENTERED)
    return undefined
  } catch (error) {
    if (doneAt(ENTERED) !== undefined) throw error
    if (!isDenied(error) && !(isUnreachable(error) && isSilent())) throw error
    const why = await mayLeave(world, blue, name)
    if (why === undefined)
      return `nobody here can look into ${name} (${error.message}); nothing ever ran on it, and AWS has no load balancer, target group, volume or security group that carries its name: nothing to empty`
    if (!isDenied(error)) throw error
    throw contested(
      `${name} does not let the worker in, and what was made outside of it cannot be removed from there: ${why}. Nothing was removed. Give the worker an access entry of ${name} and retry; or remove what was made, and skip: ${error.message}`,
    )
  }
}

const isSilent = (): boolean => Date.now() - firstDoneAtMs('silent') > milliseconds(SILENT)

async function mayLeave(
  { eks, remains, compute }: Proven,
  other: string,
  cluster: string,
): Promise<string | undefined> {
  const [groups, profiles, running, carrying] = await Promise.all([
    eks.nodegroupNames(cluster),
    eks.fargateProfileNames(cluster),
    compute.running(),
    remains.ofCluster(cluster),
  ])
  const parts = [
    ...groups.map((it) => `node group ${it}`),
    ...profiles.map((it) => `Fargate profile ${it}`),
    ...instancesLeft(running, cluster).map(({ id }) => `instance ${id}`),
  ]
  return leftUnseen({ cluster, other, parts, remains: carrying })
}
