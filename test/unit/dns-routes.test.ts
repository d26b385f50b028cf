import { expect, test } from 'vitest'
import { dnsRouteFindings, ownersFault, ownersOf, txtNames, typesFault } from '../../src/domain/dns-owners.ts'
import { leftAtZero, loneOf, notAsTold, othersServe, serves } from '../../src/domain/dns-records.ts'
import type { DnsFacts } from '../../src/domain/dns-routes.ts'
import { ANNOTATIONS, dnsWriters } from '../../src/domain/external-dns.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { recordRoute, type RecordFacts } from '../../src/domain/record-routes.ts'
import type { RecordSet } from '../../src/domain/weighted-records.ts'

const externalDns = (args: readonly string[], more: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'external-dns', namespace: 'dns' },
  spec: {
    template: {
      spec: { containers: [{ name: 'it', image: 'registry.k8s.io/external-dns/external-dns:v0.22.0', args, ...more }] },
    },
  },
})
function variables(all: Readonly<Record<string, string>>): object {
  return { env: Object.entries(all).map(([name, value]) => ({ name: `EXTERNAL_DNS_${name}`, value })) }
}
const writers = (...args: string[]) => dnsWriters([externalDns(args)])
const owned = (name: string, owner: string, setIdentifier?: string): RecordSet => ({
  name,
  type: 'TXT',
  values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/chat/web"`],
  ...(setIdentifier !== undefined && { setIdentifier }),
})

test.for([
  { of: { prefix: '', suffix: '' }, has: ['cname-www.example.com', 'a-www.example.com', 'www.example.com'] },
  { of: { prefix: 'dns-', suffix: '' }, has: ['dns-cname-www.example.com', 'dns-www.example.com'] },
  { of: { prefix: 'DNS.', suffix: '' }, has: ['dns.aaaa-www.example.com'] },
  { of: { prefix: '', suffix: '-txt' }, has: ['cname-www-txt.example.com', 'www-txt.example.com'] },
  { of: { prefix: '%{record_type}-dns-', suffix: '' }, has: ['cname-dns-www.example.com'] },
  { of: { prefix: '', suffix: '-%{record_type}-dns' }, has: ['www-a-dns.example.com'] },
])('owners are kept beside a name: $of', ({ of, has }) => {
  expect(txtNames('www.example.com', of)).toEqual(expect.arrayContaining(has))
})

test('whose records are is told for each set identifier', () => {
  const txt = [owned('cname-www', 'a', 'blue'), owned('cname-www', 'b', 'green'), owned('www', 'c')]
  expect([ownersOf(txt, 'blue'), ownersOf(txt, 'green'), ownersOf(txt, undefined)]).toEqual([['a'], ['b'], ['c']])
})

const www = { name: 'www', owner: 'dns', annotations: ANNOTATIONS[0] }

test.for([
  { args: ['--txt-owner-id=other'], fault: undefined },
  { args: ['--txt-owner-id=dns'], fault: /has the owner id dns too/ },
  { args: ['--txt-owner-id=other', '--registry=dynamodb'], fault: /keeps owners in dynamodb/ },
  { args: ['--txt-owner-id=other', '--txt-encrypt-enabled'], fault: /encrypts its TXT records/ },
  { args: ['--txt-owner-id=other', '--txt-encrypt-enabled=false'], fault: undefined },
  { args: ['--txt-owner-id=other', '--policy=create-only'], fault: /writes no weight again/ },
  { args: ['--txt-owner-id=other', '--policy=upsert-only'], fault: undefined },
])('green’s external-dns with $args', ({ args, fault }) => {
  const told = ownersFault(writers(...args), { name: 'www', owner: 'dns' })
  expect(told?.says ?? '').toMatch(fault ?? /^$/)
  const [finding] = dnsRouteFindings([www], writers(...args), [])
  expect(finding?.level).toBe(fault === undefined ? undefined : 'blocker')
  expect(finding?.remedy ?? '').toContain(told?.remedy ?? '')
})

test.for(['--registry=noop', '--txt-encrypt-enabled', '--policy=create-only'])(
  'what %s means is told alike on both sides',
  (arg) => {
    const [onGreen] = dnsRouteFindings([www], writers('--txt-owner-id=other', arg), [])
    const dns = { ...prepared, writers: writers('--txt-owner-id=dns', arg) }
    const [onBlue] = recordRoute({ ...facts, dns }).findings
    expect(onGreen?.message.replace('on green ', '')).toBe(onBlue?.message)
    expect(onGreen?.remedy).toContain(onBlue?.remedy)
  },
)

