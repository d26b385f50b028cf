import { describe, expect, test } from 'vitest'
import { backendOf, httpRoutesOf, isBackend, unusedHttpRoutes } from '../../src/domain/declared-http-routes.ts'
import { gatewayFindings, httpRouteFindings } from '../../src/domain/http-route-findings.ts'
import type { KubernetesObject, ObjectMeta } from '../../src/domain/kubernetes-objects.ts'
import { movable } from '../../src/domain/movable.ts'
import { importFault, servingIn } from '../../src/domain/service-imports.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aCutoverPlan, anApp, anEnvironment, route as aRoute } from '../support/builders.ts'

const clusters = { blue: 'chat-1-35', green: 'chat-1-36' }
const declared = { production: [{ namespace: 'edge', name: 'shop', backend: 'Service/shop-{cluster}' }] }
const [route] = httpRoutesOf({ gateway: { cluster: 'edge-1' } }, clusters, { httpRoutes: declared }, 'production')

test.for([
  { pattern: 'Service/shop-{cluster}', is: { kind: 'Service', namespace: 'edge', name: 'shop-chat-1-35' } },
  { pattern: 'TargetGroupName/{cluster}', is: { kind: 'TargetGroupName', namespace: 'edge', name: 'chat-1-35' } },
  { pattern: 'ServiceImport/shop/{cluster}', is: { kind: 'ServiceImport', namespace: 'shop', name: 'chat-1-35' } },
])('$pattern names the backend of a cluster', ({ pattern, is }) => {
  expect(backendOf(pattern, 'edge', clusters.blue)).toEqual(is)
})

test('an environment has the HTTPRoutes that are declared for it, with a backend a side', () => {
  expect(route).toMatchObject({ name: 'httproute.edge.shop', cluster: 'edge-1', green: { name: 'shop-chat-1-36' } })
  expect(httpRoutesOf({ gateway: { cluster: 'edge-1' } }, clusters, { httpRoutes: declared }, 'test')).toEqual([])
  expect(unusedHttpRoutes('shop', { httpRoutes: declared }, [{ name: 'production' }])).toEqual([])
  expect(unusedHttpRoutes('shop', { httpRoutes: declared }, []).map((f) => `${f.code} ${f.about}`)).toEqual([
    'http-route-unused shop production',
  ])
})

test('a target group that is the backend of an HTTPRoute has its weights there', () => {
  const arn = (name: string) =>
    `arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/${name}/0123456789abcdef`
  const its = { test: [{ namespace: 'edge', name: 'shop', backend: 'TargetGroupName/shop-{cluster}' }] }
  const routes = httpRoutesOf({ gateway: { cluster: 'edge-1' } }, clusters, { httpRoutes: its }, 'test')
  expect([isBackend(arn('shop-chat-1-35'), routes), isBackend(arn('shop'), routes)]).toEqual([true, false])
})

test('HTTPRoutes on blue or green would go with it', () => {
  const codes = (cluster: string) => gatewayFindings(cluster, clusters).map((f) => f.code)
  expect([codes('edge-1'), codes('chat-1-35'), codes('chat-1-36')]).toEqual([
    [],
    ['gateway-on-blue'],
    ['gateway-on-blue'],
  ])
})

describe('of an HTTPRoute is told', () => {
  const seen = (type: string) => ({ type, status: 'True', reason: type, observedGeneration: 1 })
  const gateway: KubernetesObject = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace: 'edge', generation: 1 },
    status: { conditions: [seen('Programmed')] },
  }
  const anHttpRoute = (backendRefs: readonly object[], metadata: Partial<ObjectMeta> = {}): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'edge', generation: 1, ...metadata },
    spec: { parentRefs: [{ name: 'public' }], rules: [{ backendRefs }] },
    status: { parents: [{ parentRef: { name: 'public' }, conditions: [seen('Accepted'), seen('ResolvedRefs')] }] },
  })
  const blue = { name: 'shop-chat-1-35' }
  const green = (weight: number) => ({ name: 'shop-chat-1-36', weight })
  const flux = {
    'kustomize.toolkit.fluxcd.io/name': 'edge',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  }
  const fields = { 'f:spec': { 'f:rules': {} } }
  const manager = { manager: 'terraform', operation: 'Apply', time: '2026-11-24T04:00:00Z', fieldsV1: fields }

  test.for([
    { says: 'nothing, in order', found: anHttpRoute([blue]), codes: [] },
    { says: 'nothing, with green at 0', found: anHttpRoute([blue, green(0)]), codes: [] },
    { says: 'that it is not there', found: undefined, codes: ['http-route-missing blocker'] },
    { says: 'that it does not know blue', found: anHttpRoute([{ name: 'x' }]), codes: ['http-route-backend blocker'] },
    {
      says: 'that it serves another',
      found: anHttpRoute([blue, { name: 'x' }]),
      codes: ['http-route-shared blocker'],
    },
    { says: 'that green has some', found: anHttpRoute([blue, green(1)]), codes: ['http-route-shared blocker'] },
    {
      says: 'that it is not served',
      found: anHttpRoute([blue], { generation: 2 }),
      codes: ['http-route-not-served blocker'],
    },
    {
      says: 'that Flux would write it back',
      found: anHttpRoute([blue], { labels: flux }),
      codes: ['http-route-written-back blocker'],
    },
    {
      says: 'nothing, where Flux leaves it alone',
      found: anHttpRoute([blue], {
        labels: flux,
        annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
        managedFields: [{ ...manager, manager: 'kustomize-controller' }],
      }),
      codes: [],
    },
    {
      says: 'that a chart has it, which its next release would write',
      found: anHttpRoute([blue], {
        labels: { 'helm.toolkit.fluxcd.io/name': 'edge', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' },
      }),
      codes: ['http-route-written-back warning'],
    },
    {
      says: 'who writes its rules',
      found: anHttpRoute([blue], { managedFields: [manager] }),
      codes: ['http-route-written-back warning'],
    },
  ])('$says', ({ found, codes }) => {
    if (!route) throw new Error('no route')
    const told = httpRouteFindings({ route, found, gateways: [gateway], backend: 'target group' }, clusters.blue)
    expect(told.map((f) => `${f.code} ${f.level}`)).toEqual(codes)
    for (const { about } of told) expect(about).toBe('edge/shop')
  })

  const anImport = (cluster: string): KubernetesObject => ({
    apiVersion: 'application-networking.k8s.aws/v1alpha1',
    kind: 'ServiceImport',
    metadata: {
      name: 'shop-chat-1-35',
      annotations: { 'application-networking.k8s.aws/aws-eks-cluster-name': cluster },
    },
  })
  test.for([
    { says: 'nothing, where it stands for blue', backend: anImport('chat-1-35'), codes: [] },
    { says: 'that it stands for another', backend: anImport('chat-1-34'), codes: ['http-route-backend'] },
    { says: 'that it is not there', backend: undefined, codes: ['http-route-backend'] },
  ])('of its backend $says', ({ backend, codes }) => {
    if (!route) throw new Error('no route')
    const facts = { route, found: anHttpRoute([blue]), gateways: [gateway], backend }
    expect(httpRouteFindings(facts, clusters.blue).map((f) => f.code)).toEqual(codes)
  })
})

