import { describe, expect, test } from 'vitest'
import { choosesBy, deletes, hazardOf, held, prunes, unignored } from '../../src/domain/argocd-hazards.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { anApplication, anApplicationSet, LABEL } from '../support/applications.ts'
import { ref } from '../support/builders.ts'

test.for([
  { says: 'by itself', automated: { prune: true }, does: true },
  { says: 'not where it says nothing of it', automated: {}, does: false },
  { says: 'not where it is switched off', automated: { prune: true, enabled: false }, does: false },
  { says: 'not where nothing is automated', automated: undefined, does: false },
])('an Application prunes $says', ({ automated, does }) => {
  expect(prunes(anApplication({ spec: { syncPolicy: { ...(automated && { automated }) } } }))).toBe(does)
})

test.for([
  { says: 'prunes', automated: { prune: true }, does: /^prunes by itself: .*\{ prune: false \} where it is made$/ },
  { says: 'writes back', automated: {}, does: /^would write back what Norikae holds \(spec\.replicas of Deployment/ },
  { says: 'does nothing', automated: undefined, does: undefined },
])('an Application $says by itself', ({ automated, does }) => {
  const application = anApplication({ spec: { syncPolicy: { ...(automated && { automated }) } } })
  const hazard = hazardOf(application, held([ref('Deployment', 'worker')], []))
  if (does === undefined) expect(hazard).toBeUndefined()
  else expect(hazard).toMatch(does)
})

describe('what its ApplicationSet does without the label', () => {
  const finalizers = ['resources-finalizer.argocd.argoproj.io/background']
  test.for([
    { says: 'keeps', set: anApplicationSet(), why: undefined },
    {
      says: 'deletes',
      set: anApplicationSet({ syncPolicy: {} }),
      why: /ApplicationSet shop would delete it, and Argo CD/,
    },
    { says: 'deletes without a word', set: anApplicationSet({ syncPolicy: undefined }), why: /would delete it/ },
    {
      says: 'deletes by a finalizer that its template names',
      set: anApplicationSet(),
      metadata: { finalizers },
      why: /and its finalizer resources-finalizer\.argocd\.argoproj\.io\/background everything/,
    },
    {
      says: 'keeps, with whatever finalizer, what it never deletes',
      set: anApplicationSet({ syncPolicy: { applicationsSync: 'create-update' } }),
      metadata: { finalizers },
      why: undefined,
    },
    {
      says: 'keeps what it only creates',
      set: anApplicationSet({ syncPolicy: { applicationsSync: 'create-only' } }),
      why: undefined,
    },
    {
      says: 'deletes what it may delete',
      set: anApplicationSet({ syncPolicy: { applicationsSync: 'create-delete' } }),
      why: /would delete it/,
    },
    { says: 'is gone', set: undefined, why: /is gone, so it goes too/ },
    { says: 'has nothing to do with it', set: undefined, metadata: { ownerReferences: [] }, why: undefined },
    {
      says: 'deletes what it may choose by any label',
      set: anApplicationSet({
        syncPolicy: {},
        generators: [{ clusters: { selector: { matchLabels: { '{{app}}': 'on' } } } }],
      }),
      why: /would delete it/,
    },
    {
      says: 'keeps what another label chose',
      set: anApplicationSet({ syncPolicy: {}, generators: [{ clusters: {} }] }),
      why: undefined,
    },
  ])('$says', ({ set, metadata, why }) => {
    const is = deletes(anApplication({ ...(metadata && { metadata }) }), set, LABEL)
    if (why) expect(is).toMatch(why)
    else expect(is).toBeUndefined()
  })
})

test('an ApplicationSet is known to choose by a label, however deep in its generators', () => {
  const matchLabels = { [LABEL]: 'enabled' }
  const matrix = {
    generators: [{ matrix: { generators: [{ git: {} }, { clusters: { selector: { matchLabels } } }] } }],
  }
  expect(choosesBy(anApplicationSet(matrix), LABEL)).toBe(true)
  expect(choosesBy(anApplicationSet(matrix), 'norikae.io/shop')).toBe(false)
  expect(choosesBy(anApplicationSet({ generators: [{ clusters: {} }] }), LABEL)).toBe(false)
})

const scaler = (kind: string, name: string, spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: kind === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2',
  kind,
  metadata: { name, namespace: 'shop', ...metadata },
  spec: { scaleTargetRef: { kind: 'Deployment', name }, ...spec },
})