test('an owner id that comes from elsewhere may be blue’s', () => {
  const elsewhere = dnsWriters([externalDns([], { envFrom: [{}] })])
  expect(ownersFault(elsewhere, { name: 'www', owner: 'dns' })?.says).toContain('is not among its arguments')
})

test('where nobody is known to bring external-dns to green, that is a warning', () => {
  expect(dnsRouteFindings([www], [], [])).toMatchObject([{ level: 'warning', about: 'www' }])
})

const balancer = { name: 'blue-1.elb.amazonaws.com', zone: 'ZELB' }
const at = 'external-dns.alpha.kubernetes.io/'
const weighed: RecordSet = {
  name: 'www.example.com',
  type: 'CNAME',
  ttl: 60,
  values: [balancer.name],
  setIdentifier: 'blue',
  weight: 100,
}
const { setIdentifier: _, weight: __, ...simple } = weighed
const aService = (annotations: Readonly<Record<string, string>>, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'chat', annotations, ...more },
})
const prepared: DnsFacts = {
  txt: [owned('cname-www.example.com', 'dns', 'blue')],
  writers: writers('--txt-owner-id=dns'),
  object: aService({ [`${at}set-identifier`]: 'blue', [`${at}aws-weight`]: '100' }),
  listed: ['www.example.com'],
}
const facts: RecordFacts = {
  name: 'www.example.com',
  zone: 'Z1',
  target: { kind: 'Service', namespace: 'chat', name: 'web' },
  sets: [weighed],
  protectedTypes: [],
  balancer,
  dns: prepared,
}

test('a record that blue’s external-dns weighs is a route', () => {
  expect(recordRoute(facts)).toEqual({
    route: {
      kind: 'external-dns',
      name: 'www.example.com',
      zone: 'Z1',
      namespace: 'chat',
      target: 'Service/web',
      annotations: at,
      identifier: 'blue',
      owner: 'dns',
    },
    findings: [],
  })
})

test.for(['external-dns.kubernetes.io/', 'dns.example.com/'])('also where its annotations begin with %s', (prefix) => {
  const annotations = { [`${prefix}set-identifier`]: 'blue', [`${prefix}aws-weight`]: '100' }
  const dns = {
    ...prepared,
    object: aService(annotations),
    writers: writers('--txt-owner-id=dns', `--annotation-prefix=${prefix}`),
  }
  expect(recordRoute({ ...facts, dns }).route).toMatchObject({ annotations: prefix })
})

test.for<{ says: string; hostname: string; listed: readonly string[]; told: RegExp }>([
  {
    says: 'listed',
    hostname: 'WWW.example.com, b.example.org',
    listed: ['www.example.com', 'b.example.org'],
    told: /^$/,
  },
  {
    says: 'told by the first of those that are',
    hostname: 'www.example.com,b.example.org',
    listed: ['b.example.org', 'www.example.com'],
    told: /^$/,
  },
  {
    says: 'not listed',
    hostname: 'www.example.com,b.example.org',
    listed: ['www.example.com'],
    told: /^b\.example\.org is a name of it too/,
  },
  {
    says: 'many',
    hostname: 'www.example.com,b.test,c.test',
    listed: ['www.example.com'],
    told: /^b\.test, c\.test are names of it too/,
  },
])('further names of what a record is made of: $says', ({ hostname, listed, told }) => {
  const dns = { ...prepared, listed, object: aService({ ...annotated, [`${at}hostname`]: hostname }) }
  const { route, findings } = recordRoute({ ...facts, dns })
  expect(route).toBeDefined()
  expect(findings.map(({ message }) => message).join()).toMatch(told)
  for (const { level, about } of findings) expect([level, about]).toEqual(['warning', 'Service chat/web'])
})

test('a TTL that stays is told with what it costs', () => {
  const { route, findings } = recordRoute({ ...facts, sets: [{ ...weighed, ttl: 300 }] })
  expect(route).toBeDefined()
  expect(findings).toMatchObject([{ level: 'warning', code: 'record-ttl', message: expect.stringContaining('600 s') }])
})

