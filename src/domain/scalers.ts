import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * What sizes a workload: a HorizontalPodAutoscaler, or a ScaledObject, from which KEDA makes one. Where there is a
 * ScaledObject the autoscaler that KEDA makes of it is KEDA's own business, and comes and goes with it.
 */
export const scalerKinds = ['ScaledObject', 'HorizontalPodAutoscaler'] as const

export interface Scaler extends KubernetesObject {
  readonly kind: (typeof scalerKinds)[number]
}

interface Target {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** Does it size this workload? Without a kind KEDA takes a Deployment: https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref */
export function scales(scaler: KubernetesObject, workload: Target): scaler is Scaler {
  const { kind, metadata, spec } = scaler
  if (!(scalerKinds as readonly string[]).includes(kind)) return false
  const target = spec?.['scaleTargetRef'] as { readonly kind?: string; readonly name?: string } | undefined
  return (
    metadata.namespace === workload.namespace &&
    target?.name === workload.name &&
    (target.kind ?? 'Deployment') === workload.kind
  )
}
