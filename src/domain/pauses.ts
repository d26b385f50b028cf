import { OWNER_PAUSE, REPLICAS } from './annotations.ts'
import type { KubernetesObject, ObjectMeta } from './kubernetes-objects.ts'

/**
 * KEDA is told by annotations of a ScaledObject to leave its workload alone: `paused-replicas` sets it to so many first,
 * `paused` leaves it as it is. While paused there is no autoscaler and no trigger is asked. What the owner of the object
 * has written there is kept, and what the owner writes meanwhile is the last word.
 * https://keda.sh/docs/latest/concepts/scaling-deployments/#pausing-autoscaling
 */
const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas'
const PAUSED = 'autoscaling.keda.sh/paused'
const ASLEEP = '0'
const NONE = 'none'

/** KEDA leaves its workload alone, whoever asked for it. What is no boolean counts as true, as KEDA reads it. */
export const isPaused = ({ metadata: { annotations = {} } }: Pick<KubernetesObject, 'metadata'>): boolean =>
  annotations[PAUSED_REPLICAS] !== undefined ||
  (annotations[PAUSED] !== undefined && !['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(annotations[PAUSED]))

/** Told so by Norikae, and not changed by its owner since. */
const isAsleep = ({ annotations = {} }: ObjectMeta): boolean =>
  annotations[OWNER_PAUSE] !== undefined && annotations[PAUSED_REPLICAS] === ASLEEP

/** What its owner wants `paused-replicas` to be; undefined: not there. */
function ownPause(metadata: ObjectMeta): string | undefined {
  const { [PAUSED_REPLICAS]: now, [OWNER_PAUSE]: noted } = metadata.annotations ?? {}
  if (!isAsleep(metadata)) return now
  return noted === NONE ? undefined : noted
}

/** KEDA leaves it at none from here on; `replicas`: what it has now. A patch; undefined where it is so already. */
export const putToSleep = ({ metadata }: KubernetesObject, replicas: number): object | undefined =>
  isAsleep(metadata)
    ? undefined
    : patchOf(metadata, {
        [PAUSED_REPLICAS]: ASLEEP,
        [OWNER_PAUSE]: ownPause(metadata) ?? NONE,
        [REPLICAS]: String(replicas),
      })

/** As its owner wants it. A patch; undefined where nothing is to be given back. */
export const wakeUp = ({ metadata }: KubernetesObject): object | undefined =>
  metadata.annotations?.[OWNER_PAUSE] === undefined
    ? undefined
    : patchOf(metadata, { [PAUSED_REPLICAS]: ownPause(metadata) ?? null, [OWNER_PAUSE]: null, [REPLICAS]: null })

/** Of exactly the version that was read: a change of the owner in this moment is not overwritten. */
const patchOf = ({ resourceVersion }: ObjectMeta, annotations: object) => ({
  metadata: { resourceVersion, annotations },
})

/** The pause that a copy gets: `metadata` is the source's, `annotations` what is carried over of it. */
export function copiedPause(
  metadata: ObjectMeta,
  annotations: Readonly<Record<string, string>>,
  asleep: boolean,
): Readonly<Record<string, string>> {
  const { [PAUSED_REPLICAS]: _, ...others } = annotations
  const own = ownPause(metadata)
  if (asleep) return { ...others, [PAUSED_REPLICAS]: ASLEEP, [OWNER_PAUSE]: own ?? NONE }
  return { ...others, ...(own !== undefined && { [PAUSED_REPLICAS]: own }) }
}

/**
 * Why nothing would scale its workload when a trigger asks for it: KEDA has not seen yet that it may. Undefined: it has;
 * or its owner does not want it to; or it is none of KEDA's.
 */
export function notTakenUp(scaler: KubernetesObject): string | undefined {
  if (scaler.kind !== 'ScaledObject' || isPaused(scaler)) return undefined
  const conditions = Array.isArray(scaler.status?.['conditions']) ? scaler.status['conditions'] : []
  const status = (type: string) =>
    (conditions as readonly { readonly type?: string; readonly status?: string }[]).find((c) => c.type === type)?.status
  // Not ready is an answer too: the trigger does not work, and did not on the other side.
  if (['True', 'False'].includes(status('Ready') ?? '') && status('Paused') !== 'True') return undefined
  return `KEDA has not taken up ScaledObject ${scaler.metadata.name}: see that its operator runs`
}
