import { setTimeout } from 'node:timers/promises'
import { PINNED_FLOOR } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { WorkloadRef } from '../domain/platform.ts'
import { isReady, readinessOf, replicasOf } from '../domain/workload-state.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

/** How long the way back waits for the size of a side that may not answer. */
const SILENT_MS = 3_000

export const sizeActions = (outside: Outside) => {
  const pinSize: Deed<'pinSize'> = async ({ input, scope }) => {
    const { workload, on, like, wait } = input
    const world = await proven(outside, scope)
    const here = await world.on(on)
    const scaler = await scalerOf(here, workload)
    if (!scaler) return { note: `${workload.name} has no scaler on ${scope[on]}` }
    // On the way back people wait for their traffic: a side that does not answer must not hold it up.
    const size =
      wait || like === on
        ? await sizeOn(await world.on(like), workload)
        : await Promise.race([
            world
              .on(like)
              .then((it) => sizeOn(it, workload))
              .catch(() => 0),
            setTimeout(SILENT_MS, 0),
          ])
    const own = Number(scaler.metadata.annotations?.[PINNED_FLOOR] ?? minOf(scaler))
    const floor = Math.min(Math.max(own, minOf(scaler), size), maxOf(scaler))
    if (minOf(scaler) !== floor || scaler.metadata.annotations?.[PINNED_FLOOR] === undefined) {
      await here.patch('HorizontalPodAutoscaler', workload.namespace, scaler.metadata.name, {
        metadata: { resourceVersion: scaler.metadata.resourceVersion, annotations: { [PINNED_FLOOR]: String(own) } },
        spec: { minReplicas: floor },
      })
    }
    const read = await scalerOf(here, workload)
    if (!read || minOf(read) !== floor)
      throw notYet(
        `the floor of ${workload.name} reads ${read ? minOf(read) : 'nothing'}, not ${floor}`,
        budgets.objects,
      )
    if (wait) {
      const sized = await here.find(workload.kind, workload.namespace, workload.name)
      const { ready, wanted } = sized ? readinessOf(sized) : { ready: 0, wanted: floor }
      if (!sized || ready < floor || !isReady(readinessOf(sized)))
        throw notYet(
          `${workload.name} has ${ready} of ${Math.max(floor, wanted)} pods ready on ${scope[on]}`,
          budgets.pods,
        )
    }
    return { note: `${workload.name} on ${scope[on]} stays at ${floor} or more` }
  }

  const unpinSize: Deed<'unpinSize'> = async ({ input, scope }) => {
    const { workload, on } = input
    const here = await (await proven(outside, scope)).ifThere(on)
    const scaler = here && (await scalerOf(here, workload))
    const own = scaler?.metadata.annotations?.[PINNED_FLOOR]
    if (!here || !scaler || own === undefined) return { note: `${workload.name} on ${scope[on]} scales freely` }
    await here.patch('HorizontalPodAutoscaler', workload.namespace, scaler.metadata.name, {
      metadata: { resourceVersion: scaler.metadata.resourceVersion, annotations: { [PINNED_FLOOR]: null } },
      spec: { minReplicas: Number(own) },
    })
    return { note: `${workload.name} on ${scope[on]} scales freely from ${own}` }
  }

  return { pinSize, unpinSize }
}

/** The HorizontalPodAutoscaler that sizes this workload. */
async function scalerOf(
  cluster: KubernetesPort,
  { kind, namespace, name }: WorkloadRef,
): Promise<KubernetesObject | undefined> {
  const all = await cluster.list('HorizontalPodAutoscaler', { namespace })
  return all.find(({ spec }) => {
    const target = spec?.['scaleTargetRef'] as { kind?: string; name?: string } | undefined
    return target?.kind === kind && target.name === name
  })
}

async function sizeOn(cluster: KubernetesPort, { kind, namespace, name }: WorkloadRef): Promise<number> {
  const found = await cluster.find(kind, namespace, name)
  return found ? replicasOf(found) : 0
}

const minOf = ({ spec }: KubernetesObject): number => Number(spec?.['minReplicas'] ?? 1)
const maxOf = ({ spec }: KubernetesObject): number => Number(spec?.['maxReplicas'] ?? 1)
