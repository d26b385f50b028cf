import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { uncalled } from '../../../src/activities/api-callers.ts'
import { heldUpIn } from '../../../src/activities/draining.ts'
import { proven as inAccount } from '../../../src/activities/outside.ts'
import { dnsSurvey } from '../../../src/activities/external-dns.ts'
import type { ActionCall } from '../../../src/domain/actions.ts'
import { fenceParams, HOME } from '../../../src/domain/fence.ts'
import type { Transform } from '../../../src/domain/transforms.ts'
import { DRIVER } from '../../../src/domain/volumes.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { aPlatform } from '../../support/builders.ts'
import { aServer } from '../adapters/local.ts'
import { attempted, driven, ending, type Driving } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aDeployment, aPlace, aService, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Blue is emptied: what must go goes while its controllers run, and what green needs stays. Each test goes on from the last. */

let world: TwoClusters
let blue: { readonly arn: string; readonly createdAt: string }
let namespace: string
beforeAll(async () => {
  world = await twoClusters({ settings: { logging: { clusterLogging: [{ types: ['audit'], enabled: true }] } } })
  const found = world.aws.eks.inventory().find((c) => c.name === scope.blue)
  blue = { arn: found?.arn ?? '', createdAt: found?.createdAt ?? '' }
  namespace = aPlace(world.blue, world.green)
})
afterAll(() => world.stop())

const empty = () => call<'emptyCluster'>({ cluster: scope.blue, identity: blue })
const elsewhere = { scope: { ...scope, green: 'demo-1-37' } }
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

