import { describe, expect, test } from 'vitest'
import {
  backendsOfRoute,
  gatewayFactsOf,
  gatewayOfBinding,
  movedKey,
  shareInGateway,
} from '../../src/domain/gateway-routes.ts'
import { withOnlySide, withShare } from '../../src/domain/http-routes.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const of = { namespace: 'edge', name: 'public' }
const stack = { 'gateway.k8s.aws.alb/stack-namespace': 'edge', 'gateway.k8s.aws.alb/stack-name': 'public' }
const binding = {
  metadata: { name: 'k8s-shop-web', namespace: 'shop', labels: stack },
  spec: { serviceRef: { name: 'web', port: 80 } },
}
const web = { name: 'web', port: 80 }
const green = { group: '', kind: 'TargetGroupName', name: 'green', port: 80 }
const served = (type: string) => ({ type, status: 'True', observedGeneration: 1 })

const anHttpRoute = (
  refs: readonly object[],
  { parents = [of], ...metadata }: { parents?: readonly object[] } & Partial<KubernetesObject['metadata']> = {},
): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'front', namespace: 'shop', generation: 1, ...metadata },
  spec: { parentRefs: parents, rules: [{ backendRefs: refs }] },
  status: {
    parents: parents.map((parentRef) => ({ parentRef, conditions: [served('Accepted'), served('ResolvedRefs')] })),
  },
})
const gateway: KubernetesObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { ...of, generation: 1 },
  status: { conditions: [served('Programmed')] },
}
const factsOf = (...httpRoutes: readonly KubernetesObject[]) =>
  gatewayFactsOf(binding, of, { gateways: [gateway], httpRoutes })

test('bindings are a Gateway’s by the controller’s labels', () => {
  expect(gatewayOfBinding(binding)).toEqual(of)
  expect(
    gatewayOfBinding({ metadata: { name: 'web', labels: { 'ingress.k8s.aws/stack-name': 'web' } } }),
  ).toBeUndefined()
})

describe('a binding that a controller has made for a Gateway', () => {
  const its = { httpRoute: 'front', service: 'web', found: [] }
  const elsewhere = { namespace: 'edge', name: 'internal' }

  test.for([
    ['of an HTTPRoute that names its Service', [anHttpRoute([web])], its],
    ['beside others of no weight', [anHttpRoute([web, { name: 'canary', port: 80, weight: 0 }])], its],
    ['that Norikae writes already', [anHttpRoute([web, green], { annotations: { [movedKey('web')]: 'run-1' } })], its],
    [
      'beside an HTTPRoute of another Gateway',
      [anHttpRoute([web]), anHttpRoute([web], { name: 'b', parents: [elsewhere] })],
      its,
    ],
    [
      'of nothing here',
      [anHttpRoute([{ name: 'api', port: 80 }])],
      /no HTTPRoute of its Gateway edge\/public names Service web/,
    ],
    [
      'of two HTTPRoutes',
      [anHttpRoute([web]), anHttpRoute([web], { name: 'old' })],
      /HTTPRoute shop\/front and HTTPRoute shop\/old name Service web, each with a target group/,
    ],
    [
      'of an HTTPRoute in another namespace',
      [anHttpRoute([{ ...web, namespace: 'shop' }], { namespace: 'edge' })],
      /HTTPRoute edge\/front names Service web from another namespace/,
    ],
    [
      'of two Gateways',
      [anHttpRoute([web], { parents: [of, elsewhere] })],
      /has other parents than Gateway edge\/public/,
    ],
    ['by two ports', [anHttpRoute([web, { ...web, port: 8080 }])], /names Service web by 2 ports/],
    ['with a canary', [anHttpRoute([web, { name: 'canary', port: 80 }])], /serves Service canary too/],
    ['with a target group of somebody', [anHttpRoute([web, green])], /serves TargetGroupName green too/],
  ] as const)('%s', ([, httpRoutes, expected]) => {
    const facts = factsOf(...httpRoutes)
    if (expected instanceof RegExp) expect(facts).toMatchObject({ fault: expect.stringMatching(expected) })
    else expect(facts).toEqual(expected)
  })

  test('of which the Gateway speaks of another generation is told', () => {
    expect(factsOf(anHttpRoute([web], { generation: 2 }))).toMatchObject({
      found: [{ code: 'http-route-not-served', level: 'blocker', about: 'shop/front' }],
    })
  })

  test('whose HTTPRoute Flux makes is told with what to do', () => {
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'shop',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    expect(factsOf(anHttpRoute([web], { labels }))).toMatchObject({
      found: [{ code: 'http-route-written-back', level: 'blocker' }],
    })
  })
})

describe('green in an HTTPRoute of blue', () => {
  const backends = backendsOfRoute({ namespace: 'shop', service: 'web', greenTargetGroup: 'green' })
  const rules = [{ backendRefs: [web] }, { backendRefs: [{ name: 'api', port: 80 }] }]
  const refsOf = (all: readonly object[]) => all.map((rule) => (rule as { backendRefs: object[] }).backendRefs)

  test('is its target group, beside blue’s Service', () => {
    const at25 = withShare(rules, backends, 'shop', 25)
    expect(refsOf(at25)).toEqual([
      [
        { ...web, weight: 75 },
        { ...green, weight: 25 },
      ],
      [{ name: 'api', port: 80 }],
    ])
    expect(shareInGateway(at25, backends, 'shop', true)).toEqual({ share: 25 })
    expect(refsOf(withOnlySide(at25, backends, 'shop', 'green'))[0]).toEqual([{ ...green, weight: 1 }])
  })

  test('comes back as blue’s Service, of the group and kind that it has', () => {
    const onGreen = withOnlySide(rules, backends, 'shop', 'green')
    expect(refsOf(withShare(onGreen, backends, 'shop', 0))[0]).toEqual([
      { ...web, group: '', kind: 'Service', weight: 100 },
      { ...green, weight: 0 },
    ])
  })

  test('is unmade as long as it has no target group', () => {
    expect(shareInGateway(rules, backends, 'shop', false)).toEqual({ share: 'unmade' })
    expect(shareInGateway(rules, backends, 'shop', true)).toEqual({ share: 'closed' })
  })
})
