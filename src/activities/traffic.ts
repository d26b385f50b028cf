import { isSuccessor } from '../domain/actions.ts'
import { madeTags, PLATFORM_TAG, RUN_TAG } from '../domain/clone.ts'
import { RUN } from '../domain/annotations.ts'
import { madeBy } from '../domain/copying.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Duration } from '../domain/duration.ts'
import type { Route, Scope } from '../domain/platform.ts'
import {
  greenShare,
  withGreenShare,
  withOnly,
  type RuleAction,
  type TargetGroupDescription,
} from '../domain/target-groups.ts'
import { weightOnTheWayBack } from '../domain/way-back-weights.ts'
import { contested, isInUse, notFound } from './errors.ts'
import { takeUp } from './left-weights.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { grownShare } from './sizes.ts'
import { budgets, hasWaited, notYet, onceKnown, remember, remembered } from './waiting.ts'

/** Healthy so many times in a row before anybody depends on it. */
const POLLS = 3
/** So long the way back goes in steps while blue grows; then it is all of blue's, whatever it has. */
const GROWS_WITHIN: Duration = '5m'

/** What attempts of opening a route note: how often it was seen healthy in a row, and what was left at first, in per cent. */
const nothing: { readonly polls: number; readonly left: number } = { polls: 0, left: 0 }

export const trafficActions = (outside: Outside) => {
  const openRoute: Deed<'openRoute'> = async (call) => {
    const { route } = call.input
    const world = await proven(outside, call.scope)
    const blue = await targetGroup(world, route.blueTargetGroup)
    const green = await ownTargetGroup(world, route, blue, call)
    await bind(world, route, green.arn, call.run)

    const actions = await actionsOf(world, route)
    const share = greenShare(actions, blue.arn, green.arn)
    if (share === 'elsewhere') throw contestedRoute(route, share, [0])
    if (share !== undefined && share > 0) {
      if (!isSuccessor(call)) throw contestedRoute(route, share, [0])
      remember({ polls: 0, left: Math.max(share, remembered(nothing).left) })
      return takeUp(world, call, { route, actions, green: green.arn, share }, call.input.left)
    }
    const known = <T>(work: () => Promise<T>) =>
      onceKnown(`target group ${route.greenTargetGroup}`, budgets.targets, work)
    // Targets are checked only once their group is in a rule: it enters at weight 0, and is waited for there.
    if (share === undefined)
      await known(() => world.loadBalancing.setActions(route.ruleArn, withGreenShare(actions, blue.arn, green.arn, 0)))

    const health = await known(() => world.loadBalancing.health(green.arn))
    const healthy = health.filter((t) => t.state === 'healthy').length
    const expected = health.filter((t) => t.state !== 'draining').length
    const before = remembered(nothing)
    const polls = healthy > 0 && healthy === expected ? before.polls + 1 : 0
    remember({ ...before, polls })
    if (polls < POLLS)
      throw notYet(
        `${healthy} of ${expected} targets of ${route.greenTargetGroup} are healthy (seen so ${polls} of ${POLLS} times)`,
        budgets.targets,
        '1s',
      )
    const after = before.left > 0 ? `, where an earlier cutover had left ${before.left} %` : ''
    return { note: `${healthy} targets healthy on green, at 0 %${after}` }
  }

  const setWeight: Deed<'setWeight'> = async ({ input, scope }) => {
    const { route, expect, grown = [] } = input
    const world = await proven(outside, scope)
    const green = await world.loadBalancing.findTargetGroup(route.greenTargetGroup)
    if (!green) {
      if (input.to === 0) return { note: 'green is not in the rule' }
      throw notFound(`target group ${route.greenTargetGroup} is not there`)
    }
    const actions = await actionsOf(world, route)
    const found = greenShare(actions, route.blueTargetGroup, green.arn)
    // Never opened, or closed already: nothing of green's is served.
    if (found === undefined && input.to === 0) return { note: 'green is not in the rule' }
    if (found !== input.to && (found === undefined || found === 'elsewhere' || !expect.includes(found)))
      throw contestedRoute(route, found, expect)
    const grows = grown.length > 0 && typeof found === 'number' && !hasWaited(GROWS_WITHIN)
    const share = grows ? await grownShare(world, grown) : 1
    const to = grows ? weightOnTheWayBack(share, found, expect) : input.to
    if (found !== to)
      await world.loadBalancing.setActions(route.ruleArn, withGreenShare(actions, route.blueTargetGroup, green.arn, to))
    const read = greenShare(await actionsOf(world, route), route.blueTargetGroup, green.arn)
    if (read !== to) throw notYet(`route ${route.name} still reads ${String(read)} %, not ${to} %`, budgets.weight)
    if (to !== input.to)
      throw notYet(
        `route ${route.name} is at ${to} %: ${Math.round(share * 100)} % of the pods that ${scope.blue} needs are ready`,
        budgets.pods,
        '2s',
      )
    return { note: `${to} % read back` }
  }

  const settleRoute: Deed<'settleRoute'> = async (call) => {
    const { input, scope, run } = call
    const { route, on } = input
    const world = await proven(outside, scope)
    const green = await world.loadBalancing.findTargetGroup(route.greenTargetGroup)
    const blue = await world.loadBalancing.findTargetGroup(route.blueTargetGroup)
    const [keep, drop] = on === 'blue' ? [blue, green] : [green, blue]
    if (!keep) throw notFound(`the target group of ${on} for route ${route.name} is not there`)

    const dropArn = drop?.arn ?? (on === 'blue' ? '' : route.blueTargetGroup)
    const actions = await actionsOf(world, route)
    if (actions.some((a) => a.type === 'forward' && a.targetGroups.some((s) => s.arn === dropArn))) {
      const settled = on === 'blue' ? 0 : 100
      const share = greenShare(actions, route.blueTargetGroup, on === 'blue' ? dropArn : keep.arn)
      if (
        on === 'blue' &&
        drop &&
        typeof share === 'number' &&
        share > 0 &&
        isSuccessor(call) &&
        drop.tags[RUN_TAG] === run
      )
        return takeUp(world, call, { route, actions, green: drop.arn, share }, input.left)
      if (share !== settled) throw contestedRoute(route, share, [settled])
      await world.loadBalancing.setActions(route.ruleArn, withOnly(actions, keep.arn, dropArn))
      throw notYet(`route ${route.name} was just told to serve ${on} only`, budgets.weight)
    }
    const mine = (object: KubernetesObject) => (on === 'blue' ? madeBy(object) === run : true)
    await unbind(world, scope, route, on === 'blue' ? 'green' : 'blue', mine)
    const owned =
      drop !== undefined && (on === 'blue' ? drop.tags[RUN_TAG] === run : drop.tags[PLATFORM_TAG] === scope.platform)
    if (drop && owned) await removeGroup(world, drop, route)
    return {
      note:
        drop && !owned ? `only ${on} is served; ${drop.name} is not Norikae's and was left` : `only ${on} is served`,
    }
  }

  return { openRoute, setWeight, settleRoute }
}

