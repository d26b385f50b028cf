import { describe, expect, test } from 'vitest'
import { RECLAIM_POLICY, RUN } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import {
  claimCopy,
  clash,
  ebsOf,
  givenBack,
  isBound,
  ownsClaim,
  paired,
  retaining,
  storesOf,
  volumeCopy,
  volumeFaults,
} from '../../src/domain/volumes.ts'

const object = (kind: string, name: string, spec: object, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop', ...more },
  spec: { ...spec },
})
const mounting = (...claims: readonly string[]) => ({
  template: {
    spec: { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) },
  },
})
const aSet = (name: string, templates: readonly string[], more: object = {}) =>
  object('StatefulSet', name, {
    ...mounting('shared'),
    volumeClaimTemplates: templates.map((template) => ({ metadata: { name: template } })),
    ...more,
  })
const aClaim = (name: string, volumeName?: string) =>
  object('PersistentVolumeClaim', name, { ...(volumeName !== undefined && { volumeName }) }, { uid: `uid-${name}` })
const ebs = (id: string) => ({ csi: { driver: 'ebs.csi.aws.com', volumeHandle: id, fsType: 'xfs' } })
const aVolume = (name: string, spec: object = ebs('vol-1'), more: object = {}) =>
  object('PersistentVolume', name, { persistentVolumeReclaimPolicy: 'Delete', ...spec }, more)

describe('a claim is a workload’s', () => {
  const db = aSet('db', ['data', 'log'])
  test.for([
    ['data-db-0', true],
    ['data-db-12', true],
    ['log-db-0', true],
    ['shared', true],
    ['data-db', false],
    ['data-db-', false],
    ['data-db-0-old', false],
    ['data-db-1-0', false],
    ['data-other-db-0', false],
    ['other', false],
  ] as const)('%s: %s', ([name, is]) => expect(ownsClaim(db)(name)).toBe(is))

  test('of its own namespace only, in name order, with the volume that it names', () => {
    const elsewhere = { ...aClaim('data-db-0'), metadata: { name: 'data-db-0', namespace: 'other' } }
    const claims = [aClaim('shared', 'b'), elsewhere, aClaim('data-db-0', 'a'), aClaim('data-db-1')]
    const stores = storesOf(db, claims, [aVolume('a'), aVolume('b')])
    expect(stores.map(({ claim, volume }) => [claim.metadata.name, volume?.metadata.name])).toEqual([
      ['data-db-0', 'a'],
      ['data-db-1', undefined],
      ['shared', 'b'],
    ])
  })
})

test.for<{ says: string; spec: object; id?: string; source?: object }>([
  { says: 'what its driver made', spec: ebs('vol-1'), id: 'vol-1', source: { fsType: 'xfs' } },
  {
    says: 'what Kubernetes itself once made is the driver’s too',
    spec: { awsElasticBlockStore: { volumeID: 'aws://ap-northeast-1a/vol-0a1', fsType: 'ext4' } },
    id: 'vol-0a1',
    source: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-0a1', fsType: 'ext4' },
  },
  {
    says: 'without the provisioner that made it',
    spec: {
      csi: {
        driver: 'ebs.csi.aws.com',
        volumeHandle: 'vol-1',
        volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': '1', partition: '2' },
      },
    },
    id: 'vol-1',
    source: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1', volumeAttributes: { partition: '2' } },
  },
  { says: 'not one of EFS', spec: { csi: { driver: 'efs.csi.aws.com', volumeHandle: 'fs-1' } } },
  { says: 'not one of Auto Mode', spec: { csi: { driver: 'ebs.csi.eks.amazonaws.com', volumeHandle: 'vol-1' } } },
  { says: 'not a folder of a node', spec: { hostPath: { path: '/tmp' } } },
])('an EBS volume: $says', ({ spec, id, source }) => {
  const found = ebsOf(aVolume('pv', spec))
  expect(found?.id).toBe(id)
  if (source) expect(found?.source).toMatchObject(source)
  if (id === 'vol-1') expect(JSON.stringify(found?.source)).not.toContain('csiProvisioner')
})

