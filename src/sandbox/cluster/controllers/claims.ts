/** Volume claims are bound as soon as they are there: volumes themselves are outside the sandbox. */
import { at, present } from '../json.ts'
import { k } from '../kinds.ts'
import { keyOf } from '../store.ts'
import { isEnding } from './pods.ts'
import { type MakeController, split } from './world.ts'

export const claims: MakeController = ({ objects, store }) => ({
  name: 'persistentvolume-binder',
  concerns: ({ kind, after }) => (kind === k.claim && after !== undefined ? [keyOf(after)] : []),
  reconcile(key) {
    const claim = store.get(k.claim, ...split(key))
    if (claim === undefined || isEnding(claim)) return
    const { name, namespace, uid } = claim.metadata
    const bound = objects.update(k.claim, namespace, name, (live) => ({
      ...live,
      spec: { volumeName: `pvc-${uid}`, ...live.spec },
    }))
    const capacity = at(bound.spec, 'resources', 'requests')
    objects.setStatus(k.claim, bound, {
      phase: 'Bound',
      ...present({ accessModes: bound.spec?.['accessModes'], capacity }),
    })
  },
})