const alias = { zone: 'ZELB', name: balancer.name, evaluatesHealth: true }
const annotated = prepared.object?.metadata.annotations ?? {}
const byArgo = {
  manager: 'argocd-controller',
  time: '2026-11-24T04:00:00Z',
  fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:${at}aws-weight`]: {} } } },
}
const byFlux = { 'kustomize.toolkit.fluxcd.io/name': 'chat', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
test.for([
  { says: 'Argo CD', more: { managedFields: [byArgo] }, level: 'warning', message: /written by argocd-controller at/ },
  { says: 'Flux', more: { labels: byFlux }, level: 'blocker', message: /Flux makes it .*weight on Service chat\/web/ },
])('weights that $says would write back', ({ more, level, message }) => {
  const { findings } = recordRoute({ ...facts, dns: { ...prepared, object: aService(annotated, more) } })
  expect(findings).toMatchObject([{ level, code: 'record-written-back', message: expect.stringMatching(message) }])
})

const { ttl: ___, values: ____, ...plain } = weighed
test.for<{ says: string; of: Partial<RecordFacts>; message: RegExp; remedy: RegExp }>([
  {
    says: 'a simple record',
    of: { sets: [simple], dns: { ...prepared, txt: [owned('cname-www', 'dns')], object: aService({}) } },
    message: /its record has no weight/,
    remedy: /give Service chat\/web the annotations .*set-identifier .* in one batch$/,
  },
  {
    says: 'a simple record that upsert-only would never replace',
    of: {
      sets: [simple],
      dns: {
        ...prepared,
        txt: [owned('cname-www', 'dns')],
        object: aService({}),
        writers: writers('--txt-owner-id=dns', '--policy=upsert-only'),
      },
    },
    message: /its record has no weight/,
    remedy: /Deployment\/dns\/external-dns has another policy and never would: give it --policy=sync/,
  },
  {
    says: 'records of two',
    of: { sets: [weighed, { ...weighed, setIdentifier: 'canary' }] },
    message: /records of blue and canary/,
    remedy: /set-identifier/,
  },
  {
    says: 'a target that does not say so',
    of: { dns: { ...prepared, object: aService({}) } },
    message: /no annotation …\/set-identifier: blue/,
    remedy: /what the record is made of/,
  },
  { says: 'nobody served', of: { sets: [{ ...weighed, weight: 0 }] }, message: /its weight is 0/, remedy: /"100"/ },
  {
    says: 'an alias that asks for health',
    of: { sets: [{ ...plain, type: 'A', alias }] },
    message: /asks for the health of its targets/,
    remedy: /aws-evaluate-target-health: "false"/,
  },
  {
    says: 'a health check',
    of: { sets: [{ ...weighed, healthCheck: 'hc-1' }] },
    message: /health check/,
    remedy: /aws-health-check-id off/,
  },
  {
    says: 'another load balancer',
    of: { sets: [{ ...weighed, values: ['other.elb.amazonaws.com'] }] },
    message: /does not lead to blue-1/,
    remedy: /what it leads to/,
  },
  {
    says: 'an owner that runs nowhere on blue',
    of: { dns: { ...prepared, writers: writers('--txt-owner-id=else') } },
    message: /no external-dns of blue .* is dns$/,
    remedy: /--txt-owner-id=dns/,
  },
  {
    says: 'two owners',
    of: { dns: { ...prepared, txt: [...prepared.txt, owned('a-www', 'else', 'blue')] } },
    message: /TXT records say that dns and else owns blue/,
    remedy: /one external-dns/,
  },
  {
    says: 'a registry that is not TXT records',
    of: { dns: { ...prepared, writers: writers('--txt-owner-id=dns', '--registry=noop') } },
    message: /keeps owners in noop/,
    remedy: /--registry=txt/,
  },
])('what is prepared ahead: $says', ({ of, message, remedy }) => {
  const { route, findings } = recordRoute({ ...facts, ...of })
  expect(route).toBeUndefined()
  expect(findings).toMatchObject([
    {
      level: 'blocker',
      code: 'record-of-external-dns',
      about: 'www.example.com',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    },
  ])
})

test.for<{ says: string; blue: string[]; green: string[]; fault: RegExp }>([
  { says: 'alike', blue: ['--exclude-record-types=AAAA'], green: ['--managed-record-types', 'A'], fault: /^$/ },
  {
    says: 'more on green',
    blue: ['--exclude-record-types', 'AAAA'],
    green: [],
    fault: /would make AAAA records, of which blue has none: .* sent to green, at weight 0 too/,
  },
  {
    says: 'fewer on green',
    blue: [],
    green: ['--managed-record-types=A', '--managed-record-types=TXT'],
    fault: /makes no AAAA records, .* would stay on blue/,
  },
  { says: 'a name of another kind', blue: [], green: ['--aws-prefer-cname'], fault: /would make CNAME records/ },
  { says: 'as before where it is said not to', blue: [], green: ['--aws-prefer-cname=false'], fault: /^$/ },
  { says: 'nothing of this name', blue: [], green: ['--aws-prefer-cname', '--domain-filter=other.org'], fault: /^$/ },
])('types of record that external-dns makes: $says', ({ blue, green, fault }) => {
  const route = { ...www, name: 'www.example.com' }
  const onBlue = writers('--txt-owner-id=dns', ...blue)
  const onGreen = writers('--txt-owner-id=other', ...green)
  const told = typesFault(onBlue, onGreen, route)
  expect(told?.says ?? '').toMatch(fault)
  const blockers = dnsRouteFindings([route], onGreen, onBlue).filter(({ level }) => level === 'blocker')
  expect(blockers.map(({ code }) => code)).toEqual(told ? ['record-of-external-dns'] : [])
})

test.for<{ says: string; args: readonly string[]; more?: object; is: readonly string[] | undefined }>([
  { says: 'a variable with one a line', args: [], more: variables({ MANAGED_RECORD_TYPES: 'A\nTXT\n' }), is: ['A'] },
  { says: 'a variable of what is left out', args: [], more: variables({ EXCLUDE_RECORD_TYPES: 'AAAA' }), is: ['A'] },
  { says: 'a variable without a word', args: [], more: variables({ MANAGED_RECORD_TYPES: '' }), is: ['A', 'AAAA'] },
  {
    says: 'arguments, whatever the variable says',
    args: ['--managed-record-types=AAAA'],
    more: variables({ MANAGED_RECORD_TYPES: 'A' }),
    is: ['AAAA'],
  },
  { says: 'a variable that it prefers names', args: [], more: variables({ AWS_PREFER_CNAME: 'true' }), is: ['CNAME'] },
  { says: 'nothing, where a ConfigMap may say more', args: [], more: { envFrom: [{}] }, is: undefined },
])('types of record are read from $says', ({ args, more, is }) => {
  const [writer] = dnsWriters([externalDns(args, more)])
  expect(writer?.makes).toEqual(is)
  const onBlue = writers('--txt-owner-id=dns', '--exclude-record-types=A', '--exclude-record-types=AAAA')
  expect(typesFault(onBlue, writer ? [writer] : [], www) === undefined).toBe(is === undefined)
})

test.for<{ says: string; green: readonly (readonly [name: string, ...args: string[]])[]; fault: RegExp }>([
  { says: 'blue’s namesake, beside another', green: [['other', '--aws-prefer-cname'], ['external-dns']], fault: /^$/ },
  {
    says: 'blue’s namesake, although another would do',
    green: [['other'], ['external-dns', '--aws-prefer-cname']],
    fault: /external-dns would make CNAME/,
  },
  { says: 'any, where one would do', green: [['one', '--aws-prefer-cname'], ['two']], fault: /^$/ },
  {
    says: 'the only one that reads its annotations',
    green: [
      ['one', `--annotation-prefix=${ANNOTATIONS[1]}`],
      ['two', '--aws-prefer-cname'],
    ],
    fault: /two would make CNAME/,
  },
])('of several on green the types of $says are held against blue’s', ({ green, fault }) => {
  const onGreen = green.flatMap(([name, ...args]) => {
    const its = externalDns(['--txt-owner-id=other', ...args])
    return dnsWriters([{ ...its, metadata: { ...its.metadata, name } }])
  })
  expect(typesFault(writers('--txt-owner-id=dns'), onGreen, www)?.says ?? '').toMatch(fault)
})

test.for([
  { args: ['--interval=30m'], about: [/ on blue$/, / on green$/] },
  { args: ['--interval=30m', '--events'], about: [] },
  { args: ['--interval=5m'], about: [] },
  { args: ['--interval=30m', '--domain-filter=example.org'], about: [] },
])('who looks anew with $args is told ahead, as each weight waits for it', ({ args, about }) => {
  const found = dnsRouteFindings(
    [www],
    writers('--txt-owner-id=other', ...args),
    writers('--txt-owner-id=dns', ...args),
  )
  const slow = found.filter(({ message }) => message.startsWith('it looks anew every 30 minutes'))
  expect(slow.map((f) => [f.level, f.about])).toEqual(about.map((it) => ['warning', expect.stringMatching(it)]))
})

test.for<{ says: string; sets: readonly RecordSet[]; is: readonly string[] }>([
  { says: 'none where blue has them too', sets: [], is: [] },
  { says: 'AAAA', sets: [{ name: 'www', type: 'AAAA', setIdentifier: 'green', weight: 0 }], is: ['AAAA'] },
  { says: 'HTTPS', sets: [{ name: 'www', type: 'HTTPS', setIdentifier: 'green', weight: 0 }], is: ['HTTPS'] },
  { says: 'no TXT', sets: [{ name: 'www', type: 'TXT', setIdentifier: 'green', weight: 0 }], is: [] },
  { says: 'nothing of blue’s own', sets: [{ name: 'www', type: 'AAAA', setIdentifier: 'blue', weight: 9 }], is: [] },
])('types that green alone has: $says', ({ sets, is }) => {
  const a = pair(100, 0).filter(({ type }) => type === 'A')
  expect(loneOf([...a, ...sets], 'green').map(({ type }) => type)).toEqual(is)
})

test.for<{ https: Partial<RecordSet>; unfit: boolean }>([
  { https: { values: ['1 . alpn="h2,h3"'] }, unfit: false },
  { https: { values: ['1 www.example.com. alpn="h2"'] }, unfit: false },
  { https: { values: ['0 blue-1.elb.amazonaws.com.'] }, unfit: true },
  { https: { values: ['1 . alpn="h2" ipv4hint=192.0.2.1'] }, unfit: true },
  { https: { alias: { zone: 'Z1', name: 'other.example.com', evaluatesHealth: false } }, unfit: true },
])('an HTTPS record of $https beside it', ({ https, unfit }) => {
  const { route, findings } = recordRoute({ ...facts, sets: [weighed, { name: facts.name, type: 'HTTPS', ...https }] })
  expect([route === undefined, findings.map(({ code }) => code)]).toEqual([unfit, unfit ? ['record-unfit'] : []])
})

const pair = (blue: number, green: number): RecordSet[] =>
  (['A', 'AAAA'] as const).flatMap((type) => [
    { name: 'www', type, setIdentifier: 'blue', weight: blue },
    { name: 'www', type, setIdentifier: 'green', weight: green },
  ])

const [forth, back] = [{ back: false }, { back: true }]

test('a side serves once each type of it has a weight', () => {
  expect([serves(pair(100, 0), 'blue', 100, forth), serves(pair(100, 0), 'green', 0, forth)]).toEqual([true, false])
  expect(serves(pair(100, 5).slice(0, 3), 'green', 5, forth)).toBe(false)
  // What was told before is still read: it may be zero by now.
  expect(serves(pair(0, 50), 'green', 100, forth)).toBe(false)
})

test('a type that green got alone meanwhile keeps nobody from going back to blue', () => {
  const lone = pair(100, 50).filter(({ type, setIdentifier }) => type === 'A' || setIdentifier === 'green')
  expect(serves(lone, 'blue', 100, back)).toBe(true)
  expect([serves(pair(0, 50), 'blue', 100, back), serves([], 'blue', 100, back)]).toEqual([false, false])
  // The other way round all who ask for it would stay on blue, which goes.
  expect(serves(pair(50, 100).slice(0, 3), 'green', 100, forth)).toBe(false)
})

test.for<{ says: string; sets: readonly RecordSet[]; weight?: number; deletes?: boolean; is: RegExp }>([
  { says: 'as told', sets: pair(95, 5), weight: 5, is: /^$/ },
  { says: 'another weight', sets: pair(100, 0), weight: 5, is: /its A record green reads 0, not 5/ },
  {
    says: 'one type only',
    sets: pair(100, 0).slice(0, 3),
    weight: 0,
    is: /no AAAA record green yet, so whoever asks for it is sent to the other side/,
  },
  { says: 'gone', sets: pair(100, 0).filter((s) => s.setIdentifier === 'blue'), deletes: true, is: /^$/ },
  { says: 'not gone yet', sets: pair(100, 0), deletes: true, is: /still there, at weight 0/ },
  { says: 'left at none by who deletes nothing', sets: pair(100, 0), is: /^$/ },
  {
    says: 'left at none by who deletes nothing, alone of its type',
    sets: pair(100, 0).filter(({ type, setIdentifier }) => type === 'A' || setIdentifier === 'green'),
    is: /its AAAA record green is alone of its type, .* Delete it in Route 53/,
  },
  { says: 'left with some by who deletes nothing', sets: pair(100, 5), is: /still there, at weight 5/ },
])('what Route 53 has of green, $says', ({ sets, weight, deletes = false, is }) => {
  expect(notAsTold(sets, 'green', { weight, deletes }) ?? '').toMatch(is)
})

test.for([
  { says: 'of nobody else', more: [], is: false },
  { says: 'of somebody at none', more: [{ name: 'www', type: 'A', setIdentifier: 'canary', weight: 0 }], is: false },
  { says: 'of a canary', more: [{ name: 'www', type: 'A', setIdentifier: 'canary', weight: 1 }], is: true },
  { says: 'by latency', more: [{ name: 'www', type: 'A', setIdentifier: 'tokyo', policy: 'Region' }], is: true },
  { says: 'a simple one', more: [{ name: 'www', type: 'A' }], is: true },
])('records $says', ({ more, is }) => {
  expect(othersServe([...pair(100, 0), ...more], ['blue', 'green'])).toBe(is)
})

test('records that an external-dns leaves at 0 are told with what to delete', () => {
  const left: RecordSet[] = [
    { ...weighed, setIdentifier: 'demo-1-36', weight: 0 },
    owned('cname-www', 'g', 'demo-1-36'),
  ]
  const told = (isGivenUp: boolean) =>
    leftAtZero('www.example.com', 'demo-1-36', left, { cluster: 'demo-1-36', isGivenUp })
  expect(told(false)).toMatchObject({
    level: 'warning',
    remedy: 'delete what has the set identifier demo-1-36 in Route 53 (CNAME www.example.com, TXT cname-www)',
  })
  expect(told(true).remedy).toMatch(/before that an abort does not empty demo-1-36/)
})

test('a record of a former upgrade that was left at 0 is told, and does not count', () => {
  const left = { ...weighed, setIdentifier: 'old', weight: 0, values: ['old.elb.amazonaws.com'] }
  const dns = { ...prepared, txt: [...prepared.txt, owned('cname-www.example.com', 'gone', 'old')] }
  const { route, findings } = recordRoute({ ...facts, sets: [left, weighed], dns })
  expect(route).toMatchObject({ identifier: 'blue', owner: 'dns' })
  expect(findings).toMatchObject([
    { level: 'warning', code: 'record-of-external-dns', remedy: expect.stringContaining('old beside it (cname-www.') },
  ])
})

test.for([
  { args: ['--registry=noop', '--domain-filter=example.org'], fault: undefined },
  { args: ['--registry=noop', '--provider=rfc2136'], fault: undefined },
  { args: ['--registry=noop', '--domain-filter', 'example.com'], fault: /noop/ },
  { args: ['--registry=noop'], fault: /noop/ },
  { args: ['--txt-owner-id=dns', '--domain-filter=example.org'], fault: /has the owner id dns too/ },
])('an external-dns of green by the side of its own, with $args', ({ args, fault }) => {
  const both = [...writers('--txt-owner-id=other'), ...writers(...args)]
  expect(ownersFault(both, { name: 'www.example.com', owner: 'dns' })?.says ?? '').toMatch(fault ?? /^$/)
})

test('where only others’ names are green’s external-dns’s, it is as if none was there', () => {
  const elsewhere = writers('--txt-owner-id=other', '--domain-filter=example.org')
  expect(dnsRouteFindings([{ ...www, name: 'www.example.com' }], elsewhere, [])).toMatchObject([{ level: 'warning' }])
})
