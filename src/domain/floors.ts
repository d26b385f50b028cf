import { PINNED_AT, PINNED_FLOOR } from './annotations.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * The floor of a HorizontalPodAutoscaler (`minReplicas`): Norikae raises it while an app moves, and gives it back. What
 * the owner writes meanwhile is the owner's last word, and outlives both.
 */
export interface Floor {
  readonly min: number
  /** As its owner wants it. */
  readonly own: number
  readonly pinned: boolean
}

export function floorOf({
  metadata: { annotations = {} },
  spec = {},
}: Pick<KubernetesObject, 'metadata' | 'spec'>): Floor {
  const min = Number(spec['minReplicas'] ?? 1)
  const noted = annotations[PINNED_FLOOR]
  if (noted === undefined) return { min, own: min, pinned: false }
  const at = annotations[PINNED_AT]
  const changed = at !== undefined && Number(at) !== min
  return { min, own: changed ? min : Number(noted), pinned: true }
}

/** Never below what the owner wants, never above what the owner allows. */
export function raised(scaler: KubernetesObject, size: number): { readonly floor: number; readonly patch: object } {
  const { min, own } = floorOf(scaler)
  const floor = Math.min(Math.max(own, min, size), Number(scaler.spec?.['maxReplicas'] ?? 1))
  const annotations = { [PINNED_FLOOR]: String(own), [PINNED_AT]: String(floor) }
  return { floor, patch: patchOf(scaler, annotations, floor) }
}

/** Undefined where nothing is to be given back. */
export function givenBack(scaler: KubernetesObject): { readonly floor: number; readonly patch: object } | undefined {
  const { own, pinned } = floorOf(scaler)
  if (!pinned) return undefined
  return { floor: own, patch: patchOf(scaler, { [PINNED_FLOOR]: null, [PINNED_AT]: null }, own) }
}

/** Of exactly the version that was read: a change of the owner in this moment is not overwritten. */
const patchOf = ({ metadata }: KubernetesObject, annotations: object, minReplicas: number) => ({
  metadata: { resourceVersion: metadata.resourceVersion, annotations },
  spec: { minReplicas },
})
