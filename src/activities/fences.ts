import { ApplicationFailure } from '@temporalio/common'
import {
  canary,
  denial,
  fenceBinding,
  fenceKey,
  fenceParams,
  fencePolicy,
  home,
  isDenial,
  type Closed,
} from '../domain/fence.ts'
import type { Scope, Side, WorkloadRef } from '../domain/platform.ts'
import { failed } from './errors.ts'
import { refuseLeft } from './left-on-green.ts'
import { proven, undefinedWhereGone, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

export const fenceActions = (outside: Outside) => {
  const raiseFence: Deed<'raiseFence'> = async (call) => {
    const { namespaces, on, closed } = call.input
    const { scope } = call
    const world = await proven(outside, scope)
    const here = await world.on(on)
    await refuseLeft(world, call, on, closed)
    await closeAll(here, scope, on, closed, namespaces)
    return { note: `${namespaces.join(', ')} fenced on ${scope[on]}, ${closed.length} workloads closed` }
  }

  const removeFence: Deed<'removeFence'> = async ({ input, scope }) => {
    const { namespaces, on } = input
    const here = await (await proven(outside, scope)).ifThere(on)
    if (!here) return { note: `${scope[on]} is gone, and its fence with it` }
    for (const namespace of namespaces) {
      // Bound without parameters, the policy would deny everything.
      const { kind, metadata } = fenceBinding(namespace)
      await here.remove(kind as 'ValidatingAdmissionPolicyBinding', undefined, metadata.name)
      if (await here.find('ValidatingAdmissionPolicyBinding', undefined, metadata.name))
        throw notYet(`the fence of ${namespace} on ${scope[on]} is going`, budgets.fence, '1s')
      const params = fenceParams(namespace).metadata
      await here.remove('ConfigMap', params.namespace, params.name)
    }
    return { note: `${namespaces.join(', ')} not fenced on ${scope[on]}` }
  }

  return { raiseFence, removeFence }
}

/** As `close`, of many at once; `namespaces`: also those where nothing is closed yet. */
export async function closeAll(
  cluster: KubernetesPort,
  scope: Scope,
  on: Side,
  closed: readonly WorkloadRef[],
  namespaces: readonly string[] = [...new Set(closed.map((w) => w.namespace))],
): Promise<void> {
  for (const namespace of namespaces) {
    const inside = closed.filter((w) => w.namespace === namespace)
    await raise(cluster, namespace, Object.fromEntries(inside.map((w) => [fenceKey(w), denial(scope, on, w)])))
  }
  for (const workload of closed) await proveClosed(cluster, workload, scope[on])
}

/**
 * From here on nothing of this workload starts on this side, whoever starts it: written, and seen to hold. What runs
 * already runs on. Also where no fence was raised, or it was taken down by hand.
 */
export async function close(cluster: KubernetesPort, scope: Scope, on: Side, workload: WorkloadRef): Promise<void> {
  if (await isClosed(cluster, workload)) return
  await raise(cluster, workload.namespace, { [fenceKey(workload)]: denial(scope, on, workload) })
  await proveClosed(cluster, workload, scope[on])
}

/**
 * This workload may start on this side: written, and seen to be so. Safe to repeat, and where nothing is fenced. Also
 * where the fence was taken down by hand: it may come up again, for another workload.
 */
export async function open(cluster: KubernetesPort, scope: Scope, on: Side, workload: WorkloadRef): Promise<void> {
  const { metadata } = fenceParams(workload.namespace)
  const written = await cluster
    .patch('ConfigMap', metadata.namespace, metadata.name, { data: { [fenceKey(workload)]: null } })
    .catch(undefinedWhereGone)
  if (!(await isClosed(cluster, workload))) return
  if (!written)
    throw failed(
      `ConfigMap ${metadata.namespace ?? ''}/${metadata.name} is gone from ${scope[on]}, and everything that starts in ${workload.namespace} is denied there. Make it again, empty (what else of the app waits for its handover is then open), or take the environment back; then retry`,
    )
  throw notYet(`${workload.name} is still fenced on ${scope[on]}`, budgets.fence, '1s')
}

async function raise(cluster: KubernetesPort, namespace: string, closed: Closed): Promise<void> {
  await cluster.apply(home, { force: true })
  await cluster.apply(fencePolicy, { force: true })
  await write(cluster, namespace, closed)
  // Last, since what is bound without parameters is denied altogether.
  await cluster.apply(fenceBinding(namespace), { force: true })
}

/** Key by key: the workloads of a namespace are handed over side by side. */
async function write(cluster: KubernetesPort, namespace: string, data: Closed): Promise<void> {
  const params = fenceParams(namespace)
  await cluster.create(params)
  await cluster.patch('ConfigMap', params.metadata.namespace, params.metadata.name, { data })
}

async function proveClosed(cluster: KubernetesPort, workload: WorkloadRef, where: string): Promise<void> {
  if (await isClosed(cluster, workload)) return
  // API servers see a policy a moment after it is written.
  throw notYet(`${workload.name} is not fenced on ${where} yet`, budgets.fence, '1s')
}

/** Would a Pod or Job of this workload be denied by its fence now? */
export async function isClosed(cluster: KubernetesPort, workload: WorkloadRef): Promise<boolean> {
  try {
    await cluster.create(canary(workload), { dryRun: true })
    return false
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !['Denied', 'InvalidInput'].includes(error.type ?? '')) throw error
    return isDenial(error.message)
  }
}