const aVolume = (name: string, id: string): KubernetesObject => ({
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

test('where green is gone nothing is removed of what may be all that is left', async () => {
  world.blue.apply(binding('of-blue'))
  const gone = call<'emptyCluster'>({ cluster: scope.blue, identity: blue }, elsewhere)
  const { type, message } = await ending(world.activities.emptyCluster, gone)
  expect([type, message]).toEqual(['Contested', expect.stringContaining('demo-1-37 is not there (any more)')])
  expect(world.blue.list('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding')).toHaveLength(1)
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
  let seen: unknown[] = [{ value: [0, '0'] }]
  const prometheus = await aServer(() => ({
    json: { status: 'success', data: { resultType: 'vector', result: seen } },
  }))
  const [url, query] = [prometheus.url, 'requests']
  const idle = {
    cluster: scope.blue,
    identity: blue,
    served: true,
    for: '1m',
    requests: { url, query },
    namespaces: [],
    buffers: [],
  } as const
  const proven = () => attempted(world.activities.proveIdle, call<'proveIdle'>(idle))
  expect(await proven()).toContain('listener rules would send requests to demo-1-35: grafana.example.com')
  expect(written()).toHaveLength(before)
  world.aws.elbv2.setWeightAsSomebodyElse(arn, rule(0))

  // A load balancer of blue's controller, which goes with its Ingress.
  const front = world.aws.elbv2.seedTargetGroup('behind-front', {})
  const made = world.aws.elbv2.seedLoadBalancer('front', { 'elbv2.k8s.aws/cluster': scope.blue })
  world.aws.elbv2.seedRule(made.listenerArn, 10, 'front.example.com', [{ targetGroupArn: front, weight: 1 }])
  const bound = { ...binding(front), metadata: { ...binding(front).metadata, name: 'front' } }
  world.green.apply(bound)
  expect(await proven()).toMatch(
    /controller of demo-1-35 made send requests to demo-1-36, and go with its Ingresses and Gateways: front\.example\.com/,
  )
  world.aws.elbv2.removeLoadBalancer(made.loadBalancerArn)
  const fronts = () =>
    world.green.list(bound.apiVersion, bound.kind, namespace).filter((b) => b.metadata.name === 'front')
  for (const one of fronts()) world.green.remove(one)
  await eventually('it is bound no more', () => fronts().length === 0)
  expect(await proven()).toBe('ready')
  const byAddress = world.aws.elbv2.seedNetworkLoadBalancer('by-address', of ?? '')
  expect(await proven()).toContain(`listener rules would send requests to demo-1-35: (${byAddress.listenerArn})`)
  world.aws.elbv2.removeLoadBalancer(byAddress.loadBalancerArn)
  // One of which nobody counts requests any more was not seen to stop: for a while its series may come back.
  seen = []
  expect(await proven()).toContain('nobody tells how many requests demo-1-35 serves')
  seen = [{ value: [0, '0'] }]
  expect(await proven()).toBe('ready')
  await prometheus.stop()
})

test('what nobody ever saw serving is idle, whichever it is: it is asked for by its name', async () => {
  let seen: unknown[] | undefined = []
  let now: unknown[] = [{ value: [0, '0'] }]
  const prometheus = await aServer(({ url }) => {
    const range = url.endsWith('query_range')
    if (range && !seen) return { status: 422, json: { status: 'error', errorType: 'execution', error: 'too long' } }
    const data = range ? { resultType: 'matrix', result: seen } : { resultType: 'vector', result: now }
    return { json: { status: 'success', data } }
  })
  const requests = { url: prometheus.url, query: 'requests' }
  const input = { cluster: scope.blue, identity: blue, for: '1m', requests, namespaces: [], buffers: [] } as const
  const prove = (more: Partial<ActionCall> = {}) =>
    ending(world.activities.proveIdle, call<'proveIdle'>(input, more), { scheduledMs: Date.now() - 86_400_000 })
  const asked = await prove({ choice: 'skip' }) // of nothing that anybody was asked
  expect(asked).toEqual({
    type: 'Called',
    message: expect.stringMatching(/^nobody saw demo-1-35 serve a request within 30 days \(requests\)/) as string,
  })
  const idle = async (more: Partial<ActionCall> = {}, it: object = {}) =>
    (await driven(world.activities.proveIdle, call<'proveIdle'>({ ...input, ...it }, more))).answer.findings ?? []
  const codes = async (...given: Parameters<typeof idle>) => (await idle(...given)).map((f) => f.code)
  expect(await codes({}, { served: true })).not.toContain('blue-unseen-accepted')
  // An hour ago, and no more by now.
  seen = [{ metric: {}, values: [[Date.now() / 1000 - 3600, '12']] }]
  expect(await codes()).not.toContain('blue-unseen-accepted')
  seen = [{ metric: {}, values: [[Date.now() / 1000 - 3600, '0']] }]
  // Who was asked may say it, also of a Prometheus that refuses to tell, or that has no such series at all.
  seen = undefined
  expect(await prove()).toEqual({
    type: 'Called',
    message: expect.stringMatching(/^whether demo-1-35 served within 30 days cannot be read: .*too long/) as string,
  })
  now = []
  expect(await prove()).toEqual({
    type: 'Called',
    message: expect.stringMatching(/^nobody tells how many requests demo-1-35 serves/) as string,
  })
  expect(await codes({ choice: 'skip' })).toContain('blue-unseen-accepted')
  expect(await codes()).toContain('blue-unseen-accepted')
  await prometheus.stop()
})

test('what of others names it is told while its removal can be thought over', async () => {
  const { aws } = world
  const group = (await world.ports.eks(scope.region).findCluster(scope.blue))?.clusterSecurityGroupId ?? ''
  aws.securityGroups.allow('sg-0db', { direction: 'in', protocol: 'tcp', port: 5432, group })
  aws.subnets.tag('subnet-0a1a1a1a1a1a1a1a1', { [`kubernetes.io/cluster/${scope.blue}`]: 'shared' })
  const prometheus = await aServer(() => ({
    json: { status: 'success', data: { resultType: 'vector', result: [{ value: [0, '0'] }] } },
  }))
  const requests = { url: prometheus.url, query: 'requests' }
  const input = { cluster: scope.blue, identity: blue, served: true, for: '1m', requests } as const
  const { answer } = await driven(
    world.activities.proveIdle,
    call<'proveIdle'>({ ...input, namespaces: [], buffers: [] }),
  )
  expect(answer.findings?.filter((f) => f.code === 'names-blue').map((f) => f.about)).toEqual([
    'sg-0db (name-of-sg-0db) in tcp 5432',
    `tag kubernetes.io/cluster/${scope.blue}`,
  ])
  aws.securityGroups.forget(group)
  aws.subnets.untag('subnet-0a1a1a1a1a1a1a1a1', `kubernetes.io/cluster/${scope.blue}`)
  await prometheus.stop()
})

test('who still uses its API server is named, waited for, and lost only where people accept that', async () => {
  const prometheus = await aServer(() => ({
    json: { status: 'success', data: { resultType: 'vector', result: [{ value: [0, '0'] }] } },
  }))
  const [url, query] = [prometheus.url, 'requests']
  const idle = () => ({
    cluster: scope.blue,
    identity: blue,
    served: true as const,
    for: '1m' as const,
    requests: { url, query },
    namespaces: [namespace],
    buffers: [],
  })
  const prove = (more: Partial<ActionCall> = {}, driving: Driving = {}) =>
    driven(world.activities.proveIdle, call<'proveIdle'>(idle(), more), driving)
  const codes = async (...given: Parameters<typeof prove>) =>
    ((await prove(...given)).answer.findings ?? []).map((f) => f.code)
  const config = new KubeConfig()
  config.loadFromString(world.blue.kubeconfig)
  const theirs = config.makeApiClient(CoreV1Api)

  const proven = () => attempted(world.activities.proveIdle, call<'proveIdle'>(idle()))
  world.blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } })
  world.blue.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: fenceParams(namespace).metadata.name, namespace: HOME },
    data: { 'Deployment.mail': 'it runs on green' },
  })
  world.blue.apply(aDeployment('mail', namespace))
  await eventually('it runs', () => world.blue.pods().some((p) => p.labels['app'] === 'mail'))
  expect(await proven()).toContain(
    `what moved to the other cluster still runs on ${scope.blue}: a pod of Deployment/${namespace}/mail`,
  )
  world.blue.apply(aDeployment('mail', namespace, 0))
  await eventually('it stopped', () => !world.blue.pods().some((p) => p.labels['app'] === 'mail'))

  expect(await codes()).toEqual([])
  const own = world.blue.calls().filter(({ user }) => user.includes('norikae'))
  expect(new Set(own.map(({ userAgent }) => userAgent))).toEqual(new Set(['norikae/unknown']))
  await theirs.listNamespacedConfigMap({ namespace })
  expect(await codes()).toEqual(['callers-read'])
  await theirs.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'by-hand' } } })
  const says = `somebody else used the API server of ${scope.blue} in the last 1m: kubernetes-admin by`
  expect(await proven()).toMatch(`${says} `)
  const long = { scheduledMs: Date.now() - 3_600_000 }
  const { type, message } = await ending(world.activities.proveIdle, call<'proveIdle'>(idle()), long)
  expect([type, message]).toEqual(['Called', expect.stringMatching(/create configmaps.*skip, with demo-1-35 typed/)])
  expect(await codes({ choice: 'skip' }, long)).toEqual(['callers-accepted'])
  // The second proof knows it, without being told again.
  expect(await codes()).toEqual(['callers-accepted'])

  // Without an audit log nobody knows, which is said.
  const here = await world.ports.kubernetes(scope.region, scope.green)
  const asked = { cluster: scope.green, window: '1m', byArgocd: false } as const
  const { findings } = await uncalled(await inAccount(world.outside, scope), here, asked)
  expect(findings.map((f) => [f.code, f.message])).toEqual([
    ['callers-unknown', expect.stringContaining('it writes no audit log')],
  ])
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
  // Who approves blue's removal knows by then what nobody would keep.
  const prometheus = await aServer(() => ({
    json: { status: 'success', data: { resultType: 'vector', result: [{ value: [0, '0'] }] } },
  }))
  const requests = { url: prometheus.url, query: 'requests' }
  const idle = {
    cluster: scope.blue,
    identity: blue,
    served: true,
    for: '1m',
    requests,
    namespaces: [],
    buffers: [],
  } as const
  const { answer } = await driven(world.activities.proveIdle, call<'proveIdle'>(idle))
  await prometheus.stop()
  expect(answer.findings?.filter(({ code }) => code === 'dns-owner')).toMatchObject([
    { level: 'warning', message: expect.stringContaining('is stopped before its Ingresses go') },
  ])
  expect(await attempted(world.activities.emptyCluster, empty())).toMatch(/external-dns of demo-1-35 is stopped first/)
  expect(world.blue.list('networking.k8s.io/v1', 'Ingress')).toHaveLength(1)

  // Argo CD heals what it finds changed.
  world.blue.apply(externalDns('chatwork-blue'))
  const heals = (why: string) => {
    if (why.includes('is to stay so')) world.blue.apply(externalDns('chatwork-blue'))
  }
  const { type, message } = await ending(world.activities.emptyCluster, empty(), { between: heals })
  expect([type, message]).toEqual([
    'Contested',
    expect.stringMatching(/external-dns of demo-1-35 was stopped, and .* started it again: .*Nothing was removed/),
  ])
  expect(world.blue.list('networking.k8s.io/v1', 'Ingress')).toHaveLength(1)
})

