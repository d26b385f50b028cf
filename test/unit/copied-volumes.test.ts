import { expect, test } from 'vitest'
import { COPY_OF } from '../../src/domain/annotations.ts'
import { copiedFrom, copyLike, isKept, KEPT_TAG, onCopy, snapshotsWaitedFor } from '../../src/domain/copied-volumes.ts'
import type { VolumeDescription } from '../../src/domain/ec2-objects.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { ebsOf } from '../../src/domain/volumes.ts'

const aDescription = (more: Partial<VolumeDescription> = {}): VolumeDescription => ({
  id: 'vol-1',
  state: 'available',
  zone: 'ap-northeast-1c',
  instances: [],
  type: 'gp3',
  tags: {},
  ...more,
})
const how = { snapshot: 'snap-1', from: 'blue', to: 'green', own: { 'norikae.io/run': 'r2' } }

test.for<{ says: string; volume: Partial<VolumeDescription>; like: object }>([
  { says: 'gp3 as fast as it was', volume: { iops: 4000, throughput: 250 }, like: { iops: 4000, throughput: 250 } },
  { says: 'gp2 by its size', volume: { type: 'gp2', iops: 300 }, like: {} },
  { says: 'io2 with its rate', volume: { type: 'io2', iops: 9000 }, like: { iops: 9000 } },
  { says: 'st1, which has neither', volume: { type: 'st1' }, like: {} },
])('a copy is like its volume: $says', ({ volume, like }) => {
  const { tags: _, ...made } = copyLike(aDescription(volume), how)
  expect(made).toEqual({ snapshot: 'snap-1', zone: 'ap-northeast-1c', type: volume.type ?? 'gp3', ...like })
})

test("a copy has the tags of its volume, the other cluster's where it was this one's, and nothing of AWS or an earlier run", () => {
  const tags = {
    'ebs.csi.aws.com/cluster': 'true',
    'kubernetes.io/cluster/blue': 'owned',
    'kubernetes.io/cluster/another': 'shared',
    'aws:backup:source-resource': 'x',
    'norikae.io/run': 'r1',
    'norikae.io/kept': 'x',
    cost: 'shop',
  }
  expect(copyLike(aDescription({ tags }), how).tags).toEqual({
    'ebs.csi.aws.com/cluster': 'true',
    'kubernetes.io/cluster/green': 'owned',
    'kubernetes.io/cluster/another': 'shared',
    'norikae.io/run': 'r2',
    cost: 'shop',
  })
})

const claim: KubernetesObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } }
const aVolume = (spec: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pvc-1', annotations: { own: 'x' } },
  spec: { capacity: { storage: '1Gi' }, ...spec },
})

test.for([
  {
    says: 'of the driver',
    spec: { csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1', fsType: 'xfs' } },
    source: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-2', fsType: 'xfs' },
  },
  {
    says: 'that Kubernetes itself once made',
    spec: { awsElasticBlockStore: { volumeID: 'aws://ap-northeast-1a/vol-1', fsType: 'ext4' } },
    source: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-2', fsType: 'ext4' },
  },
])('a volume $says is on its copy on the other side, and says of what', ({ spec, source }) => {
  const { volume } = onCopy({ claim, volume: aVolume(spec) }, new Map([['vol-1', aDescription({ id: 'vol-2' })]]))
  expect(volume?.spec).toEqual({ capacity: { storage: '1Gi' }, csi: source })
  expect(volume && ebsOf(volume)?.id).toBe('vol-2')
  expect(volume?.metadata).toEqual({ name: 'pvc-1', annotations: { own: 'x', [COPY_OF]: 'vol-1' } })
  expect(volume && copiedFrom(volume)).toBe('vol-1')
})

test('a claim that has no volume yet has none on the other side', () => {
  expect(onCopy({ claim, volume: undefined }, new Map())).toEqual({ claim, volume: undefined })
})

test('snapshots are waited for until all are complete, also those that EC2 does not tell of yet', () => {
  const told = (id: string, state: string, progress: string) => ({ id, volume: '', startedAt: '', state, progress })
  const wait = snapshotsWaitedFor(['s1', 's2', 's3'], [told('s1', 'completed', '100%'), told('s2', 'pending', '47%')])
  expect(wait).toBe('s2 47%, s3')
  expect(snapshotsWaitedFor(['s1'], [told('s1', 'completed', '100%')])).toBeUndefined()
})

test('what is kept says so', () => {
  expect([{}, { [KEPT_TAG]: 'green' }].map((tags) => isKept(aDescription({ tags })))).toEqual([false, true])
})
