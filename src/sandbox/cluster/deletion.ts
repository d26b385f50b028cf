/** What deleting an object makes of it: nothing at once, or something that is marked and waits. */
import type { KubernetesObject } from '../types.ts'
import { stamp } from './clock.ts'
import { list } from './json.ts'
import { type Kind, k } from './kinds.ts'

export interface DeleteOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly graceSeconds?: number
  readonly uid?: string
  readonly resourceVersion?: string
  readonly dryRun?: boolean
}

/** `gone` says whether nothing is left, or the object stays until somebody ends it. */
export interface Deletion {
  readonly object: KubernetesObject
  readonly gone: boolean
}

/** Who sees to what is owned, before the object goes. */
const finalizerFor = { Background: undefined, Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const

const started = (pod: KubernetesObject): boolean =>
  pod.spec?.['nodeName'] !== undefined && !['Failed', 'Succeeded'].includes(String(pod.status?.['phase']))

/** The object as a deletion leaves it, with its time, its grace, and the finalizer that its propagation needs. */
export function markedForDeletion(
  kind: Kind,
  live: KubernetesObject,
  { graceSeconds, propagation }: DeleteOptions,
  { hasDependents, now }: { readonly hasDependents: boolean; readonly now: number },
): KubernetesObject {
  const added = finalizerFor[propagation ?? (kind.orphansByDefault ? 'Orphan' : 'Background')]
  const own = (live.metadata.finalizers ?? []).filter((one) => one !== 'foregroundDeletion' && one !== 'orphan')
  const finalizers = added === undefined || !hasDependents ? own : [...own, added]
  const asked = graceSeconds ?? Number(live.spec?.['terminationGracePeriodSeconds'] ?? 30)
  const grace = kind === k.pod && started(live) ? asked : 0
  const before = live.metadata.deletionTimestamp
  const { finalizers: _, generation, ...metadata } = live.metadata
  return {
    ...live,
    metadata: {
      ...metadata,
      ...(generation === undefined ? {} : { generation: before === undefined ? generation + 1 : generation }),
      deletionTimestamp: before ?? stamp(now + grace * 1000),
      // A second deletion may shorten the grace, never lengthen it.
      deletionGracePeriodSeconds: Math.min(grace, Number(metadata['deletionGracePeriodSeconds'] ?? grace)),
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
    ...(kind === k.namespace ? { status: { ...live.status, phase: 'Terminating' } } : {}),
  }
}

/** Deleted, and nothing is left to wait for. */
export const isOver = ({ kind, metadata, spec }: KubernetesObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  (metadata['deletionGracePeriodSeconds'] ?? 0) === 0 &&
  !(kind === 'Namespace' && list(spec?.['finalizers']).length > 0)
