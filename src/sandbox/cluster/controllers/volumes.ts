/**
 * Says of each volume whether it is free, bound, or was let go by a claim that is gone. One that was deleted goes once it is
 * not bound (pkg/controller/volume/pvprotection).
 */
import { volumeProtection } from '../defaults.ts'
import { fields, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { isEnding } from './pods.ts'
import type { MakeController } from './world.ts'

export const volumes: MakeController = ({ objects, store }) => ({
  name: 'persistentvolume-phase',
  concerns: ({ kind, before, after }) => {
    if (kind === k.volume) return after === undefined ? [] : [after.metadata.name]
    const claim = kind === k.claim ? (after ?? before) : undefined
    const named = textAt(claim, 'spec', 'volumeName')
    return named === undefined ? [] : [named]
  },
  reconcile(name) {
    const volume = store.get(k.volume, undefined, name)
    if (volume === undefined) return
    const { namespace, name: claimName, uid } = fields(volume.spec?.['claimRef'])
    const holder = uid === undefined ? undefined : store.get(k.claim, String(namespace), String(claimName))
    const phase = uid === undefined ? 'Available' : holder?.metadata.uid === uid ? 'Bound' : 'Released'
    objects.setStatus(k.volume, volume, { ...volume.status, phase })
    if (isEnding(volume) && phase !== 'Bound' && (volume.metadata.finalizers ?? []).includes(volumeProtection))
      objects.release({ kind: k.volume, object: volume }, volumeProtection)
  },
})
