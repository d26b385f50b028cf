import { expect, test } from 'vitest'
import type { NodegroupDescription } from '../../src/domain/eks-objects.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { poolsOf, unschedulable } from '../../src/domain/scheduling.ts'
import { aNodeGroup } from '../support/eks.ts'

const group = (name: string, more: Partial<NodegroupDescription> = {}): NodegroupDescription =>
  aNodeGroup({
    name,
    instanceTypes: ['m7g.large'],
    amiType: 'AL2023_ARM_64_STANDARD',
    capacityType: 'ON_DEMAND',
    ...more,
  })
const pools = poolsOf([
  group('general', { labels: { tier: 'web', size: '8' } }),
  group('batch', {
    amiType: 'AL2023_x86_64_STANDARD',
    capacityType: 'SPOT',
    labels: { tier: 'batch' },
    taints: [{ key: 'batch', value: 'yes', effect: 'NO_SCHEDULE' }],
  }),
])
const on = (spec: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { spec } },
})
const affinity = (...terms: readonly object[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
})
const term = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, values }],
})
const toBatch = { nodeSelector: { tier: 'batch' } }
const tolerates = (...tolerations: readonly object[]) => ({ ...toBatch, tolerations })

test.for<{ says: string; spec: object; because?: string }>([
  { says: 'that ask for nothing', spec: {} },
  { says: 'with a label of a node group', spec: { nodeSelector: { tier: 'web' } } },
  { says: 'with one that none has', spec: { nodeSelector: { tier: 'db' } }, because: 'tier=db is on none' },
  {
    says: 'with two that no group has both',
    spec: { nodeSelector: { size: '8', tier: 'batch' } },
    because: 'tier=batch is on none; size=8 is on none',
  },
  { says: 'of a node group by its name', spec: { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'general' } } },
  {
    says: 'of a node group that is not there',
    spec: { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'old' } },
    because: 'nodegroup=old is on none',
  },
  { says: 'of an architecture', spec: { nodeSelector: { 'kubernetes.io/arch': 'arm64' } } },
  {
    says: 'of a system that no group runs',
    spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } },
    because: 'kubernetes.io/os=windows is on none',
  },
  { says: 'of a zone, which nodes tell once they run', spec: { nodeSelector: { 'topology.kubernetes.io/zone': 'a' } } },
  {
    says: "of a node of blue's by its name",
    spec: { nodeSelector: { 'kubernetes.io/hostname': 'ip-10-0-0-1' } },
    because: 'hostname=ip-10-0-0-1 is on none',
  },
  {
    says: 'with a label of an older Kubernetes',
    spec: affinity(term('node-role.kubernetes.io/master', 'Exists')),
    because: 'affinity (node-role.kubernetes.io/master) is met by none',
  },
  { says: 'by one term of several', spec: affinity(term('tier', 'In', 'db'), term('tier', 'In', 'db', 'web')) },
  { says: 'by what must not be', spec: affinity(term('tier', 'NotIn', 'batch')) },
  { says: 'by a label that must not be', spec: affinity(term('gpu', 'DoesNotExist')) },
  { says: 'by a number', spec: affinity(term('size', 'Gt', '4')) },
  { says: 'by a number that none has', spec: affinity(term('size', 'Lt', '4')), because: '(size) is met by none' },
  {
    says: 'by a field, which names a node',
    spec: affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['ip-1'] }] }),
    because: '(metadata.name) is met by none',
  },
  { says: 'that do not tolerate the only group', spec: toBatch, because: 'the taint batch=yes is not tolerated' },
  { says: 'that tolerate it', spec: tolerates({ key: 'batch', value: 'yes', effect: 'NoSchedule' }) },
  {
    says: 'that tolerate another value',
    spec: tolerates({ key: 'batch', value: 'no' }),
    because: 'the taint batch=yes',
  },
  { says: 'that tolerate its key', spec: tolerates({ key: 'batch', operator: 'Exists' }) },
  { says: 'that tolerate everything', spec: tolerates({ operator: 'Exists' }) },
  {
    says: 'that tolerate another effect',
    spec: tolerates({ operator: 'Exists', effect: 'NoExecute' }),
    because: 'taint',
  },
])('pods $says', ({ spec, because }) => {
  const found = unschedulable(on(spec), pools)
  if (because === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject({ level: 'warning', code: 'unschedulable', about: 'Deployment/shop/web' })
  expect(found?.message ?? '').toContain(because ?? '')
})

test('a taint that only prefers other nodes keeps nobody away, and without node groups nothing is known', () => {
  const prefers = poolsOf([group('a', { taints: [{ key: 'old', effect: 'PREFER_NO_SCHEDULE' }] })])
  expect(unschedulable(on({}), prefers)).toBeUndefined()
  expect(unschedulable(on({ nodeSelector: { tier: 'db' } }), [])).toBeUndefined()
})
