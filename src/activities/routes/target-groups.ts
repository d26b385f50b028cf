import { madeTags, RUN_TAG } from '../../domain/clone.ts'
import { madeBy } from '../../domain/copying.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { Side } from '../../domain/platform.ts'
import type { TargetGroupDescription } from '../../domain/target-groups.ts'
import { contested, isInUse, notFound } from '../errors.ts'
import type { Proven } from '../outside.ts'
import type { RuleDescription } from '../ports.ts'
import { budgets, firstDoneAtMs, notYet, onceKnown, unlessGone } from '../waiting.ts'
import type { RouteCall } from './driver.ts'

/** Target groups that a route of an Application Load Balancer needs for green, and what binds pods to them. */

/** Made like blue's, or found again and completed; never somebody else's. */
export async function ownTargetGroup(
  { loadBalancing }: Proven,
  name: string,
  blue: TargetGroupDescription,
  { run, scope }: RouteCall,
): Promise<TargetGroupDescription> {
  const prove = (group: TargetGroupDescription | undefined) => {
    if (group && group.tags[RUN_TAG] !== run)
      throw contested(`target group ${name} is there already, and this run did not make it. Delete it, then retry`)
  }
  prove(await loadBalancing.findTargetGroup(name))
  await onceKnown(`target group ${name}`, budgets.targets, () =>
    loadBalancing.createTargetGroup(name, blue, madeTags({ platform: scope.platform, run })),
  )
  const made = await loadBalancing.findTargetGroup(name)
  if (!made) throw notYet(`target group ${name} was just made`, budgets.targets)
  // ELB answers with one of the same settings that is there, whoever made it meanwhile.
  prove(made)
  return made
}

interface Bound {
  readonly namespace: string
  readonly binding: string
}

/**
 * The binding of blue, for green's group: the load balancer controller on green does the rest. `as`: what it is called there,
 * and its labels, with the run among them.
 */
export async function bindLike(
  world: Proven,
  { namespace, binding }: Bound,
  targetGroupArn: string,
  as: (like: KubernetesObject) => KubernetesObject['metadata'],
): Promise<void> {
  const [green, blue] = [await world.on('green'), await world.on('blue')]
  const like = await blue.find('TargetGroupBinding', namespace, binding)
  const named = as(like ?? { ...NONE, metadata: { namespace, name: binding } })
  const found = await green.find('TargetGroupBinding', namespace, named.name)
  const run = madeBy({ ...NONE, metadata: named })
  if (found && madeBy(found) !== run)
    throw contested(
      `binding ${namespace}/${named.name} is on green already, and this run did not make it. Remove it, then retry`,
    )
  if (found?.spec?.['targetGroupARN'] === targetGroupArn) return
  if (!like) throw notFound(`binding ${namespace}/${binding} is not on blue any more`)
  await green.apply(
    {
      apiVersion: like.apiVersion,
      kind: like.kind,
      metadata: named,
      spec: { ...like.spec, targetGroupARN: targetGroupArn },
    },
    { force: true },
  )
}

const NONE = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' } as const

export async function unbind(
  world: Proven,
  { namespace, binding, cluster, side }: Bound & { readonly cluster: string; readonly side: Side },
  mine: (object: KubernetesObject) => boolean,
): Promise<void> {
  const there = await world.ifThere(side)
  const found = await there?.find('TargetGroupBinding', namespace, binding)
  if (!there || !found || !mine(found)) return
  if (found.metadata.deletionTimestamp === undefined)
    await there.remove('TargetGroupBinding', namespace, binding, found.metadata.uid)
  throw notYet(
    `binding ${namespace}/${binding} is going from ${cluster}`,
    budgets.targets,
    undefined,
    firstDoneAtMs('unbound'),
  )
}

/**
 * No rule of ours names it any more; where ELB says that one does, it may be somebody else's, or what it does not know yet.
 * `ours`: a rule that is told by ELB, and forwards to it no more.
 */
export async function removeGroup(
  { loadBalancing }: Proven,
  { arn, name }: TargetGroupDescription,
  ours: (rule: RuleDescription) => boolean,
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
    const rule = (await loadBalancing.rulesForwardingTo([arn])).find((one) => !ours(one))
    if (rule)
      throw contested(
        `rule ${rule.arn} (${rule.hosts.join(', ') || 'every host'}) forwards to target group ${name}, which is to go: somebody else put it there. Take it out of that rule, then retry`,
      )
    throw notYet(`target group ${name} goes once nothing forwards to it: ${error.message}`, budgets.targets)
  }
}
