import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatProblems } from '../../src/config/problem.ts'
import { readPlatformFile } from '../../src/config/read.ts'
import { draftedRecords } from '../../src/domain/drafted-records.ts'
import { draftOf, type Living } from '../../src/domain/draft.ts'
import type { NamespaceFacts, WorkloadFacts } from '../../src/domain/facts.ts'
import { resolvePlatform } from '../../src/domain/resolve-platform.ts'
import { workload } from '../support/builders.ts'
import { aNamespace } from '../support/found.ts'

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
  more: Partial<NamespaceFacts> = {},
): NamespaceFacts => aNamespace(name, { labels, workloads: [], ...more })
const living = (namespaces: readonly NamespaceFacts[], more: Partial<Living> = {}): Living => ({
  cluster: 'chat-1-35',
  account: '123456789012',
  region: 'ap-northeast-1',
  namespaces,
  prometheus: [],
  records: [],
  ...more,
})
const shop = (environment: string, workloads: readonly WorkloadFacts[] = [], more: Partial<NamespaceFacts> = {}) =>
  namespace(`shop-${environment}`, { app: 'shop', team: 'web', env: environment }, { workloads, ...more })
/** Without its comments. */
const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/ *#.*/, ''))

test('environments go by their names, the last in steps and with a gate', () => {
  const found = ['production', 'load', 'staging', 'dev', 'test'].map((environment) => shop(environment))
  const [from, to] = ['environments:', '']
  const lines = linesOf(draftOf(living(found)).text)
  const start = lines.indexOf(from)
  expect(lines.slice(start + 1, lines.indexOf(to, start))).toEqual([
    '  dev: {}',
    '  test: {}',
    '  staging: {}',
    '  load: {}',
    '  production: { weights: [5, 25, 50, 100], observe: 10m, approval: team }',
  ])
})