test.for<{
  says: string
  fault: RegExp | undefined
  set?: object
  volume?: KubernetesObject
  others?: KubernetesObject[]
}>([
  { says: 'an EBS volume of its own', fault: undefined },
  {
    says: 'claims that go when it is stopped',
    set: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } },
    fault: /deleted when it is scaled down/,
  },
  {
    says: 'claims that go with it only',
    set: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' } },
    fault: undefined,
  },
  {
    says: 'a volume of another driver',
    volume: aVolume('a', { csi: { driver: 'efs.csi.aws.com', volumeHandle: 'fs-1' } }),
    fault: /^claim data-db-0 is on a volume of efs.csi.aws.com; only those of ebs.csi.aws.com move/,
  },
  { says: 'a volume that is gone', volume: aVolume('other'), fault: /names the volume a, which is not there/ },
  {
    says: 'a claim that another workload mounts',
    others: [object('Deployment', 'backup', mounting('data-db-0'))],
    fault: /^Deployment backup mounts its claim data-db-0 too$/,
  },
  {
    says: 'another workload with a claim of its own',
    others: [object('Deployment', 'web', mounting('web'))],
    fault: undefined,
  },
])('what is in the way of a handover: $says', ({ set, volume = aVolume('a'), others = [], fault }) => {
  const db = aSet('db', ['data'], set)
  const found = volumeFaults(db, storesOf(db, [aClaim('data-db-0', 'a'), aClaim('data-db-1')], [volume]), [
    db,
    ...others,
  ])
  expect(found).toEqual(fault === undefined ? [] : [expect.stringMatching(fault)])
})

test('the former policy of a volume is noted once, and given back', () => {
  const noted = aVolume(
    'a',
    { persistentVolumeReclaimPolicy: 'Retain' },
    { annotations: { [RECLAIM_POLICY]: 'Delete' } },
  )
  for (const volume of [aVolume('a'), noted])
    expect(retaining(volume)).toMatchObject({
      metadata: { annotations: { [RECLAIM_POLICY]: 'Delete' } },
      spec: { persistentVolumeReclaimPolicy: 'Retain' },
    })
  expect(givenBack(noted)).toMatchObject({
    metadata: { annotations: { [RECLAIM_POLICY]: null } },
    spec: { persistentVolumeReclaimPolicy: 'Delete' },
  })
})

test('the volume of the other side is kept for the claim of the same name, in its zone', () => {
  const volume = aVolume(
    'pvc-1',
    {
      ...ebs('vol-1'),
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'gp3',
      claimRef: { namespace: 'shop', name: 'data-db-0', uid: '1', resourceVersion: '2' },
      volumeAttributesClassName: 'fast',
      nodeAffinity: { required: {} },
    },
    { uid: '1', annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com', other: 'x' } },
  )
  const source = ebsOf(volume) ?? { id: '', source: {} }
  expect(volumeCopy(volume, source, { name: 'pvc-1', zone: 'ap-northeast-1c', run: 'r1' })).toEqual({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: 'pvc-1',
      labels: { [RUN]: 'r1' },
      annotations: { [RECLAIM_POLICY]: 'Delete', 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' },
    },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'gp3',
      persistentVolumeReclaimPolicy: 'Retain',
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1', fsType: 'xfs' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data-db-0' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['ap-northeast-1c'] }] },
          ],
        },
      },
    },
  })
})

test('the claim of the other side has the same name, labels and wishes, and nothing of its binder', () => {
  const claim = object(
    'PersistentVolumeClaim',
    'data-db-0',
    {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      volumeName: 'pvc-1',
      dataSource: {},
    },
    {
      uid: '1',
      labels: { app: 'db' },
      finalizers: ['kubernetes.io/pvc-protection'],
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/selected-node': 'n', team: 'a' },
    },
  )
  expect(claimCopy(claim, 'r1')).toEqual({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-db-0', namespace: 'shop', labels: { app: 'db', [RUN]: 'r1' }, annotations: { team: 'a' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName: 'pvc-1' },
  })
})

test('a claim is bound to the volume that is bound to it, and not to one of the same name from before', () => {
  const claim = { ...aClaim('data', 'a'), status: { phase: 'Bound' } }
  const to = (uid: string) => aVolume('a', { claimRef: { namespace: 'shop', name: 'data', uid } })
  expect(isBound(claim, to('uid-data'))).toBe(true)
  expect(isBound(claim, to('another'))).toBe(false)
  expect(isBound(claim, undefined)).toBe(false)
  expect(isBound({ ...claim, status: { phase: 'Lost' } }, to('uid-data'))).toBe(false)
})

test('two sides clash where both have a volume and it is not the same', () => {
  const store = (id?: string) => ({ claim: aClaim('a'), volume: id === undefined ? undefined : aVolume('a', ebs(id)) })
  const clashes = (here: ReturnType<typeof store>[], there: ReturnType<typeof store>[]) =>
    paired(here, there).map(clash)
  expect(clashes([store('vol-1')], [store('vol-2')])).toEqual([true])
  expect(clashes([store('vol-1')], [store('vol-1')])).toEqual([false])
  expect(clashes([store('vol-1')], [store()])).toEqual([false])
  expect(clashes([store('vol-1')], [])).toEqual([false])
})
