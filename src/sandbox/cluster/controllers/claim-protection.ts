/** A claim that was deleted goes once no pod that has started mounts it (pkg/controller/volume/pvcprotection). */
import type { KubernetesObject } from '../../types.ts'
import { claimProtection } from '../defaults.ts'
import { list, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isEnding, phaseOf } from './pods.ts'
import { type MakeController, split } from './world.ts'

/** The claims that a pod mounts. */
export const claimsOf = (pod: KubernetesObject): string[] =>
  list(pod.spec?.['volumes']).flatMap((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') ?? [])

const uses = (pod: KubernetesObject, claim: string): boolean =>
  pod.spec?.['nodeName'] !== undefined &&
  !['Failed', 'Succeeded'].includes(phaseOf(pod)) &&
  claimsOf(pod).includes(claim)

export const claimProtectionController: MakeController = ({ objects, store }) => ({
  name: 'pvc-protection-controller',
  concerns: ({ kind, before, after }) => {
    if (kind === k.claim && after !== undefined) return [keyOf(after)]
    const pod = after ?? before
    return kind === k.pod && pod !== undefined
      ? claimsOf(pod).map((claim) => `${pod.metadata.namespace ?? ''}/${claim}`)
      : []
  },
  reconcile(key) {
    const [namespace, name] = split(key)
    const claim = store.get(k.claim, namespace, name)
    if (claim === undefined || !isEnding(claim)) return
    if (!(claim.metadata.finalizers ?? []).includes(claimProtection)) return
    if (store.list(k.pod, namespace).some((pod) => uses(pod, name))) return
    objects.release({ kind: k.claim, object: claim }, claimProtection)
  },
})
