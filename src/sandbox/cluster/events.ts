/**
 * Events: what controllers tell people. The same event again raises its count; in a namespace that is going there are no
 * more.
 */
import { randomUUID } from 'node:crypto'
import type { KubernetesObject } from '../types.ts'
import type { Clock } from './clock.ts'
import { present } from './json.ts'
import { k } from './kinds.ts'
import type { Store } from './store.ts'

export type RecordEvent = (
  about: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  component: string,
) => void

// The real server forgets events after an hour; here the oldest go.
const kept = 2_000

export function eventRecorder(store: Store, clock: Clock): RecordEvent {
  const known = new Map<string, KubernetesObject>()
  return (about, type, reason, message, component) => {
    const { name, namespace = 'default', uid } = about.metadata
    const place = store.get(k.namespace, undefined, namespace)
    if (place === undefined || place.metadata.deletionTimestamp !== undefined) return
    const key = [uid, type, reason, message].join(' ')
    const old = known.get(key)
    const earlier = old === undefined ? undefined : store.get(k.event, old.metadata.namespace, old.metadata.name)
    const now = clock.stamp()
    const event: KubernetesObject = earlier
      ? { ...earlier, count: Number(earlier['count']) + 1, lastTimestamp: now }
      : {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: {
            name: `${name}.${randomUUID().slice(0, 16).replaceAll('-', '')}`,
            namespace,
            uid: randomUUID(),
            creationTimestamp: now,
          },
          involvedObject: present({ apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid }),
          type,
          reason,
          message,
          source: { component },
          reportingComponent: component,
          reportingInstance: '',
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
        }
    known.set(key, store.put(k.event, event))
    if (known.size <= kept) return
    const [oldest] = known
    if (oldest === undefined) return
    known.delete(oldest[0])
    store.drop(k.event, oldest[1])
  }
}
