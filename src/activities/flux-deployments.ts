import type { ActionCall } from '../domain/actions.ts'
import { fluxStep, suspendedAgain } from '../domain/flux-arrival.ts'
import {
  deploysElsewhere,
  fluxName,
  type FluxRef,
  fluxWrote,
  isHeldBack,
  madeBy,
  makerOf,
  makersOf,
} from '../domain/flux.ts'
import { differencesInWords, imageDifferences } from '../domain/images.ts'
import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { clusterOf, workloadName, type Scope, type Side } from '../domain/platform.ts'
import { heldField, isAsleep } from '../domain/sleep.ts'
import { ownWorkloads, workloadKinds } from './discovery.ts'
import { failed, notReady, unsupported } from './errors.ts'
import {
  contestedSleep,
  externalDeploymentActions,
  found,
  letReleasesIn,
  namesOf,
  noneRuns,
  putToSleep,
  refuseTheirBindings,
  type Bedtime,
  type Sleeper,
} from './external-deployments.ts'
import { refuseLastOne } from './left-on-green.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { tokenOf } from './tokens.ts'
import { notYetByOthers, remember, remembered } from './waiting.ts'

/** Who else writes what was written is seen by then; Flux has been told to leave it alone. */
const SEEN_AFTER = '6s'

export const fluxActions = (outside: Outside) => {
  const awaitFlux: Deed<'awaitFlux'> = async (call) => {
    const { app, namespaces, on, asleep } = call.input
    const { scope } = call
    const world = await proven(outside, scope)
    const [here, there] = [await world.on(on), await world.on(otherSide(on))]
    await refuseTheirBindings(here, there, namespaces, scope, on)
    const [mine, theirs] = await Promise.all([ownWorkloads(here, namespaces), ownWorkloads(there, namespaces)])
    const makers = makersOf(theirs)
    if (makers.length === 0)
      throw unsupported(
        `no workload of ${app} on ${clusterOf(scope, otherSide(on))} has the labels that Flux writes on what it makes: let Flux deploy it there, or write deploy: external`,
      )
    const [green, blue] = on === 'green' ? [mine, theirs] : [theirs, mine]
    // What is here and not there is the deployer's own business.
    const missing = imageDifferences(blue, green).filter((d) => d[otherSide(on)] !== undefined)
    await letReleasesIn(here, mine, missing)
    const awaited = (await Promise.all(makers.map((ref) => advance(world, call, ref)))).flat()

    const old = new Set(missing.map((d) => d.workload))
    const sleepers = asleep
      .flatMap((ref) => found(mine, ref).map((object) => ({ ref, object })))
      .filter(({ object }) => !old.has(nameOf(object)))
    const sleep = async ({ ref, object }: Sleeper) => putToSleep(here, ref, object, found(theirs, ref)[0] ?? object)
    if (awaited.length > 0 || missing.length > 0) {
      // Not only in the end: behind its fence nothing gets ready that does not sleep, and Flux may be waiting for it.
      for (const one of sleepers.filter(({ object }) => !isSettled(object))) await sleep(one)
      // What wakes it until then is a release.
      remember({ names: [], sinceMs: Date.now() } satisfies Bedtime)
      throw notYetByOthers(
        awaited.length > 0
          ? `Flux is to bring ${app} to ${scope[on]} yet: ${awaited.join('; ')}`
          : `Flux has brought ${app} to ${scope[on]}, and it differs: ${differencesInWords(missing).join('; ')}`,
      )
    }
    await putToBed(here, sleepers, sleep, scope, on)
    return {
      note: `${makers.map(fluxName).join(', ')} applied on ${scope[on]} what is on ${clusterOf(scope, otherSide(on))}, ${sleepers.length} of ${theirs.length} workloads asleep`,
    }
  }

  const { leaveDeployment } = externalDeploymentActions(outside)

  const leaveFlux: Deed<'leaveFlux'> = async (call) => {
    const { namespaces, on, asleep } = call.input
    const world = await proven(outside, call.scope)
    const here = await world.ifThere(on)
    // Before Flux is told anything.
    if (here) await refuseLastOne(world, call, on, asleep)
    const there = await world.ifThere(otherSide(on))
    // What makes the app there may have been resumed here, and have made nothing yet.
    const made = await Promise.all(
      [here, there].flatMap((side) => (side === undefined ? [] : [ownWorkloads(side, namespaces)])),
    )
    const shared: string[] = []
    for (const ref of here ? makersOf(made.flat()) : []) {
      if (here && (await makesForOthers(here, ref, namespaces))) shared.push(fluxName(ref))
      else if (here) await suspendAgain(here, ref, call.run)
    }
    const left = await leaveDeployment({ ...call })
    const note = shared.length === 0 ? '' : `; ${shared.join(', ')} goes on, which makes other apps there too`
    return { ...left, note: `${left.note ?? ''}${note}` }
  }

  return { awaitFlux, leaveFlux }
}

