import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { classesInUse, classFindings, classStays, isOfEks } from '../../src/domain/storage-classes.ts'
import {
  looseAmong,
  sharedClaims,
  sharedFinding,
  strandedIn,
  volumeFindings,
  zonesOfVolume,
  type VolumesFound,
} from '../../src/domain/volume-findings.ts'
import { ref } from '../support/builders.ts'

const object = (kind: string, name: string, spec: object = {}, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop', ...more },
  spec: { ...spec },
})
const aClaim = (name: string, spec: object = {}) => object('PersistentVolumeClaim', name, spec)
const ebs = { csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1' } }
const aVolume = (spec: object = {}, more: object = {}) => object('PersistentVolume', 'pv', { ...ebs, ...spec }, more)
const inZones = (key: string, ...values: string[]) => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] } },
})

describe('a volume', () => {
  test.for<{ says: string; volume: KubernetesObject; zones: string[] }>([
    { says: 'of the driver', volume: aVolume(inZones('topology.kubernetes.io/zone', 'z-1a')), zones: ['z-1a'] },
    { says: 'of an older driver', volume: aVolume(inZones('topology.ebs.csi.aws.com/zone', 'z-1a')), zones: ['z-1a'] },
    {
      says: 'of Kubernetes itself',
      volume: aVolume({}, { labels: { 'failure-domain.beta.kubernetes.io/zone': 'z-1c' } }),
      zones: ['z-1c'],
    },
    { says: 'by another label', volume: aVolume(inZones('disk', 'ssd')), zones: [] },
    { says: 'that does not say', volume: aVolume(), zones: [] },
  ])('$says is where it says', ({ volume, zones }) => expect(zonesOfVolume(volume)).toEqual(zones))

  test.for<{ says: string; volume?: KubernetesObject; stranded: boolean }>([
    { says: 'in a zone with nodes', volume: aVolume(inZones('topology.kubernetes.io/zone', 'z-1a')), stranded: false },
    { says: 'in another zone', volume: aVolume(inZones('topology.kubernetes.io/zone', 'z-1d')), stranded: true },
    {
      says: 'in one of several',
      volume: aVolume(inZones('topology.kubernetes.io/zone', 'z-1d', 'z-1a')),
      stranded: false,
    },
    { says: 'that does not say where', volume: aVolume(), stranded: false },
    {
      says: 'of another driver',
      volume: aVolume({ ...inZones('topology.kubernetes.io/zone', 'z-1d'), csi: { driver: 'other' } }),
      stranded: false,
    },
    { says: 'that is not there yet', stranded: false },
  ])('$says is stranded: $stranded', ({ volume, stranded }) => {
    const found = strandedIn([{ claim: aClaim('data'), volume }], new Set(['z-1a', 'z-1c']))
    expect(found).toEqual(stranded ? [{ claim: 'data', zone: 'z-1d' }] : [])
  })

  test('goes with its claim unless it says Retain', () => {
    const stored = ['Delete', 'Retain', 'Delete'].map((persistentVolumeReclaimPolicy) => ({
      claim: aClaim('data'),
      volume: aVolume({ persistentVolumeReclaimPolicy }),
    }))
    expect(looseAmong([...stored, { claim: aClaim('data'), volume: undefined }])).toBe(2)
  })
})

test.for<{
  says: string
  by?: 'copy' | 'handover'
  found: Partial<VolumesFound>
  are: string[]
  message?: RegExp
  remedy?: RegExp
}>([
  { says: 'nothing', found: {}, are: [] },
  { says: 'each fault', found: { faults: ['a', 'b'] }, are: ['blocker volumes-unfit', 'blocker volumes-unfit'] },
  {
    says: 'a zone without nodes',
    found: { stranded: [{ claim: 'data-db-0', zone: 'z-1d' }] },
    are: ['blocker volume-zone'],
    message: /^claim data-db-0 is on a volume in z-1d, where no node group has a subnet/,
  },
  {
    says: 'one that goes with its claim',
    found: { loose: 1 },
    are: ['info volume-reclaim'],
    message: /^its volume is deleted with its claim/,
    remedy: /^leave it/,
  },
  {
    says: "blue's own, which go with blue after a copy",
    by: 'copy',
    found: { loose: 2 },
    are: ['info volume-reclaim', 'warning loss-on-return'],
    message: /^2 of its volumes are deleted with their claims/,
    remedy: /^set Retain/,
  },
])('what is told of the volumes of a stateful workload: $says', ({ by = 'handover', found, are, message, remedy }) => {
  const handover: Handover & { class: 'stateful' } = { class: 'stateful', by, lossOnReturn: 'a day' }
  const told = volumeFindings(ref('StatefulSet', 'db'), handover, { claims: [], faults: [], ...found })
  expect(told.map((f) => `${f.level} ${f.code}`)).toEqual(are)
  expect(told.every((f) => f.about === 'StatefulSet/shop/db' && f.remedy !== '')).toBe(true)
  if (message) expect(told[0]?.message).toMatch(message)
  if (remedy) expect(told[0]?.remedy).toMatch(remedy)
})

