/**
 * Which volumes of CSI drivers are to be on which node: where pods are that mount them, one node at a time for a volume
 * of one writer. The driver attaches them (pkg/controller/volume/attachdetach).
 */
import { createHash } from 'node:crypto'
import type { KubernetesObject } from '../../types.ts'
import { list, textAt } from '../json.ts'
import { k } from '../kinds.ts'
import { claimsOf } from './claim-protection.ts'
import { phaseOf } from './pods.ts'
import type { MakeController } from './world.ts'

interface Wish {
  readonly volume: KubernetesObject
  readonly node: string
  readonly name: string
}

/** As the CSI plugin calls them (pkg/volume/csi/csi_attacher.go). */
const nameOf = (volume: KubernetesObject, node: string): string => {
  const words = `${textAt(volume, 'spec', 'csi', 'volumeHandle')}${textAt(volume, 'spec', 'csi', 'driver')}${node}`
  return `csi-${createHash('sha256').update(words).digest('hex')}`
}

const isShared = (volume: KubernetesObject): boolean =>
  list(volume.spec?.['accessModes']).some((mode) => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod')

export const attachments: MakeController = ({ objects, store }) => {
  const wishes = (): Wish[] =>
    store
      .list(k.pod)
      .filter((pod) => !['Failed', 'Succeeded'].includes(phaseOf(pod)))
      .flatMap((pod) => {
        const node = textAt(pod, 'spec', 'nodeName')
        if (node === undefined) return []
        return claimsOf(pod).flatMap((claim) => {
          const bound = store.get(k.claim, pod.metadata.namespace, claim)
          const volume = store.get(k.volume, undefined, textAt(bound, 'spec', 'volumeName') ?? '')
          const driver = textAt(volume, 'spec', 'csi', 'driver')
          return volume === undefined || driver === undefined ? [] : [{ volume, node, name: nameOf(volume, node) }]
        })
      })

  return {
    name: 'attachdetach-controller',
    concerns: ({ kind, before, after }) => {
      if (kind === k.pod) return claimsOf(after ?? before ?? noPod).length > 0 ? ['all'] : []
      return kind === k.claim || kind === k.attachment ? ['all'] : []
    },
    reconcile() {
      const wanted = wishes()
      const there = store.list(k.attachment)
      for (const { metadata } of there)
        if (!wanted.some((w) => w.name === metadata.name)) objects.delete(k.attachment, undefined, metadata.name)
      for (const { volume, node, name } of wanted) {
        const { name: persistentVolumeName } = volume.metadata
        const elsewhere = store
          .list(k.attachment)
          .some(
            (a) =>
              a.metadata.name !== name && textAt(a, 'spec', 'source', 'persistentVolumeName') === persistentVolumeName,
          )
        if (store.get(k.attachment, undefined, name) !== undefined || (elsewhere && !isShared(volume))) continue
        objects.create(k.attachment, {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'VolumeAttachment',
          metadata: { name },
          spec: {
            attacher: textAt(volume, 'spec', 'csi', 'driver'),
            nodeName: node,
            source: { persistentVolumeName },
          },
        })
      }
    },
  }
}

const noPod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' } }