/** All there is is there: each is put to sleep once more, and whoever wakes one now is named. Ends when none runs. */
async function putToBed(
  here: KubernetesPort,
  sleepers: readonly Sleeper[],
  sleep: (one: Sleeper) => Promise<void>,
  scope: Scope,
  on: Side,
): Promise<void> {
  const { names, sinceMs, forgiven = [] } = remembered<Night>({ names: [], sinceMs: Date.now() })
  const woken = sleepers.filter(({ ref, object }) => names.includes(workloadName(ref)) && !isAsleep(object))
  const again = woken.find(
    ({ ref, object }) => forgiven.includes(workloadName(ref)) || !fluxWrote(object, ['spec', heldField(object)]),
  )
  if (again) throw contestedSleep(again.object, scope, on)
  // Also what slept already: the size of the other side may be another now.
  const due = sleepers.filter((one) => !names.includes(workloadName(one.ref)) || woken.includes(one))
  for (const one of due) await sleep(one)
  if (due.length > 0) {
    const name = ({ ref }: Sleeper) => workloadName(ref)
    const forgives = [...forgiven, ...woken.map(name)]
    remember({ names: sleepers.map(name), sinceMs: Date.now(), forgiven: forgives } satisfies Night)
    throw notReady(`${namesOf(due)} on ${scope[on]} was just put to sleep`, SEEN_AFTER)
  }
  await noneRuns(here, sleepers, scope[on], sinceMs)
}

/** What Flux woke once: it may have been at it when it was told to leave it alone. */
interface Night extends Bedtime {
  readonly forgiven?: readonly string[]
}

/** Asleep, and Flux knows. */
const isSettled = (object: KubernetesObject): boolean =>
  isAsleep(object) && (isHeldBack(object) || makerOf(object) === undefined)

/** One Flux object a step further; what is waited for, or nothing where it is ready. */
async function advance(world: Pick<Proven, 'on'>, call: ActionCall<'awaitFlux'>, ref: FluxRef): Promise<string[]> {
  const { kind, namespace, name } = ref
  const { run, scope, input } = call
  const { on } = input
  const [here, there] = [await world.on(on), await world.on(otherSide(on))]
  const [mine, theirs] = await Promise.all([here.find(kind, namespace, name), there.find(kind, namespace, name)])
  const [onHere, onThere] = [clusterOf(scope, on), clusterOf(scope, otherSide(on))]
  if (!theirs || deploysElsewhere(theirs))
    throw unsupported(
      `${fluxName(ref)} ${theirs ? `of ${onThere} deploys to another cluster` : `is not on ${onThere}`}, and makes the app there: Flux of another cluster does. Write deploy: external, and let it deploy to ${onHere} too`,
    )
  const next = fluxStep({ ref, mine, theirs, here: onHere, there: onThere, run, token: tokenOf(call) })
  if (next.is === 'stalled') throw failed(`${next.says}. Mend it, then retry`)
  if (next.is === 'due') await here.patch(kind, namespace, name, next.patch)
  return next.is === 'ready' ? [] : [next.says]
}

/** Suspended for one app it would release nothing of the others any more. */
async function makesForOthers(cluster: KubernetesPort, ref: FluxRef, namespaces: readonly string[]): Promise<boolean> {
  const lists = await Promise.all(workloadKinds.map((kind) => cluster.list(kind, { labels: madeBy(ref) })))
  return lists.flat().some(({ metadata }) => !namespaces.includes(metadata.namespace ?? ''))
}

async function suspendAgain(cluster: KubernetesPort, ref: FluxRef, run: string): Promise<void> {
  const found = await cluster.find(ref.kind, ref.namespace, ref.name)
  const patch = found && suspendedAgain(found, run)
  if (patch) await cluster.patch(ref.kind, ref.namespace, ref.name, patch)
}

/**
 * Flux makes nothing on this cluster from here on: all of it is suspended, and not only what makes one app. Safe to
 * repeat. For a cluster that goes: nobody resumes it.
 */
export async function stopFlux(cluster: KubernetesPort): Promise<void> {
  const all = await Promise.all((['Kustomization', 'HelmRelease'] as const).map((kind) => cluster.list(kind)))
  for (const { kind, metadata, spec } of all.flat())
    if (spec?.['suspend'] !== true)
      await cluster.patch(kind as FluxRef['kind'], metadata.namespace, metadata.name, { spec: { suspend: true } })
}
