import { expect, test } from 'vitest'
import { holdingInWords, isDrained, type Holding } from '../../src/domain/draining.ts'
import type { KubernetesObject, ObjectMeta } from '../../src/domain/kubernetes-objects.ts'

const aPod = (metadata: Partial<ObjectMeta> = {}, phase = 'Running'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', ...metadata },
  spec: { nodeName: 'node-a' },
  status: { phase },
})
const budget: KubernetesObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'shop' },
}
const ending = { deletionTimestamp: '2026-12-01T10:00:00Z' }
const owner = (kind: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller: true }],
})

test.for<{ says: string; held: Holding[]; words: string }>([
  { says: 'nothing', held: [], words: '' },
  {
    says: 'a budget',
    held: [{ pod: aPod(), budget }],
    words: ': PodDisruptionBudget/shop/web allows no disruption, so Pod/shop/web-1 on node-a is not evicted',
  },
  {
    says: 'a pod that does not end, and what keeps it',
    held: [{ pod: aPod({ ...ending, finalizers: ['example.com/wait'] }) }],
    words:
      ': Pod/shop/web-1 on node-a was told to end at 2026-12-01T10:00:00Z and has not (finalizers example.com/wait)',
  },
])('$says', ({ held, words }) => expect(holdingInWords(held)).toBe(words))

test('of many the first are named', () => {
  expect(holdingInWords(Array.from({ length: 8 }, () => ({ pod: aPod(), budget })))).toMatch(/; and 3 more$/)
})

test.for([
  { says: 'a pod of a Deployment', pod: aPod(owner('ReplicaSet')), is: true },
  { says: 'a pod of nobody', pod: aPod(), is: true },
  { says: 'not one of a DaemonSet', pod: aPod(owner('DaemonSet')), is: false },
  { says: 'nor one that has ended', pod: aPod({}, 'Succeeded'), is: false },
])('what is drained: $says', ({ pod, is }) => expect(isDrained(pod)).toBe(is))
