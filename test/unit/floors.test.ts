import { describe, expect, test } from 'vitest'
import { PINNED_AT, PINNED_FLOOR, PINNED_IDLE } from '../../src/domain/annotations.ts'
import { copyOf } from '../../src/domain/copying.ts'
import { floorOf, givenBack, raised } from '../../src/domain/floors.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const kindsOfScaler = [
  { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', min: 'minReplicas', max: 'maxReplicas', least: 1 },
  { kind: 'ScaledObject', apiVersion: 'keda.sh/v1alpha1', min: 'minReplicaCount', max: 'maxReplicaCount', least: 0 },
] as const

describe.for(kindsOfScaler)('$kind', ({ kind, apiVersion, min, max, least }) => {
  const aScaler = (floor: number | undefined, annotations: Record<string, string> = {}): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7', annotations },
    spec: { ...(floor !== undefined && { [min]: floor }), [max]: 6 },
  })
  const pinned = (floor: number, own: number | 'none', at = floor) =>
    aScaler(floor, { [PINNED_FLOOR]: `${own}`, [PINNED_AT]: `${at}` })

  test.for([
    { says: 'its own is raised to the size', scaler: aScaler(2), size: 4, floor: 4, own: '2' },
    { says: 'without one it is the default', scaler: aScaler(undefined), size: 3, floor: 3, own: 'none' },
    { says: 'nothing runs', scaler: aScaler(undefined), size: 0, floor: least, own: 'none' },
    { says: 'it is never lowered', scaler: aScaler(5), size: 3, floor: 5, own: '5' },
    { says: 'never above what the owner allows', scaler: aScaler(2), size: 9, floor: 6, own: '2' },
    { says: 'pinned again the first is kept', scaler: pinned(4, 2), size: 5, floor: 5, own: '2' },
    { says: 'nor is there one after it was pinned', scaler: pinned(4, 'none'), size: 5, floor: 5, own: 'none' },
    { says: 'changed by its owner meanwhile, that is its own', scaler: pinned(3, 2, 4), size: 5, floor: 5, own: '3' },
  ])('raised: $says', ({ scaler, size, floor, own }) => {
    expect(raised(scaler, size)).toEqual({
      floor,
      patch: {
        metadata: { resourceVersion: '7', annotations: { [PINNED_FLOOR]: own, [PINNED_AT]: `${floor}` } },
        spec: { [min]: floor },
      },
    })
  })

  test('raised already it is not written again', () => {
    expect(raised(pinned(4, 2), 4)).toEqual({ floor: 4 })
  })

  test.for([
    { says: 'what was never pinned is left alone', scaler: aScaler(2), floor: undefined },
    { says: 'as it was', scaler: pinned(4, 2), floor: 2, writes: 2 },
    { says: 'nothing, where nothing was', scaler: pinned(4, 'none'), floor: least, writes: null },
    { says: 'as its owner changed it meanwhile', scaler: pinned(3, 2, 4), floor: 3, writes: 3 },
    { says: 'as it was, where only that was noted', scaler: aScaler(4, { [PINNED_FLOOR]: '2' }), floor: 2, writes: 2 },
  ])('given back: $says', ({ scaler, floor, writes }) => {
    const back = givenBack(scaler)
    expect(back?.floor).toBe(floor)
    if (floor !== undefined) expect(back?.patch).toMatchObject({ spec: { [min]: writes } })
  })

  test('a copy gets the floor of the owner, not the one that it is pinned at', () => {
    const copy = copyOf(pinned(5, 2), 'run-1', false)
    expect(copy.spec?.[min]).toBe(2)
    expect(floorOf(copy)).toEqual({ min: 2, own: 2, pinned: false })
    expect(copyOf(pinned(5, 'none'), 'run-1', false).spec).toEqual({ [max]: 6 })
  })
})

