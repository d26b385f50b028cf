/** What of a write counts: the rest stays as it was, by whoever the request was sent. */
import type { KubernetesObject } from '../types.ts'
import type { Addresses } from './addresses.ts'
import { withDefaults } from './defaults.ts'
import { equal, present } from './json.ts'
import type { Kind, Subresource } from './kinds.ts'

interface Part {
  readonly addresses: Addresses
  readonly subresource?: Subresource
  /** Annotations count with a status, too. */
  readonly annotations?: true
}

/** Lists and maps of metadata with nothing in them are not there at all (omitempty). */
export const lean = (object: KubernetesObject): KubernetesObject => {
  const metadata = { ...object.metadata }
  for (const field of ['annotations', 'finalizers', 'labels', 'ownerReferences'] as const) {
    const value = metadata[field]
    if (value !== undefined && Object.keys(value).length === 0) delete metadata[field]
  }
  return { ...object, metadata }
}

/** What a write may change, by the part of the object that it was sent to. */
export function prepared(
  kind: Kind,
  live: KubernetesObject,
  next: KubernetesObject,
  { addresses, annotations, subresource }: Part,
): KubernetesObject {
  if (subresource === 'status') {
    const noted = annotations ? present({ annotations: next.metadata.annotations }) : {}
    return { ...live, metadata: { ...live.metadata, ...noted }, ...present({ status: next.status }) }
  }
  const { status: _, ...rest } = next
  const kept = kind.subresources.includes('status')
    ? present({ status: live.status })
    : present({ status: next.status })
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, namespace } = live.metadata
  const { resourceVersion } = live.metadata
  const fixed = present({
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    namespace,
    resourceVersion,
  })
  const { deletionTimestamp: __, generation: ___, managedFields: ____, ...metadata } = next.metadata
  const managedFields = live.metadata['managedFields']
  const full = withDefaults(
    lean({
      ...rest,
      apiVersion: live.apiVersion,
      kind: live.kind,
      ...kept,
      metadata: { ...metadata, ...fixed, name: live.metadata.name, ...present({ managedFields }) },
    }),
    live,
    addresses,
  )
  const respecified =
    !equal(full.spec, live.spec) ||
    (kind.generation === 'spec and annotations' &&
      !equal(full.metadata.annotations ?? {}, live.metadata.annotations ?? {}))
  return kind.generation !== undefined && respecified
    ? { ...full, metadata: { ...full.metadata, generation: (generation ?? 0) + 1 } }
    : full
}
