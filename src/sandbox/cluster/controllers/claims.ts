/**
 * Binds claims: to the volume that they name or that is kept for them, as soon as there is one. One of a StorageClass of
 * the EBS driver waits for what that makes; any other is bound at once.
 */
import { isOwn } from '../../ebs-csi-driver.ts'
import type { KubernetesObject } from '../../types.ts'
import { at, fields, present, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isEnding } from './pods.ts'
import { type MakeController, split } from './world.ts'

/** Kept for a claim of this key, whichever object that is. */
const keptFor = (volume: KubernetesObject, key: string): boolean =>
  `${textAt(volume, 'spec', 'claimRef', 'namespace')}/${textAt(volume, 'spec', 'claimRef', 'name')}` === key

/** Nobody's, or this claim's already. */
const isFree = (volume: KubernetesObject, claim: KubernetesObject): boolean => {
  const uid = at(volume, 'spec', 'claimRef', 'uid')
  if (volume.spec?.['claimRef'] === undefined) return true
  return keptFor(volume, keyOf(claim)) && (uid === undefined || uid === claim.metadata.uid)
}

export const claims: MakeController = ({ objects, store }) => {
  function bind(claim: KubernetesObject, volumeName: string): void {
    const { name, namespace } = claim.metadata
    const bound = objects.update(k.claim, namespace, name, (live) => ({ ...live, spec: { ...live.spec, volumeName } }))
    const capacity = at(bound.spec, 'resources', 'requests')
    const accessModes = bound.spec?.['accessModes']
    objects.setStatus(k.claim, bound, { phase: 'Bound', ...present({ accessModes, capacity }) })
  }

  return {
    name: 'persistentvolume-binder',
    concerns: ({ kind, before, after }) => {
      if (kind === k.claim) return after === undefined ? [] : [keyOf(after)]
      const volume = kind === k.volume ? (after ?? before) : undefined
      if (volume === undefined) return []
      const names = (claim: KubernetesObject) => claim.spec?.['volumeName'] === volume.metadata.name
      return store
        .list(k.claim)
        .filter((claim) => names(claim) || keptFor(volume, keyOf(claim)))
        .map(keyOf)
    },
    reconcile(key) {
      const claim = store.get(k.claim, ...split(key))
      if (claim === undefined || isEnding(claim)) return
      const { name, namespace, uid } = claim.metadata
      const named = textAt(claim, 'spec', 'volumeName')
      const provisioned = `pvc-${uid}`
      const volume =
        named === undefined
          ? store.list(k.volume).find((one) => keptFor(one, key))
          : store.get(k.volume, undefined, named)
      const its = textAt(claim, 'spec', 'storageClassName')
      const made = store.list(k.storageClass).some((c) => c.metadata.name === its && isOwn(c))
      if (volume === undefined && !made && (named ?? provisioned) === provisioned) return bind(claim, provisioned)
      if (volume === undefined || !isFree(volume, claim)) {
        // What was bound once has lost something; what never was may wait.
        const phase = claim.status?.['phase'] === 'Bound' || claim.status?.['phase'] === 'Lost' ? 'Lost' : 'Pending'
        return objects.setStatus(k.claim, claim, { ...claim.status, phase })
      }
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid }
      objects.update(k.volume, undefined, volume.metadata.name, (live) => ({
        ...live,
        spec: { ...live.spec, claimRef: { ...fields(live.spec?.['claimRef']), ...claimRef } },
      }))
      bind(claim, volume.metadata.name)
    },
  }
}
