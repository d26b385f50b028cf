import { describe, expect, test } from 'vitest'
import { entrancesOf, namesServedBy } from '../../src/domain/entrances.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { answered, endsOf, leadingTo, leadOf, mayMatter, type Lead } from '../../src/domain/leads.ts'
import {
  isNamedAfter,
  undeclaredWays,
  unresolved,
  unseenNames,
  waysByName,
  waysByRoute,
} from '../../src/domain/ways.ts'
import type { RecordSet } from '../../src/domain/weighted-records.ts'

const ZONE = 'example.com'
const BLUE = 'k8s-blue.elb.ap-northeast-1.amazonaws.com'
const GREEN = 'k8s-green.elb.ap-northeast-1.amazonaws.com'
const lead = (name: string, target: string, more: Partial<Lead> = {}): Lead => ({
  name,
  type: 'CNAME',
  zone: ZONE,
  targets: [target],
  ...more,
})
const weighted = (target: string, weight: number) => lead('shop.example.com', target, { weight })
const grafana = { at: BLUE, of: 'Ingress/monitoring/grafana' }
const names = (...leads: Lead[]) => waysByName(leads, [grafana]).map(({ name }) => name)

describe('a record leads', () => {
  const set = (type: string, more: Partial<RecordSet>): RecordSet => ({ name: 'a.example.com', type, ...more })
  test.for([
    ['an alias', set('A', { alias: { zone: 'Z', name: `dualstack.${BLUE}.`, evaluatesHealth: true } }), [BLUE]],
    ['a CNAME', set('CNAME', { values: [`${BLUE}.`] }), [BLUE]],
    ['addresses', set('A', { values: ['192.0.2.1', '192.0.2.2'] }), ['192.0.2.1', '192.0.2.2']],
    ['mail', set('MX', { values: ['10 mail.example.com.'] }), ['mail.example.com']],
    ['a service', set('SRV', { values: ['1 10 5269 xmpp.example.com'] }), ['xmpp.example.com']],
    ['a binding', set('HTTPS', { values: [`1 ${BLUE}. alpn="h2"`] }), [BLUE]],
  ] as const)('to its target: %s', ([, from, targets]) => expect(leadOf(from, ZONE)?.targets).toEqual(targets))

  test.for([
    ['a text', set('TXT', { values: ['"heritage=external-dns"'] })],
    ['a delegation', set('NS', { values: ['ns-1.example.net'] })],
    ['a binding to itself', set('HTTPS', { values: ['1 . alpn="h2"'] })],
  ] as const)('nowhere: %s', ([, from]) => expect(leadOf(from, ZONE)).toBeUndefined())
})

describe('names that lead to a cluster', () => {
  test.for([
    { says: 'a simple one does', leads: [lead('a.example.com', BLUE)], are: ['a.example.com'] },
    { says: 'one that leads to green does not', leads: [lead('a.example.com', GREEN)], are: [] },
    { says: 'one with a weight does', leads: [weighted(BLUE, 1), weighted(GREEN, 99)], are: ['shop.example.com'] },
    { says: 'at weight 0 it does not', leads: [weighted(BLUE, 0), weighted(GREEN, 100)], are: [] },
    {
      says: 'where all have weight 0 each has the same share',
      leads: [weighted(BLUE, 0), weighted(GREEN, 0)],
      are: ['shop.example.com'],
    },
    {
      says: 'weights of another type are others',
      leads: [weighted(BLUE, 0), { ...weighted(GREEN, 100), type: 'AAAA' }],
      are: ['shop.example.com'],
    },
    {
      says: 'whoever leads to one that does leads there too',
      leads: [lead('www.example.com', 'app.example.com'), lead('app.example.com', BLUE), lead('b.example.com', GREEN)],
      are: ['app.example.com', 'www.example.com'],
    },
    {
      says: 'over a wildcard too',
      leads: [lead('www.example.com', 'x.apps.example.com'), lead('*.apps.example.com', BLUE)],
      are: ['*.apps.example.com', 'www.example.com'],
    },
    {
      says: 'and not over one that has a record of its own',
      leads: [
        lead('www.example.com', 'x.apps.example.com'),
        lead('x.apps.example.com', GREEN),
        lead('*.apps.example.com', BLUE),
      ],
      are: ['*.apps.example.com'],
    },
    {
      says: 'a circle leads nowhere',
      leads: [lead('a.example.com', 'b.example.com'), lead('b.example.com', 'a.example.com')],
      are: [],
    },
  ])('$says', ({ leads, are }) => expect(names(...leads)).toEqual(are))

  test('that is given up are also those at weight 0: nothing of it is to be left', () => {
    const leads = [weighted(BLUE, 0), weighted(GREEN, 100)]
    expect(waysByName(leads, [grafana], true).map(({ name }) => name)).toEqual(['shop.example.com'])
  })

  test('are told with their zone, all between, and what they end at', () => {
    expect(
      waysByName([lead('www.example.com', 'app.example.com'), lead('app.example.com', BLUE)], [grafana])[1],
    ).toEqual({
      name: 'www.example.com',
      says: `www.example.com (CNAME in hosted zone example.com) leads to app.example.com, and that to ${BLUE}, of Ingress/monitoring/grafana`,
    })
  })

  test('through each are as many as there are, by the shortest way', () => {
    const chain = Array.from({ length: 30 }, (_, n) =>
      lead(`n${n}.example.com`, n === 0 ? BLUE : `n${n - 1}.example.com`),
    )
    expect(leadingTo(chain, new Set([BLUE]))).toHaveLength(30)
    const two = [
      lead('a.example.com', 'b.example.com', { targets: ['b.example.com', BLUE] }),
      lead('b.example.com', BLUE),
    ]
    expect(leadingTo(two, new Set([BLUE]))[0]?.through).toEqual([BLUE])
  })
})

