import { expect, test } from 'vitest'
import { recordRoute, targetOf, type RecordFacts } from '../../src/domain/record-routes.ts'
import { resolvePlatform } from '../../src/domain/resolve-platform.ts'
import { aFile, aNamespace, found, inFile } from '../support/found.ts'

const balancer = { name: 'blue-1.elb.amazonaws.com', zone: 'ZELB' }
const cname = { name: 'legacy.example.com', type: 'CNAME', ttl: 60, values: [balancer.name] }
const facts: RecordFacts = {
  name: 'legacy.example.com',
  zone: 'Z1',
  target: { kind: 'Service', namespace: 'legacy-test', name: 'web' },
  sets: [cname],
  protectedTypes: [],
  balancer,
}
const { balancer: _, ...noBalancer } = facts
const { sets: __, ...noZone } = facts

test('a simple record of blue’s load balancer is a route', () => {
  expect(recordRoute(facts)).toEqual({
    route: { kind: 'route53', name: 'legacy.example.com', zone: 'Z1', namespace: 'legacy-test', target: 'Service/web' },
    findings: [],
  })
})

test.for<{ says: string; of: RecordFacts; code: string; message: RegExp }>([
  { says: 'no zone', of: noZone, code: 'record-missing', message: /no hosted zone Z1/ },
  {
    says: 'no record',
    of: { ...facts, sets: [{ ...cname, type: 'MX' }] },
    code: 'record-missing',
    message: /of this name/,
  },
  { says: 'no load balancer', of: noBalancer, code: 'record-target', message: /^Service legacy-test\/web has no/ },
  {
    says: 'another policy',
    of: { ...facts, sets: [{ ...cname, setIdentifier: 'tokyo', policy: 'Region' }] },
    code: 'record-unfit',
    message: /chosen by Region/,
  },
  {
    says: 'protected',
    of: { ...facts, protectedTypes: ['CNAME'] },
    code: 'record-protected',
    message: /its CNAME record is/,
  },
])('what stands in its way: $says', ({ of, code, message }) => {
  const { route, findings } = recordRoute(of)
  expect(route).toBeUndefined()
  expect(findings).toMatchObject([
    { level: 'blocker', code, about: 'legacy.example.com', message: expect.stringMatching(message) },
  ])
})

test('a long TTL is told, and moves all the same', () => {
  const { route, findings } = recordRoute({ ...facts, sets: [{ ...cname, ttl: 3600 }] })
  expect(route).toBeDefined()
  expect(findings).toMatchObject([{ level: 'warning', code: 'record-ttl', message: expect.stringContaining('7200 s') }])
})

const labels = { app: 'legacy', team: 'scala', env: 'test' }
const file = (deploy: 'copy' | 'argocd', kind: 'Service' | 'Ingress') =>
  aFile({
    apps: {
      legacy: inFile({ deploy, records: [{ name: facts.name, zone: 'Z1', target: { ...facts.target, kind } }] }),
    },
  })
const its = (what: string) => aNamespace('legacy-test', { labels, notCarried: [what] })

test.for([
  { deploy: 'copy', kind: 'Service', what: 'Service web of type LoadBalancer', codes: [] },
  { deploy: 'copy', kind: 'Service', what: 'Service mail of type LoadBalancer', codes: ['not-carried'] },
  { deploy: 'copy', kind: 'Ingress', what: 'Ingress web', codes: ['not-carried'] },
  { deploy: 'argocd', kind: 'Ingress', what: 'Ingress web', codes: [] },
] as const)(
  'what has its load balancer by a record, $what of deploy $deploy: $codes',
  ({ deploy, kind, what, codes }) => {
    const records = [{ ...facts, target: { ...facts.target, kind } }]
    const { findings, platform } = resolvePlatform(file(deploy, kind), { ...found(its(what)), records })
    expect(findings.map((f) => f.code)).toEqual(codes)
    expect(platform.apps[0]?.environments[0]?.routes).toMatchObject([{ kind: 'route53', target: `${kind}/web` }])
  },
)

test('a record that leads to another app’s namespace is a blocker', () => {
  const { findings } = resolvePlatform(file('copy', 'Service'), {
    ...found(aNamespace('other', { labels })),
    records: [facts],
  })
  expect(findings.map((f) => [f.code, f.about])).toEqual([['record-target', 'legacy.example.com']])
})

test.for([
  ['Service/legacy/web', { kind: 'Service', namespace: 'legacy', name: 'web' }],
  ['Deployment/legacy/web', undefined],
  ['Service/web', undefined],
  ['Service/a/b/c', undefined],
] as const)('%s', ([text, target]) => {
  expect(targetOf(text)).toEqual(target)
})
