import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  BINDING,
  startLoadBalancerController,
  targetsOf,
  type LoadBalancerController,
} from '../../../src/sandbox/load-balancer-controller.ts'
import { eventually } from '../../support/eventually.ts'
import { anObject, aPod, FakeCluster, FakeElb } from './stand-ins.ts'

const service = anObject('v1', 'Service', 'web', {
  spec: { selector: { app: 'chat-api', component: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
})
const binding = anObject(BINDING.apiVersion, BINDING.kind, 'web', {
  spec: { targetGroupARN: 'tg/1', targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
})
const web = aPod('web-1', 'web', { ip: '10.1.0.1' })

test.for([
  { says: 'ready pods that the Service selects', pods: [web], targets: ['10.1.0.1'] },
  { says: 'not those of another namespace', pods: [{ ...web, namespace: 'other' }], targets: [] },
  { says: 'nor with another label', pods: [{ ...web, labels: { app: 'chat-api', component: 'actor' } }], targets: [] },
  { says: 'nor unready ones', pods: [{ ...web, ready: false }], targets: [] },
  { says: 'nor terminating ones', pods: [{ ...web, terminating: true }], targets: [] },
])('targets are $says', ({ pods, targets }) => {
  expect(targetsOf(binding, [service], pods).map((t) => t.id)).toEqual(targets)
})

test('the port of a target is the Service’s target port, found by number or name', () => {
  const named = { ...binding, spec: { ...binding.spec, serviceRef: { name: 'web', port: 'http' } } }
  for (const b of [binding, named]) expect(targetsOf(b, [service], [web])).toEqual([{ id: '10.1.0.1', port: 8080 }])
})

let cluster: FakeCluster
let elb: FakeElb
let controller: LoadBalancerController
const its = aPod('lbc', 'load-balancer-controller', { namespace: 'kube', ip: '10.1.0.100' })
const targets = () => elb.targets.get('tg/1')?.map((t) => t.id)

beforeEach(() => {
  cluster = new FakeCluster()
  elb = new FakeElb()
  controller = startLoadBalancerController({ cluster, elbv2: elb })
  cluster.apply(service)
  cluster.apply(binding)
})
afterEach(() => controller.stop())

test('without a pod of its own on the cluster it does nothing', async () => {
  cluster.pod(web)
  await eventually('time to act', () => new Promise((resolve) => setTimeout(resolve, 250, true)))
  expect(elb.written).toEqual([])
  cluster.pod(its)
  await eventually('targets', () => targets()?.length === 1)
})

test('it writes only when something changed, and says which generation it saw', async () => {
  cluster.pod(its)
  cluster.pod(web)
  await eventually('targets', () => targets()?.length === 1)
  cluster.pod(web)
  cluster.pod(aPod('web-2', 'web', { ip: '10.1.0.2' }))
  await eventually('two targets', () => targets()?.length === 2)
  expect(elb.written.map((w) => w.ids.length)).toEqual([1, 2])
  const [found] = cluster.list(BINDING.apiVersion, BINDING.kind)
  expect(found).toMatchObject({
    metadata: { finalizers: ['elbv2.k8s.aws/resources'] },
    status: { observedGeneration: 1 },
  })
})

test('a pod that begins to terminate is out at once', async () => {
  for (const pod of [its, web]) cluster.pod(pod)
  await eventually('targets', () => targets()?.length === 1)
  cluster.pod({ ...web, terminating: true }, 'terminating')
  expect(targets()).toEqual([])
})

test('a binding that is deleted takes its targets along, and is gone then', async () => {
  for (const pod of [its, web]) cluster.pod(pod)
  await eventually('targets', () => targets()?.length === 1)
  const [found = binding] = cluster.list(BINDING.apiVersion, BINDING.kind)
  cluster.apply({ ...found, metadata: { ...found.metadata, deletionTimestamp: '2026-11-23T12:00:00Z' } })
  await eventually('it is gone', () => cluster.list(BINDING.apiVersion, BINDING.kind).length === 0)
  expect(targets()).toEqual([])
})

test('a target group that is not there yet is tried again', async () => {
  const write = elb.setTargets.bind(elb)
  elb.setTargets = () => {
    throw new Error('TargetGroupNotFound')
  }
  for (const pod of [its, web]) cluster.pod(pod)
  await eventually('it says so', () => controller.problems()[0]?.includes('TargetGroupNotFound'))
  elb.setTargets = write
  await eventually('targets', () => targets()?.length === 1)
  expect(controller.problems()).toEqual([])
})

test('an Ingress and a Service of type LoadBalancer have one each, which goes with them', async () => {
  const ingress = anObject('networking.k8s.io/v1', 'Ingress', 'public', { spec: {} })
  const mail = anObject('v1', 'Service', 'mail', { spec: { type: 'LoadBalancer', ports: [{ port: 25 }] } })
  cluster.apply(ingress)
  cluster.apply(mail)
  cluster.pod(its)
  await eventually('both have one', () => elb.balancers.size === 2)
  const [kept] = cluster.list('networking.k8s.io/v1', 'Ingress')
  expect(kept?.metadata.finalizers).toEqual(['ingress.k8s.aws/resources'])
  const gone = { ...kept?.metadata, deletionTimestamp: '2026-12-01T00:00:00Z' }
  cluster.apply({ ...ingress, metadata: { ...ingress.metadata, ...gone } })
  await eventually('one goes', () => elb.balancers.size === 1)
  expect(cluster.list('networking.k8s.io/v1', 'Ingress')).toEqual([])
  expect([...elb.balancers.values()].map((b) => b.tags)).toEqual([
    { 'elbv2.k8s.aws/cluster': 'blue', 'service.k8s.aws/stack': `${mail.metadata.namespace}/mail` },
  ])
})

test('a Gateway of its class has one too, which stays for as long as a route is attached', async () => {
  const api = 'gateway.networking.k8s.io/v1'
  const gateway = anObject(api, 'Gateway', 'public', { spec: { gatewayClassName: 'alb' } })
  const refs = [{ backendRefs: [{ name: 'web', port: 80 }] }]
  const route = anObject(api, 'HTTPRoute', 'web', { spec: { parentRefs: [{ name: 'public' }], rules: refs } })
  cluster.apply(anObject(api, 'Gateway', 'of-another', { spec: { gatewayClassName: 'envoy' } }))
  cluster.apply(gateway)
  cluster.apply(route)
  for (const pod of [its, web]) cluster.pod(pod)
  await eventually('it has one', () => elb.balancers.size === 1)
  const there = () => cluster.list(api, 'Gateway').find(({ metadata }) => metadata.name === 'public')
  await eventually('it says where it answers', () => there()?.status?.['addresses'] !== undefined)
  await eventually('with the pods of its route', () => [...elb.targets.values()].some((t) => t[0]?.id === '10.1.0.1'))
  expect(there()?.metadata.finalizers).toEqual(['gateway.k8s.aws/alb'])
  const metadata = { ...there()?.metadata, name: 'public', deletionTimestamp: '2026-12-01T00:00:00Z' }
  cluster.apply({ ...gateway, metadata })
  await eventually('it says why', () => controller.problems().join().includes('with routes attached [web]'))
  expect(elb.balancers.size).toBe(1)
  cluster.remove(route)
  await eventually('it is gone', () => there() === undefined)
  expect(elb.balancers.size).toBe(0)
})
