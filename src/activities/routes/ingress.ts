import {
  actionKey,
  actionWriter,
  isInAction,
  keptKey,
  keptOf,
  namedInAction,
  shareInAction,
  withBlueAlone,
  withGreenAlone,
  withShareInAction,
  type Kept,
} from '../../domain/ingress-actions.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { IngressRoute } from '../../domain/platform.ts'
import { notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { ownedGroups } from './owned-groups.ts'

/**
 * Rules that blue's load balancer controller makes of an action of an Ingress: the annotation is written, and the rules are
 * read. Blue's target group is the controller's, by its Service; green's is Norikae's, by its ARN.
 */
export function ingressRoute(world: Proven, route: IngressRoute, call: RouteCall): RouteDriver {
  const { run, scope } = call
  const { namespace, ingress, action, greenTargetGroup } = route
  const what = `action ${action} of Ingress ${namespace}/${ingress}`
  const groups = ownedGroups(world, route, call, { what, of: `Ingress ${namespace}/${ingress}` })

  const find = async () => (await world.on('blue')).find('Ingress', namespace, ingress)
  async function there(): Promise<KubernetesObject> {
    const found = await find()
    if (!found) throw notFound(`Ingress ${namespace}/${ingress} is not on ${scope.blue}`)
    return found
  }
  /** From what was read, and from nothing older: a conflict is tried again, from what is there then. */
  async function write({ metadata: { resourceVersion } }: KubernetesObject, text: string, kept: Kept | null) {
    const annotations = {
      [actionKey(action)]: text,
      [keptKey(action)]: kept && JSON.stringify({ run: kept.run, was: kept.was }),
    }
    await (await world.on('blue')).patch('Ingress', namespace, ingress, { metadata: { resourceVersion, annotations } })
  }

  return {
    words: {
      place: what,
      green: `target group ${greenTargetGroup}`,
      targets: `targets of ${greenTargetGroup}`,
      trail: `kubectl get ingress ${ingress} -n ${namespace} --show-managed-fields -o yaml, on ${scope.blue}, tells who`,
      others: 'another target group',
    },

    prepare: async () => groups.make(keptOf(await there(), action)?.run),

    prove: groups.prove,

    async read() {
      const found = await there()
      const made = (await groups.find('green'))?.arn
      const text = found.metadata.annotations?.[actionKey(action)] ?? ''
      // What is gone can be taken out again where it is still known.
      const green = made ?? namedInAction(text, greenTargetGroup)
      const sides = { service: route.service, blue: route.blueTargetGroup, green }
      const kept = keptOf(found, action)
      const toBlue = () => write(found, withBlueAlone(text, sides, kept?.was), null)
      const needed = () => {
        if (made === undefined) throw groups.lacking('an Ingress whose action names')
      }
      return {
        ...shareInAction(text, sides),
        ours: kept?.run === run,
        has: (side) => isInAction(text, sides, side),
        async write(to) {
          if (to === 0 && made === undefined && isInAction(text, sides, 'green')) return toBlue()
          needed()
          await write(found, withShareInAction(text, sides, to), { run, was: kept?.was ?? text })
        },
        async leaveOnly(side) {
          if (side === 'blue') return toBlue()
          needed()
          await write(found, withGreenAlone(text, sides), null)
        },
      }
    },

    inForce: groups.inForce,

    writer: async () => actionWriter(await there(), action),

    health: groups.health,

    handedOver: async () => ((await find()) ? undefined : groups.handedOver()),

    clear: groups.clear,
  }
}
