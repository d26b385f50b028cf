import { RUN } from '../../domain/annotations.ts'
import { PLATFORM_TAG, RUN_TAG } from '../../domain/clone.ts'
import { madeBy } from '../../domain/copying.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import { ownerInWords, ownerOf, written } from '../../domain/ownership.ts'
import type { AlbRoute, Side } from '../../domain/platform.ts'
import {
  forwardsTo,
  greenShare,
  servesOf,
  withGreenShare,
  withOnly,
  type RuleAction,
} from '../../domain/target-groups.ts'
import { writesRule } from '../../domain/writers.ts'
import { notFound } from '../errors.ts'
import { otherSide, type Proven } from '../outside.ts'
import { budgets, onceKnown } from '../waiting.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { byTrail } from './trail.ts'
import { bindLike, ownTargetGroup, removeGroup, unbind } from './target-groups.ts'

/** A rule of a load balancer that no cluster owns: a target group a side, weights in its forward action. */
export function albRoute(world: Proven, route: AlbRoute, { run, scope }: RouteCall): RouteDriver {
  const { loadBalancing } = world
  const nameOf = (side: Side) => (side === 'blue' ? route.blueTargetGroup : route.greenTargetGroup)
  const find = (side: Side) => loadBalancing.findTargetGroup(nameOf(side))
  const missing = (side: Side) => notFound(`the target group of ${side} for route ${route.name} is not there`)
  const known = <T>(work: () => Promise<T>) =>
    onceKnown(`target group ${route.greenTargetGroup}`, budgets.targets, work)

  return {
    words: {
      place: 'the rule',
      green: `target group ${route.greenTargetGroup}`,
      targets: `targets of ${route.greenTargetGroup}`,
      trail:
        'CloudTrail tells who: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=ModifyRule',
      others: 'another target group',
    },

    async prepare() {
      const blue = await find('blue')
      if (!blue) throw notFound(`target group ${route.blueTargetGroup} is not there`)
      const green = await ownTargetGroup(world, route.greenTargetGroup, blue, { run, scope })
      await bindLike(world, route, green.arn, ({ metadata }) => ({
        name: route.binding,
        namespace: route.namespace,
        labels: { ...metadata.labels, [RUN]: run },
      }))
    },

    async prove(side) {
      if (!(await find(side))) throw missing(side)
    },

    async read() {
      const green = await find('green')
      const actions = await actionsOf(world, route)
      const arnOf = (side: Side) => (side === 'blue' ? route.blueTargetGroup : green?.arn)
      const share = green === undefined ? 'unmade' : greenShare(actions, route.blueTargetGroup, green.arn)
      return {
        share: share ?? 'closed',
        ours: green?.tags[RUN_TAG] === run,
        has: (side) => forwardsTo(actions, (s) => s.arn === arnOf(side)),
        async write(to) {
          if (!green) throw notFound(`target group ${route.greenTargetGroup} is not there`)
          const wanted = withGreenShare(actions, route.blueTargetGroup, green.arn, to)
          await known(() => loadBalancing.setActions(route.ruleArn, wanted))
        },
        async leaveOnly(side) {
          const [keep, drop] = [arnOf(side), arnOf(otherSide(side))]
          if (keep === undefined || drop === undefined) throw notFound(`target group ${nameOf('green')} is not there`)
          await loadBalancing.setActions(route.ruleArn, withOnly(actions, keep, drop))
        },
      }
    },

    // A load balancer serves by what its API tells.
    inForce: () => Promise.resolve(),

    async writer() {
      const by = await byTrail(world, scope.region, 'ModifyRule', writesRule(route.ruleArn))
      if (by !== undefined) return by
      const owner = ownerOf(
        { tags: (await loadBalancing.tagsOf([route.ruleArn]))[route.ruleArn] ?? {} },
        {},
        scope.platform,
      )
      return written(owner) === 'own' ? undefined : ownerInWords(owner)
    },

    async health(side) {
      const group = await find(side)
      if (!group) throw missing(side)
      return servesOf(await known(() => loadBalancing.health(group.arn)))
    },

    async clear(on) {
      const mine = (object: KubernetesObject) => (on === 'blue' ? madeBy(object) === run : true)
      const off = otherSide(on)
      await unbind(world, { ...route, cluster: scope[off], side: off }, mine)
      const drop = await find(otherSide(on))
      const owned = on === 'blue' ? drop?.tags[RUN_TAG] === run : drop?.tags[PLATFORM_TAG] === scope.platform
      if (drop && owned) await removeGroup(world, drop, ({ arn }) => arn === route.ruleArn)
      return drop && !owned
        ? `only ${on} is served; ${drop.name} is not Norikae's and was left`
        : `only ${on} is served`
    },
  }
}

async function actionsOf({ loadBalancing }: Proven, route: AlbRoute): Promise<readonly RuleAction[]> {
  const rule = await loadBalancing.findRule(route.ruleArn)
  if (!rule) throw notFound(`rule ${route.ruleArn} of route ${route.name} is not there`)
  return rule.actions
}
