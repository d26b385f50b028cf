import { expect, test } from 'vitest'
import {
  askedBeforehand,
  heardOfGroups,
  heardOfMetrics,
  heardOfPrometheus,
  type HeardOfPrometheus,
} from '../../src/domain/before-requests.ts'
import { selectorsIn } from '../../src/domain/series-asked.ts'
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

const lacking = {
  text: 'a{cluster="g",namespace="n"}',
  found: false,
  cluster: '{cluster="g"}',
  of: '{cluster="g",namespace="n"}',
}
test.for<{ says: string; is: string; heard: Partial<HeardOfPrometheus>; why?: string }>([
  { says: 'a number, or NaN, is data', is: 'answers', heard: { green: true } },
  {
    says: 'a cluster that nobody scrapes is found, whatever blue has',
    is: 'silent',
    heard: { blue: true, selected: [{ ...lacking, near: false, there: false }] },
    why: 'no series at all by {cluster="g"}:',
  },
  {
    says: 'so it is where a probe would make up for traffic',
    is: 'silent',
    heard: { blue: true, madeUp: true, selected: [{ ...lacking, near: false, there: false }] },
  },
  {
    says: 'what blue has, and green has not yet, may come with requests',
    is: 'later',
    heard: { blue: true, selected: [{ ...lacking, near: true, there: true }] },
    why: 'no a{cluster="g",namespace="n"} yet, where blue answers',
  },
  {
    says: 'so may what is counted at the door, of which green has nothing else either',
    is: 'later',
    heard: { blue: true, selected: [{ ...lacking, near: false, there: true }] },
    why: 'yet, nor any other series by {cluster="g",namespace="n"}, where blue answers',
  },
  {
    says: 'series that are there, and give no number yet, come with the next scrape',
    is: 'later',
    heard: { blue: true, selected: [{ ...lacking, found: true, near: true, there: true }] },
  },
  {
    says: 'a slip is found by blue, which serves',
    is: 'silent',
    heard: { selected: [{ ...lacking, near: true, there: true }] },
    why: 'nothing of blue either',
  },
  {
    says: 'nobody calls a test environment, whose samples a probe makes up',
    is: 'later',
    heard: { madeUp: true, selected: [{ ...lacking, near: true, there: true }] },
  },
])('$says', ({ is, heard, why = '' }) => {
  const it = heardOfPrometheus({ green: false, blue: false, madeUp: false, selected: [], ...heard })
  expect(it.is).toBe(is)
  expect('why' in it ? it.why : '').toContain(why)
})

test('metrics of one’s own in CloudWatch or Datadog are as Prometheus’; groups are told without requests', () => {
  const own = (green: boolean, blue: boolean, madeUp = false) =>
    heardOfMetrics('Datadog', '5m', { green, blue, madeUp }).is
  expect([own(true, false), own(false, true), own(false, false), own(false, false, true)]).toEqual([
    'answers',
    'later',
    'silent',
    'later',
  ])
  expect(heardOfMetrics('Datadog', '5m', { green: false, blue: false, madeUp: false })).toMatchObject({
    why: 'Datadog has nothing in 5m, neither of green nor of blue',
  })
  expect(heardOfGroups([]).is).toBe('answers')
  expect(heardOfGroups(['web-green'])).toMatchObject({ is: 'silent', why: expect.stringContaining('web-green') })
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

test('what sleeps there until its handover, or is made up for, is said with it', () => {
  const inputOf = (...of: Parameters<typeof steps>) =>
    steps(...of).flatMap((s) => (s.action === 'proveChecks' ? [s.input] : []))[0]
  expect(inputOf({})).toEqual({ app: 'api', environment: 'test', namespaces: ['shop'], checks: [errors] })
  const handovers = { 'Deployment/shop/payer': { class: 'consumer', idempotent: false } } as const
  expect(inputOf({ handovers }, [workload('Deployment', 'payer')])).toMatchObject({ mayBeAsleep: true })
  // Nobody serves from a CronJob; where nobody serves at all, it is what is judged.
  const jobs = [workload('CronJob', 'invoices')]
  expect(inputOf({}, jobs)).not.toHaveProperty('mayBeAsleep')
  expect(inputOf({ routes: [] }, jobs)).toMatchObject({ mayBeAsleep: true })
  const probe: Check = {
    ...errors,
    name: 'answers',
    source: { kind: 'probe', gives: 'failures', timeout: '5s', makesUp: true, targets: { blue: [], green: [] } },
  }
  expect(inputOf({ checks: [errors, probe] })).toMatchObject({ madeUp: true, checks: [errors] })
})
