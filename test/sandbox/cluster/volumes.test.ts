import { describe, expect, test } from 'vitest'
import { attachedVolume } from '../../../src/domain/volumes.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { aDeployment, aNamespace, eventually, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()

const aVolume = (name: string, namespace: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace, name: 'data' },
    csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${name}` },
    ...more,
  },
})
const aClaim = (namespace: string, volumeName?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...(volumeName !== undefined && { volumeName }),
  },
})
const claimIn = (namespace: string) => stage().cluster.list('v1', 'PersistentVolumeClaim', namespace)[0]
const volumeNamed = (name: string) =>
  stage()
    .cluster.list('v1', 'PersistentVolume')
    .find((v) => v.metadata.name === name)
const phaseIs = (what: string, of: () => KubernetesObject | undefined, phase: string) =>
  eventually(`${what} is ${phase}`, () => of()?.status?.['phase'] === phase)

describe('a claim', () => {
  test('is bound to the volume that is kept for it, and lets it go when it is deleted', async () => {
    const { cluster } = stage()
    const namespace = aNamespace(stage())
    cluster.apply(aVolume('kept', namespace))
    cluster.apply(aClaim(namespace))
    await phaseIs('the claim', () => claimIn(namespace), 'Bound')
    expect(claimIn(namespace)?.spec?.['volumeName']).toBe('kept')
    await phaseIs('the volume', () => volumeNamed('kept'), 'Bound')
    const claim = claimIn(namespace)
    if (claim) cluster.remove(claim)
    await phaseIs('the volume', () => volumeNamed('kept'), 'Released')

    // One of the same name is another claim.
    cluster.apply(aClaim(namespace, 'kept'))
    await phaseIs('the claim', () => claimIn(namespace), 'Pending')
    const free = { spec: { claimRef: { uid: null } } }
    await stage().raw('PATCH', '/api/v1/persistentvolumes/kept', { type: 'application/merge-patch+json', body: free })
    await phaseIs('the claim', () => claimIn(namespace), 'Bound')
  })

  test('waits for the volume that it names, and is lost when that goes', async () => {
    const { cluster } = stage()
    const namespace = aNamespace(stage())
    cluster.apply(aClaim(namespace, 'late'))
    await phaseIs('the claim', () => claimIn(namespace), 'Pending')
    cluster.apply(aVolume('late', namespace))
    await phaseIs('the claim', () => claimIn(namespace), 'Bound')
    const volume = volumeNamed('late')
    if (volume) cluster.remove(volume)
    // Nobody but somebody by force takes it from its claim.
    const { finalizers: _, ...metadata } = volumeNamed('late')?.metadata ?? { name: '' }
    const held = volumeNamed('late')
    if (held) cluster.update({ ...held, metadata })
    await phaseIs('the claim', () => claimIn(namespace), 'Lost')
  })

  test('keeps its volume for as long as it is there', async () => {
    const { cluster } = stage()
    const namespace = aNamespace(stage())
    cluster.apply(aVolume('held', namespace))
    cluster.apply(aClaim(namespace))
    await phaseIs('the claim', () => claimIn(namespace), 'Bound')
    const volume = volumeNamed('held')
    if (volume) cluster.remove(volume)
    expect(volumeNamed('held')?.metadata).toMatchObject({
      deletionTimestamp: expect.any(String),
      finalizers: ['kubernetes.io/pv-protection'],
    })
    const claim = claimIn(namespace)
    if (claim) cluster.remove(claim)
    await eventually('its volume is gone', () => volumeNamed('held') === undefined)
  })
})

test.for([
  { modes: ['ReadWriteOnce'], nodes: 1 },
  { modes: ['ReadWriteMany'], nodes: 2 },
])(
  'a volume of $modes is wished on $nodes nodes for two pods on two, and on none without them',
  async ({ modes, nodes }) => {
    const { cluster } = stage()
    const namespace = aNamespace(stage())
    const name = `mode-${modes.join()}`.toLowerCase()
    cluster.apply(aVolume(name, namespace, { accessModes: modes }))
    cluster.apply(aClaim(namespace))
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
    const web = aDeployment('web', namespace, { template: { volumes } })
    cluster.apply(web)
    await eventually(
      'both pods run',
      () => cluster.pods().filter((p) => p.namespace === namespace && p.ready).length === 2,
    )
    const wished = () => cluster.list('storage.k8s.io/v1', 'VolumeAttachment').filter((a) => attachedVolume(a) === name)
    await eventually('it is wished', () => wished().length === nodes)
    expect(new Set(wished().map((a) => a.spec?.['nodeName'])).size).toBe(nodes)
    cluster.apply({ ...web, spec: { ...web.spec, replicas: 0 } })
    await eventually('nobody wishes it', () => wished().length === 0)
  },
)