test('what somebody makes anew as often as it goes is told with who, and blue is not done', async () => {
  const kind = ['networking.k8s.io/v1', 'Ingress'] as const
  const web = () => world.blue.list(...kind).find((it) => it.metadata.name === 'web')
  const spec = web()?.spec
  if (!spec) throw new Error('there is no Ingress')
  // The cluster goes by its own clock: to it the emptying began two minutes ago.
  vi.setSystemTime(Date.now() - 120_000)
  onTestFinished(() => void vi.useRealTimers())
  const heals = () => {
    vi.setSystemTime(Date.now() + 2_000)
    if (!web()) world.blue.apply({ apiVersion: kind[0], kind: kind[1], metadata: { name: 'web', namespace }, spec })
  }
  const { type, message } = await ending(world.activities.emptyCluster, empty(), { between: heals })
  expect([type, message]).toEqual([
    'Contested',
    expect.stringMatching(
      /Ingress\/\S+\/web of demo-1-35 was removed, and .* makes it anew: .*Gone already, or going: /,
    ),
  ])
  expect(web()).toBeDefined()
})

test('volumes that nobody moved go with their claims, and those that green has stay', async () => {
  const { ec2 } = world.aws
  const [own, moved] = [ec2.createVolume('ap-northeast-1a', 1), ec2.createVolume('ap-northeast-1a', 1)]
  for (const [name, id] of [
    ['own', own],
    ['moved', moved],
  ] as const) {
    world.blue.apply(aVolume(name, id))
    world.blue.apply(claim(name))
  }
  // By hand, and with no word of Norikae's on it.
  world.green.apply(aVolume('moved', moved))
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

test('a Gateway has a load balancer that goes with its routes and by its controller, once no name leads there', async () => {
  const { elbv2, route53 } = world.aws
  const made = () => {
    const { loadBalancers, targetGroups } = elbv2.inventory()
    return [...loadBalancers, ...targetGroups].map(({ arn }) => arn).toSorted()
  }
  const before = made()
  const api = 'gateway.networking.k8s.io/v1'
  const spec = { gatewayClassName: 'alb', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }
  world.blue.apply({ apiVersion: api, kind: 'Gateway', metadata: { name: 'public', namespace }, spec })
  const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }]
  const route = { parentRefs: [{ name: 'public' }], hostnames: ['www.example.org'], rules }
  world.blue.apply({ apiVersion: api, kind: 'HTTPRoute', metadata: { name: 'web', namespace }, spec: route })
  const at = await eventually('it answers', () => {
    const [found] = world.blue.list(api, 'Gateway', namespace)
    return (found?.status?.['addresses'] as { value: string }[] | undefined)?.[0]?.value
  })
  expect(made().length).toBe(before.length + 2)

  const zone = route53.seedZone('example.org')
  const lead = { Name: 'www.example.org', Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value: at }] }
  route53.seedRecord(zone, lead)
  const { type, message } = await ending(world.activities.emptyCluster, empty())
  expect([type, message]).toEqual([
    'Contested',
    expect.stringContaining(`leads to ${at}, of Gateway/${namespace}/public. Nothing was removed`),
  ])
  expect(world.blue.list(api, 'HTTPRoute')).toHaveLength(1)
  const records = world.theirs.records(scope.region)
  const [set] = await records.named(zone, 'www.example.org')
  if (set) await records.change(zone, [{ action: 'DELETE', record: set }], 'it ends with blue')

  const attributes = [{ key: 'deletion_protection.enabled', value: 'true' }]
  const configuration = {
    apiVersion: 'gateway.k8s.aws/v1beta1',
    kind: 'LoadBalancerConfiguration',
    metadata: { name: 'safe', namespace },
  }
  world.blue.apply({ ...configuration, spec: { loadBalancerAttributes: attributes } })
  const parametersRef = { group: 'gateway.k8s.aws', kind: 'LoadBalancerConfiguration', name: 'safe' }
  const metadata = { name: 'public', namespace }
  world.blue.apply({ apiVersion: api, kind: 'Gateway', metadata, spec: { ...spec, infrastructure: { parametersRef } } })
  expect((await ending(world.activities.emptyCluster, empty())).message).toMatch(
    /protected from deletion .*: Gateway \S+\/public \(LoadBalancerConfiguration safe\)\. Nothing was removed/,
  )
  expect(world.blue.list(api, 'HTTPRoute')).toHaveLength(1)
  world.blue.apply({ ...configuration, spec: { loadBalancerAttributes: [] } })

  const { answer, waits } = await driven(world.activities.emptyCluster, empty())
  expect(waits.join()).toContain(`Gateway ${namespace}/public`)
  expect(answer.note).toContain('has no load balancers')
  expect(made()).toEqual(before)
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

