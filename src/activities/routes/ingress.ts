import { RUN } from '../../domain/annotations.ts'
import { RUN_TAG } from '../../domain/clone.ts'
import { madeBy } from '../../domain/copying.ts'
import {
  actionKey,
  actionWriter,
  isInAction,
  keptKey,
  keptOf,
  shareInAction,
  withBlueAlone,
  withGreenAlone,
  withShareInAction,
  type Kept,
} from '../../domain/ingress-actions.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { IngressRoute, Side } from '../../domain/platform.ts'
import { servesAs, servesOf } from '../../domain/target-groups.ts'
import { contested, notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import { budgets, notYet, onceKnown } from '../waiting.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { bindLike, ownTargetGroup, removeGroup, unbind } from './target-groups.ts'

/**
 * Rules that blue's load balancer controller makes of an action of an Ingress: the annotation is written, and the rules are
 * read. Blue's target group is the controller's, by its Service; green's is Norikae's, by its ARN.
 */
export function ingressRoute(world: Proven, route: IngressRoute, call: RouteCall): RouteDriver {
  const { loadBalancing } = world
  const { run, scope } = call
  const { namespace, ingress, action, greenTargetGroup } = route
  const what = `action ${action} of Ingress ${namespace}/${ingress}`
  const find = (side: Side) => loadBalancing.findTargetGroup(side === 'blue' ? route.blueTargetGroup : greenTargetGroup)
  const missing = (side: Side) => notFound(`the target group of ${side} for route ${route.name} is not there`)
  const arnOf = async (side: Side) => (await find(side))?.arn

  async function there(): Promise<KubernetesObject> {
    const found = await (await world.on('blue')).find('Ingress', namespace, ingress)
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

    async prepare() {
      const blue = await find('blue')
      if (!blue) throw notFound(`target group ${route.blueTargetGroup} is not there`)
      const by = keptOf(await there(), action)?.run
      if (by !== undefined && by !== run)
        throw contested(`${what} was written by run ${by}, and not by this one. Take green out of it, then retry`)
      const green = await ownTargetGroup(world, greenTargetGroup, blue, call)
      // By its labels the controller on green would take it for one that it has made itself, and remove it.
      await bindLike(world, route, green.arn, () => ({ name: greenTargetGroup, namespace, labels: { [RUN]: run } }))
    },

    async prove(side) {
      if (!(await find(side))) throw missing(side)
    },

    async read() {
      const found = await there()
      const green = await arnOf('green')
      const sides = { service: route.service, blue: route.blueTargetGroup, green }
      const text = found.metadata.annotations?.[actionKey(action)] ?? ''
      const kept = keptOf(found, action)
      return {
        ...shareInAction(text, sides),
        ours: kept?.run === run,
        has: (side) => isInAction(text, sides, side),
        async write(to) {
          if (green === undefined) throw notFound(`target group ${greenTargetGroup} is not there`)
          await write(found, withShareInAction(text, sides, to), { run, was: kept?.was ?? text })
        },
        async leaveOnly(side) {
          if (green === undefined) throw notFound(`target group ${greenTargetGroup} is not there`)
          await write(
            found,
            side === 'blue' ? withBlueAlone(text, sides, kept?.was) : withGreenAlone(text, sides),
            null,
          )
        },
      }
    },

    // The controller may be away, or be refused by AWS: it is the listener that serves.
    async inForce({ share, has }, _, sinceMs) {
      const [blue = '', green = ''] = await Promise.all([arnOf('blue'), arnOf('green')])
      const all = await loadBalancing.rulesForwardingTo([blue, green].filter((arn) => arn !== ''))
      const rules = all.filter((rule) => rule.ownedByCluster === scope.blue)
      const other = rules.find(({ actions }) => !servesAs(actions, { blue, green }, { share, has }))
      if (rules.length > 0 && other === undefined) return
      throw notYet(
        `${what} is written, and ${other === undefined ? 'no listener rule forwards to its target groups' : `listener rule ${other.arn} does not say so yet`}: the load balancer controller of ${scope.blue} makes it`,
        budgets.gateway,
        '1s',
        sinceMs,
      )
    },

    writer: async () => actionWriter(await there(), action),

    async health(side) {
      const group = await find(side)
      if (!group) throw missing(side)
      return servesOf(
        await onceKnown(`target group ${group.name}`, budgets.targets, () => loadBalancing.health(group.arn)),
      )
    },

    async clear(on) {
      // Blue's are its controller's, which takes them away by itself; green's serve until then, and may be put in another rule.
      if (on === 'green')
        return `only green is served, by the load balancer of Ingress ${namespace}/${ingress} of ${scope.blue}, which goes with it. Binding ${namespace}/${greenTargetGroup} on ${scope.green} and target group ${greenTargetGroup} are in no rule then: delete both, or put them in one`
      await unbind(
        world,
        { namespace, binding: greenTargetGroup, cluster: scope.green, side: 'green' },
        (object) => madeBy(object) === run,
      )
      const drop = await find('green')
      const owned = drop?.tags[RUN_TAG] === run
      if (drop && owned) await removeGroup(world, drop, ({ ownedByCluster }) => ownedByCluster === scope.blue)
      return drop && !owned ? `only blue is served; ${drop.name} is not Norikae's and was left` : 'only blue is served'
    },
  }
}
