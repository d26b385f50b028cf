import { RUN } from '../../domain/annotations.ts'
import { madeTags, PLATFORM_TAG, RUN_TAG } from '../../domain/clone.ts'
import { madeBy } from '../../domain/copying.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { AlbRoute, Side } from '../../domain/platform.ts'
import {
  forwardsTo,
  greenShare,
  servesOf,
  withGreenShare,
  withOnly,
  type RuleAction,
  type TargetGroupDescription,
} from '../../domain/target-groups.ts'
import { contested, isInUse, notFound } from '../errors.ts'
import { otherSide, type Proven } from '../outside.ts'
import { budgets, firstDoneAtMs, notYet, onceKnown, unlessGone } from '../waiting.ts'
import type { RouteCall, RouteDriver } from './driver.ts'

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
      others: 'another target group',
    },

    async prepare() {
      const blue = await find('blue')
      if (!blue) throw notFound(`target group ${route.blueTargetGroup} is not there`)
      const green = await ownTargetGroup(world, route, blue, { run, scope })
      await bind(world, route, green.arn, run)
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

    async health(side) {
      const group = await find(side)
      if (!group) throw missing(side)
      return servesOf(await known(() => loadBalancing.health(group.arn)))
    },

    async clear(on) {
      const mine = (object: KubernetesObject) => (on === 'blue' ? madeBy(object) === run : true)
      await unbind(world, scope[otherSide(on)], route, otherSide(on), mine)
      const drop = await find(otherSide(on))
      const owned = on === 'blue' ? drop?.tags[RUN_TAG] === run : drop?.tags[PLATFORM_TAG] === scope.platform
      if (drop && owned) await removeGroup(world, drop, route)
      return drop && !owned
        ? `only ${on} is served; ${drop.name} is not Norikae's and was left`
        : `only ${on} is served`
    },
  }
}

/** Made like blue's, or found again and completed; never somebody else's. */
async function ownTargetGroup(
  { loadBalancing }: Proven,
  route: AlbRoute,
  blue: TargetGroupDescription,
  { run, scope }: RouteCall,
): Promise<TargetGroupDescription> {
  const prove = (group: TargetGroupDescription | undefined) => {
    if (group && group.tags[RUN_TAG] !== run)
      throw contested(
        `target group ${route.greenTargetGroup} is there already, and this run did not make it. Delete it, then retry`,
      )
  }
  prove(await loadBalancing.findTargetGroup(route.greenTargetGroup))
  await onceKnown(`target group ${route.greenTargetGroup}`, budgets.targets, () =>
    loadBalancing.createTargetGroup(route.greenTargetGroup, blue, madeTags({ platform: scope.platform, run })),
  )
  const made = await loadBalancing.findTargetGroup(route.greenTargetGroup)
  if (!made) throw notYet(`target group ${route.greenTargetGroup} was just made`, budgets.targets)
  // ELB answers with one of the same settings that is there, whoever made it meanwhile.
  prove(made)
  return made
}

/** The binding of blue, for green's group: the load balancer controller on green does the rest. */
async function bind(world: Proven, route: AlbRoute, targetGroupArn: string, run: string): Promise<void> {
  const [green, blue] = [await world.on('green'), await world.on('blue')]
  const found = await green.find('TargetGroupBinding', route.namespace, route.binding)
  if (found && madeBy(found) !== run)
    throw contested(
      `binding ${route.namespace}/${route.binding} is on green already, and this run did not make it. Remove it, then retry`,
    )
  if (found?.spec?.['targetGroupARN'] === targetGroupArn) return
  const like = await blue.find('TargetGroupBinding', route.namespace, route.binding)
  if (!like) throw notFound(`binding ${route.namespace}/${route.binding} is not on blue any more`)
  await green.apply(
    {
      apiVersion: like.apiVersion,
      kind: like.kind,
      metadata: { name: route.binding, namespace: route.namespace, labels: { ...like.metadata.labels, [RUN]: run } },
      spec: { ...like.spec, targetGroupARN: targetGroupArn },
    },
    { force: true },
  )
}

async function unbind(
  world: Proven,
  cluster: string,
  route: AlbRoute,
  side: Side,
  mine: (object: KubernetesObject) => boolean,
): Promise<void> {
  const there = await world.ifThere(side)
  const found = await there?.find('TargetGroupBinding', route.namespace, route.binding)
  if (!there || !found || !mine(found)) return
  if (found.metadata.deletionTimestamp === undefined)
    await there.remove('TargetGroupBinding', route.namespace, route.binding, found.metadata.uid)
  throw notYet(
    `binding ${route.namespace}/${route.binding} is going from ${cluster}`,
    budgets.targets,
    undefined,
    firstDoneAtMs('unbound'),
  )
}

/** No rule of ours names it any more; where ELB says that one does, it may be somebody else's, or what it does not know yet. */
async function removeGroup(
  { loadBalancing }: Proven,
  { arn, name }: TargetGroupDescription,
  { ruleArn }: AlbRoute,
): Promise<void> {
  try {
    await unlessGone(
      `target group ${name}`,
      budgets.targets,
      async () => (await loadBalancing.findTargetGroup(arn)) === undefined,
      () => loadBalancing.deleteTargetGroup(arn),
    )
  } catch (error) {
    if (!isInUse(error)) throw error
    const rule = (await loadBalancing.rulesForwardingTo([arn])).find((one) => one.arn !== ruleArn)
    if (rule)
      throw contested(
        `rule ${rule.arn} (${rule.hosts.join(', ') || 'every host'}) forwards to target group ${name}, which is to go: somebody else put it there. Take it out of that rule, then retry`,
      )
    throw notYet(`target group ${name} goes once nothing forwards to it: ${error.message}`, budgets.targets)
  }
}

async function actionsOf({ loadBalancing }: Proven, route: AlbRoute): Promise<readonly RuleAction[]> {
  const rule = await loadBalancing.findRule(route.ruleArn)
  if (!rule) throw notFound(`rule ${route.ruleArn} of route ${route.name} is not there`)
  return rule.actions
}
