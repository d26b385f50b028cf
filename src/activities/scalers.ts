import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { putToSleep, wakeUp } from '../domain/pauses.ts'
import type { WorkloadRef } from '../domain/platform.ts'
import { scalerKinds, scales, type Scaler } from '../domain/scalers.ts'
import type { KubernetesPort } from './ports.ts'

/** What sizes this workload: KEDA's ScaledObject before the autoscaler that KEDA makes of it. */
export async function scalerOf(cluster: KubernetesPort, workload: WorkloadRef): Promise<Scaler | undefined> {
  const { namespace } = workload
  const lists = await Promise.all(scalerKinds.map((kind) => cluster.list(kind, { namespace })))
  return lists.flat().find((scaler) => scales(scaler, workload))
}

export async function scaledObjectOf(
  cluster: KubernetesPort,
  workload: WorkloadRef,
): Promise<KubernetesObject | undefined> {
  const all = await cluster.list('ScaledObject', { namespace: workload.namespace })
  return all.find((scaler) => scales(scaler, workload))
}

/** KEDA leaves its workload at none from here on; `replicas`: what that has now. Safe to repeat. */
export const pause = (cluster: KubernetesPort, scaledObject: KubernetesObject, replicas: number) =>
  written(cluster, scaledObject, putToSleep(scaledObject, replicas))

/** KEDA sizes its workload again, if its owner wants it to. Safe to repeat. */
export const unpause = (cluster: KubernetesPort, scaledObject: KubernetesObject) =>
  written(cluster, scaledObject, wakeUp(scaledObject))

/** As it is then. */
async function written(
  cluster: KubernetesPort,
  scaledObject: KubernetesObject,
  patch: object | undefined,
): Promise<KubernetesObject> {
  const { namespace, name } = scaledObject.metadata
  return patch === undefined ? scaledObject : cluster.patch('ScaledObject', namespace, name, patch)
}
