import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { couldNotStart, needsOf } from '../../src/domain/needs.ts'

const ref = { name: 'it' }
test.for<{ says: string; pod: object; needs: readonly string[] }>([
  {
    says: 'a value of a variable',
    pod: { containers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: ref } }] }] },
    needs: ['Secret it'],
  },
  {
    says: 'a value of a variable of an init container',
    pod: { initContainers: [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: ref } }] }] },
    needs: ['ConfigMap it'],
  },
  {
    says: 'all variables',
    pod: { containers: [{ envFrom: [{ secretRef: ref }, { configMapRef: ref }] }] },
    needs: ['Secret it', 'ConfigMap it'],
  },
  {
    says: 'a volume',
    pod: { volumes: [{ secret: { secretName: 'it' } }, { configMap: ref }] },
    needs: ['Secret it', 'ConfigMap it'],
  },
  {
    says: 'a projected volume',
    pod: { volumes: [{ projected: { sources: [{ secret: ref }, { configMap: ref }, { downwardAPI: {} }] } }] },
    needs: ['Secret it', 'ConfigMap it'],
  },
  { says: 'an account', pod: { serviceAccountName: 'it' }, needs: ['ServiceAccount it'] },
  { says: 'the same twice', pod: { volumes: [{ configMap: ref }, { configMap: ref }] }, needs: ['ConfigMap it'] },
  {
    says: 'what may be missing',
    pod: {
      containers: [{ env: [{ valueFrom: { secretKeyRef: { ...ref, optional: true } } }] }],
      volumes: [{ secret: { secretName: 'it', optional: true } }, { configMap: { ...ref, optional: true } }],
    },
    needs: [],
  },
  {
    says: 'a plain value and an empty folder',
    pod: { containers: [{ env: [{ value: 'x' }] }], volumes: [{ emptyDir: {} }] },
    needs: [],
  },
])('$says', ({ pod, needs }) => {
  expect(needsOf({ ...pod }).map(({ kind, name }) => `${kind} ${name}`)).toEqual(needs)
})

const worker = (namespace: string): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report', namespace },
  spec: { jobTemplate: { spec: { template: { spec: { volumes: [{ configMap: ref }], serviceAccountName: 'job' } } } } },
})

test('what is there in another namespace, or of another kind, is not there', () => {
  const there = (kind: string, namespace: string) =>
    new Set(namespace === 'a' && kind === 'ConfigMap' ? ['it', 'job'] : [])
  expect(couldNotStart([worker('a'), worker('b')], there)).toEqual([
    'CronJob/a/report needs ServiceAccount job',
    'CronJob/b/report needs ConfigMap it, ServiceAccount job',
  ])
  expect(couldNotStart([worker('a')], () => new Set(['it', 'job']))).toEqual([])
})