test('what carries the name of a cluster that is gone is found by tags and names, and nothing of another', async () => {
  const { aws } = world
  const cluster = 'gone-1-34'
  const its = { [`kubernetes.io/cluster/${cluster}`]: 'owned' }
  const find = (forMs = 0) =>
    driven(
      world.activities.findRemains,
      call<'findRemains'>({ cluster, identity: blue, prices: { currency: 'USD', instances: {}, storage: 0.1 } }),
      { scheduledMs: Date.now() - forMs, between: () => aws.networkInterfaces.remove('eni-gone') },
    )
  expect((await find()).answer).toEqual({ note: `nothing is left of ${cluster}` })

  const volume = aws.ec2.createVolume('ap-northeast-1a', 100, its)
  aws.ec2.createVolume('ap-northeast-1a', 100, { 'kubernetes.io/cluster/gone-1-3': 'owned' })
  const { loadBalancerArn } = aws.elbv2.seedLoadBalancer('k8s-gone', { 'elbv2.k8s.aws/cluster': cluster })
  const targetGroup = aws.elbv2.seedTargetGroup('k8s-gone', { 'elbv2.k8s.aws/cluster': cluster })
  aws.securityGroups.name('sg-gone', `eks-cluster-sg-${cluster}-1234`)
  aws.securityGroups.name('sg-other', `eks-cluster-sg-${cluster}-r2-1234`)
  aws.securityGroups.allow('sg-db', { direction: 'in', protocol: 'tcp', port: 5432, group: 'sg-gone' })
  aws.networkInterfaces.add('eni-gone', { description: `Amazon EKS ${cluster}` })
  // Of both by its tags.
  aws.securityGroups.name('sg-both', 'nodes')
  aws.securityGroups.tag('sg-both', { ...its, [`kubernetes.io/cluster/${scope.green}`]: 'owned' })
  await world.theirs
    .launchTemplates(scope.region)
    .create({ name: 'both', settings: { KeyName: 'k' }, tags: its }, 'lt-both')
  const both = await world.ports.launchTemplates(scope.region).find('both', '1')
  const general = await world.ports.eks(scope.region).findNodegroup(scope.green, 'general')
  if (!both || !general) throw new Error('not there')
  const { diskSize: _, ...unsized } = general
  await world.theirs
    .eks(scope.region)
    .createNodegroup(scope.green, { ...unsized, name: 'shared', launchTemplate: `${both.id}:1` }, 'shared')
  await world.theirs
    .launchTemplates(scope.region)
    .create({ name: 'eks-gone', settings: { KeyName: 'k' }, tags: { 'eks:cluster-name': cluster } }, 'lt')
  aws.logs.keep(`/aws/eks/${cluster}/cluster`, 2_500_000_000)
  aws.logs.keep(`/aws/eks/${cluster}/cluster-of-somebody`, 1)
  aws.instances.set('i-gone', 'running', { type: 'm7i.large', tags: { ...its, 'karpenter.sh/nodepool': 'spot' } })
  aws.instances.set('i-ended', 'terminated', { type: 'm7i.large', tags: its })

  const { answer, waits } = await find()
  expect(waits.at(-1)).toBe('AWS lets go of network interface eni-gone')
  expect(answer.findings?.map((f) => f.about)).toEqual([
    `load balancer k8s-gone (${loadBalancerArn})`,
    `target group k8s-gone (${targetGroup})`,
    `volume ${volume}`,
    `security group eks-cluster-sg-${cluster}-1234 (sg-gone)`,
    expect.stringMatching(/^launch template eks-gone \(lt-/),
    `log group /aws/eks/${cluster}/cluster`,
    'instance m7i.large (i-gone)',
    `tag kubernetes.io/cluster/${cluster}`,
  ])
  const words = answer.findings?.map((f) => f.message).join('\n')
  expect(words).toContain('10.00 USD a month')
  expect(words).toContain('unknown a month (prices.loadBalancer is not in the platform file)')
  expect(words).toContain('rules still name it, so EC2 does not delete it: sg-db (name-of-sg-db) in tcp 5432')
  expect(words).toContain('2.5 GB of logs')

  aws.networkInterfaces.add('eni-gone', { description: `Amazon EKS ${cluster}` })
  world.green.apply(aVolume('kept', volume))
  const late = (await find(3_600_000)).answer.findings?.map((f) => f.about)
  expect(late).toContain(`network interface Amazon EKS ${cluster} (eni-gone)`)
  expect(late).not.toContain(`volume ${volume}`)
})

test('while a cluster has the name nothing of it is told as left over', async () => {
  world.aws.logs.keep(`/aws/eks/${scope.blue}/cluster`, 1)
  const find = async (identity: typeof blue) =>
    (await driven(world.activities.findRemains, call<'findRemains'>({ cluster: scope.blue, identity }))).answer
  expect(await find(blue)).toEqual({
    note: 'demo-1-35 is there, and stays with its owner: what it has in AWS was not looked for',
  })
  const later = await find({ ...blue, createdAt: '2020-01-01T00:00:00.000Z' })
  expect(later.note).toContain('another cluster has the name demo-1-35 since ')
  expect(later.findings).toBeUndefined()
})
