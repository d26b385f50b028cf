/** The garbage collector: what is owned goes with its owner, before it, or not at all. Keys are uids of owners. */
import { k } from '../kinds.ts'
import { type Held } from '../store.ts'
import { isEnding } from './pods.ts'
import type { MakeController } from './world.ts'

const has = ({ object }: Held, finalizer: string): boolean =>
  isEnding(object) && (object.metadata.finalizers ?? []).includes(finalizer)

export const garbage: MakeController = ({ objects, store }) => {
  /** Without this owner; the object itself goes where nobody else owns it. */
  const release = ({ kind, object }: Held, uid: string, alone: 'delete' | 'keep'): void => {
    const { name, namespace, ownerReferences = [], ...metadata } = object.metadata
    const others = ownerReferences.filter((owner) => owner.uid !== uid && store.byUid(owner.uid) !== undefined)
    if (others.length === 0 && alone === 'delete') {
      if (!isEnding(object)) objects.delete(kind, namespace, name, { propagation: 'Background' })
      return
    }
    const rest = ownerReferences.filter((owner) => owner.uid !== uid)
    objects.update(kind, namespace, name, (live) => ({
      ...live,
      metadata: {
        ...metadata,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(rest.length === 0 ? {} : { ownerReferences: rest }),
      },
    }))
  }

  return {
    name: 'garbage-collector',
    concerns: ({ kind, before, after }) => {
      if (kind === k.event) return []
      const object = after ?? before
      const own = object?.metadata.uid ?? ''
      const owners = (object?.metadata.ownerReferences ?? []).map((owner) => owner.uid)
      if (after === undefined) return [own, ...owners]
      if (isEnding(after)) return [own]
      return before === undefined ? owners : []
    },
    reconcile(uid) {
      const owner = store.byUid(uid)
      const owned = store.ownedBy(uid)
      if (owner === undefined) return owned.forEach((held) => release(held, uid, 'delete'))
      if (has(owner, 'orphan')) {
        for (const held of owned) release(held, uid, 'keep')
        objects.release(owner, 'orphan')
      } else if (has(owner, 'foregroundDeletion')) {
        for (const { kind, object } of owned) {
          const { name, namespace } = object.metadata
          if (!isEnding(object)) objects.delete(kind, namespace, name, { propagation: 'Foreground' })
        }
        if (store.ownedBy(uid).length === 0) objects.release(owner, 'foregroundDeletion')
      }
    },
  }
}
