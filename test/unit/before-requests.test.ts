import { expect, test } from 'vitest'
import {
  askedBeforehand,
  heardAgain,
  heardOfGroups,
  heardOfMetrics,
  heardOfPrometheus,
  isDue,
  soonest,
  type Heard,
  type HeardOfPrometheus,
  type HeardSoFar,
  type Looked,
} from '../../src/domain/before-requests.ts'
import { rangesIn, selectorsIn } from '../../src/domain/series-asked.ts'
import type { Check } from '../../src/domain/verdict.ts'
import type { Environment } from '../../src/domain/platform.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anEnvironment, aCutoverPlan, anApp, errors, someFacts, workload } from '../support/builders.ts'

test.for([
  {
    says: 'each place with its labels, and by which of them it says whose',
    query: 'sum(rate(http_requests_total{cluster="g",namespace=~"shop|shop-api",code=~"5.."}[1m]))',
    gives: [
      [
        'http_requests_total{cluster="g",namespace=~"shop|shop-api",code=~"5.."}',
        '{cluster="g",namespace=~"shop|shop-api"}',
      ],
    ],
  },
  {
    says: 'one that is there twice once',
    query: 'a{cluster="g"} / (a{ cluster = "g" } or vector(0))',
    gives: [['a{cluster="g"}', '{cluster="g"}']],
  },
  {
    says: 'a comma, a brace and a cluster in a text or a comment as what they are',
    query: `# of {cluster="g"}\nlabel_replace(up{cluster='g',job!="g",path=~"/a{2},\\"b"}, "x", "{$1}", "y", "(.*)")`,
    gives: [[`up{cluster='g',job!="g",path=~"/a{2},\\"b"}`, `{cluster='g'}`]],
  },
  { says: 'no metric at all', query: 'count({k8s_cluster="g"})', gives: [['{k8s_cluster="g"}', '{k8s_cluster="g"}']] },
  {
    says: 'an app that is called like its namespace as an app',
    query: 'a{cluster="g",app="shop",exported_namespace="shop"}',
    gives: [['a{cluster="g",app="shop",exported_namespace="shop"}', '{cluster="g",exported_namespace="shop"}']],
  },
  { says: 'labels that say nothing of it', query: 'sum(a{job="x"})', gives: [['a{job="x"}', undefined]] },
  { says: 'nothing', query: 'vector(1)', gives: [] },
])('of a query is read: $says', ({ query, gives }) => {
  expect(selectorsIn(query, { cluster: 'g', namespaces: ['shop', 'shop-api'] }).map((s) => [s.text, s.of])).toEqual(
    gives,
  )
})

test.for([
  ['a{cluster="g"} and {__name__="b",cluster="g"}', ['a', undefined]],
  ['a{cluster="g"} UNLESS{cluster="g"}', ['a', undefined]],
  ['andy{cluster="g"}', ['andy']],
] as const)('a word of PromQL is no metric: %s', ([query, metrics]) => {
  expect(selectorsIn(query, { cluster: 'g', namespaces: [] }).map((s) => s.naming[0]?.metric)).toEqual(metrics)
})

test.for<[string, number[]]>([
  ['rate(a{code=~"[45].."}[5m]) # [1s]', [300]],
  ['rate(a[1m30s]) / rate(b[300]) + max_over_time(rate(c[90s])[1h:1m])', [90, 300, 90, 3600]],
  ['a + b', []],
])('the ranges of a query are those outside of its texts: %s', ([query, seconds]) => {
  expect(rangesIn(query)).toEqual(seconds)
})

/** One selector that green has no series of, by one label that names the cluster. */
const lacking = (looked: Partial<Looked> = {}, more: { near?: boolean; found?: boolean } = {}) => {
  const [text, of] = ['a{cluster="g",namespace="n"}', '{cluster="g",namespace="n"}']
  const label = { label: 'cluster', text: '{cluster="g"}', metric: 'a', there: false, carried: true, ofSource: false }
  return {
    text,
    of,

    naming: [],
    found: false,
    near: false,
    ...more,
    looked: [{ ...label, ...looked }],
  }
}
test.for<{ says: string; is: string; heard: Partial<HeardOfPrometheus>; why?: string }>([
  { says: 'a number, or NaN, is data', is: 'answers', heard: { green: true } },
  {
    says: 'a cluster that nobody scrapes is found, whatever blue has',
    is: 'silent',
    heard: { blue: true, selected: [lacking({ ofSource: true })] },
    why: 'no series at all by {cluster="g"}: green is not scraped',
  },
  {
    says: 'so it is where blue has nothing just now',
    is: 'silent',
    heard: { selected: [lacking({ ofSource: true })] },
  },
  {
    says: 'a label of where requests go is on no series before the first of them',
    is: 'later',
    heard: { blue: true, selected: [lacking()] },
    why: 'where blue answers',
  },
  {
    says: 'so it is where the app had no request on blue either for a while',
    is: 'later',
    heard: { selected: [lacking()] },
    why: 'nothing of blue just now either',
  },
  {
    says: 'an app that never failed has no series of failures on either side',
    is: 'later',
    heard: { selected: [lacking({ there: true, ofSource: true }, { near: true })] },
  },
  {
    says: 'a label that no series has is a slip, where blue gives nothing',
    is: 'silent',
    heard: { selected: [lacking({ carried: false })] },
    why: 'no a has a label cluster, of blue neither',
  },
  {
    says: 'of several that a query tries, one is enough',
    is: 'later',
    heard: { selected: [lacking({ carried: false }), lacking({ there: true, ofSource: true })] },
  },
  {
    says: 'so it is where blue answers by the other one',
    is: 'later',
    heard: { blue: true, selected: [lacking({ carried: false }), lacking()] },
  },
  {
    says: 'what blue has, and green has not yet, may come with requests',
    is: 'later',
    heard: { blue: true, selected: [lacking({ there: true }, { near: true })] },
    why: 'no a{cluster="g",namespace="n"} yet, where blue answers',
  },
  {
    says: 'so may what is counted at the door, of which green has nothing else either',
    is: 'later',
    heard: { blue: true, selected: [lacking({ there: true })] },
    why: 'yet, nor any other series by {cluster="g",namespace="n"}, where blue answers',
  },
  {
    says: 'series that are there, and give no number yet, come with the next scrape',
    is: 'later',
    heard: { blue: true, selected: [lacking({ there: true }, { found: true })] },
  },
  {
    says: 'a query that names no cluster proves nothing',
    is: 'later',
    heard: { selected: [{ ...lacking(), looked: [] }] },
  },
])('$says', ({ is, heard, why = '' }) => {
  const it = heardOfPrometheus({ green: false, blue: false, selected: [], ...heard })
  expect(it.is).toBe(is)
  expect('why' in it ? it.why : '').toContain(why)
})

