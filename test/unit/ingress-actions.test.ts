import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  actionKey,
  ingressOf,
  keptKey,
  shareInAction,
  withBlueAlone,
  withGreenAlone,
  withShareInAction,
} from '../../src/domain/ingress-actions.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const ARN = 'arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup'
const sides = { service: 'web', blue: `${ARN}/k8s-web/b1`, green: `${ARN}/green/9a` }
const web = { serviceName: 'web', servicePort: 80 }
const green = { targetGroupARN: sides.green }
const forward = (...targetGroups: readonly object[]) =>
  JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } })

test.for([
  ['blue alone', forward(web), 'closed'],
  [
    'blue alone, by the ARN of its target group',
    JSON.stringify({ type: 'forward', targetGroupARN: sides.blue }),
    'closed',
  ],
  ['blue alone, by its name', JSON.stringify({ type: 'forward', targetGroupName: 'k8s-web' }), 'closed'],
  ['both', forward({ ...web, weight: 75 }, { ...green, weight: 25 }), 25],
  ['both, by other sums', forward({ ...web, weight: 300 }, { ...green, weight: 100 }), 25],
  ['green by its name', forward({ ...web, weight: 0 }, { targetGroupName: 'green', weight: 7 }), 100],
  ['green alone', forward(green), 100],
  [
    'somebody else too',
    forward({ ...web, weight: 75 }, { serviceName: 'canary', servicePort: 80, weight: 5 }),
    'elsewhere',
  ],
  ['somebody else at 0', forward(web, { serviceName: 'canary', servicePort: 80, weight: 0 }), 'closed'],
  ['nobody', forward({ ...web, weight: 0 }, { ...green, weight: 0 }), 'elsewhere'],
  ['a page', JSON.stringify({ type: 'fixed-response', fixedResponseConfig: { statusCode: '503' } }), 'elsewhere'],
  ['what is no JSON', 'forward to web', 'elsewhere'],
  ['no action at all', undefined, 'elsewhere'],
] as const)('an action that serves %s', ([, text, share]) => {
  expect(shareInAction(text, sides).share).toBe(share)
})

test('as long as green has no target group it is not in it', () => {
  expect(shareInAction(forward(web), { ...sides, green: undefined }).share).toBe('unmade')
})

const sticky = { targetGroupStickinessConfig: { enabled: true, durationSeconds: 200 } }

test('a weight keeps stickiness, others without a weight, and what blue is named by', () => {
  const other = { serviceName: 'canary', servicePort: 'http', weight: 0 }
  const text = JSON.stringify({ type: 'forward', forwardConfig: { targetGroups: [web, other], ...sticky } })
  expect(JSON.parse(withShareInAction(text, sides, 25))).toEqual({
    type: 'forward',
    forwardConfig: { targetGroups: [{ ...web, weight: 75 }, { ...green, weight: 25 }, other], ...sticky },
  })
  expect(JSON.parse(withGreenAlone(text, sides))).toEqual({
    type: 'forward',
    forwardConfig: { targetGroups: [{ ...green, weight: 100 }, other], ...sticky },
  })
})

const texts = fc.constantFrom(
  forward(web),
  forward({ ...web, weight: 1 }),
  `{ "type":"forward", "targetGroupARN": "${sides.blue}" }`,
  JSON.stringify({ forwardConfig: { targetGroups: [web], ...sticky }, type: 'forward' }),
)

test('whatever was written in between, what reads as it was written, and in the end is what it was', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(100)), (was, weights) => {
      const at = [...weights, 0].reduce((text, weight) => {
        const next = withShareInAction(text, sides, weight)
        expect(shareInAction(next, sides).share).toBe(weight)
        return next
      }, was)
      expect(withBlueAlone(at, sides, was)).toBe(was)
    }),
  )
})

test('what its owner changed meanwhile stays', () => {
  const now = JSON.stringify({
    type: 'forward',
    forwardConfig: {
      targetGroups: [
        { ...web, weight: 100 },
        { ...green, weight: 0 },
      ],
      ...sticky,
    },
  })
  expect(JSON.parse(withBlueAlone(now, sides, forward(web)))).toEqual({
    type: 'forward',
    forwardConfig: { targetGroups: [{ ...web, weight: 100 }], ...sticky },
  })
})

describe('a binding that a controller has made', () => {
  const path = (name: string, port: object) => ({ path: '/', backend: { service: { name, port } } })
  const anIngress = (
    paths: readonly object[],
    annotations: Record<string, string> = { [actionKey('shop')]: forward(web) },
    more: object = {},
  ): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'shop', annotations, ...more },
    spec: { rules: [{ host: 'shop.test', http: { paths } }] },
  })
  const named = path('shop', { name: 'use-annotation' })
  const binding = { spec: { serviceRef: { name: 'web', port: 80 } } }
  const its = { name: 'front', action: 'shop', service: 'web', written: [] }

  test.for([
    ['of an action that a path names', [anIngress([named])], its],
    ['by two paths of one action', [anIngress([named, named])], its],
    [
      'that Norikae writes already',
      [anIngress([named], { [actionKey('shop')]: forward(web, green), [keptKey('shop')]: '{"run":"r","was":"{}"}' })],
      its,
    ],
    ['of a path that names the Service', [anIngress([path('web', { number: 80 })], {})], /names Service web itself/],
    [
      'of a Service that another path names',
      [anIngress([named, path('web', { number: 80 })])],
      /more than action shop/,
    ],
    [
      'of two actions',
      [anIngress([named], { [actionKey('shop')]: forward(web), [actionKey('old')]: forward(web) })],
      /more than action shop/,
    ],
    ['of an action that no path names', [anIngress([])], /no path of Ingress front names its action shop/],
    [
      'of an action with a canary',
      [anIngress([named], { [actionKey('shop')]: forward(web, { serviceName: 'canary' }) })],
      /forwards to others too/,
    ],
    [
      'of an action that names its Service by two ports',
      [anIngress([named], { [actionKey('shop')]: forward(web, { ...web, servicePort: 8080, weight: 0 }) })],
      /names Service web 2 times/,
    ],
    ['of nothing here', [], /no Ingress of its namespace names Service web/],
  ] as const)('%s', ([, ingresses, expected]) => {
    const facts = ingressOf(binding, ingresses)
    if (expected instanceof RegExp) expect(facts).toMatchObject({ fault: expect.stringMatching(expected) })
    else expect(facts).toEqual(expected)
  })

  const managedFields = (manager: string) => [
    {
      manager,
      time: '2026-11-24T04:00:00Z',
      fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:${actionKey('shop')}`]: {} } } },
    },
  ]
  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
  const leftAlone = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled', [actionKey('shop')]: forward(web) }

  test.for([
    [
      'Argo CD',
      anIngress([named], undefined, { managedFields: managedFields('argocd-controller') }),
      ['warning', /argocd-controller at/],
    ],
    ['Norikae alone', anIngress([named], undefined, { managedFields: managedFields('norikae') }), undefined],
    [
      'Flux',
      anIngress([named], undefined, { labels: flux }),
      ['blocker', /Flux makes it \(Kustomization flux-system\/shop\)/],
    ],
    ['Flux, which leaves it alone', anIngress([named], leftAlone, { labels: flux }), undefined],
  ] as const)('whose Ingress is written by %s', ([, ingress, expected]) => {
    const facts = ingressOf(binding, [ingress])
    const written = 'written' in facts ? facts.written : []
    if (expected === undefined) return expect(written).toEqual([])
    const [level, message] = expected
    expect(written).toMatchObject([{ code: 'ingress-written-back', level, message: expect.stringMatching(message) }])
  })
})