test.for<{ says: string; found: WorkloadFacts; is?: string }>([
  { says: 'a CronJob: nothing has to be said', found: workload('CronJob', 'nightly') },
  { says: 'a Deployment behind a Service: neither', found: workload('Deployment', 'web', { behindService: true }) },
  {
    says: 'what holds a Lease',
    found: workload('Deployment', 'actor', { lease: 'leader.v2' }),
    is: 'Deployment/actor: { handover: singleton, downtime: 60s, lease: "leader.v2" }',
  },
  {
    says: 'what nothing leads to',
    found: workload('Deployment', 'worker'),
    is: 'Deployment/worker: { handover: consumer, idempotent: false }',
  },
  {
    says: 'volumes',
    found: workload('StatefulSet', 'db', { hasVolumes: true }),
    is: 'StatefulSet/db: { handover: stateful, by: handover }',
  },
  {
    says: 'a StatefulSet without any, served',
    found: workload('StatefulSet', 'cache', { behindService: true }),
    is: 'StatefulSet/cache: { handover: overlap }',
  },
  {
    says: 'a buffer',
    found: workload('DaemonSet', 'my-fluent-bit'),
    is: 'DaemonSet/my-fluent-bit: { handover: buffer, preset: fluent-bit, budget: 30m }',
  },
  { says: 'a pod a node', found: workload('DaemonSet', 'agent'), is: 'DaemonSet/agent: { handover: overlap }' },
])('$says', ({ found, is }) => {
  const { lease: _, ...without } = found
  const { text } = draftOf(living([shop('test', [without]), shop('production', [found])]))
  const [line, ...more] = text.split('\n').filter((l) => /^ {6}\S/.test(l))
  expect(more).toEqual([])
  expect(line?.replace(/ *# guess: .*/, '').trim()).toBe(is)
  if (is !== undefined) expect(line).toMatch(/# guess: \S/)
})

test('names that lead to a Service of an app are listed, with the zone, or with all that have it', () => {
  const records = [
    { name: 'shop.example.com', zones: ['Z1'], target: 'Service/shop-production/web' },
    { name: 'www.example.com', zones: ['Z1', 'Z2'], target: 'Service/shop-production/web' },
    { name: 'grafana.example.com', zones: ['Z1'], target: 'Service/monitoring/grafana' },
  ]
  const { text } = draftOf(living([shop('production')], { records }))
  const read = readPlatformFile(text, 'shop.yaml')
  expect(read.ok && read.file.apps['shop']?.records).toMatchObject([
    { name: 'shop.example.com', zone: 'Z1', target: { kind: 'Service', namespace: 'shop-production', name: 'web' } },
    { name: 'www.example.com', zone: 'Z1' },
  ])
  expect(text).toMatch(/www\.example\.com.*# guess: .* in hosted zones Z1 and Z2; write the one/)
  expect(text).not.toContain('grafana')
})

test('of leads those are names of its own that lead there themselves, by a type that can move', () => {
  const lead = (name: string, type: string, target: string, zone = 'example.com') => ({
    name,
    type,
    zone,
    targets: [target],
  })
  const entrances = [{ at: 'lb.elb.amazonaws.com', of: 'Service/shop-production/web' }]
  const leads = [
    lead('shop.example.com', 'A', 'lb.elb.amazonaws.com'),
    lead('shop.example.com', 'AAAA', 'lb.elb.amazonaws.com'),
    lead('api.example.com', 'CNAME', 'lb.elb.amazonaws.com', 'api.example.com'),
    lead('www.example.com', 'CNAME', 'shop.example.com'),
    lead('example.com', 'MX', 'lb.elb.amazonaws.com'),
    lead('*.example.com', 'CNAME', 'lb.elb.amazonaws.com'),
    lead('other.example.com', 'CNAME', 'other.elb.amazonaws.com'),
  ]
  const zones = [
    { id: 'Z1', name: 'example.com' },
    { id: 'Z2', name: 'example.com' },
    { id: 'Z3', name: 'api.example.com' },
  ]
  expect(draftedRecords(leads, entrances, zones)).toEqual([
    { name: 'api.example.com', zones: ['Z3'], target: 'Service/shop-production/web' },
    { name: 'shop.example.com', zones: ['Z1', 'Z2'], target: 'Service/shop-production/web' },
  ])
})

test('who deploys, Jobs, and other labels are guessed where something tells', () => {
  const by = { kind: 'HelmRelease', namespace: 'flux', name: 'shop' } as const
  const labels = { 'app.kubernetes.io/name': 'shop', owner: 'web', environment: 'test' }
  const web = workload('Deployment', 'web', { behindService: true })
  const { text, guesses } = draftOf(
    living(
      [
        namespace('s', labels, {
          workloads: [web],
          madeByFlux: [{ workload: web.ref, by, there: true }],
          jobs: [
            { namespace: 's', name: 'import-2019', active: true },
            { namespace: 's', name: 'said', active: true, says: 'repeatable' },
          ],
        }),
      ],
      { cluster: 'Old_Cluster', prometheus: ['monitoring/prometheus'] },
    ),
  )
  for (const line of [
    'platform: old-cluster ',
    'blue: "Old_Cluster"',
    'discover: { app: app.kubernetes.io/name, team: owner, environment: environment }',
    '    deploy: flux',
    '      import-2019: once',
    'on blue there is monitoring/prometheus, which would go with blue',
  ])
    expect(text.replaceAll('"app.kubernetes.io/name"', 'app.kubernetes.io/name')).toContain(line)
  expect(text).not.toContain('said')
  expect(guesses).toBe(text.match(/# guess: /g)?.length)
})

test("what no team has is the platform team's, what others need first; what may be a team's app is not claimed", () => {
  const found = [
    shop('production'),
    namespace('ingress-nginx', { team: 'ops' }),
    namespace('mail', {}, { workloads: [workload('Deployment', 'postfix')] }),
    namespace('shop-new', { app: 'shop' }),
    namespace('infra', { app: 'agent', team: 'web', env: 'platform' }),
  ]
  const { text } = draftOf(living(found))
  const lines = linesOf(text)
  expect(lines).toContain('    - [ingress-nginx]')
  expect(lines).toContain('    - [agent, mail]')
  expect(lines).toContain('  mail: { handover: buffer, preset: postfix, budget: 30m }')
  expect(lines).toContain('platformTeam: ops')
  expect(text).toContain(
    '# guess: namespace shop-new is of an app, and nothing tells of which: give it the labels app, team, env',
  )
})

test('what this file has no word for is left out and marked, and the rest is written', () => {
  const holder = namespace('waves', {}, { workloads: [workload('Deployment', 'postfix')] })
  const { text } = draftOf(living([shop('production'), holder]))
  expect(linesOf(text)).toContain('    - [waves]')
  expect(text).toContain('# guess: waves holds postfix')
  expect(readPlatformFile(text, 'x.yaml').ok).toBe(true)
})

const word = fc.oneof(
  fc.constantFrom(
    'app',
    'true',
    'no',
    '1',
    '9lives',
    'prod',
    'production',
    'platform',
    'fluentd',
    'waves',
    'constructor',
    'l'.repeat(63),
    `${'l'.repeat(62)}-`,
    'a.b',
    'X',
    '',
  ),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/),
)
const object = fc.oneof(
  fc.constantFrom('postfix', 'o'.repeat(63), 'o.'.repeat(100) + 'o'),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?$/),
)
const someWorkload = fc
  .record({
    kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const, 'DaemonSet' as const, 'CronJob' as const),
    name: object,
    behindService: fc.boolean(),
    hasVolumes: fc.boolean(),
    lease: fc.option(object),
  })
  .map(({ kind, name, lease, ...more }) => workload(kind, name, { ...more, ...(lease !== null && { lease }) }))
const someNamespace = fc
  .record({
    name: fc.oneof(
      fc.constantFrom('waves', 'true', 'n'.repeat(63)),
      fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/),
    ),
    labels: fc.dictionary(fc.constantFrom('app', 'team', 'env', 'owner', 'environment'), word),
    workloads: fc.array(someWorkload, { maxLength: 3 }),
    jobs: fc.array(
      object.map((name) => ({ namespace: 'n', name, active: true })),
      { maxLength: 2 },
    ),
  })
  .map(({ name, labels, ...more }) => namespace(name, labels, more))

/** What a file says wrongly of what is there. */
const contradictions = [
  'namespace-claimed-twice',
  'namespace-unclaimed',
  'platform-app-missing',
  'workload-missing',
  'app-missing',
  'team-unknown',
  'environment-unknown',
]

test('whatever is found, what is written is a platform file, and claims no namespace twice', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(someNamespace, { maxLength: 6, selector: (n) => n.name }),
      fc.stringMatching(/^[0-9A-Za-z][\w-]{0,60}$/),
      (namespaces, cluster) => {
        const { text } = draftOf(living(namespaces, { cluster }))
        const read = readPlatformFile(text, 'x.yaml')
        if (!read.ok) throw new Error(`${formatProblems(read.problems)}\n${text}`)
        const found = { blue: cluster, green: 'green', namespaces, fingerprint: (s: string) => s }
        const of = new Set(
          resolvePlatform(read.file, found)
            .findings.filter((f) => !text.includes(`# guess: namespace ${f.about} is`))
            .map((f) => f.code),
        )
        expect(
          contradictions.filter((code) => of.has(code)),
          text,
        ).toEqual([])
      },
    ),
    // Twenty thousand were tried once.
    { numRuns: 40 },
  )
})
