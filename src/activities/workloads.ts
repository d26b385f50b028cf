import { REPLICAS, STOPPED_AT } from '../domain/annotations.ts'
import { givenToFlux, heldBack } from '../domain/flux.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { leaseHolder, leaseKinds } from '../domain/leases.ts'
import { asWritten } from '../domain/measures.ts'
import { goneInWords, isOver, leftInWords } from '../domain/lost-nodes.ts'
import { isPaused, notTakenUp } from '../domain/pauses.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import { replicasToWakeWith } from '../domain/sleep.ts'
import { imagesOf, isReady, readinessOf, replicasOf } from '../domain/workload-state.ts'
import { failed, notFound } from './errors.ts'
import { close, isClosed, open } from './fences.ts'
import { hindrancesIn } from './hindrances.ts'
import { otherSide, proven, type Deed, type Outside, type Proven } from './outside.ts'
import { measure } from './measures.ts'
import { leftOf, podsOf } from './pods.ts'
import type { KubernetesPort } from './ports.ts'
import { freshened } from './releases-asleep.ts'
import { pause, scaledObjectOf, unpause } from './scalers.ts'
import { tokenOf } from './tokens.ts'
import { budgets, notYet } from './waiting.ts'

export const workloadActions = (outside: Outside) => {
  const stopWorkload: Deed<'stopWorkload'> = async ({ input, scope }) => {
    const { workload, on, lease, proof, within } = input
    const budget = within ?? budgets.pods
    const world = await proven(outside, scope)
    const here = await world.ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and ${workload.name} with it` }
    const found = await there(here, workload, scope, on)
    await close(here, scope, on, workload)
    const scaledObject = await scaledObjectOf(here, workload)
    // Before it is scaled to none, or KEDA would start it again; with what it has, because KEDA then scales it itself.
    if (scaledObject) await pause(here, scaledObject, replicasOf(found))
    const noted = { ...scaledObject?.metadata.annotations, ...found.metadata.annotations }
    if (replicasOf(found) > 0 || noted[REPLICAS] === undefined || noted[STOPPED_AT] === undefined) {
      // In one write with the scale: what it had is never lost, and never overwritten by the zero of a repetition.
      const had = replicasOf(found) > 0 ? String(replicasOf(found)) : (noted[REPLICAS] ?? '0')
      await here.patch(workload.kind, workload.namespace, workload.name, {
        metadata: {
          resourceVersion: found.metadata.resourceVersion,
          annotations: {
            [REPLICAS]: had,
            [STOPPED_AT]: noted[STOPPED_AT] ?? new Date().toISOString(),
            ...heldBack(found),
          },
        },
        spec: { replicas: 0 },
      })
    }
    const left = await leftOf(world, here, await podsOf(here, found))
    const running = left.filter((l) => !isOver(l))
    if (running.length > 0) throw notYet(leftInWords(running, workload.name, scope[on]), budget)
    if (lease !== undefined) {
      const leases = await Promise.all(leaseKinds.map((kind) => here.find(kind, workload.namespace, lease)))
      const [holder] = leases.flatMap((found) => (found ? (leaseHolder(found, Date.now()) ?? []) : []))
      if (holder !== undefined) throw notYet(`lease ${lease} is held by ${holder} on ${scope[on]}`, budget)
    }
    if (proof !== undefined) {
      const held = await measure({ metrics: world.metrics, cluster: here, workload: found }, proof)
      if (held === null)
        throw notYet(
          `nobody tells whether ${workload.name} on ${scope[on]} is held (${asWritten(proof)} gives nothing)`,
          budget,
        )
      if (held !== 0)
        throw notYet(`${workload.name} on ${scope[on]} is held: ${asWritten(proof)} gives ${held}`, budget)
    }
    const parts = [
      'pod',
      ...(lease === undefined ? [] : ['lease']),
      ...(proof === undefined ? [] : ['holder by its proof']),
    ]
    const gone = left.length === 0 ? '' : `; ${goneInWords(left)}`
    return { note: `no ${parts.join(' and no ')} of ${workload.name} on ${scope[on]}${gone}` }
  }

  const startWorkload: Deed<'startWorkload'> = async (call) => {
    const { input, scope } = call
    const { workload, on, within, alone } = input
    const world = await proven(outside, scope)
    const [here, there_] = [await world.on(on), await world.ifThere(otherSide(on))]
    const found = await there(here, workload, scope, on)
    const scaledObject = await scaledObjectOf(here, workload)
    const other = await there_?.find(workload.kind, workload.namespace, workload.name)
    const stopped = other?.metadata.annotations?.[STOPPED_AT]
    const waits = (why: string) =>
      notYet(why, within ?? budgets.pods, '1s', within && stopped ? Date.parse(stopped) : undefined)
    const write = (annotations: object, replicas: number) =>
      here.patch(workload.kind, workload.namespace, workload.name, {
        metadata: { resourceVersion: found.metadata.resourceVersion, annotations },
        spec: { replicas },
      })
    if (alone && there_ && other) {
      await close(there_, scope, otherSide(on), workload)
      await proveNone(world, there_, other, scope, on)
    }
    const noted = found.metadata.annotations?.[REPLICAS]
    if (noted !== undefined && replicasOf(found) > 0 && (await isClosed(here, workload))) {
      // Somebody else started it behind the fence: its controller has been denied, and would try again in minutes.
      if (scaledObject) await pause(here, scaledObject, 0)
      await write(heldBack(found), 0)
      throw waits(`${workload.name} was scaled on ${scope[on]} before its turn`)
    }
    const stale = await freshened(here, found, other, tokenOf(call))
    if (stale !== undefined) throw waits(`${stale} on ${scope[on]}`)
    await open(here, scope, on, workload)
    const held = scaledObject?.metadata.annotations?.[REPLICAS]
    if (noted === undefined && held !== undefined) {
      // Stopping it got no further than its scaler, by which KEDA may have scaled it to none since.
      await write({ [REPLICAS]: held }, replicasOf(found))
      throw waits(`${workload.name} was about to be stopped on ${scope[on]}`)
    }
    // Before the pods that it had: KEDA leaves it at none for as long as it is paused.
    const awake = scaledObject && (await unpause(here, scaledObject))
    if (noted !== undefined) {
      const replicas = replicasToWakeWith(found, other)
      await write({ [REPLICAS]: null, [STOPPED_AT]: null, ...givenToFlux(found) }, replicas)
      throw waits(`${workload.name} was just started on ${scope[on]} with ${replicas} pods`)
    }
    const { up, says } = standingOf(found, awake)
    if (!up) {
      // On the way back whatever may come right is waited for: there is nowhere else to go.
      const why = await hindrancesIn(here, [found], scope[on], { ends: on === 'green' })
      throw waits(`${says} on ${scope[on]}${why}`)
    }
    const gap =
      stopped === undefined
        ? ''
        : `, ${Math.round((Date.now() - Date.parse(stopped)) / 1000)} s after it was stopped on the other side`
    const differs = other !== undefined && imagesOf(found).join() !== imagesOf(other).join()
    return { note: `${says} on ${scope[on]}${gap}${differs ? ', of another release than on the other side' : ''}` }
  }

  return { stopWorkload, startWorkload }
}

/** One alone may run: proven once more right before the other starts. */
async function proveNone(
  world: Proven,
  other: KubernetesPort,
  workload: KubernetesObject,
  scope: Scope,
  on: Side,
): Promise<void> {
  const pods = (await leftOf(world, other, await podsOf(other, workload))).filter((l) => !isOver(l))
  const { name } = workload.metadata
  if (pods.length > 0)
    throw failed(
      `${pods.length} pods of ${name} run on ${scope[otherSide(on)]}, and only one side may: it was not started on ${scope[on]}`,
    )
}

/** What runs of it, or why it is not up yet. KEDA leaves it at none while it has no work, and nobody else would start it. */
function standingOf(
  workload: KubernetesObject,
  scaledObject: KubernetesObject | undefined,
): { readonly up: boolean; readonly says: string } {
  const { name } = workload.metadata
  const state = readinessOf(workload)
  if (!isReady(state)) return { up: false, says: `${state.ready} of ${state.wanted} pods of ${name} are ready` }
  if (state.wanted > 0 || !scaledObject || isPaused(scaledObject))
    return { up: true, says: `${state.ready} pods of ${name} are ready` }
  const why = notTakenUp(scaledObject)
  return why === undefined ? { up: true, says: `${name} is KEDA's to start` } : { up: false, says: why }
}

async function there(
  cluster: KubernetesPort,
  { kind, namespace, name }: WorkloadRef,
  scope: Scope,
  on: Side,
): Promise<KubernetesObject> {
  const found = await cluster.find(kind, namespace, name)
  if (!found) throw notFound(`${kind} ${namespace}/${name} is not on ${scope[on]}`)
  return found
}
