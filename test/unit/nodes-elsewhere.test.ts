import { expect, test } from 'vitest'
import { nodesElsewhere } from '../../src/domain/nodes-elsewhere.ts'
import type { RunningInstance } from '../../src/domain/quotas.ts'

/** Nodes that EKS has not started are named: green would lack them. */

const instance = (more: Partial<RunningInstance> = {}): RunningInstance => ({
  id: 'i-1',
  type: 'm7i.large',
  zone: 'a',
  vcpus: 2,
  spot: false,
  ...more,
})
const node = (by: NonNullable<RunningInstance['by']>, more: Partial<RunningInstance> = {}) =>
  instance({ cluster: 'blue', by, ...more })

const known = (id: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: id },
  spec: { providerID: `aws:///ap-northeast-1a/${id}` },
})

test.for<{ says: string; instances: readonly RunningInstance[]; are: readonly string[] }>([
  { says: 'EKS has started all', instances: [node('EKS'), node('EKS')], are: [] },
  { says: 'others are of another cluster', instances: [node('others', { id: 'i-2', cluster: 'blue-2' })], are: [] },
  { says: 'a bastion is tagged as its own', instances: [node('EKS'), node('others', { id: 'i-2' })], are: [] },
  {
    says: 'one was started by hand, and has no tag of it',
    instances: [node('EKS'), instance()],
    are: ['blocker 1 (m7i.large) of its nodes are of no node group'],
  },
  {
    says: 'some are of an Auto Scaling group',
    instances: [node('EKS'), node('others'), node('others', { type: 'c7g.xlarge' })],
    are: ['blocker 2 (m7i.large, c7g.xlarge) of its nodes are of no node group'],
  },
  {
    says: 'some are Karpenter’s, of many types',
    instances: ['a.large', 'b.large', 'c.large', 'd.large'].map((type) => node('Karpenter', { type })),
    are: ['warning 4 (a.large, b.large, c.large …) of its nodes were started by Karpenter'],
  },
])('where $says', ({ instances, are }) => {
  const said = nodesElsewhere('blue', [known('i-1')], instances).map((f) => `${f.level} ${f.message}`)
  expect(said).toEqual(are.map((start) => expect.stringContaining(start)))
})
