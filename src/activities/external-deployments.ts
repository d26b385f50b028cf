import type { ActionCall, Receipt } from '../domain/actions.ts'
import { asleepLike, isWorkload } from '../domain/copying.ts'
import { differencesInWords, imageDifferences, type Difference } from '../domain/images.ts'
import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { givenToFlux, heldBack, isFrozen } from '../domain/flux.ts'
import { writerOf } from '../domain/managers.ts'
import { clusterOf, workloadName, type Scope, type Side, type WorkloadRef } from '../domain/platform.ts'
import { heldField, isAsleep } from '../domain/sleep.ts'
import { replicasOf } from '../domain/workload-state.ts'
import { endChecks } from './check-jobs.ts'
import { ownWorkloads } from './discovery.ts'
import { contested, notReady } from './errors.ts'
import { close } from './fences.ts'
import { refuseLastOne } from './left-on-green.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import { podsOf } from './pods.ts'
import type { KubernetesPort } from './ports.ts'
import { pause, scaledObjectOf } from './scalers.ts'
import { budgets, notYet, notYetByOthers, remember, remembered } from './waiting.ts'

/** Argo CD heals after five seconds: who undoes what was written is seen by then. */
const SEEN_AFTER = '6s'

export const externalDeploymentActions = (outside: Outside) => {
  const awaitDeployment: Deed<'awaitDeployment'> = (call) => deployedAsleep(outside, call, notYetByOthers)
  const settleDeployment: Deed<'settleDeployment'> = (call) =>
    deployedAsleep(outside, call, (why) => notYet(why, budgets.objects))

  const leaveDeployment: Deed<'leaveDeployment'> = async (call) => {
    const { app, namespaces, on, asleep } = call.input
    const { scope, run } = call
    const world = await proven(outside, scope)
    const here = await world.ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and ${app} with it` }
    // Nobody else takes them away here, however long people are asked about the rest.
    await endChecks(here, namespaces, run)
    await refuseLastOne(world, call, on, asleep)
    // Also what is not there now: it may be deployed again.
    for (const ref of asleep)
      if (await here.find('Namespace', undefined, ref.namespace)) await close(here, scope, on, ref)
    const mine = await ownWorkloads(here, namespaces)
    const sleepers = asleep.flatMap((ref) => found(mine, ref).map((object) => ({ ref, object })))
    for (const { ref, object } of sleepers) if (!isAsleep(object)) await putToSleep(here, ref, object, object)
    await noneRuns(here, sleepers, scope[on])
    return { note: `${app} stays on ${scope[on]}, ${sleepers.length} workloads of it asleep behind their fence` }
  }

  return { awaitDeployment, settleDeployment, leaveDeployment }
}

/**
 * What the other side runs is here, with the same images, and what may run on one side only sleeps. `missingYet`: what to
 * throw where something is not here yet.
 */
async function deployedAsleep(
  outside: Outside,
  { input, scope }: ActionCall<'awaitDeployment' | 'settleDeployment'>,
  missingYet: (why: string) => Error,
): Promise<Receipt> {
  const { app, namespaces, on, asleep } = input
  const world = await proven(outside, scope)
  const [here, there] = [await world.on(on), await world.on(otherSide(on))]
  await refuseTheirBindings(here, there, namespaces, scope, on)
  const [mine, theirs] = await Promise.all([ownWorkloads(here, namespaces), ownWorkloads(there, namespaces)])
  const [green, blue] = on === 'green' ? [mine, theirs] : [theirs, mine]
  // What is here and not there is the deployer's own business.
  const missing = imageDifferences(blue, green).filter((d) => d[otherSide(on)] !== undefined)
  await letReleasesIn(here, mine, missing)
  if (missing.length > 0)
    throw missingYet(`${app} is to be deployed to ${scope[on]} yet: ${differencesInWords(missing).join('; ')}`)
  const sleepers = asleep.flatMap((ref) => found(mine, ref).map((object) => ({ ref, object })))
  const { names, sinceMs } = remembered<Bedtime>({ names: [], sinceMs: Date.now() })
  const told = new Set(names)
  const again = sleepers.find(({ ref, object }) => told.has(workloadName(ref)) && !isAsleep(object))
  if (again) throw contestedSleep(again.object, scope, on)
  // Also what slept already: blue's size may be another now.
  const due = sleepers.filter(({ ref }) => !told.has(workloadName(ref)))
  for (const { ref, object } of due) {
    await putToSleep(here, ref, object, found(theirs, ref)[0] ?? object)
    told.add(workloadName(ref))
    remember({ names: [...told], sinceMs } satisfies Bedtime)
  }
  if (due.length > 0) throw notReady(`${namesOf(due)} on ${scope[on]} was just put to sleep`, SEEN_AFTER)
  await noneRuns(here, sleepers, scope[on], sinceMs)
  return {
    note: `${theirs.length} workloads on ${scope[on]} with the same images, ${sleepers.length} of them asleep`,
  }
}

/** What was put to sleep, and since when: people may have taken days before. */
export interface Bedtime {
  readonly names: readonly string[]
  readonly sinceMs: number
}

export interface Sleeper {
  readonly ref: WorkloadRef
  readonly object: KubernetesObject
}

export const found = (objects: readonly KubernetesObject[], ref: WorkloadRef): KubernetesObject[] =>
  objects.filter((o) => isWorkload(o, ref))

export const namesOf = (sleepers: readonly Sleeper[]): string => sleepers.map(({ ref }) => workloadName(ref)).join(', ')

/** `like`: whose size it wakes up with. */
export async function putToSleep(
  cluster: KubernetesPort,
  ref: WorkloadRef,
  object: KubernetesObject,
  like: KubernetesObject,
): Promise<void> {
  const { kind, metadata } = object
  const scaledObject = await scaledObjectOf(cluster, ref)
  // Before, or KEDA would start it again.
  if (scaledObject) await pause(cluster, scaledObject, replicasOf(object))
  const { annotations, spec } = asleepLike(like)
  await cluster.patch(kind as 'Deployment', metadata.namespace, metadata.name, {
    metadata: { resourceVersion: metadata.resourceVersion, annotations: { ...annotations, ...heldBack(object) } },
    spec,
  })
}

/** Its deployer may have been there before its fence. */
export async function noneRuns(
  cluster: KubernetesPort,
  sleepers: readonly Sleeper[],
  where: string,
  sinceMs?: number,
): Promise<void> {
  const running = await Promise.all(
    sleepers.map(async ({ ref, object }) => (ref.kind === 'CronJob' ? 0 : (await podsOf(cluster, object)).length)),
  )
  const busy = sleepers.filter((_, n) => running[n] !== 0)
  if (busy.length > 0) throw notYet(`pods of ${namesOf(busy)} on ${where} still end`, budgets.pods, undefined, sinceMs)
}

/** What sleeps from an earlier try, and Flux was told to leave alone, is of an old release: Flux may bring it the new one. */
export async function letReleasesIn(
  cluster: KubernetesPort,
  mine: readonly KubernetesObject[],
  differing: readonly Difference[],
): Promise<void> {
  const old = new Set(differing.map((d) => d.workload))
  for (const object of mine.filter((o) => isFrozen(o) && old.has(nameOf(o)))) {
    const { kind, metadata } = object
    await cluster.patch(kind as 'Deployment', metadata.namespace, metadata.name, {
      metadata: { resourceVersion: metadata.resourceVersion, annotations: givenToFlux(object) },
    })
  }
}

export function contestedSleep(object: KubernetesObject, scope: Scope, on: Side) {
  const { kind, metadata } = object
  const field = heldField(object)
  const until = field === 'suspend' ? 'suspended' : 'scaled to none'
  const by = writerOf(object, ['spec', field]) ?? 'somebody'
  return contested(
    `${kind} ${metadata.namespace ?? ''}/${metadata.name} on ${scope[on]} must be ${until} until its handover, and ${by} wrote spec.${field} again. Let that leave the field alone on ${scope[on]}, then retry`,
  )
}

/**
 * A binding that is deployed with the app names the other side's target group, and two controllers on one target group
 * deregister one another's pods (aws-load-balancer-controller#2757).
 */
export async function refuseTheirBindings(
  here: KubernetesPort,
  there: KubernetesPort,
  namespaces: readonly string[],
  scope: Scope,
  on: Side,
): Promise<void> {
  const bound = async (cluster: KubernetesPort) =>
    (await Promise.all(namespaces.map((namespace) => cluster.list('TargetGroupBinding', { namespace })))).flat()
  const [mine, theirs] = await Promise.all([bound(here), bound(there)])
  const groups = new Set(theirs.map((b) => b.spec?.['targetGroupARN']))
  const shared = mine.filter((b) => groups.has(b.spec?.['targetGroupARN']))
  if (shared.length === 0) return
  const names = shared.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
  throw contested(
    `TargetGroupBinding ${names.join(', ')} on ${scope[on]} is of a target group of ${clusterOf(scope, otherSide(on))}: two controllers take each other's pods out of it. Remove it from ${scope[on]} and from what is deployed there (Norikae makes green's), then retry`,
  )
}
