import { RUN } from '../../domain/annotations.ts'
import { RUN_TAG } from '../../domain/clone.ts'
import { madeBy } from '../../domain/copying.ts'
import type { GatewayRoute, IngressRoute, Side } from '../../domain/platform.ts'
import { servesAs, servesOf, type TargetGroupDescription } from '../../domain/target-groups.ts'
import { contested, notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import { budgets, notYet, onceKnown } from '../waiting.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { bindLike, ownTargetGroup, removeGroup, unbind } from './target-groups.ts'

export interface OwnedGroups extends Pick<RouteDriver, 'prove' | 'inForce' | 'health' | 'clear'> {
  /** Where its owner has taken it off blue: what is so now. Throws `notYet` while blue's load balancer still serves green. */
  handedOver(): Promise<string>
  /** Undefined: it is not there. */
  find(side: Side): Promise<TargetGroupDescription | undefined>
  /**
   * Green's target group like blue's, and its binding on green, made or found again. `by`: the run that wrote the weights.
   * Throws `contested` where that is another one.
   */
  make(by: string | undefined): Promise<void>
  /** That green's is not there, though it would be named. `of`: what the controller makes nothing more of then. */
  lacking(of: string): Error
}

/**
 * The target groups behind rules that blue's load balancer controller makes: blue's is the controller's, green's is
 * Norikae's. `what`: where the weights are written; `of`: whose the load balancer is, as in “Ingress shop/web”.
 */
export function ownedGroups(
  world: Proven,
  route: IngressRoute | GatewayRoute,
  call: RouteCall,
  { what, of }: { readonly what: string; readonly of: string },
): OwnedGroups {
  const { loadBalancing } = world
  const { run, scope } = call
  const { namespace, greenTargetGroup } = route
  const find = (side: Side) => loadBalancing.findTargetGroup(side === 'blue' ? route.blueTargetGroup : greenTargetGroup)
  const arnOf = async (side: Side) => (await find(side))?.arn ?? ''
  const there = async (side: Side) => {
    const found = await find(side)
    if (found) return found
    throw notFound(
      side === 'blue'
        ? `target group ${route.blueTargetGroup} is not there, which the load balancer controller of ${scope.blue} had made for route ${route.name}, as it was planned: it may have made another since. See with kubectl get targetgroupbinding -n ${namespace}, on ${scope.blue}; where another is right, plan the upgrade anew`
        : `target group ${greenTargetGroup} of green for route ${route.name} is not there. Make it, as blue's is, then retry; or take the app back to blue`,
    )
  }
  return {
    find,

    async handedOver() {
      const green = await find('green')
      const rules = green ? await loadBalancing.rulesForwardingTo([green.arn]) : []
      const left = rules.find(({ ownedByCluster }) => ownedByCluster === scope.blue)
      if (left)
        throw notYet(
          `${of} is not on ${scope.blue} any more, and its listener rule ${left.arn} is there`,
          budgets.gateway,
        )
      const its = `binding ${namespace}/${greenTargetGroup} on ${scope.green} and target group ${greenTargetGroup}`
      const unused = green && rules.length === 0 ? `. In no rule are ${its}: delete both, or put them in one` : ''
      return `${of} is not on ${scope.blue} any more: its owner has handed it over${unused}`
    },

    async make(by) {
      if (by !== undefined && by !== run)
        throw contested(`${what} was written by run ${by}, and not by this one. Take green out of it, then retry`)
      const green = await ownTargetGroup(world, greenTargetGroup, await there('blue'), call)
      // By its labels the controller on green would take it for one that it has made itself, and remove it.
      await bindLike(world, route, green.arn, () => ({ name: greenTargetGroup, namespace, labels: { [RUN]: run } }))
    },

    lacking: (controlled) =>
      notFound(
        `target group ${greenTargetGroup} is not there, and the controller makes nothing more of ${controlled} one that is not. Make it, as blue's is, then retry; or take the app back to blue, which takes it out of ${what}`,
      ),

    async prove(side) {
      await there(side)
    },

    // The controller may be away, or be refused by AWS: it is the listener that serves.
    async inForce({ share, has }, _, sinceMs) {
      const [blue, green] = await Promise.all([arnOf('blue'), arnOf('green')])
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

    async health(side) {
      const { name, arn } = await there(side)
      return servesOf(await onceKnown(`target group ${name}`, budgets.targets, () => loadBalancing.health(arn)))
    },

    async clear(on) {
      // Blue's are its controller's, which takes them away by itself; green's serve until then, and may be put in another rule.
      if (on === 'green')
        return `only green is served, by the load balancer of ${of} of ${scope.blue}, which goes with it. Binding ${namespace}/${greenTargetGroup} on ${scope.green} and target group ${greenTargetGroup} are in no rule then: delete both, or put them in one`
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