describe('a claim on a file system', () => {
  const on = (spec: object) =>
    sharedClaims([aClaim('files', { volumeName: 'pv' })], [object('PersistentVolume', 'pv', spec)])
  test.for<{ says: string; spec: object; fileSystem?: string }>([
    {
      says: 'of EFS, by an access point',
      spec: { csi: { driver: 'efs.csi.aws.com', volumeHandle: 'fs-1a::fsap-2b' } },
      fileSystem: 'fs-1a',
    },
    { says: 'of FSx', spec: { csi: { driver: 'fsx.csi.aws.com', volumeHandle: 'fs-2b' } }, fileSystem: 'fs-2b' },
    {
      says: 'of a bucket',
      spec: { csi: { driver: 's3.csi.aws.com', volumeHandle: 'pictures' } },
      fileSystem: 'pictures',
    },
    { says: 'of NFS', spec: { nfs: { server: '10.0.0.9', path: '/' } }, fileSystem: '10.0.0.9' },
    { says: 'that is a disk', spec: ebs },
  ])('$says', ({ spec, fileSystem }) =>
    expect(on(spec)).toEqual(fileSystem === undefined ? [] : [{ claim: 'files', fileSystem }]),
  )

  test('is warned of until it is listed as external, and told then', () => {
    const shared = { claim: 'files', fileSystem: 'fs-1a' }
    const reached = ['fs-1a.efs.ap-northeast-1.amazonaws.com:2049']
    const told = [[], ['rds:5432'], reached].map((endpoints) => sharedFinding('shop', shared, endpoints))
    expect(told.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
      'warning volume-shared shop files',
      'warning volume-shared shop files',
      'info volume-shared shop files',
    ])
  })
})

describe('a StorageClass', () => {
  const aClass = (name: string, provisioner: string, more: object = {}): KubernetesObject => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, ...more },
    provisioner,
  })
  const usual = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }
  const [gp3, io2] = [aClass('gp3', 'ebs.csi.aws.com', usual), aClass('io2', 'ebs.csi.aws.com')]
  const asking = (storageClassName?: string) => ({ ...(storageClassName !== undefined && { storageClassName }) })
  const aSet = (storageClassName?: string) =>
    object('StatefulSet', 'db', { volumeClaimTemplates: [{ spec: asking(storageClassName) }] })

  test.for<{ says: string; claims?: KubernetesObject[]; sets?: KubernetesObject[]; used: object[] }>([
    { says: 'that nobody asks for', used: [] },
    {
      says: 'by name',
      claims: [aClaim('a', asking('io2')), aClaim('b', asking('io2'))],
      used: [{ name: 'io2', by: ['claim a', 'claim b'] }],
    },
    { says: 'by a template', sets: [aSet('io2')], used: [{ name: 'io2', by: ['StatefulSet db'] }] },
    { says: 'by saying nothing', sets: [aSet()], used: [{ name: 'gp3', by: ['StatefulSet db'] }] },
    { says: 'which is none', claims: [aClaim('a', asking(''))], sets: [aSet('')], used: [] },
    { says: 'that blue does not have either', claims: [aClaim('a', asking('by-hand'))], used: [] },
  ])('is asked for: $says', ({ claims = [], sets = [], used }) =>
    expect(classesInUse([io2, gp3], claims, sets)).toEqual(used.map((u) => ({ provisioner: 'ebs.csi.aws.com', ...u }))),
  )

  const [used] = classesInUse(
    [io2],
    ['a', 'b', 'c', 'd', 'e'].map((n) => aClaim(n, asking('io2'))),
    [],
  )
  test('is not carried over, and that is said before green is there', () => {
    expect(used && classStays('shop', used)).toMatchObject({
      level: 'warning',
      code: 'storage-class-stays',
      about: 'shop StorageClass/io2',
      message: expect.stringMatching(/^claim a, claim b, claim c and 2 more ask for this class of ebs.csi.aws.com/),
    })
  })

  test.for<{ says: string; green: KubernetesObject[]; codes: string[] }>([
    { says: 'of the same driver', green: [io2], codes: [] },
    { says: 'that green does not have', green: [gp3], codes: ['storage-class-missing'] },
    {
      says: 'of Auto Mode there',
      green: [aClass('io2', 'ebs.csi.eks.amazonaws.com')],
      codes: ['storage-class-differs'],
    },
  ])('is looked for on green: $says', ({ green, codes }) => {
    const told = used ? classFindings('shop', [used], green) : []
    expect(told.map((f) => f.code)).toEqual(codes)
    for (const f of told) expect(f).toMatchObject({ level: 'warning', about: 'shop StorageClass/io2' })
  })

  test.for<[string, KubernetesObject, boolean]>([
    ["EKS's own", aClass('gp2', 'kubernetes.io/aws-ebs'), true],
    ['of the add-on', aClass('x', 'ebs.csi.aws.com', { labels: { 'app.kubernetes.io/managed-by': 'EKS' } }), true],
    ['of its name', aClass('gp2', 'ebs.csi.aws.com'), false],
    ['made by people', gp3, false],
  ])('%s is in every cluster: %s', ([, storageClass, is]) => expect(isOfEks(storageClass)).toBe(is))
})
