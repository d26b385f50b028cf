import { afterAll, beforeAll, expect, test } from 'vitest'
import { heldUpIn } from '../../../src/activities/draining.ts'
import { dnsSurvey } from '../../../src/activities/external-dns.ts'
import type { Transform } from '../../../src/domain/transforms.ts'
import { DRIVER } from '../../../src/domain/volumes.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { aPlatform } from '../../support/builders.ts'
import { aServer } from '../adapters/local.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aDeployment, aPlace, aService, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Blue is emptied: what must go goes while its controllers run, and what green needs stays. Each test goes on from the last. */

let world: TwoClusters
let blue: { readonly arn: string; readonly createdAt: string }
let namespace: string
beforeAll(async () => {
  world = await twoClusters()
  const found = world.aws.eks.inventory().find((c) => c.name === scope.blue)
  blue = { arn: found?.arn ?? '', createdAt: found?.createdAt ?? '' }
  namespace = aPlace(world.blue, world.green)
})
afterAll(() => world.stop())

const empty = () => call<'emptyCluster'>({ cluster: scope.blue, identity: blue })
const written = () =>
  [world.blue, world.green].flatMap((c) => c.calls()).filter((c) => c.method !== 'GET' && c.user.includes('norikae'))

const binding = (targetGroupARN: string): KubernetesObject => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name: 'web', namespace },
  spec: { targetGroupARN, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
})

const externalDns = (owner: string): KubernetesObject => {
  const made = aDeployment('external-dns', namespace)
  const container = { name: 'it', image: 'registry.test/external-dns:1', args: [`--txt-owner-id=${owner}`] }
  const template = { metadata: { labels: { app: 'external-dns' } }, spec: { containers: [container] } }
  return { ...made, spec: { ...made.spec, template } }
}

const volume = (name: string, id: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER } },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Delete',
    csi: { driver: DRIVER, volumeHandle: id },
    claimRef: { namespace, name },
  },
})
const claim = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], volumeName: name, resources: { requests: { storage: '1Gi' } } },
})

test('where a rule still sends requests to blue it is not idle, and nothing is removed', async () => {
  const [of, its] = ['of-blue', 'of-green'].map((name) => world.aws.elbv2.seedTargetGroup(name, {}))
  const { listenerArn } = world.aws.elbv2.seedLoadBalancer('shared')
  const rule = (weight: number) => [
    { targetGroupArn: of ?? '', weight },
    { targetGroupArn: its ?? '', weight: 100 - weight },
  ]
  const arn = world.aws.elbv2.seedRule(listenerArn, 10, 'grafana.example.com', rule(100))
  for (const cluster of [world.blue, world.green]) cluster.apply(aService('web', namespace))
  world.blue.apply(binding(of ?? ''))
  world.green.apply(binding(its ?? ''))
  const before = written().length
  const { type, message } = await ending(world.activities.emptyCluster, empty())
  expect([type, message]).toEqual(['Contested', expect.stringContaining(`grafana.example.com (${arn})`)])
  const prometheus = await aServer(() => ({
    json: { status: 'success', data: { resultType: 'scalar', result: [0, '0'] } },
  }))
  const [url, query] = [prometheus.url, 'requests']
  const idle = { cluster: scope.blue, for: '1m', requests: { url, query }, namespaces: [], buffers: [] } as const
  const proven = () => attempted(world.activities.proveIdle, call<'proveIdle'>(idle))
  expect(await proven()).toContain('listener rules would send requests to demo-1-35: grafana.example.com')
  expect(written()).toHaveLength(before)
  world.aws.elbv2.setWeightAsSomebodyElse(arn, rule(0))
  expect(await proven()).toBe('ready')
  await prometheus.stop()
})

test('external-dns is stopped before an Ingress goes, and who keeps its records is told', async () => {
  world.blue.apply(externalDns('chatwork-blue'))
  world.green.apply(externalDns('chatwork-green'))
  world.blue.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  await eventually('it runs', () => world.blue.pods().some((p) => p.labels['app'] === 'external-dns' && p.ready))
  const here = await world.ports.kubernetes(scope.region, scope.blue)
  const found = async (transforms: readonly Transform[]) => {
    const waves = [[{ name: 'dns', namespaces: [namespace], buffers: [], transforms }]]
    return (await dnsSurvey(here, { ...aPlatform(), waves })).map((f) => f.code)
  }
  expect(await found([])).toEqual(['dns-deletes'])
  expect(await found([{ match: {}, replace: { 'chatwork-blue': 'its-own' } }])).toEqual(['dns-owner'])
  expect(await attempted(world.activities.emptyCluster, empty())).toMatch(/external-dns of demo-1-35 is stopped first/)
  expect(world.blue.list('networking.k8s.io/v1', 'Ingress')).toHaveLength(1)
})

test('volumes that nobody moved go with their claims, and those that green has stay', async () => {
  const { ec2 } = world.aws
  const [own, moved] = [ec2.createVolume('ap-northeast-1a', 1), ec2.createVolume('ap-northeast-1a', 1)]
  for (const [name, id] of [
    ['own', own],
    ['moved', moved],
  ] as const) {
    world.blue.apply(volume(name, id))
    world.blue.apply(claim(name))
  }
  // By hand, and with no word of Norikae's on it.
  world.green.apply(volume('moved', moved))
  const { answer, waits } = await driven(world.activities.emptyCluster, empty())
  expect(waits.join()).toMatch(/Ingress/)
  expect(answer.note).toContain(`1 volumes that the other cluster has are there: ${moved}`)
  expect(answer.findings?.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
    `warning dns-owner Deployment/${namespace}/external-dns on ${scope.blue}`,
  ])
  expect(ec2.volumes().map((v) => v.id)).toEqual([moved])
  expect(world.blue.list('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding')).toEqual([])
  expect(world.green.list('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding')).toHaveLength(1)
  expect(world.green.pods().filter((p) => p.labels['app'] === 'external-dns')).toHaveLength(1)
})

test('what holds up the draining of a node group is named once it takes long, and of that group alone', async () => {
  world.blue.apply(aDeployment('held', namespace))
  world.blue.apply({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'held', namespace },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'held' } } },
  })
  const pod = await eventually('it runs', () => world.blue.pods().find((p) => p.labels['app'] === 'held' && p.ready))
  const port = await world.ports.kubernetes(scope.region, scope.blue)
  const looked = async (group: string, forMs: number) =>
    (await driven((it: string) => heldUpIn(port, it), group, { scheduledMs: Date.now() - forMs })).answer
  await eventually('the budget is counted', async () => (await looked('general', 300_000)) !== '')
  expect(await looked('general', 300_000)).toMatch(
    `: PodDisruptionBudget/${namespace}/held allows no disruption, so Pod/${namespace}/${pod?.name} on `,
  )
  expect(await looked('another', 300_000)).toBe('')
  expect(await looked('general', 60_000)).toBe('')
})
