import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { scalerFindings } from '../../src/domain/scaler-findings.ts'

const controlledBy = (kind: string, name: string) => [{ apiVersion: 'v1', kind, name, uid: name, controller: true }]
const conditions = (type: string, status: string, reason: string) => ({
  status: {
    conditions: [
      { type: 'AbleToScale', status: 'True' },
      { type, status, reason },
    ],
  },
})

interface More {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: Readonly<Record<string, unknown>>
}
const worker: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker', namespace: 'shop' },
}
const scaler = (more: More = {}): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  ...more,
  metadata: { name: 'worker', namespace: 'shop', ...more.metadata },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'worker' }, ...more.spec },
})
const scaledObject = (more: More = {}): KubernetesObject => ({
  ...scaler({ ...more, metadata: { name: 'queue', uid: 'queue', ...more.metadata } }),
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
})
const ofKeda = scaler({
  metadata: { name: 'keda-hpa-queue', ownerReferences: controlledBy('ScaledObject', 'queue') },
  ...conditions('ScalingActive', 'False', 'FailedGetExternalMetric'),
})
const signingIn = (...refs: readonly object[]) =>
  scaledObject({ spec: { triggers: [{ type: 'cron' }, ...refs.map((authenticationRef) => ({ authenticationRef }))] } })

test.for<{ says: string; scalers: readonly KubernetesObject[]; is?: string; because?: string }>([
  { says: 'what its owner wrote', scalers: [scaler(), scaledObject()] },
  { says: 'what KEDA makes of a ScaledObject of the same workload', scalers: [ofKeda, scaledObject()] },
  {
    says: 'what a ScaledObject makes that is not there',
    scalers: [{ ...ofKeda, status: {} }],
    is: 'blocker scaler-owned HorizontalPodAutoscaler/shop/keda-hpa-queue',
    because: 'ScaledObject queue makes it',
  },
  {
    says: 'or not any more: another has its name',
    scalers: [{ ...ofKeda, status: {} }, scaledObject({ metadata: { uid: 'new' } })],
    is: 'blocker scaler-owned HorizontalPodAutoscaler/shop/keda-hpa-queue',
  },
  {
    says: 'what a ScaledObject of something else makes, which no handover pauses',
    scalers: [
      { ...ofKeda, status: {} },
      scaledObject({ spec: { scaleTargetRef: { kind: 'Rollout', name: 'worker' } } }),
    ],
    is: 'blocker scaler-owned HorizontalPodAutoscaler/shop/keda-hpa-queue',
  },
  {
    says: 'what any other controller makes',
    scalers: [scaler({ metadata: { ownerReferences: controlledBy('Knative', 'web') } })],
    is: 'blocker scaler-owned HorizontalPodAutoscaler/shop/worker',
    because: 'Knative web makes it',
  },
  {
    says: 'a ScaledObject that is made by another',
    scalers: [scaledObject({ metadata: { ownerReferences: controlledBy('HTTPScaledObject', 'web') } })],
    is: 'blocker scaler-owned ScaledObject/shop/queue',
    because: 'HTTPScaledObject web makes it',
  },
  {
    says: 'a ScaledJob',
    scalers: [{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledJob', metadata: { name: 'import', namespace: 'shop' } }],
    is: 'blocker scaled-job ScaledJob/shop/import',
    because: 'KEDA makes Jobs of it',
  },
  {
    says: 'a scaler that sees nothing',
    scalers: [scaler(conditions('ScalingActive', 'False', 'FailedGetResourceMetric'))],
    is: 'warning scaler-blind HorizontalPodAutoscaler/shop/worker',
    because: 'FailedGetResourceMetric',
  },
  {
    says: 'one of KEDA that sees nothing',
    scalers: [scaledObject(conditions('Ready', 'False', 'TriggerError'))],
    is: 'warning scaler-blind ScaledObject/shop/queue',
    because: 'TriggerError',
  },
  { says: 'one that was switched off', scalers: [scaler(conditions('ScalingActive', 'False', 'ScalingDisabled'))] },
  { says: 'one that scales', scalers: [scaler(conditions('ScalingActive', 'True', 'ValidMetricFound'))] },
  {
    says: 'what signs in by something of the cluster',
    scalers: [signingIn({ name: 'own' }, { kind: 'ClusterTriggerAuthentication', name: 'aws' })],
    is: 'warning scaler-signs-in ScaledObject/shop/queue',
    because: 'ClusterTriggerAuthentication aws,',
  },
  {
    says: 'what signs in by something that goes with it',
    scalers: [signingIn({ name: 'own' }, { kind: 'TriggerAuthentication', name: 'other' })],
  },
])('$says', ({ scalers, is, because = '' }) => {
  const all = scalerFindings(scalers, [worker])
  expect(all.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(is === undefined ? [] : [is])
  for (const { message, remedy } of all) {
    expect(message).toContain(because)
    expect(remedy).not.toBe('')
  }
})
