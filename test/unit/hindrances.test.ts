import { expect, test } from 'vitest'
import { hindranceFinding, hindrancesOf, lasting } from '../../src/domain/hindrances.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()
const workload = (conditions: readonly object[] = []) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  status: { conditions },
})
const aPod = (name: string, reason: string, seconds: number, field = 'containerStatuses') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: ago(9_999) },
  status: {
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(seconds) }],
    [field]: [{ name: 'app', state: { waiting: { reason, message: 'why\n  it is' } } }],
  },
})

test.for([
  ['InvalidImageName', 1, 'image-not-pulled'],
  ['ErrImageNeverPull', 1, 'image-not-pulled'],
  ['ErrImagePull', 9_999, undefined],
  ['ImagePullBackOff', 479, undefined],
  ['ImagePullBackOff', 481, 'image-not-pulled'],
  ['CreateContainerConfigError', 119, undefined],
  ['CreateContainerConfigError', 121, 'container-not-made'],
  ['CrashLoopBackOff', 9_999, undefined],
] as const)('%s for %i s is %s', ([reason, seconds, code]) => {
  const found = hindrancesOf(workload(), [aPod('web-1', reason, seconds)])
  expect(found).toEqual([
    { about: 'Deployment/shop/web', container: 'app', reason, message: 'why it is', sinceMs: NOW - seconds * 1000 },
  ])
  expect(lasting(found, NOW).map((h) => hindranceFinding(h, 'demo-1-36').code)).toEqual(
    code === undefined ? [] : [code],
  )
})

test.for(['ContainerCreating', 'PodInitializing'])(
  'a container that is only being started (%s) hinders nothing',
  (reason) => expect(hindrancesOf(workload(), [aPod('web-1', reason, 9_999)])).toEqual([]),
)

test('pods that wait for the same are told once, since the first of them does', () => {
  const pods = [10, 300, 20].map((seconds, n) => aPod(`web-${n}`, 'ImagePullBackOff', seconds))
  expect(hindrancesOf(workload(), pods).map((h) => h.sinceMs)).toEqual([NOW - 300_000])
})

test('a pod that is going hinders nothing: it may be of what was mended since', () => {
  const { metadata, ...pod } = aPod('web-1', 'ImagePullBackOff', 9_999)
  expect(hindrancesOf(workload(), [{ ...pod, metadata: { ...metadata, deletionTimestamp: ago(1) } }])).toEqual([])
})

test('containers that come before the others count as well', () =>
  expect(hindrancesOf(workload(), [aPod('web-1', 'InvalidImageName', 5, 'initContainerStatuses')])).toHaveLength(1))

test('pods that are not made, or find no node, are told in the words of who would', () => {
  const quota = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'exceeded quota: small',
    lastTransitionTime: ago(999),
  }
  const placed = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' }, status: { conditions: [placed] } }
  const found = hindrancesOf(workload([quota]), [pod])
  expect(found.map((h) => `${h.reason}: ${h.message}`)).toEqual([
    'FailedCreate: exceeded quota: small',
    'Unschedulable: 0/3 nodes are available',
  ])
  expect(lasting(found, NOW)).toEqual([])
})