test('what is held is named: sleepers, floors, and a pause that its owner wrote', () => {
  const paused = { annotations: { 'autoscaling.keda.sh/paused-replicas': '2' } }
  const all = held(
    [ref('Deployment', 'worker'), ref('CronJob', 'report')],
    [
      scaler('HorizontalPodAutoscaler', 'web', {}),
      scaler(
        'HorizontalPodAutoscaler',
        'keda-hpa',
        {},
        {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ScaledObject', name: 'queue', uid: 'q', controller: true }],
        },
      ),
      scaler('ScaledObject', 'queue', { idleReplicaCount: 0 }),
      scaler('ScaledObject', 'worker', {}, paused),
    ],
  )
  expect(all.map((h) => `${h.group} ${h.kind} ${h.name} ${h.path.join(' ')}`)).toEqual([
    'apps Deployment worker spec replicas',
    'batch CronJob report spec suspend',
    'autoscaling HorizontalPodAutoscaler web spec minReplicas',
    'keda.sh ScaledObject queue spec minReplicaCount',
    'keda.sh ScaledObject queue spec idleReplicaCount',
    'keda.sh ScaledObject worker metadata annotations autoscaling.keda.sh/paused-replicas',
  ])
  expect(held([ref('Deployment', 'worker')], [scaler('ScaledObject', 'worker', {})])).toHaveLength(1)
})

const replicas = held([ref('Deployment', 'worker')], [])
const pause = held(
  [ref('Deployment', 'worker')],
  [scaler('ScaledObject', 'worker', {}, { annotations: { 'autoscaling.keda.sh/paused-replicas': '2' } })],
).slice(1)
const RESPECTED = ['CreateNamespace=true', 'RespectIgnoreDifferences=true']
interface Row {
  readonly says: string
  readonly ignore?: object
  readonly fields?: typeof replicas
  readonly syncPolicy?: object
  readonly left: boolean
}
test.for<Row>([
  {
    says: 'of everything that Norikae wrote',
    ignore: { group: '*', kind: '*', managedFieldsManagers: ['norikae'] },
    left: false,
  },
  {
    says: 'by a pointer',
    ignore: { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] },
    left: false,
  },
  {
    says: 'by a path',
    ignore: { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.replicas'] },
    left: false,
  },
  { says: 'by a pointer to what it is in', ignore: { group: 'apps', kind: '*', jsonPointers: ['/spec'] }, left: false },
  {
    says: 'by a pointer with a slash in a name',
    fields: pause,
    ignore: {
      group: 'keda.sh',
      kind: 'ScaledObject',
      jsonPointers: ['/metadata/annotations/autoscaling.keda.sh~1paused-replicas'],
    },
    left: false,
  },
  {
    says: 'of this one by name',
    ignore: { group: 'apps', kind: 'Deployment', name: 'worker', namespace: 'shop', jsonPointers: ['/spec/replicas'] },
    left: false,
  },
  {
    says: 'not of another name',
    ignore: { group: 'apps', kind: 'Deployment', name: 'web', jsonPointers: ['/spec/replicas'] },
    left: true,
  },
  {
    says: 'not of another kind',
    ignore: { group: 'apps', kind: 'StatefulSet', jsonPointers: ['/spec/replicas'] },
    left: true,
  },
  { says: 'not of the core group', ignore: { kind: 'Deployment', jsonPointers: ['/spec/replicas'] }, left: true },
  {
    says: 'not by another pointer',
    ignore: { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicasX'] },
    left: true,
  },
  { says: 'not of another manager', ignore: { group: '*', kind: '*', managedFieldsManagers: ['kubectl'] }, left: true },
  { says: 'not at all', left: true },
  {
    says: 'and written all the same, where only comparing ignores',
    ignore: { group: '*', kind: '*', managedFieldsManagers: ['norikae'] },
    syncPolicy: { automated: {} },
    left: true,
  },
  {
    says: 'and nobody syncs by himself',
    ignore: { group: '*', kind: '*', managedFieldsManagers: ['norikae'] },
    syncPolicy: {},
    left: false,
  },
])('what Norikae holds is ignored $says', ({ ignore, fields = replicas, syncPolicy, left }) => {
  const it = anApplication({
    spec: {
      ...(ignore && { ignoreDifferences: [ignore] }),
      syncPolicy: syncPolicy ?? { automated: {}, syncOptions: RESPECTED },
    },
  })
  expect(unignored(it, fields)).toEqual(left ? fields : [])
})

test('where nothing is held nothing is asked', () => {
  expect(unignored(anApplication({ spec: { syncPolicy: { automated: { selfHeal: true } } } }), [])).toEqual([])
})