test.for([
  { says: 'where all of it runs on one side at a time', classes: ['singleton'], codes: ['route-asleep'] },
  { says: 'and not where something runs on both', classes: ['singleton', 'overlap'], codes: [] },
] as const)('an environment behind an HTTPRoute or a record is blocked $says', ({ classes, codes }) => {
  if (!route) throw new Error('no route')
  const workloads = classes.map((is) => ({
    ref: { kind: 'Deployment' as const, namespace: 'shop', name: is },
    scaled: false,
    behindService: true,
    hasVolumes: false,
  }))
  const handovers = { 'Deployment/shop/singleton': { class: 'singleton', downtime: '1m' } } as const
  const named = {
    kind: 'route53',
    name: 'a.example.com',
    zone: 'Z1',
    namespace: 'shop',
    target: 'Service/web',
  } as const
  for (const one of [route, named]) {
    const { findings } = movable(workloads, anEnvironment('test', { routes: [one], handovers }), { clocks: true })
    expect(findings.map((f) => f.code)).toEqual(codes)
  }
})

test('green is not withdrawn while what no object of it tells of sends it requests', () => {
  if (!route) throw new Error('no route')
  const plan = aCutoverPlan(anApp('shop'), anEnvironment('test', { routes: [aRoute('shop'), route] }))
  const asked = plan.phases
    .flatMap((p) => leaves(p.back))
    .flatMap((step) => (step.kind === 'action' && step.action === 'withdraw' ? [step.input.routes] : []))
  expect(asked).toEqual([[route]])
})

test('its steps are those of any route, and no other route has their name', () => {
  if (!route) throw new Error('no route')
  const plan = aCutoverPlan(anApp('shop'), anEnvironment('test', { routes: [aRoute('shop'), route], weights: [100] }))
  const ids = plan.phases.flatMap((p) => leaves(p.forward)).flatMap(({ id }) => (id.includes('/route/') ? [id] : []))
  expect(ids.toSorted()).toEqual([
    'test/route/httproute.edge.shop/100',
    'test/route/httproute.edge.shop/open',
    'test/route/shop/100',
    'test/route/shop/open',
  ])
})

describe('a ServiceImport stands for a cluster', () => {
  const NAMES = 'application-networking.k8s.aws/aws-eks-cluster-name'
  const anImport = (annotations: Readonly<Record<string, string>>): KubernetesObject => ({
    apiVersion: 'application-networking.k8s.aws/v1alpha1',
    kind: 'ServiceImport',
    metadata: { name: 'shop', annotations },
  })
  test.for([
    { says: 'that it names', annotations: { [NAMES]: 'chat-1-36' }, why: undefined },
    { says: 'and no other', annotations: { [NAMES]: 'chat-1-35' }, why: 'is for chat-1-35' },
    {
      says: 'not where it names none',
      annotations: {},
      why: 'does not say which cluster it is for, and may stand for any that exports this name',
    },
    {
      says: 'not where it names a target group',
      annotations: { [NAMES]: 'chat-1-36', 'application-networking.k8s.aws/target-group-arn': 'arn' },
      why: 'names a target group (application-networking.k8s.aws/target-group-arn), which may be of any cluster',
    },
  ])('$says', ({ annotations, why }) => {
    expect(importFault(anImport(annotations), 'chat-1-36')).toBe(why)
  })
})

test('who is ready counts, who is on its way out does not, and what is unset is true', () => {
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 's' },
    endpoints: [
      { conditions: {} },
      { conditions: { ready: true } },
      { conditions: { ready: false } },
      { conditions: { ready: false, terminating: true } },
      {},
    ],
  }
  expect(servingIn([slice, { ...slice, endpoints: null }])).toEqual({ healthy: 3, expected: 4 })
})
