import { expect, test } from 'vitest'
import { PINNED_AT, PINNED_FLOOR } from '../../src/domain/annotations.ts'
import { copyOf } from '../../src/domain/copying.ts'
import { floorOf, givenBack, raised } from '../../src/domain/floors.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const aScaler = (minReplicas: number | undefined, annotations: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop', resourceVersion: '7', annotations },
  spec: { ...(minReplicas !== undefined && { minReplicas }), maxReplicas: 6 },
})
const pinned = (min: number, own: number, at = min) => aScaler(min, { [PINNED_FLOOR]: `${own}`, [PINNED_AT]: `${at}` })

test.for([
  { says: 'its own is raised to the size', scaler: aScaler(2), size: 4, floor: 4, own: '2' },
  { says: 'without one it is 1, as Kubernetes says', scaler: aScaler(undefined), size: 3, floor: 3, own: '1' },
  { says: 'it is never lowered', scaler: aScaler(5), size: 3, floor: 5, own: '5' },
  { says: 'never above what the owner allows', scaler: aScaler(2), size: 9, floor: 6, own: '2' },
  { says: 'pinned again the first is kept', scaler: pinned(4, 2), size: 5, floor: 5, own: '2' },
  { says: 'changed by its owner meanwhile, that is its own', scaler: pinned(3, 2, 4), size: 5, floor: 5, own: '3' },
])('raised: $says', ({ scaler, size, floor, own }) => {
  expect(raised(scaler, size)).toEqual({
    floor,
    patch: {
      metadata: { resourceVersion: '7', annotations: { [PINNED_FLOOR]: own, [PINNED_AT]: `${floor}` } },
      spec: { minReplicas: floor },
    },
  })
})

test.for([
  { says: 'what was never pinned is left alone', scaler: aScaler(2), floor: undefined },
  { says: 'as it was', scaler: pinned(4, 2), floor: 2 },
  { says: 'as its owner changed it meanwhile', scaler: pinned(3, 2, 4), floor: 3 },
  { says: 'as it was, where only that was noted', scaler: aScaler(4, { [PINNED_FLOOR]: '2' }), floor: 2 },
])('given back: $says', ({ scaler, floor }) => {
  expect(givenBack(scaler)?.floor).toBe(floor)
})

test('a copy gets the floor of the owner, not the one that it is pinned at', () => {
  const copy = copyOf(pinned(5, 2), 'run-1', false)
  expect(copy.spec?.['minReplicas']).toBe(2)
  expect(floorOf(copy)).toEqual({ min: 2, own: 2, pinned: false })
})
