import { OWNER_SUSPEND, REPLICAS } from './annotations.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** Scaled to none or suspended by Norikae, which has noted on it how it wakes up. */
export function isAsleep({ kind, metadata, spec = {} }: KubernetesObject): boolean {
  const { annotations = {} } = metadata
  return kind === 'CronJob'
    ? spec['suspend'] === true && annotations[OWNER_SUSPEND] !== undefined
    : spec['replicas'] === 0 && annotations[REPLICAS] !== undefined
}