test('metrics of one’s own in CloudWatch or Datadog may come with requests; groups are told without any', () => {
  const own = (green: boolean, blue: boolean) => heardOfMetrics('Datadog', '1h', { green, blue })
  expect([own(true, false), own(false, true), own(false, false)]).toEqual([
    { is: 'answers' },
    { is: 'later', why: 'Datadog has nothing of green in 1h, and has of blue' },
    { is: 'later', why: 'Datadog has nothing in 1h, neither of green nor of blue' },
  ])
  expect(heardOfGroups([], []).is).toBe('answers')
  expect(heardOfGroups(['web-green'], ['api-green'])).toMatchObject({
    is: 'silent',
    why: expect.stringMatching(/^there is no target group web-green; .* targets of api-green are healthy/),
  })
})

const datadog: Check = {
  ...errors,
  source: { kind: 'datadog', site: 'datadoghq.com', queries: { blue: 'b', green: 'g' }, window: '1m' },
}
test('what has answered is not asked again, and Datadog once a minute at most', () => {
  const so = (is: Heard['is']): HeardSoFar => ({
    heard: is === 'answers' ? { is } : { is, why: '' },
    askedAtMs: 0,
    forMs: 0,
  })
  expect([errors, datadog].map((check) => isDue(check, undefined, 0))).toEqual([true, true])
  expect([errors, datadog].map((check) => isDue(check, so('answers'), 600_000))).toEqual([false, false])
  expect([errors, datadog].map((check) => isDue(check, so('later'), 5_000))).toEqual([true, false])
  expect([errors, datadog].map((check) => isDue(check, so('later'), 60_000))).toEqual([true, true])
  expect(soonest([{ check: datadog, silent: false }])).toBe('1m')
  expect(
    soonest([
      { check: datadog, silent: false },
      { check: errors, silent: true },
    ]),
  ).toBe('15s')
  expect(
    soonest([
      { check: errors, silent: true },
      { check: errors, silent: false },
    ]),
  ).toBe('5s')
})

test('time in which a source, or the worker, was away is no silence', () => {
  const heard = { is: 'silent', why: '' } as const
  const at = (minute: number) => minute * 60_000
  let so = heardAgain(undefined, { heard }, at(0))
  so = heardAgain(so, { heard }, at(1))
  expect(so.forMs).toBe(at(1))
  so = heardAgain(so, { away: 'too many questions' }, at(2))
  so = heardAgain(so, { heard }, at(40))
  expect(so).toEqual({ heard, askedAtMs: at(40), forMs: at(1) })
  expect(heardAgain(so, { heard }, at(100)).forMs).toBe(at(3))
})

const ready: Check = { ...errors, name: 'ready', source: { kind: 'readiness', namespaces: ['shop'] } }
const steps = (more: Partial<Environment>, workloads = someFacts.workloads) =>
  leaves(
    aCutoverPlan(anApp('api'), anEnvironment('test', more), { images: 'v1', workloads }).phases[0]?.forward ?? [],
  ).flatMap((s) => (s.kind === 'action' ? [s] : []))

test('queries are asked of green once its routes are open, and before anybody is asked or sent there', () => {
  expect(askedBeforehand([ready, errors])).toEqual([errors])
  const ids = steps({ checks: [errors, ready] }).map((s) => s.id)
  const [open = -1, checks = -1, weight = -1] = ['open', 'checks', '100'].map((name) =>
    ids.indexOf(name === 'checks' ? 'test/checks' : `test/route/web/${name}`),
  )
  expect(open).toBeGreaterThanOrEqual(0)
  expect(checks).toBeGreaterThan(open)
  expect(weight).toBeGreaterThan(checks)
  expect(steps({ checks: [ready] }).map((s) => s.id)).not.toContain('test/checks')
})

test('what sleeps there until its handover is said with it', () => {
  const inputOf = (...of: Parameters<typeof steps>) =>
    steps(...of).flatMap((s) => (s.action === 'proveChecks' ? [s.input] : []))[0]
  expect(inputOf({})).toEqual({ app: 'api', environment: 'test', namespaces: ['shop'], checks: [errors] })
  const handovers = { 'Deployment/shop/payer': { class: 'consumer', idempotent: false } } as const
  expect(inputOf({ handovers }, [workload('Deployment', 'payer')])).toMatchObject({ mayBeAsleep: true })
  // Nobody serves from a CronJob; where nobody serves at all, it is what is judged.
  const jobs = [workload('CronJob', 'invoices')]
  expect(inputOf({}, jobs)).not.toHaveProperty('mayBeAsleep')
  expect(inputOf({ routes: [] }, jobs)).toMatchObject({ mayBeAsleep: true })
})
