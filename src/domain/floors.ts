import { PINNED_AT, PINNED_FLOOR, PINNED_IDLE } from './annotations.ts'
import { givenToFlux, heldBack } from './flux.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * The floor of a scaler, the least number of replicas that it keeps: Norikae raises it while an app moves, and gives it
 * back. What has no scaler is sized by its own `replicas`, which nothing but its owner changes. What the owner writes
 * meanwhile is the owner's last word, and outlives both.
 */
export interface Floor {
  readonly min: number
  /** As its owner wants it; undefined: nothing is said, and the default holds. */
  readonly own: number | undefined
  readonly pinned: boolean
}

interface Fields {
  readonly min: string
  /** Absent: there is no most. */
  readonly max?: string
  readonly defaults: { readonly min: number; readonly max: number }
}

const hpa: Fields = { min: 'minReplicas', max: 'maxReplicas', defaults: { min: 1, max: 1 } }
/** https://keda.sh/docs/latest/reference/scaledobject-spec/#minreplicacount */
const scaledObject: Fields = { min: 'minReplicaCount', max: 'maxReplicaCount', defaults: { min: 0, max: 100 } }
/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas */
const plain: Fields = { min: 'replicas', defaults: { min: 1, max: Number.POSITIVE_INFINITY } }

/** Whose size is its own `replicas`, where nothing scales it. */
export const plainKinds = ['Deployment', 'StatefulSet'] as const
export type PlainKind = (typeof plainKinds)[number]
export const isPlain = <T extends { readonly kind: string }>(object: T): object is T & { readonly kind: PlainKind } =>
  (plainKinds as readonly string[]).includes(object.kind)

const fieldsOf = (scaler: Scaler): Fields =>
  isPlain(scaler) ? plain : scaler.kind === 'ScaledObject' ? scaledObject : hpa

const IDLE = 'idleReplicaCount'
const NONE = 'none'

type Scaler = Pick<KubernetesObject, 'kind' | 'metadata' | 'spec'>

export function floorOf(scaler: Scaler): Floor {
  const {
    metadata: { annotations = {} },
    spec = {},
  } = scaler
  const { min: field, defaults } = fieldsOf(scaler)
  const written = typeof spec[field] === 'number' ? spec[field] : undefined
  const min = written ?? defaults.min
  const noted = annotations[PINNED_FLOOR]
  if (noted === undefined) return { min, own: written, pinned: false }
  const at = annotations[PINNED_AT]
  const changed = at !== undefined && Number(at) !== min
  if (changed) return { min, own: written, pinned: true }
  return { min, own: noted === NONE ? undefined : Number(noted), pinned: true }
}

/**
 * Never below what the owner wants, never above what the owner allows. KEDA goes below the floor where there is an idle
 * count, so that goes. `patch`: undefined where it is so already.
 */
export function raised(scaler: KubernetesObject, size: number): { readonly floor: number; readonly patch?: object } {
  const { min, own, pinned } = floorOf(scaler)
  const fields = fieldsOf(scaler)
  const {
    metadata: { annotations = {} },
    spec = {},
  } = scaler
  // Its size is nobody's floor: where it is enough there is nothing to hold.
  if (isPlain(scaler) && min >= size) return { floor: min }
  const most = fields.max === undefined ? fields.defaults.max : Number(spec[fields.max] ?? fields.defaults.max)
  const floor = Math.min(Math.max(own ?? fields.defaults.min, min, size), most)
  const idle = typeof spec[IDLE] === 'number' ? spec[IDLE] : undefined
  if (pinned && annotations[PINNED_AT] === String(floor) && min === floor && idle === undefined) return { floor }
  return {
    floor,
    patch: patchOf(
      scaler,
      {
        [PINNED_FLOOR]: String(own ?? NONE),
        [PINNED_AT]: String(floor),
        ...(idle !== undefined && { [PINNED_IDLE]: String(idle) }),
        ...heldBack(scaler),
      },
      { [fields.min]: floor, ...(idle !== undefined && { [IDLE]: null }) },
    ),
  }
}

/**
 * Undefined where nothing is to be given back. `serves`: requests go there. Of a scaler it is the floor all the same: it
 * scales by what it measures. What nothing scales keeps the size that serves.
 */
export function givenBack(
  scaler: Scaler,
  serves = false,
): { readonly floor: number; readonly patch: object } | undefined {
  const found = floorOf(scaler)
  if (!found.pinned) return undefined
  const { min, defaults } = fieldsOf(scaler)
  const own = serves && isPlain(scaler) ? {} : ownFields(scaler)
  const notes = { [PINNED_FLOOR]: null, [PINNED_AT]: null, [PINNED_IDLE]: null, ...givenToFlux(scaler) }
  const floor = min in own ? (own[min] ?? defaults.min) : found.min
  return { floor, patch: patchOf(scaler, notes, own) }
}

/** The spec as its owner wants it. */
export function ownSpec(scaler: Scaler): Readonly<Record<string, unknown>> {
  const { spec = {} } = scaler
  if (!floorOf(scaler).pinned) return spec
  return Object.fromEntries(Object.entries({ ...spec, ...ownFields(scaler) }).filter(([, value]) => value !== null))
}

/** What was changed in its spec, as its owner wants it; null: not there. */
function ownFields(scaler: Scaler): Readonly<Record<string, number | null>> {
  const { min, defaults } = fieldsOf(scaler)
  const { own } = floorOf(scaler)
  const noted = scaler.metadata.annotations?.[PINNED_IDLE]
  // KEDA refuses one that is not below the floor, which its owner may have lowered meanwhile.
  const returns = noted !== undefined && scaler.spec?.[IDLE] === undefined && Number(noted) < (own ?? defaults.min)
  return { [min]: own ?? null, ...(returns && { [IDLE]: Number(noted) }) }
}

/** Of exactly the version that was read: a change of the owner in this moment is not overwritten. */
const patchOf = ({ metadata }: Pick<KubernetesObject, 'metadata'>, annotations: object, spec: object) => ({
  metadata: { resourceVersion: metadata.resourceVersion, annotations },
  spec,
})