describe('of a zone is kept', () => {
  const sought = { places: new Set([BLUE]), names: new Set(['shop.example.com']), zones: [ZONE] }
  test.for([
    ['what leads to the place', lead('a.example.org', BLUE), true],
    ['what leads into a zone', lead('a.example.org', 'b.example.com'), true],
    ['what is asked about', lead('shop.example.com', 'd1.cloudfront.net'), true],
    ['a wildcard over that', lead('*.example.com', 'd1.cloudfront.net'), true],
    ['whoever shares traffic with others', lead('a.example.org', GREEN, { weight: 1 }), true],
    ['nobody else', lead('a.example.org', 'd1.cloudfront.net'), false],
  ] as const)('%s', ([, it, is]) => expect(mayMatter(it, sought)).toBe(is))

  test('a weight is known with those that it shares with', () => {
    expect(answered([weighted(BLUE, 0), weighted(GREEN, 1)]).map((l) => l.targets[0])).toEqual([GREEN])
  })
})

describe('where nobody can look', () => {
  const served = new Map([['shop.example.com', 'Ingress/shop/web']])
  const known = new Set([BLUE, GREEN])
  const zones = [ZONE]
  const of = (...leads: Lead[]) => unseenNames(leads, { served, zones, known })
  test.for([
    ['at a CDN', [lead('shop.example.com', 'd1.cloudfront.net')], ['d1.cloudfront.net']],
    ['at addresses of nobody known', [lead('shop.example.com', '192.0.2.9', { type: 'A' })], ['192.0.2.9']],
    [
      'behind another name',
      [lead('shop.example.com', 'b.example.com'), lead('b.example.com', 'd1.cloudfront.net')],
      ['d1.cloudfront.net'],
    ],
    ['not at green', [lead('shop.example.com', GREEN)], []],
    // It is told as a way, or read with its rules.
    ['not at blue, nor at a load balancer', [lead('shop.example.com', BLUE)], []],
    ['not at another load balancer', [lead('shop.example.com', 'x.elb.ap-northeast-1.amazonaws.com')], []],
    ['not at a classic one', [lead('shop.example.com', 'x.ap-northeast-1.elb.amazonaws.com')], []],
    ['not where there is no such record', [], []],
  ] as const)('%s', ([, leads, third]) =>
    expect(of(...leads)).toEqual(
      third.map((it) => `shop.example.com of Ingress/shop/web: it leads to ${it}, and from there on nobody can look`),
    ),
  )
  test('at a zone that is elsewhere', () => {
    expect(unseenNames([], { served, zones: ['example.org'], known })).toEqual([
      'shop.example.com of Ingress/shop/web: no hosted zone of the account has it',
    ])
  })
  test('what is between is asked for by itself', () => {
    const leads = [lead('shop.example.com', 'b.example.com')]
    expect(unresolved(leads, { served, zones, known })).toEqual(['b.example.com'])
    expect(unresolved([...leads, lead('b.example.com', BLUE)], { served, zones, known })).toEqual([])
    expect(endsOf([...leads, lead('b.example.com', 'shop.example.com')])('shop.example.com')).toEqual([])
  })
})

test('of many names and records each is looked at a few times, not once for each of the others', () => {
  let reads = 0
  const counted = (name: string): Lead => ({
    ...lead(name, `to.${name}`),
    get name() {
      reads += 1
      return name
    },
  })
  const served = new Map(Array.from({ length: 400 }, (_, n) => [`n${n}.${ZONE}`, 'Ingress/shop/web'] as const))
  const leads = [...served.keys()].map(counted)
  expect(unresolved(leads, { served, zones: [ZONE], known: new Set() })).toHaveLength(400)
  expect(unseenNames(leads, { served, zones: [ZONE], known: new Set() })).toEqual([])
  expect(reads).toBeLessThan(20 * leads.length)
})

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'edge' },
  ...more,
})