describe.for(['Deployment', 'StatefulSet'])('a %s that nothing scales', (kind) => {
  const sized = (replicas: number | undefined, annotations: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7', annotations },
    spec: { ...(replicas !== undefined && { replicas }) },
  })
  const raisedTo = (at: number, own: number, now = at) => sized(now, { [PINNED_FLOOR]: `${own}`, [PINNED_AT]: `${at}` })

  test.for([
    { says: 'is raised to the size of the other side', found: sized(2), size: 5, floor: 5, own: '2' },
    { says: 'has one where nothing is written', found: sized(undefined), size: 3, floor: 3, own: 'none' },
    { says: 'has no most', found: sized(2), size: 500, floor: 500, own: '2' },
    { says: 'is raised again, and the first is kept', found: raisedTo(4, 2), size: 5, floor: 5, own: '2' },
    { says: 'that a release made small is raised from that', found: raisedTo(4, 2, 3), size: 5, floor: 5, own: '3' },
  ])('$says', ({ found, size, floor, own }) => {
    expect(raised(found, size)).toEqual({
      floor,
      patch: {
        metadata: { resourceVersion: '7', annotations: { [PINNED_FLOOR]: own, [PINNED_AT]: `${floor}` } },
        spec: { replicas: floor },
      },
    })
  })

  test.for([
    { says: 'is enough', found: sized(3), floor: 3 },
    { says: 'is more', found: sized(5), floor: 5 },
    { says: 'was raised', found: raisedTo(3, 1), floor: 3 },
    { says: 'was raised and then made larger by its owner', found: raisedTo(4, 2, 6), floor: 6 },
  ])('and $says is not written', ({ found, floor }) => {
    expect(raised(found, 3)).toEqual({ floor })
  })

  test.for([
    { says: 'is as it was', found: raisedTo(4, 2), serves: false, floor: 2, spec: { replicas: 2 } },
    { says: 'stays where requests go', found: raisedTo(4, 2), serves: true, floor: 4, spec: {} },
    { says: 'stays as its owner wrote it', found: raisedTo(4, 2, 3), serves: false, floor: 3, spec: { replicas: 3 } },
  ])('given back $says', ({ found, serves, floor, spec }) => {
    const annotations = { [PINNED_FLOOR]: null, [PINNED_AT]: null, [PINNED_IDLE]: null }
    const patch = { metadata: { resourceVersion: '7', annotations }, spec }
    expect(givenBack(found, serves)).toEqual({ floor, patch })
  })

  test('and was never raised has nothing to give back', () => {
    expect(givenBack(sized(3))).toBeUndefined()
  })
})

test('a scaler gives its floor back where requests go too', () => {
  const scaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', annotations: { [PINNED_FLOOR]: '2', [PINNED_AT]: '4' } },
    spec: { minReplicas: 4, maxReplicas: 6 },
  }
  expect(givenBack(scaler, true)?.floor).toBe(2)
})

test('without a most of its own a ScaledObject goes to a hundred', () => {
  const metadata = { name: 'web', namespace: 'shop' }
  expect(raised({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata, spec: {} }, 120).floor).toBe(100)
})

describe('an idle count, by which KEDA goes below the floor', () => {
  const idle = (spec: object, annotations: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: { ...spec },
  })
  const notes = { [PINNED_FLOOR]: '2', [PINNED_AT]: '4', [PINNED_IDLE]: '0' }

  test('goes while the floor is raised', () => {
    expect(raised(idle({ minReplicaCount: 2, idleReplicaCount: 0 }), 4).patch).toMatchObject({
      metadata: { annotations: notes },
      spec: { minReplicaCount: 4, idleReplicaCount: null },
    })
  })

  test('goes again where its owner put it back', () => {
    const back = idle({ minReplicaCount: 4, idleReplicaCount: 1 }, notes)
    expect(raised(back, 4).patch).toMatchObject({ metadata: { annotations: { [PINNED_IDLE]: '1' } } })
  })

  test.for([
    { says: 'as it was', spec: { minReplicaCount: 4 }, own: { minReplicaCount: 2, idleReplicaCount: 0 } },
    {
      says: 'as its owner wrote it meanwhile',
      spec: { minReplicaCount: 4, idleReplicaCount: 1 },
      own: { minReplicaCount: 2 },
    },
    { says: 'not where KEDA would refuse it', spec: { minReplicaCount: 0 }, own: { minReplicaCount: 0 } },
  ])('comes back: $says', ({ spec, own }) => {
    expect(givenBack(idle(spec, notes))?.patch).toHaveProperty('spec', own)
    expect(copyOf(idle(spec, notes), 'run-1', false).spec).toEqual({ ...spec, ...own })
  })
})
