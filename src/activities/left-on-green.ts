import { isSuccessor, type ActionCall } from '../domain/actions.ts'
import { madeBy } from '../domain/copying.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { isLeft, isNotedStopped, leftInWords, wouldEnd, type Found, type Left } from '../domain/left-on-green.ts'
import { clusterOf, workloadName, type Scope, type Side, type WorkloadRef } from '../domain/platform.ts'
import { forwardsTo } from '../domain/target-groups.ts'
import { contested } from './errors.ts'
import { otherSide, type Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { routeDriver } from './routes/index.ts'
import { scaledObjectOf } from './scalers.ts'

/**
 * A cutover that was terminated may have handed over already; the next one begins with an empty journal, and what it puts
 * to sleep or withdraws is then the only one that runs.
 */

/**
 * Nothing is brought asleep over what an earlier cutover has started there, or stopped on the other side. Reads only;
 * throws `contested` with what people do next.
 */
export async function refuseLeft(world: Proven, call: Caller, on: Side, asleep: readonly WorkloadRef[]): Promise<void> {
  if (!isSuccessor(call)) return
  const left = (await leftAmong(world, on, asleep)).filter(isLeft)
  refuse(left, call.scope, on, 'an earlier cutover of this app has ended in mid-run, and this one would end it')
}

/**
 * Nothing is taken away from here, or put to sleep for good, that would then run on neither side. Reads only; throws
 * `contested` with what people do next.
 */
export async function refuseLastOne(
  world: Proven,
  call: Caller,
  on: Side,
  workloads: readonly WorkloadRef[],
): Promise<void> {
  // Where it was this cutover that started it here, it has stopped it too by now.
  const left = (await leftAmong(world, on, workloads)).filter(isSuccessor(call) ? isLeft : wouldEnd)
  refuse(left, call.scope, on, 'no step of this way back starts it there, and it would run nowhere')
}
type Caller = Pick<ActionCall, 'run' | 'asker' | 'scope'>

/** What may run on one side only: made here by this run, or stopped there. */
export async function movedAmong(
  here: readonly KubernetesObject[],
  there: KubernetesPort | undefined,
  namespaces: readonly string[],
): Promise<WorkloadRef[]> {
  const lists = there
    ? await Promise.all(kinds.flatMap((kind) => namespaces.map((namespace) => there.list(kind, { namespace }))))
    : []
  const all = [...here, ...lists.flat().filter(isNotedStopped)].flatMap(refOf)
  return [...new Map(all.map((ref) => [workloadName(ref), ref])).values()]
}

const refOf = ({ kind, metadata: { name, namespace = '' } }: KubernetesObject): WorkloadRef[] =>
  kinds.filter((k) => k === kind).map((k) => ({ kind: k, namespace, name }))
const kinds = ['Deployment', 'StatefulSet', 'CronJob'] as const

/** What has traffic is not withdrawn: its route, which this run made, was closed before where this cutover opened it. Reads only. */
export async function refuseServing(
  world: Proven,
  here: KubernetesPort,
  { input, scope, run }: ActionCall<'withdraw'>,
): Promise<void> {
  const { app, namespaces, on, routes = [] } = input
  for (const route of routes) {
    const driver = routeDriver(world, route, { scope, run })
    const { share, odd = `serves ${driver.words.others} too` } = await driver.read()
    // Who is served by it then, and whether green is, only its owner knows.
    if (share === 'elsewhere')
      throw contested(
        `route ${route.name} ${odd}, where withdrawing ${app} from ${scope[on]} may drop requests. See that ${clusterOf(scope, otherSide(on))} alone serves it, then retry`,
      )
    if (typeof share === 'number' && share > 0)
      throw contested(
        `route ${route.name} still sends ${share} % to ${scope[on]}, where withdrawing ${app} would drop them. See that ${clusterOf(scope, otherSide(on))} serves it, set green's weight to 0, then retry`,
      )
  }
  const bound = await Promise.all(namespaces.map((namespace) => here.list('TargetGroupBinding', { namespace })))
  const groups = new Set(
    bound
      .flat()
      .filter((binding) => madeBy(binding) === run)
      .map((binding) => String(binding.spec?.['targetGroupARN'])),
  )
  if (groups.size === 0) return
  const rules = await world.loadBalancing.rulesForwardingTo([...groups])
  const serving = rules.filter(({ actions }) => forwardsTo(actions, (g) => groups.has(g.arn) && g.weight > 0))
  if (serving.length === 0) return
  throw contested(
    `${serving.length === 1 ? 'rule' : 'rules'} ${serving.map((r) => r.arn).join(', ')} still ${serving.length === 1 ? 'sends' : 'send'} requests to ${scope[on]}, where withdrawing ${app} would drop them. See that ${clusterOf(scope, otherSide(on))} serves it, set the weight of ${scope[on]}'s target group to 0 (${[...groups].join(', ')}), then retry`,
  )
}

function refuse([first, ...others]: readonly Left[], scope: Scope, on: Side, why: string): void {
  if (first) throw contested(leftInWords([first, ...others], { away: scope[on], home: scope[otherSide(on)] }, why))
}

async function leftAmong(world: Proven, on: Side, workloads: readonly WorkloadRef[]): Promise<Left[]> {
  if (workloads.length === 0) return []
  const [here, there] = [await world.ifThere(on), await world.ifThere(otherSide(on))]
  return Promise.all(
    workloads.map(async (ref) => ({ ref, away: await foundOn(here, ref), home: await foundOn(there, ref) })),
  )
}

async function foundOn(cluster: KubernetesPort | undefined, ref: WorkloadRef): Promise<Found | undefined> {
  const object = await cluster?.find(ref.kind, ref.namespace, ref.name)
  if (!cluster || !object) return undefined
  return { object, scaledObject: ref.kind === 'CronJob' ? undefined : await scaledObjectOf(cluster, ref) }
}
