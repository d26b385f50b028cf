import { RUN, WEIGHED_AT } from '../../domain/annotations.ts'
import {
  backendInWords,
  gatewaysOf,
  hasBackend,
  notServed,
  rulesOf,
  rulesWriter,
  shareIn,
  withOnlySide,
  withShare,
  type Rules,
} from '../../domain/http-routes.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { HttpRoute } from '../../domain/platform.ts'
import { notFound } from '../errors.ts'
import { otherSide, type Proven } from '../outside.ts'
import type { KubernetesPort } from '../ports.ts'
import { budgets, notYet } from '../waiting.ts'
import { backingsOf, httpRouteName } from './backends.ts'
import type { RouteCall, RouteDriver } from './driver.ts'

/** Rules of an HTTPRoute on a third cluster, with a backend a side, which are their owners'. */
export function httpRoute(world: Proven, route: HttpRoute, { run, scope }: RouteCall): RouteDriver {
  const { namespace, httpRoute: name } = route
  const home = () => world.cluster(route.cluster)
  const what = httpRouteName(route)
  const backings = backingsOf(world, route, scope)

  const find = async (): Promise<KubernetesObject> => {
    const found = await (await home()).find('HTTPRoute', namespace, name)
    if (!found) throw notFound(`${what} is not there`)
    return found
  }
  /** From what was read, and from nothing older: a conflict is tried again, from what is there then. */
  const write = async (found: KubernetesObject, rules: Rules, by: string | null): Promise<void> => {
    const { resourceVersion } = found.metadata
    const annotations = { [RUN]: by, [WEIGHED_AT]: by === null ? null : new Date().toISOString() }
    await (
      await home()
    ).patch('HTTPRoute', namespace, name, { metadata: { resourceVersion, annotations }, spec: { rules } })
  }

  return {
    words: {
      place: what,
      green: backendInWords(route.green),
      targets: `${route.green.kind === 'TargetGroupName' ? 'targets' : 'endpoints'} of ${backendInWords(route.green)}`,
      trail: `kubectl get httproute ${name} -n ${namespace} --show-managed-fields -o yaml, on ${route.cluster}, tells who`,
      others: 'another backend',
    },

    prepare: () => backings.ready(),

    prove: (side) => backings.there(side),

    async read() {
      const found = await find()
      const rules = rulesOf(found)
      return {
        ...shareIn(rules, route, namespace),
        ours: found.metadata.annotations?.[RUN] === run,
        has: (side) => hasBackend(rules, route[side], namespace),
        write: (to) => write(found, withShare(rules, route, namespace, to), run),
        leaveOnly: (side) => write(found, withOnlySide(rules, route, namespace, side), null),
      }
    },

    async inForce(reading, _, sinceMs) {
      const found = await find()
      const [why] = notServed(found, await gatewaysThere(await home(), found))
      if (why !== undefined)
        throw notYet(`${what} is not served as it is written: ${why}`, budgets.gateway, '2s', sinceMs)
      await backings.inForce(reading, found, sinceMs)
    },

    writer: async () => rulesWriter(await find()),

    health: (side) => backings.serves(side),

    // Backends are made by whoever made blue's.
    clear: (on) =>
      Promise.resolve(`only ${on} is served; ${backendInWords(route[otherSide(on)])} is not Norikae's and was left`),
  }
}

/** Of the Gateways that are to serve a route, those that are there. */
export async function gatewaysThere(cluster: KubernetesPort, route: KubernetesObject): Promise<KubernetesObject[]> {
  const refs = gatewaysOf(route).filter((ref) => ref !== undefined)
  const found = await Promise.all(refs.map((ref) => cluster.find('Gateway', ref.namespace, ref.name)))
  return found.filter((gateway) => gateway !== undefined)
}
