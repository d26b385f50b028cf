import { expect, test } from 'vitest'
import { storageSurvey } from '../../src/activities/storage-survey.ts'
import type { NamespaceFacts } from '../../src/domain/facts.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { quotas, type QuotaName } from '../../src/domain/quotas.ts'
import { copiedClaims, storageFindings, storageNeeds, type Disk } from '../../src/domain/storage.ts'
import { anApp, anEnvironment } from '../support/builders.ts'

/** Room in EBS for what green adds: as much as goes with blue's nodes, and copies. */

const disk = (id: string, gibibytes: number, more: Partial<Disk> = {}): Disk => ({
  id,
  type: 'gp3',
  gibibytes,
  goesWith: [],
  ...more,
})
const node = (instance: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: instance },
  spec: { providerID: `aws:///ap-northeast-1a/${instance}` },
})
const volume = (id: string, claim: string, driver = 'ebs.csi.aws.com'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `pv-${id}` },
  spec: { csi: { driver, volumeHandle: id }, claimRef: { namespace: 'shop', name: claim } },
})
const root = { goesWith: ['i-1'] }
const TIB = 1024

test.for<{
  says: string
  disks: readonly Disk[]
  copied?: readonly string[]
  allowed?: Partial<Record<keyof typeof quotas, number>>
  are: readonly string[]
}>([
  { says: 'there is room', disks: [disk('a', 10 * TIB, root)], are: [] },
  {
    says: 'nodes need just all of it',
    disks: [disk('a', 20 * TIB, root), disk('b', 10 * TIB)],
    are: ['warning TiB of EBS volumes of type gp3: 30 are used and green adds 20, of 50'],
  },
  {
    says: 'a little is missing',
    disks: [disk('a', 20 * TIB, root), disk('b', 10 * TIB + 1)],
    are: ['blocker TiB of EBS volumes of type gp3: 30.01 are used and green adds 20, of 50'],
  },
  { says: 'it is others’ who have it all', disks: [disk('a', 50 * TIB, { goesWith: ['i-9'] })], are: [] },
  { says: 'volumes change sides', disks: [disk('vol-1', 40 * TIB)], are: [] },
  {
    says: 'volumes are copied',
    disks: [disk('vol-1', 40 * TIB)],
    copied: ['data-0'],
    are: ['blocker TiB of EBS volumes of type gp3: 40 are used and green adds 40, of 50'],
  },
  { says: 'what is copied is no volume of EBS', disks: [disk('fs-1', 40 * TIB)], copied: ['files'], are: [] },
  {
    says: 'each type counts by itself',
    disks: [disk('a', 30 * TIB), disk('vol-1', 15 * TIB, { type: 'io2' })],
    copied: ['data-0'],
    allowed: { io2: 20 },
    are: ['blocker TiB of EBS volumes of type io2: 15 are used and green adds 15, of 20'],
  },
  { says: 'AWS does not say', disks: [disk('a', 40 * TIB, root)], allowed: {}, are: [] },
])('where $says', ({ disks, copied = [], allowed = { gp3: 50 }, are }) => {
  const volumes = [volume('vol-1', 'data-0'), volume('fs-1', 'files', 'efs.csi.aws.com')]
  const claims = copied.map((claim) => ({ namespace: 'shop', claim }))
  const needs = storageNeeds(disks, { nodes: [node('i-1')], volumes, copied: claims })
  expect(storageFindings(needs, allowed).map((f) => `${f.level} ${f.message}`)).toEqual(
    are.map((start) => expect.stringContaining(start)),
  )
})

test('copied are the claims of what the file, or its annotation, says is', () => {
  const copy: Handover = { class: 'stateful', by: 'copy', lossOnReturn: 'a day' }
  const workload = (name: string, claims: readonly string[], annotated?: Handover) => ({
    ref: { kind: 'StatefulSet' as const, namespace: 'shop', name },
    scaled: false,
    behindService: false,
    hasVolumes: true,
    volumes: { claims, faults: [] },
    ...(annotated && { annotated: { handover: annotated } }),
  })
  const namespaces = [
    {
      name: 'shop',
      workloads: [
        workload('db', ['data-0', 'data-1']),
        workload('cache', ['cache-0'], copy),
        workload('mail', ['spool-0'], { class: 'stateful', by: 'handover' }),
        workload('other', ['other-0']),
      ],
    },
  ] as unknown as readonly NamespaceFacts[] // what is asked of them
  const handovers = { 'StatefulSet/shop/db': copy }
  const apps = [anApp('shop', { environments: [anEnvironment('test', { handovers })] })]
  expect(copiedClaims(apps, namespaces).map(({ claim }) => claim)).toEqual(['data-0', 'data-1', 'cache-0'])
})

test('a green of others is asked nothing of where nothing is copied, and of its nodes nothing', async () => {
  const asked: string[] = []
  const world = {
    blockStorage: { disks: async () => [disk('a', TIB, root), disk('vol-1', TIB, { type: 'gp2' })] },
    quotas: {
      allowed: async ({ code }: QuotaName) => {
        asked.push(code)
        return 1
      },
    },
  } as unknown as Parameters<typeof storageSurvey>[0] // all that it asks
  const kubernetes = {
    list: async (kind: string) => {
      asked.push(kind)
      return kind === 'Node' ? [node('i-1')] : [volume('vol-1', 'data-0')]
    },
  } as unknown as Parameters<typeof storageSurvey>[1] // what is listed
  expect(await storageSurvey(world, kubernetes, { builds: false, copied: [] })).toEqual([])
  expect(asked).toEqual([])
  const copied = [{ namespace: 'shop', claim: 'data-0' }]
  expect((await storageSurvey(world, kubernetes, { builds: false, copied })).map((f) => f.about)).toEqual([
    'ebs L-D18FCD1D',
  ])
  expect(asked).toEqual(['PersistentVolume', quotas.gp2.code])
})
