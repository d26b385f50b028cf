import { expect, test } from 'vitest'
import { leftRoutes, type Routes } from '../../../src/sandbox/judge/left-routes.ts'

const service = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'edge' } })
const set = (more: object = {}) => ({
  Name: 'billing.chatwork.test.',
  Type: 'CNAME' as const,
  TTL: 2,
  ResourceRecords: [{ Value: 'of-green' }],
  ...more,
})
const route = (names: readonly string[], annotations: Record<string, string> = {}) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web', namespace: 'edge', annotations },
  spec: { rules: [{ backendRefs: names.map((name) => ({ name })) }] },
})
const good: Routes = {
  records: [set()],
  httpRoutes: [route(['web-green'])],
  backends: [service('web-green')],
  balancers: ['of-green'],
  seeded: { record: { name: 'billing.chatwork.test', ttl: 2 }, httpRoute: { namespace: 'edge', name: 'web' } },
}
const alias = (DNSName: string) =>
  set({
    Type: 'A' as const,
    TTL: undefined,
    ResourceRecords: undefined,
    AliasTarget: { HostedZoneId: 'Z1', DNSName, EvaluateTargetHealth: true },
  })

test.for([
  { says: 'a simple record and one backend of what is there are nobody’s concern', but: {}, left: [] },
  {
    says: 'a record that is one of two',
    but: { records: [set({ SetIdentifier: 'norikae green x' })] },
    left: ['is still one of two (norikae green x)'],
  },
  {
    says: 'a TTL that was not given back',
    but: { records: [set({ TTL: 60 })] },
    left: ['has a TTL of 60 s, and had 2'],
  },
  { says: 'a name that leads nowhere', but: { balancers: [] }, left: ['leads to of-green, which is gone'] },
  { says: 'an alias of a load balancer is there', but: { records: [alias('dualstack.Of-Green.')] }, left: [] },
  {
    says: 'an alias that leads nowhere',
    but: { records: [alias('of-blue.')] },
    left: ['leads to of-blue., which is gone'],
  },
  { says: 'a record that is gone', but: { records: [] }, left: ['is gone'] },
  {
    says: 'a record too many',
    but: { records: [set(), alias('of-green.')] },
    left: ['is there 2 times, and was once'],
  },
  {
    says: 'a record of another name',
    but: { records: [set(), set({ Name: 'x.chatwork.test.' })] },
    left: ['was not there before'],
  },
  { says: 'a record without a value', but: { records: [set({ ResourceRecords: [] })] }, left: ['leads nowhere'] },
  {
    says: 'where nobody has a record, none is missed',
    but: { records: [], seeded: { httpRoute: good.seeded.httpRoute } },
    left: [],
  },
  { says: 'an HTTPRoute that is gone', but: { httpRoutes: [] }, left: ['is gone'] },
  {
    says: 'where nobody has an HTTPRoute, none is missed',
    but: { httpRoutes: [], seeded: { record: good.seeded.record } },
    left: [],
  },
  { says: 'an HTTPRoute without a backend', but: { httpRoutes: [route([])] }, left: ['has no backend that serves'] },
  {
    says: 'an HTTPRoute too many',
    but: {
      httpRoutes: [route(['web-green']), { ...route(['web-green']), metadata: { name: 'x', namespace: 'edge' } }],
    },
    left: ['was not there before'],
  },
  {
    says: 'an HTTPRoute that is marked',
    but: { httpRoutes: [route(['web-green'], { 'norikae.io/run': 'x' })] },
    left: ['is still marked as being moved'],
  },
  {
    says: 'a backend too many, and gone',
    but: { httpRoutes: [route(['web-blue', 'web-green'])] },
    left: ['still has 2 backends', 'sends requests to Service web-blue, which is gone'],
  },
])('$says', ({ but, left }) => {
  expect(leftRoutes({ ...good, ...but }).map((l) => l.because)).toEqual(left)
})

const weighed = (more: object = {}) =>
  set({ Name: 'status.chatwork.test.', SetIdentifier: 'green', Weight: 100, ...more })
const beside = weighed({ Name: 'cname-status.chatwork.test.', Type: 'TXT', ResourceRecords: [{ Value: '"heritage"' }] })

test.for([
  { says: 'one with all of the weight, of a known owner', records: [weighed(), beside], left: [] },
  { says: 'none at all', records: [], left: ['is gone'] },
  { says: 'one without a weight', records: [weighed({ Weight: 0 }), beside], left: ['has no weight'] },
  {
    says: 'two',
    records: [weighed(), weighed({ SetIdentifier: 'blue', Weight: 0 }), beside],
    left: ['is there 2 times, and was once'],
  },
  {
    says: 'one that leads to what is gone, and nobody’s',
    records: [weighed({ ResourceRecords: [{ Value: 'of-blue' }] })],
    left: ['leads to of-blue, which is gone', 'has 0 TXT records beside it ()'],
  },
])('where external-dns weighs it, there is in the end $says', ({ records, left }) => {
  const seeded = { ...good.seeded, weighed: 'status.chatwork.test' }
  expect(leftRoutes({ ...good, seeded, records: [set(), ...records] }).map((l) => l.because)).toEqual(left)
})
