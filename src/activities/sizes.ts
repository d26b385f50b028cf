import type { ActionInput } from '../domain/actions.ts'
import { floorOf, givenBack, isPlain, raised, type PlainKind } from '../domain/floors.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { isPaused, notTakenUp } from '../domain/pauses.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import type { Scaler } from '../domain/scalers.ts'
import { isReady, readinessOf, replicasOf } from '../domain/workload-state.ts'
import { known } from './blue-size.ts'
import { isUnreachable } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { scalerOf } from './scalers.ts'
import { budgets, notYet } from './waiting.ts'

export const sizeActions = (outside: Outside) => {
  const pinSize: Deed<'pinSize'> = async ({ input, scope }) => {
    const world = await proven(outside, scope)
    const { both, like } = input
    const before = both ? [await kept(world, { ...input, on: like, wait: false }, scope)] : []
    try {
      return { note: [...before, await pinned(world, input, scope)].join(', ') }
    } catch (error) {
      // People wait for their traffic: a blue that does not answer is looked at once more before it gets any.
      if (input.wait || !isUnreachable(error)) throw error
      return { note: `${input.workload.name} on ${scope[input.on]} keeps its size: ${error.message}` }
    }
  }

  const unpinSize: Deed<'unpinSize'> = async ({ input, scope }) => {
    const { workload, on, serves = false } = input
    const here = await (await proven(outside, scope)).ifThere(on)
    const scaler = here && (await sizerOf(here, workload, on))
    const back = scaler && givenBack(scaler, serves)
    if (!here || !scaler || !back) return { note: `${workload.name} on ${scope[on]} is sized by its owner` }
    await here.patch(scaler.kind, workload.namespace, scaler.metadata.name, back.patch)
    const note = isPlain(scaler) ? `is sized by its owner, now ${back.floor}` : `scales freely from ${back.floor}`
    return { note: `${workload.name} on ${scope[on]} ${note}` }
  }

  return { pinSize, unpinSize }
}

/** Once: asked again at each look for the other side's pods, its floor would follow each of its peaks. */
async function kept(world: Proven, input: ActionInput<'pinSize'>, scope: Scope): Promise<string> {
  const { workload, on } = input
  const scaler = await sizerOf(await world.on(on), workload, on)
  const held = scaler && floorOf(scaler)
  return held?.pinned ? `${workload.name} on ${scope[on]} stays at ${held.min} or more` : pinned(world, input, scope)
}

/** What is so, in words, once it was read back. */
export async function pinned(world: Proven, input: ActionInput<'pinSize'>, scope: Scope): Promise<string> {
  const { workload, on, like, wait } = input
  const here = await world.on(on)
  const scaler = await sizerOf(here, workload, on)
  if (!scaler) return `nothing sizes ${workload.name} on ${scope[on]}`
  // On the way back people wait for their traffic: a side that does not answer must not hold it up.
  const size =
    wait || like === on
      ? await sizeOn(await world.on(like), workload)
      : await known(
          world.on(like).then((it) => sizeOn(it, workload)),
          0,
        )
  const { floor, patch } = raised(scaler, size)
  if (patch) await here.patch(scaler.kind, workload.namespace, scaler.metadata.name, patch)
  const read = await sizerOf(here, workload, on)
  const min = read && floorOf(read).min
  if (min !== floor)
    throw notYet(
      `the ${isPlain(scaler) ? 'size' : 'floor'} of ${workload.name} reads ${min ?? 'nothing'}, not ${floor}`,
      budgets.objects,
    )
  if (wait) {
    const sized = await here.find(workload.kind, workload.namespace, workload.name)
    const { ready, wanted } = sized ? readinessOf(sized) : { ready: 0, wanted: floor }
    // Paused by its owner it has the size that its owner gave it, and no floor.
    const least = isPaused(scaler) ? 0 : floor
    if (!sized || ready < least || !isReady(readinessOf(sized)))
      throw notYet(
        `${workload.name} has ${ready} of ${Math.max(least, wanted)} pods ready on ${scope[on]}`,
        budgets.pods,
      )
    const why = read && notTakenUp(read)
    if (why !== undefined) throw notYet(`${why} on ${scope[on]}`, budgets.pods)
  }
  const note = isPlain(scaler) ? `has ${floor} replicas` : `stays at ${floor} or more`
  return `${workload.name} on ${scope[on]} ${note}`
}

/** What sizes it: a scaler, or else its own `replicas`, which on blue are its owner's alone (docs/adr/0030). */
async function sizerOf(
  cluster: KubernetesPort,
  { kind, namespace, name }: WorkloadRef,
  on: Side,
): Promise<Scaler | (KubernetesObject & { readonly kind: PlainKind }) | undefined> {
  const scaler = await scalerOf(cluster, { kind, namespace, name })
  if (scaler) return scaler
  const found = on === 'green' && isPlain({ kind }) ? await cluster.find(kind, namespace, name) : undefined
  return found && isPlain(found) ? found : undefined
}

async function sizeOn(cluster: KubernetesPort, { kind, namespace, name }: WorkloadRef): Promise<number> {
  const found = await cluster.find(kind, namespace, name)
  return found ? replicasOf(found) : 0
}
