import { backendsOfRoute, movedKey, shareInGateway } from '../../domain/gateway-routes.ts'
import {
  hasBackend,
  notServed,
  rulesOf,
  rulesWriter,
  withOnlySide,
  withShare,
  type Rules,
} from '../../domain/http-routes.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { GatewayRoute, Side } from '../../domain/platform.ts'
import { notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import { budgets, notYet } from '../waiting.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { gatewaysThere } from './http-route.ts'
import { ownedGroups } from './owned-groups.ts'

/**
 * Rules that blue's load balancer controller makes of an HTTPRoute of blue: its backends are written, and the rules are read.
 * Blue's is a Service, whose target group is the controller's; green's is the target group itself, by its name.
 */
export function gatewayRoute(world: Proven, route: GatewayRoute, call: RouteCall): RouteDriver {
  const { run, scope } = call
  const { namespace, httpRoute: name, service, greenTargetGroup } = route
  const what = `HTTPRoute ${namespace}/${name}`
  const backends = backendsOfRoute(route)
  const groups = ownedGroups(world, route, call, { what, of: `the Gateway of ${what}` })
  const blue = () => world.on('blue')
  const by = ({ metadata }: KubernetesObject) => metadata.annotations?.[movedKey(service)]

  const onBlue = async () => (await blue()).find('HTTPRoute', namespace, name)
  const find = async (): Promise<KubernetesObject> => {
    const found = await onBlue()
    if (!found) throw notFound(`${what} is not on ${scope.blue}`)
    return found
  }
  /** From what was read, and from nothing older: a conflict is tried again, from what is there then. */
  const write = async (found: KubernetesObject, rules: Rules, as: string | null): Promise<void> => {
    if (hasBackend(rules, backends.green, namespace) && !(await groups.find('green')))
      throw groups.lacking('a Gateway while an HTTPRoute names')
    const { resourceVersion } = found.metadata
    const metadata = { resourceVersion, annotations: { [movedKey(service)]: as } }
    await (await blue()).patch('HTTPRoute', namespace, name, { metadata, spec: { rules } })
  }

  return {
    words: {
      place: what,
      green: `target group ${greenTargetGroup}`,
      targets: `targets of ${greenTargetGroup}`,
      trail: `kubectl get httproute ${name} -n ${namespace} --show-managed-fields -o yaml, on ${scope.blue}, tells who`,
      others: 'another backend',
    },

    prepare: async () => groups.make(by(await find())),

    prove: groups.prove,

    async read() {
      const [found, green] = await Promise.all([find(), groups.find('green')])
      const rules = rulesOf(found)
      const leaveOnly = (side: Side) => write(found, withOnlySide(rules, backends, namespace, side), null)
      return {
        ...shareInGateway(rules, backends, namespace, green !== undefined),
        ours: by(found) === run,
        has: (side) => hasBackend(rules, backends[side], namespace),
        // Green is not left in it at 0 where it is gone: the controller would still make nothing.
        write: (to) =>
          to === 0 && green === undefined && hasBackend(rules, backends.green, namespace)
            ? leaveOnly('blue')
            : write(found, withShare(rules, backends, namespace, to), run),
        leaveOnly,
      }
    },

    async inForce(reading, after, sinceMs) {
      const found = await find()
      const [why] = notServed(found, await gatewaysThere(await blue(), found))
      if (why !== undefined)
        throw notYet(`${what} is not served as it is written: ${why}`, budgets.gateway, '2s', sinceMs)
      await groups.inForce(reading, after, sinceMs)
    },

    writer: async () => rulesWriter(await find()),

    health: groups.health,

    handedOver: async () => ((await onBlue()) ? undefined : groups.handedOver()),

    clear: groups.clear,
  }
}
