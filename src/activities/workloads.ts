import { REPLICAS, STOPPED_AT } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { leaseHolder, leaseKinds } from '../domain/leases.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import { isReady, readinessOf, replicasOf, selectorOf } from '../domain/workload-state.ts'
import { failed, notFound } from './errors.ts'
import { close, open } from './fences.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

export const workloadActions = (outside: Outside) => {
  const stopWorkload: Deed<'stopWorkload'> = async ({ input, scope }) => {
    const { workload, on, lease, within } = input
    const budget = within ?? budgets.pods
    const here = await (await proven(outside, scope)).ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and ${workload.name} with it` }
    const found = await there(here, workload, scope, on)
    await close(here, scope, on, workload)
    const noted = found.metadata.annotations ?? {}
    if (replicasOf(found) > 0 || noted[REPLICAS] === undefined || noted[STOPPED_AT] === undefined) {
      // In one write with the scale: what it had is never lost, and never overwritten by the zero of a repetition.
      const had = replicasOf(found) > 0 ? String(replicasOf(found)) : (noted[REPLICAS] ?? '0')
      await here.patch(workload.kind, workload.namespace, workload.name, {
        metadata: {
          resourceVersion: found.metadata.resourceVersion,
          annotations: { [REPLICAS]: had, [STOPPED_AT]: noted[STOPPED_AT] ?? new Date().toISOString() },
        },
        spec: { replicas: 0 },
      })
    }
    const pods = await podsOf(here, found)
    if (pods.length > 0)
      throw notYet(
        `${pods.length} pods of ${workload.name} still run on ${scope[on]}: ${pods
          .slice(0, 3)
          .map((p) => p.metadata.name)
          .join(', ')}`,
        budget,
      )
    if (lease !== undefined) {
      const leases = await Promise.all(leaseKinds.map((kind) => here.find(kind, workload.namespace, lease)))
      const [holder] = leases.flatMap((found) => (found ? (leaseHolder(found, Date.now()) ?? []) : []))
      if (holder !== undefined) throw notYet(`lease ${lease} is held by ${holder} on ${scope[on]}`, budget)
    }
    return { note: `no pod${lease === undefined ? '' : ' and no lease'} of ${workload.name} on ${scope[on]}` }
  }

  const startWorkload: Deed<'startWorkload'> = async ({ input, scope }) => {
    const { workload, on, within } = input
    const alone = input.alone ?? within !== undefined // plans of before there were fences
    const world = await proven(outside, scope)
    const [here, there_] = [await world.on(on), await world.ifThere(otherSide(on))]
    const found = await there(here, workload, scope, on)
    const other = await there_?.find(workload.kind, workload.namespace, workload.name)
    const stopped = other?.metadata.annotations?.[STOPPED_AT]
    const waits = (why: string) =>
      notYet(why, within ?? budgets.pods, '1s', within && stopped ? Date.parse(stopped) : undefined)
    if (alone && there_ && other) {
      await close(there_, scope, otherSide(on), workload)
      // One alone may run: proven once more right before the other starts.
      const pods = await podsOf(there_, other)
      if (pods.length > 0)
        throw failed(
          `${pods.length} pods of ${workload.name} run on ${scope[otherSide(on)]}, and only one side may: it was not started on ${scope[on]}`,
        )
    }
    const noted = found.metadata.annotations?.[REPLICAS]
    if (noted !== undefined && replicasOf(found) > 0) {
      // Somebody else started it behind the fence: its controller has been denied, and would try again in minutes.
      await here.patch(workload.kind, workload.namespace, workload.name, {
        metadata: { resourceVersion: found.metadata.resourceVersion },
        spec: { replicas: 0 },
      })
      throw waits(`${workload.name} was scaled on ${scope[on]} before its turn`)
    }
    await open(here, scope, on, workload)
    if (noted !== undefined) {
      const replicas = Number(other?.metadata.annotations?.[REPLICAS] ?? noted)
      await here.patch(workload.kind, workload.namespace, workload.name, {
        metadata: {
          resourceVersion: found.metadata.resourceVersion,
          annotations: { [REPLICAS]: null, [STOPPED_AT]: null },
        },
        spec: { replicas },
      })
      throw waits(`${workload.name} was just started on ${scope[on]} with ${replicas} pods`)
    }
    const state = readinessOf(found)
    if (!isReady(state))
      throw waits(`${state.ready} of ${state.wanted} pods of ${workload.name} are ready on ${scope[on]}`)
    const gap =
      stopped === undefined
        ? ''
        : `, ${Math.round((Date.now() - Date.parse(stopped)) / 1000)} s after it was stopped on the other side`
    return { note: `${state.ready} pods of ${workload.name} are ready on ${scope[on]}${gap}` }
  }

  return { stopWorkload, startWorkload }
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

/** Those that end count too: they may still be at work. */
export async function podsOf(
  cluster: KubernetesPort,
  workload: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const labels = selectorOf(workload)
  const { namespace } = workload.metadata
  const pods = await cluster.list('Pod', { ...(namespace !== undefined && { namespace }), labels })
  return pods.filter((p) => !['Succeeded', 'Failed'].includes(String(p.status?.['phase'])))
}