describe('a cluster is entered', () => {
  test('by load balancers, addresses and Gateways', () => {
    expect(
      entrancesOf([
        object('Service', 'web', {
          status: { loadBalancer: { ingress: [{ hostname: BLUE.toUpperCase() }, { ip: '192.0.2.1' }] } },
        }),
        object('Gateway', 'public', { status: { addresses: [{ type: 'Hostname', value: 'gw.example.net' }] } }),
        object('Service', 'inside', { status: { loadBalancer: {} } }),
      ]),
    ).toEqual([
      { at: BLUE, of: 'Service/edge/web' },
      { at: '192.0.2.1', of: 'Service/edge/web' },
      { at: 'gw.example.net', of: 'Gateway/edge/public' },
    ])
  })
  test('by the names that are written on it', () => {
    const annotations = { 'external-dns.alpha.kubernetes.io/hostname': 'a.example.com, b.example.com.' }
    expect([
      ...namesServedBy([
        { ...object('Service', 'web'), metadata: { name: 'web', namespace: 'edge', annotations } },
        object('Ingress', 'web', { spec: { rules: [{ host: 'c.example.com' }, {}] } }),
        object('Gateway', 'public', { spec: { listeners: [{ hostname: '*.example.com' }] } }),
      ]),
    ]).toEqual([
      ['a.example.com', 'Service/edge/web'],
      ['b.example.com', 'Service/edge/web'],
      ['c.example.com', 'Ingress/edge/web'],
      ['*.example.com', 'Gateway/edge/public'],
    ])
  })
})

test.for([
  ['shop-p-1-35', 'p-1-35', 'p-1-36', true],
  ['p-1-35', 'p-1-35', 'p-1-36', true],
  ['shop-p-1-355', 'p-1-35', 'p-1-36', false],
  ['shop-p-1-35-r2', 'p-1-35', 'p-1-35-r2', false],
  ['shop-p-1-35-r2', 'p-1-35-r2', 'p-1-35', true],
  ['shop', 'p-1-35', 'p-1-36', false],
] as const)('%s is named after %s beside %s: %s', ([name, cluster, other, is]) =>
  expect(isNamedAfter(name, cluster, other)).toBe(is),
)

describe('an HTTPRoute leads to a cluster', () => {
  const AWS = 'application-networking.k8s.aws'
  const route = (...refs: object[]) => object('HTTPRoute', 'shop', { spec: { rules: [{ backendRefs: refs }] } })
  const objects: Readonly<Record<string, KubernetesObject>> = {
    imported: object('ServiceImport', 'imported', {
      metadata: { name: 'imported', annotations: { [`${AWS}/aws-eks-cluster-name`]: 'p-1-35' } },
    }),
    theirs: object('ServiceImport', 'theirs', {
      metadata: { name: 'theirs', annotations: { [`${AWS}/aws-eks-cluster-name`]: 'p-1-36' } },
    }),
    anybodys: object('ServiceImport', 'anybodys'),
    outside: object('Service', 'outside', { spec: { type: 'ExternalName', externalName: 'app.example.com' } }),
  }
  const behind = {
    cluster: 'p-1-35',
    other: 'p-1-36',
    found: ({ name }: { readonly name: string }) => objects[name],
    targetGroups: new Set(['k8s-shop']),
    places: new Set([BLUE, 'app.example.com']),
  }
  test.for([
    ['by its name', { name: 'shop-p-1-35' }, 'leads'],
    ['not at weight 0', { name: 'shop-p-1-35', weight: 0 }, 'not'],
    ['not by the name of the other', { name: 'shop-p-1-36' }, 'not'],
    ['by what a ServiceImport stands for', { kind: 'ServiceImport', name: 'imported' }, 'leads'],
    ['not where that is the other', { kind: 'ServiceImport', name: 'theirs' }, 'not'],
    ['not where that is not there', { kind: 'ServiceImport', name: 'gone' }, 'not'],
    ['perhaps, where it does not say', { kind: 'ServiceImport', name: 'anybodys' }, 'unseen'],
    ['by a target group that it binds', { kind: 'TargetGroupName', name: 'k8s-shop' }, 'leads'],
    ['not by another', { kind: 'TargetGroupName', name: 'k8s-other' }, 'not'],
    ['by a name outside that leads to it', { name: 'outside' }, 'leads'],
    ['not by what is none of these kinds', { kind: 'Bucket', name: 'shop-p-1-35' }, 'not'],
  ] as const)('%s', ([, ref, is]) => {
    const { ways, unseen } = waysByRoute([route(ref)], 'edge-1-35', behind)
    expect([ways.length, unseen.length]).toEqual([Number(is === 'leads'), Number(is === 'unseen')])
  })
  test('and says by which backends', () => {
    const { ways } = waysByRoute([route({ name: 'shop-p-1-35' }, { name: 'x' })], 'edge-1-35', behind)
    expect(ways).toEqual([
      {
        name: 'HTTPRoute edge/shop on edge-1-35',
        says: 'HTTPRoute edge/shop on edge-1-35 gives a weight to Service edge/shop-p-1-35',
      },
    ])
  })
})

test('preflight tells those that no app moves', () => {
  const ways = ['a.example.com', 'b.example.com'].map((name) => ({ name, says: `${name} leads there` }))
  expect(undeclaredWays('p-1-35', ways, new Set(['a.example.com']))).toMatchObject([
    { level: 'warning', code: 'ways-undeclared', message: expect.stringContaining(': b.example.com leads there') },
  ])
  expect(undeclaredWays('p-1-35', ways, new Set(ways.map(({ name }) => name)))).toEqual([])
})
