import { OWNER_RECONCILE } from './annotations.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { writerOf } from './managers.ts'

/**
 * What Flux makes, and how it is told to leave one object of it alone: by an annotation in the cluster, which it looks
 * for before it writes. The rest of the app goes on being released.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#suspending-and-resuming
 * https://fluxcd.io/flux/components/helm/helmreleases/#ignore-annotation
 */

/** A Kustomization or HelmRelease, in the cluster that it deploys to. */
export interface FluxRef {
  readonly kind: 'Kustomization' | 'HelmRelease'
  readonly namespace: string
  readonly name: string
}

export const fluxName = ({ kind, namespace, name }: FluxRef): string => `${kind} ${namespace}/${name}`

/**
 * It deploys to whichever cluster its kubeconfig is for, which is not the one that it is on.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#remote-clusters
 */
export const deploysElsewhere = ({ spec }: Pick<KubernetesObject, 'spec'>): boolean =>
  spec?.['kubeConfig'] !== undefined && spec['kubeConfig'] !== null

/** Each writes its own name on all that it makes, under its API group; and is told there what to leave alone. */
const makers = [
  // First: a HelmRelease is itself made by a Kustomization, and what is in its chart is not.
  { kind: 'HelmRelease', group: 'helm.toolkit.fluxcd.io', leaveAlone: 'driftDetection' },
  { kind: 'Kustomization', group: 'kustomize.toolkit.fluxcd.io', leaveAlone: 'reconcile' },
] as const

type Labelled = Pick<KubernetesObject, 'metadata'>

function maker({ metadata: { labels = {} } }: Labelled) {
  for (const { kind, group, leaveAlone } of makers) {
    const [name, namespace] = [labels[`${group}/name`], labels[`${group}/namespace`]]
    if (name !== undefined && namespace !== undefined)
      return { ref: { kind, namespace, name } satisfies FluxRef, annotation: `${group}/${leaveAlone}` }
  }
  return undefined
}

/** By Flux's own labels; undefined: Flux does not make it. */
export const makerOf = (object: Labelled): FluxRef | undefined => maker(object)?.ref

/** A selector of what one of them makes. */
export const madeBy = ({ kind, namespace, name }: FluxRef): string => {
  const group = makers.find((m) => m.kind === kind)?.group ?? ''
  return `${group}/name=${name},${group}/namespace=${namespace}`
}

/** Who makes these, each once, in name order. */
export const makersOf = (objects: readonly Labelled[]): FluxRef[] =>
  [...new Map(objects.flatMap((o) => makerOf(o) ?? []).map((ref) => [fluxName(ref), ref])).values()].toSorted((a, b) =>
    fluxName(a) < fluxName(b) ? -1 : 1,
  )

/** Who wrote this field last is Flux, from Git or a chart: whatever else is written there it writes back. */
export const fluxWrote = (object: KubernetesObject, path: readonly string[]): boolean =>
  /^(kustomize|helm)-controller /.test(writerOf(object, path) ?? '')

const DISABLED = 'disabled'
const NONE = 'none'

/** Norikae has told Flux to leave it alone. */
export const isHeldBack = ({ metadata }: Labelled): boolean => metadata.annotations?.[OWNER_RECONCILE] !== undefined

/** So are its releases. What Helm makes is released all the same: only the correction of drift leaves it out. */
export const isFrozen = (object: Labelled): boolean => isHeldBack(object) && makerOf(object)?.kind === 'Kustomization'

/**
 * Annotations for the very write that Flux must not take back; none where Flux does not make the object. Safe to repeat:
 * what its owner had there is noted once.
 */
export function heldBack(object: Labelled): Readonly<Record<string, string>> {
  const it = maker(object)
  if (!it) return {}
  const { annotations = {} } = object.metadata
  return {
    [it.annotation]: DISABLED,
    [OWNER_RECONCILE]: annotations[OWNER_RECONCILE] ?? annotations[it.annotation] ?? NONE,
  }
}

/** Annotations that give it back to Flux as its owner had it, null: to be removed; none where nothing is held back. */
export function givenToFlux(object: Labelled): Readonly<Record<string, string | null>> {
  const it = maker(object)
  const noted = object.metadata.annotations?.[OWNER_RECONCILE]
  if (noted === undefined) return {}
  return { ...(it && { [it.annotation]: noted === NONE ? null : noted }), [OWNER_RECONCILE]: null }
}
