import { expect, test } from 'vitest'
import { ownedBy } from '../../src/domain/weighted-records.ts'
import { dnsFindings, dnsWriters, orphanedRecords } from '../../src/domain/external-dns.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const externalDns = (container: object = {}, image = 'registry.k8s.io/external-dns/external-dns:v0.19.0') =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'external-dns', namespace: 'dns' },
    spec: { template: { spec: { containers: [{ name: 'it', image, ...container }] } } },
  }) satisfies KubernetesObject

const args = (...some: string[]) => externalDns({ args: some })
const stopped = (its: KubernetesObject) => ({ ...its, spec: { ...its.spec, replicas: 0 } })
const told = (deployment: KubernetesObject) =>
  dnsWriters([deployment]).map(({ owner, deletes }) => ({ owner, deletes }))

test.for([
  {
    says: 'the owner and the policy are read from its arguments',
    of: args('--policy=upsert-only', '--txt-owner-id=b'),
    is: { owner: 'b', deletes: false },
  },
  {
    says: 'also where they are two words',
    of: args('--txt-owner-id', 'b', '--policy', 'sync'),
    is: { owner: 'b', deletes: true },
  },
  { says: 'what is not said is the default', of: args(), is: { owner: 'default', deletes: true } },
  {
    says: 'and from its variables',
    of: externalDns({ env: [{ name: 'EXTERNAL_DNS_TXT_OWNER_ID', value: 'b' }] }),
    is: { owner: 'b', deletes: true },
  },
  {
    says: 'a variable from elsewhere may be anything',
    of: externalDns({ env: [{ name: 'EXTERNAL_DNS_TXT_OWNER_ID', valueFrom: {} }] }),
    is: { owner: undefined, deletes: true },
  },
  {
    says: 'so may one of a whole ConfigMap',
    of: externalDns({ envFrom: [{}], args: ['--policy=sync'] }),
    is: { owner: undefined, deletes: true },
  },
])('$says', ({ of, is }) => expect(told(of)).toEqual([is]))

test.for([
  { of: args(), is: 60 },
  { of: args('--interval=1m30s'), is: 90 },
  { of: args('--interval', '2h0m0s'), is: 7200 },
  { of: args('--interval=500ms'), is: 0.5 },
  { of: args('--interval=often'), is: 60 },
])('it looks anew every $is s', ({ of, is }) => expect(dnsWriters([of])[0]?.everyS).toBe(is))

test.for(['bitnami/external-dns@sha256:1', 'external-dns'])('%s is external-dns', (image) =>
  expect(told(externalDns({}, image))).toHaveLength(1),
)
test('an image that is only called alike is not', () =>
  expect(told(externalDns({}, 'a/external-dns-exporter:1'))).toEqual([]))

test.for([
  {
    says: "with blue's owner and policy sync it would delete blue's records",
    green: args('--txt-owner-id=b'),
    codes: ['blocker dns-deletes'],
  },
  {
    says: 'with an owner that is not known it might',
    green: externalDns({ envFrom: [{}] }),
    codes: ['blocker dns-deletes'],
  },
  {
    says: "with blue's owner and without deleting it would write over blue's records",
    green: args('--txt-owner-id=b', '--policy=upsert-only'),
    codes: ['blocker dns-takes-over'],
  },
  {
    says: 'what changes no record that is there does neither',
    green: args('--txt-owner-id=b', '--policy=create-only'),
    codes: [],
  },
  {
    says: 'with an owner of its own it does not take the records over',
    green: args('--txt-owner-id=g'),
    codes: ['warning dns-owner'],
  },
])('$says', ({ green, codes }) => {
  const [blue, there] = [args('--txt-owner-id=b'), green].map((d) => dnsWriters([d]))
  expect(dnsFindings(blue ?? [], there ?? []).map((f) => `${f.level} ${f.code}`)).toEqual(codes)
})

