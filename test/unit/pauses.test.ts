import { expect, test } from 'vitest'
import { OWNER_PAUSE, REPLICAS } from '../../src/domain/annotations.ts'
import { copyOf, sleeps } from '../../src/domain/copying.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { isPaused, notTakenUp, putToSleep, wakeUp } from '../../src/domain/pauses.ts'

const PAUSED = 'autoscaling.keda.sh/paused'
const COUNT = 'autoscaling.keda.sh/paused-replicas'

const scaledObject = (annotations: Record<string, string> = {}, status: object = {}): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'queue', namespace: 'shop', resourceVersion: '7', annotations },
  spec: { scaleTargetRef: { name: 'worker' }, minReplicaCount: 2 },
  status: { ...status },
})
const annotationsOf = (patch: object | undefined) =>
  (patch as { metadata: { annotations: Record<string, string | null> } } | undefined)?.metadata.annotations
/** As RFC 7386 has it. */
const patched = (object: KubernetesObject, patch: object | undefined): KubernetesObject => {
  const merged = { ...object.metadata.annotations, ...annotationsOf(patch) }
  const annotations = Object.fromEntries(Object.entries(merged).flatMap(([k, v]) => (v === null ? [] : [[k, v]])))
  return { ...object, metadata: { ...object.metadata, annotations } }
}

test.for([
  { says: 'nobody paused it', own: {} },
  { says: 'its owner paused it at a size', own: { [COUNT]: '3' } },
  { says: 'its owner paused it at none', own: { [COUNT]: '0' } },
  { says: 'its owner paused it as it was', own: { [PAUSED]: 'true' } },
  { says: 'its owner paused it in both ways', own: { [PAUSED]: 'true', [COUNT]: '5' } },
  { says: 'its owner pauses it one way only', own: { 'autoscaling.keda.sh/paused-scale-in': 'true' } },
])('asleep it is paused at none, and wakes as it was: $says', ({ own }) => {
  const before = scaledObject({ team: 'shop', ...own })
  const asleep = patched(before, putToSleep(before, 4))
  expect(asleep.metadata.annotations).toMatchObject({ ...own, team: 'shop', [COUNT]: '0', [REPLICAS]: '4' })
  expect(putToSleep(asleep, 0)).toBeUndefined()
  const awake = patched(asleep, wakeUp(asleep))
  expect(awake).toEqual(before)
  expect(wakeUp(awake)).toBeUndefined()
})

test('each patch is of the version that was read', () => {
  const asleep = scaledObject({ [COUNT]: '0', [OWNER_PAUSE]: 'none' })
  expect([putToSleep(scaledObject(), 1), wakeUp(asleep)]).toMatchObject([
    { metadata: { resourceVersion: '7' } },
    { metadata: { resourceVersion: '7' } },
  ])
})

test.for([
  { says: 'another size', now: { [COUNT]: '2' }, wakes: { [COUNT]: '2' } },
  { says: 'no pause at all', now: {}, wakes: {} },
])('what its owner writes meanwhile is the last word: $says', ({ now, wakes }) => {
  const changed = scaledObject({ ...now, [OWNER_PAUSE]: '3', [REPLICAS]: '4' })
  expect(patched(changed, wakeUp(changed)).metadata.annotations).toEqual(wakes)
  const again = patched(changed, putToSleep(changed, 1))
  expect(again.metadata.annotations).toMatchObject({ [COUNT]: '0', [REPLICAS]: '1' })
  expect(patched(again, wakeUp(again)).metadata.annotations).toEqual(wakes)
})

test.for([
  { own: {}, held: 'none' },
  { own: { [COUNT]: '3' }, held: '3' },
])('a copy sleeps or not, and knows what its owner wants: $held', ({ own, held }) => {
  const source = scaledObject(own)
  const sleeping = patched(source, putToSleep(source, 4))
  for (const from of [source, sleeping]) {
    const asleep = copyOf(from, 'run-1', true)
    expect(asleep.metadata.annotations).toEqual({ [COUNT]: '0', [OWNER_PAUSE]: held })
    expect(patched(asleep, wakeUp(asleep)).metadata.annotations).toEqual(own)
    expect(copyOf(from, 'run-1', false).metadata.annotations).toEqual(own)
    expect(asleep.spec).toEqual(source.spec)
  }
})

test('a scaler sleeps with its workload, a Deployment where it names no kind, and with no other', () => {
  const ref = (kind: 'Deployment' | 'StatefulSet', name: string, namespace = 'shop') => ({ kind, namespace, name })
  expect(sleeps(scaledObject(), [ref('Deployment', 'web'), ref('Deployment', 'worker')])).toBe(true)
  expect(sleeps(scaledObject(), [ref('StatefulSet', 'worker'), ref('Deployment', 'worker', 'other')])).toBe(false)
})

test.for([
  { annotations: {}, is: false },
  { annotations: { [COUNT]: '4' }, is: true },
  { annotations: { [PAUSED]: 'true' }, is: true },
  { annotations: { [PAUSED]: 'yes' }, is: true },
  { annotations: { [PAUSED]: 'false' }, is: false },
  { annotations: { 'autoscaling.keda.sh/paused-scale-out': 'true' }, is: false },
])('$annotations: paused $is', ({ annotations, is }) => {
  expect(isPaused(scaledObject(annotations))).toBe(is)
})

const conditions = (ready: string, paused?: string) => ({
  conditions: [{ type: 'Ready', status: ready }, ...(paused === undefined ? [] : [{ type: 'Paused', status: paused }])],
})
test.for([
  { says: 'nobody has seen it', object: scaledObject(), taken: false },
  { says: 'it has just been seen', object: scaledObject({}, conditions('Unknown', 'False')), taken: false },
  { says: 'it still counts as paused', object: scaledObject({}, conditions('True', 'True')), taken: false },
  { says: 'it is at work', object: scaledObject({}, conditions('True', 'False')), taken: true },
  { says: 'it cannot ask its trigger', object: scaledObject({}, conditions('False', 'False')), taken: true },
  { says: 'it is older than that condition', object: scaledObject({}, conditions('True')), taken: true },
  { says: 'it is none of KEDA’s', object: { ...scaledObject(), kind: 'HorizontalPodAutoscaler' }, taken: true },
  { says: 'its owner wants no more of it', object: scaledObject({ [PAUSED]: 'true' }), taken: true },
])('KEDA has taken a scaler up: $says', ({ object, taken }) => {
  expect(notTakenUp(object)).toEqual(taken ? undefined : expect.stringContaining('ScaledObject queue'))
})
