import { OWNER_SUSPEND, REPLICAS, STOPPED_AT } from './annotations.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { replicasOf } from './workload-state.ts'

/** The field of its spec that says whether it sleeps. */
export const heldField = ({ kind }: Pick<KubernetesObject, 'kind'>): 'suspend' | 'replicas' =>
  kind === 'CronJob' ? 'suspend' : 'replicas'

/** Scaled to none or suspended by Norikae, which has noted on it how it wakes up. */
export function isAsleep({ kind, metadata, spec = {} }: KubernetesObject): boolean {
  const { annotations = {} } = metadata
  return kind === 'CronJob'
    ? spec['suspend'] === true && annotations[OWNER_SUSPEND] !== undefined
    : spec['replicas'] === 0 && annotations[REPLICAS] !== undefined
}

/**
 * How many replicas a workload that sleeps wakes up with: as many as it has on the other side, or had there when it was
 * stopped last; its own where it was stopped here after that, or never ran there.
 */
export function replicasToWakeWith(workload: KubernetesObject, other: KubernetesObject | undefined): number {
  const own = Number(workload.metadata.annotations?.[REPLICAS] ?? replicasOf(workload))
  if (!other) return own
  const noted = other.metadata.annotations?.[REPLICAS]
  if (noted === undefined) return replicasOf(other) > 0 ? replicasOf(other) : own
  return stoppedAt(other) > stoppedAt(workload) ? Number(noted) : own
}

const stoppedAt = ({ metadata }: KubernetesObject): number => {
  const at = metadata.annotations?.[STOPPED_AT]
  return at === undefined ? 0 : Date.parse(at)
}