test.for([
  { says: "that deletes by blue's owner id", args: ['--txt-owner-id=b'], codes: ['blocker dns-deletes'] },
  {
    says: 'that deletes nothing',
    args: ['--txt-owner-id=b', '--policy=upsert-only'],
    codes: ['blocker dns-takes-over'],
  },
  { says: 'of its own', args: ['--txt-owner-id=g'], codes: [] },
])('one that others brought to green by another name, $says', ({ args: its, codes }) => {
  const there = { ...args(...its), metadata: { name: 'dns-public', namespace: 'edge' } }
  const found = dnsFindings(dnsWriters([args('--txt-owner-id=b')]), [], dnsWriters([there]))
  expect(found.map((f) => `${f.level} ${f.code}`)).toEqual(codes)
  for (const { remedy } of found) expect(remedy).toContain('by whoever brought it there')
})

test.for([
  { says: 'another of blue', has: 'c', codes: ['blocker dns-deletes'] },
  { says: 'nobody', has: 'g', codes: ['warning dns-owner'] },
])('one that a wave brings with the owner id of $says is held against that one', ({ has, codes }) => {
  const named = (name: string, owner: string) => {
    const its = args(`--txt-owner-id=${owner}`)
    return { ...its, metadata: { ...its.metadata, name } }
  }
  const onBlue = dnsWriters([named('public', 'b'), named('private', 'c')])
  const found = dnsFindings(onBlue, dnsWriters([named('public', has)]))
  expect(found.map((f) => `${f.level} ${f.code}`)).toEqual(codes)
  for (const { remedy } of found) expect(remedy).not.toContain('by whoever brought it there')
})

test.for([
  { says: 'records whose owner the other cluster has are kept', others: [args('--txt-owner-id=b')], left: 0 },
  { says: 'those of another owner nobody keeps', others: [args('--txt-owner-id=g')], left: 1 },
  { says: 'nor where there is no external-dns', others: [], left: 1 },
  { says: 'nor where the one that has it was scaled to none', others: [stopped(args('--txt-owner-id=b'))], left: 1 },
])('$says', ({ others, left }) => {
  const found = orphanedRecords(dnsWriters([args('--txt-owner-id=b')]), dnsWriters(others), 'demo-1-35')
  expect(found.map((f) => f.about)).toEqual(Array(left).fill('Deployment/dns/external-dns on demo-1-35'))
})

test.for([
  { says: 'that name it are told as they were read', owner: 'b', words: '(b, as read of cname-a.example.com)' },
  {
    says: 'of which none names it may be encrypted, or elsewhere',
    owner: 'g',
    words: '(b, which none that can be read',
  },
])('TXT records $says', ({ owner, words }) => {
  const heritage = `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=ingress/a/b"`
  const owned = ownedBy({}, [
    { name: 'cname-a.example.com', type: 'TXT', values: [heritage] },
    { name: 'a.example.com', type: 'CNAME', values: ['b.example.com'] },
  ])
  const [found] = orphanedRecords(dnsWriters([args('--txt-owner-id=b')]), [], 'demo-1-35', { owned })
  expect(found?.message).toContain(words)
})

test.for([
  { says: 'has some that are read', its: args('--txt-owner-id=b'), owned: { b: ['a-www.example.com'] }, told: 1 },
  { says: 'has none', its: args('--txt-owner-id=b'), owned: { g: ['a-www.example.com'] }, told: 0 },
  { says: 'encrypts whose they are', its: args('--txt-owner-id=b', '--txt-encrypt-enabled'), owned: {}, told: 1 },
  { says: 'has an owner that is not known', its: externalDns({ envFrom: [{}] }), owned: {}, told: 1 },
  { says: 'keeps them in zones that nobody may read', its: args('--txt-owner-id=b'), owned: undefined, told: 1 },
])('while it runs, external-dns of blue that $says is told $told times', ({ its, owned, told: times }) => {
  const found = orphanedRecords(dnsWriters([its]), dnsWriters([args('--txt-owner-id=g')]), 'demo-1-35', {
    owned,
    ahead: true,
  })
  expect(found).toHaveLength(times)
  for (const { message, remedy } of found)
    expect([message, remedy]).toEqual([expect.stringContaining('is stopped before'), expect.stringMatching(/^before/)])
})
