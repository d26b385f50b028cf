import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkProofActions } from '../../../src/activities/check-proofs.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { prometheus } from '../../../src/adapters/prometheus/metrics-port.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import type { Listening } from '../../../src/sandbox/listen.ts'
import { SeriesStore, type Reading } from '../../../src/sandbox/prometheus/series.ts'
import { startPrometheus } from '../../../src/sandbox/prometheus/server.ts'
import { errors } from '../../support/builders.ts'
import { attempted } from '../../support/driven.ts'

/** What is asked of green at weight 0, over the wire, of series as a Prometheus of both clusters has them. */

const served = (cluster: string, app: string, value: number): Reading[] =>
  ['200', '500'].map((code) => ({
    name: 'http_requests_total',
    labels: { cluster, namespace: `${app}-test`, code },
    value: code === '200' ? value : 0,
  }))
/** Of blue, by another label than the cluster's. */
const servedBy = (label: string, app: string, value: number): Reading[] =>
  served('b', app, value).map(({ labels: { cluster: _cluster, ...labels }, ...reading }) => ({
    ...reading,
    labels: { ...labels, [label]: 'b' },
  }))
const pods = (cluster: string, app: string): Reading => ({
  name: 'kube_deployment_status_replicas_ready',
  labels: { cluster, namespace: `${app}-test` },
  value: 2,
})

let server: Listening
beforeAll(async () => {
  const store = new SeriesStore()
  const now = Date.now()
  for (let s = 30; s >= 0; s -= 1)
    store.sample(now - s * 1000, [
      ...['chat', 'mail', 'files'].flatMap((app) => [...served('b', app, 100 - s), pods('b', app)]),
      ...served('g', 'chat', 0),
      pods('g', 'mail'),
      ...servedBy('destination_cluster', 'mesh', 100 - s),
      ...servedBy('site', 'other', 100 - s),
      { name: 'up', labels: { cluster: 'b', site: 'b' }, value: 1 },
      { name: 'up', labels: { cluster: 'g' }, value: 1 },
    ])
  server = await startPrometheus({ store, unreachable: () => false })
})
afterAll(() => server.stop())

const share = (cluster: string, app: string, label = 'cluster') => {
  const of = `${label}="${cluster}",namespace=~"${app}-test"`
  return `(sum(rate(http_requests_total{${of},code=~"5.."}[20s])) or vector(0)) / sum(rate(http_requests_total{${of}}[20s]))`
}
function proven(app: string, label?: string): Promise<string> {
  const queries = { blue: share('b', app, label), green: share('g', app, label) }
  const check: Check = { ...errors, source: { kind: 'prometheus', url: server.url, queries } }
  const known = { identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) }, metrics: prometheus() }
  const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
  const { proveChecks } = checkProofActions({ ports: new Proxy(known, others) } as unknown as Outside)
  return attempted(proveChecks, {
    run: 'run',
    asker: 'run',
    scope: { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g' },
    step: 'test/checks',
    attempt: 1,
    input: { app, environment: 'test', namespaces: [`${app}-test`], checks: [check] },
  })
}

test('counters that have counted nothing are data', async () => {
  expect(await proven('chat')).toBe('ready')
})

test('those that come with the first request are waited for, by name', async () => {
  expect(await proven('mail')).toBe(
    'errors (Prometheus): Prometheus has no http_requests_total{cluster="g",namespace=~"mail-test",code=~"5.."}, http_requests_total{cluster="g",namespace=~"mail-test"} yet, where blue answers',
  )
})

test('so are those of which green has nothing else either: they may be counted at the door', async () => {
  expect(await proven('files')).toContain(
    'yet, nor any other series by {cluster="g",namespace=~"files-test"}, where blue',
  )
})

test('a label that no series of green has is told as such', async () => {
  expect(await proven('chat', 'k8s_cluster')).toContain('no series at all by {k8s_cluster="g"}:')
})

test('a label of where requests go is waited for; by one of scraped targets, green is not scraped', async () => {
  expect(await proven('mesh', 'destination_cluster')).toContain('yet, nor any other series by')
  expect(await proven('other', 'site')).toContain('no series at all by {site="g"}: green is not scraped')
})