async function targetGroup({ loadBalancing }: Proven, arn: string): Promise<TargetGroupDescription> {
  const found = await loadBalancing.findTargetGroup(arn)
  if (!found) throw notFound(`target group ${arn} is not there`)
  return found
}

/** Made like blue's, or found again and completed; never somebody else's. */
async function ownTargetGroup(
  { loadBalancing }: Proven,
  route: Route,
  blue: TargetGroupDescription,
  { run, scope }: { readonly run: string; readonly scope: Scope },
): Promise<TargetGroupDescription> {
  const found = await loadBalancing.findTargetGroup(route.greenTargetGroup)
  if (found && found.tags[RUN_TAG] !== run)
    throw contested(
      `target group ${route.greenTargetGroup} is there already, and this run did not make it. Delete it, then retry`,
    )
  await onceKnown(`target group ${route.greenTargetGroup}`, budgets.targets, () =>
    loadBalancing.createTargetGroup(route.greenTargetGroup, blue, madeTags({ platform: scope.platform, run })),
  )
  const made = await loadBalancing.findTargetGroup(route.greenTargetGroup)
  if (!made) throw notYet(`target group ${route.greenTargetGroup} was just made`, budgets.targets)
  return made
}

/** The binding of blue, for green's group: the load balancer controller on green does the rest. */
async function bind(world: Proven, route: Route, targetGroupArn: string, run: string): Promise<void> {
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
  scope: Scope,
  route: Route,
  side: 'blue' | 'green',
  mine: (object: KubernetesObject) => boolean,
): Promise<void> {
  const cluster = await world.ifThere(side)
  const found = await cluster?.find('TargetGroupBinding', route.namespace, route.binding)
  if (!cluster || !found || !mine(found)) return
  if (found.metadata.deletionTimestamp === undefined)
    await cluster.remove('TargetGroupBinding', route.namespace, route.binding, found.metadata.uid)
  throw notYet(`binding ${route.namespace}/${route.binding} is going from ${scope[side]}`, budgets.targets)
}

/** No rule of ours names it any more; where ELB says that one does, it may be somebody else's, or what it does not know yet. */
async function removeGroup(
  { loadBalancing }: Proven,
  { arn, name }: TargetGroupDescription,
  { ruleArn }: Route,
): Promise<void> {
  try {
    await loadBalancing.deleteTargetGroup(arn)
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

async function actionsOf({ loadBalancing }: Proven, route: Route): Promise<readonly RuleAction[]> {
  const rule = await loadBalancing.findRule(route.ruleArn)
  if (!rule) throw notFound(`rule ${route.ruleArn} of route ${route.name} is not there`)
  return rule.actions
}

const contestedRoute = (route: Route, found: number | 'elsewhere' | undefined, expect: readonly number[]) =>
  contested(
    `route ${route.name} ${found === 'elsewhere' ? 'serves another target group too' : found === undefined ? 'does not know green' : `is at ${found} %`}, where ${expect.join(' or ')} % was left: somebody else wrote it. Agree who owns it, then retry`,
  )
