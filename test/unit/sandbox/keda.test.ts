import { expect, test } from 'vitest'
import { kedaWill, WORK } from '../../../src/sandbox/keda.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'

const [PAUSED, COUNT] = ['autoscaling.keda.sh/paused', 'autoscaling.keda.sh/paused-replicas']

const scaledObject = (spec: object = {}, annotations: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'queue', namespace: 'shop', uid: '7', labels: { team: 'shop' }, annotations },
  spec: { scaleTargetRef: { name: 'worker' }, triggers: [{ type: 'cron' }], ...spec },
})
const idle = { [WORK]: 'none' }

test.for<{ says: string; object: KubernetesObject; has: number; to?: number }>([
  { says: 'work wakes one at none', object: scaledObject(), has: 0, to: 1 },
  { says: 'to its least, where it has one', object: scaledObject({ minReplicaCount: 3 }), has: 0, to: 3 },
  { says: 'and leaves to its autoscaler what runs', object: scaledObject({ minReplicaCount: 3 }), has: 2 },
  {
    says: 'but one at its idle count',
    object: scaledObject({ minReplicaCount: 3, idleReplicaCount: 1 }),
    has: 1,
    to: 3,
  },
  { says: 'without work it goes to none', object: scaledObject({}, idle), has: 4, to: 0 },
  { says: 'and stays there', object: scaledObject({}, idle), has: 0 },
  { says: 'or to its least', object: scaledObject({ minReplicaCount: 2 }, idle), has: 0, to: 2 },
  { says: 'above which its autoscaler decides', object: scaledObject({ minReplicaCount: 2 }, idle), has: 4 },
  {
    says: 'or to its idle count',
    object: scaledObject({ minReplicaCount: 2, idleReplicaCount: 0 }, idle),
    has: 4,
    to: 0,
  },
])('KEDA scales: $says', ({ object, has, to }) => {
  const will = kedaWill(object, has)
  expect(will.replicas).toBe(to)
  expect(will.autoscaler).toMatchObject({ kind: 'HorizontalPodAutoscaler', metadata: { name: 'keda-hpa-queue' } })
})

test.for<{ says: string; annotations: Record<string, string>; to?: number }>([
  { says: 'as it is', annotations: { [PAUSED]: 'true' } },
  { says: 'at a count', annotations: { [COUNT]: '0' }, to: 0 },
  { says: 'at a count, which goes before', annotations: { [COUNT]: '4', [PAUSED]: 'true' }, to: 4 },
])('paused there is no autoscaler: $says', ({ annotations, to }) => {
  const will = kedaWill(scaledObject({ minReplicaCount: 2 }, annotations), 3)
  expect(will).toMatchObject({
    autoscaler: 'none',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Paused', status: 'True' },
    ],
  })
  expect(will.replicas).toBe(to)
})

test('its autoscaler is its own, with its bounds, labels and annotations', () => {
  const { autoscaler } = kedaWill(scaledObject({ minReplicaCount: 0 }, { [PAUSED]: 'false' }), 1)
  expect(autoscaler).toMatchObject({
    metadata: {
      labels: { team: 'shop' },
      annotations: { [PAUSED]: 'false' },
      ownerReferences: [{ kind: 'ScaledObject', name: 'queue', uid: '7', controller: true }],
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'worker' },
      minReplicas: 1,
      maxReplicas: 100,
    },
  })
})

test('without its workload nothing is done, and it is not ready', () => {
  expect(kedaWill(scaledObject(), undefined)).toMatchObject({ conditions: [{ type: 'Ready', status: 'False' }, {}] })
  expect(kedaWill(scaledObject(), undefined)).not.toHaveProperty('autoscaler')
})
