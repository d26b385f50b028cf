import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Listening } from '../../../src/sandbox/listen.ts'
import { SeriesStore, type Labels } from '../../../src/sandbox/prometheus/series.ts'
import { startPrometheus } from '../../../src/sandbox/prometheus/server.ts'

/** A minute of samples, one a second; then the moment that is asked about. */
const START = Date.parse('2026-11-23T12:00:00Z')
const NOW = START + 60_000

const hidden = new Set<string>()
let unreachable = false
let server: Listening

beforeAll(async () => {
  const store = new SeriesStore((labels) => hidden.has(labels['app'] ?? ''))
  const labels = (app: string, code: string): Labels => ({ cluster: 'green', namespace: `${app}-test`, app, code })
  for (let s = 0; s <= 60; s++) {
    store.sample(START + s * 1000, [
      { name: 'http_requests_total', labels: labels('chat', '200'), value: s * 9 },
      { name: 'http_requests_total', labels: labels('chat', '500'), value: s },
      { name: 'http_requests_total', labels: labels('mail', '200'), value: s < 30 ? s * 2 : (s - 30) * 2 },
      { name: 'http_requests_total', labels: labels('still', '200'), value: 7 },
      ...(s < 20 ? [{ name: 'postfix_showq_message_size_bytes_count', labels: { cluster: 'blue' }, value: 5 }] : []),
      { name: 'up', labels: { cluster: 'green' }, value: 2 },
      { name: 'down', labels: { cluster: 'green' }, value: 0 },
      { name: 'down', labels: { cluster: 'blue' }, value: 4 },
    ])
  }
  server = await startPrometheus({ store, unreachable: () => unreachable })
})
afterAll(() => server.stop())

async function ask(query: string, time = NOW / 1000) {
  const answer = await fetch(`${server.url}/api/v1/query?${String(new URLSearchParams({ query, time: String(time) }))}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> } // Prometheus answers objects
}
const vector = (...result: readonly (readonly [Labels, string])[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: result.map(([metric, value]) => ({ metric, value: [NOW / 1000, value] })) },
})

const chat = 'http_requests_total{app="chat"'
test.for([
  { query: 'up', is: vector([{ __name__: 'up', cluster: 'green' }, '2']) },
  { query: 'up{cluster="blue"}', is: vector() },
  { query: 'nothing_of_the_kind', is: vector() },
  { query: 'up{pod=""}', is: vector([{ __name__: 'up', cluster: 'green' }, '2']) },
  { query: "down{cluster!='blue'}", is: vector([{ __name__: 'down', cluster: 'green' }, '0']) },
  { query: 'down{cluster=~"gr.*"}', is: vector([{ __name__: 'down', cluster: 'green' }, '0']) },
  { query: 'down{cluster=~"gree"}', is: vector() },
  { query: 'down{cluster!~"gr.*|red"}', is: vector([{ __name__: 'down', cluster: 'blue' }, '4']) },
  { query: `sum(rate(${chat}}[30s]))`, is: vector([{}, '10']) },
  { query: `sum(rate(${chat},code="500"}[30s])) / sum(rate(${chat}}[30s]))`, is: vector([{}, '0.1']) },
  { query: `sum(increase(${chat},code="500"}[30s]))`, is: vector([{}, '30']) },
  { query: `sum(increase(${chat},code="500"}[1m]))`, is: vector([{}, '60']) },
  {
    query: 'sum by (code) (rate(http_requests_total{app="chat"}[30s]))',
    is: vector([{ code: '200' }, '9'], [{ code: '500' }, '1']),
  },
  { query: 'sum by (cluster, app) (up)', is: vector([{ cluster: 'green' }, '2']) },
  { query: 'sum(rate(http_requests_total{app="nobody"}[30s]))', is: vector() },
  { query: 'sum(rate(http_requests_total{app="nobody"}[30s])) or vector(0)', is: vector([{}, '0']) },
  { query: '(sum(up) or vector(0)) * 100', is: vector([{}, '200']) },
  { query: 'sum(rate(http_requests_total{app="still"}[30s]))', is: vector([{}, '0']) },
  { query: 'sum(down{cluster="green"}) / sum(down{cluster="green"})', is: vector([{}, 'NaN']) },
  { query: 'up / down', is: vector([{ cluster: 'green' }, '+Inf']) },
  { query: 'up + 3 * 2 - 1', is: vector([{ cluster: 'green' }, '7']) },
  { query: '10 - up', is: vector([{ cluster: 'green' }, '8']) },
  { query: 'count(down)', is: vector([{}, '2']) },
  { query: 'count(nothing_of_the_kind)', is: vector() },
  { query: 'count({cluster="blue"})', is: vector([{}, '1']) },
  { query: 'count({cluster="green",app=~"chat|still"})', is: vector([{}, '3']) },
  { query: 'vector(1.5)', is: vector([{}, '1.5']) },
  { query: '(2 + 3) * 2', is: { status: 'success', data: { resultType: 'scalar', result: [NOW / 1000, '10'] } } },
])('$query', async ({ query, is }) => {
  expect(await ask(query)).toEqual({ status: 200, body: is })
})

test('a counter that began again lost nothing', async () => {
  const { body } = await ask('sum(increase(http_requests_total{app="mail"}[50s]))')
  const [found] = (body['data'] as { result: { value: [number, string] }[] }).result
  // 2 a second for 50 s; what it counted in the second of its restart is not known.
  expect(Number(found?.value[1])).toBeCloseTo(98, 0)
})

test('what was not read for some seconds is gone, and was there then', async () => {
  expect(await ask('postfix_showq_message_size_bytes_count')).toMatchObject({ body: vector() })
  const then = await ask('sum(postfix_showq_message_size_bytes_count)', (START + 19_000) / 1000)
  expect(then.body['data']).toMatchObject({ result: [{ value: [(START + 19_000) / 1000, '5'] }] })
})

test.for([
  { query: '', names: 'no expression found in input' },
  { query: 'up{', names: '1:4: parse error: unexpected end of input, expected a label' },
  { query: 'up{cluster=green}', names: 'expected a quoted value' },
  { query: 'up{cluster=~"("}', names: 'error parsing regexp' },
  { query: 'up ; down', names: "unexpected character: ';'" },
  { query: 'histogram_quantile(0.99, up)', names: 'histogram_quantile(…)' },
  { query: 'avg(up)', names: 'avg(…)' },
  { query: 'count by (cluster) (up)', names: 'count(…)' },
  { query: 'sum without (cluster) (up)', names: '"without"' },
  { query: 'sum(up) by (cluster)', names: '"by" after the brackets' },
  { query: 'up[30s]', names: 'a range outside of rate() and increase()' },
  { query: 'rate(up[1h:5m])', names: 'parse error' },
  { query: 'rate(up)', names: 'expected "["' },
  { query: 'up offset 5m', names: '"offset"' },
  { query: 'up > 1', names: '">"' },
  { query: 'up and down', names: '"and"' },
  { query: 'up or down', names: '"or" with anything but vector(n)' },
  { query: 'up / on (cluster) down', names: '"on"' },
  { query: '-up', names: 'the sign "-"' },
  { query: '{app!="chat"}', names: 'at least one non-empty matcher' },
  { query: 'sum(1)', names: 'expected type instant vector' },
  {
    query: 'sum by (namespace) (up) / rate(http_requests_total[30s]) / http_requests_total{app="chat"} / (',
    names: 'parse error',
  },
])('refused by name: $query', async ({ query, names }) => {
  const { status, body } = await ask(query)
  expect({ status, type: body['errorType'] }).toEqual({ status: 400, type: 'bad_data' })
  expect(body['error']).toContain(names)
})

test('it is asked by form too, and is ready', async () => {
  const asked = await fetch(`${server.url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: 'sum(up)', time: new Date(NOW).toISOString() }),
  })
  expect(await asked.json()).toEqual(vector([{}, '2']))
  expect((await fetch(`${server.url}/-/ready`)).status).toBe(200)
})

test('a range of moments is answered at each of its steps', async () => {
  const range = (more: object) => {
    const asked = { query: 'sum(up)', start: `${NOW / 1000 - 4}`, end: `${NOW / 1000}`, step: '2', ...more }
    return fetch(`${server.url}/api/v1/query_range?${String(new URLSearchParams(asked))}`)
  }
  expect(await (await range({})).json()).toEqual({
    status: 'success',
    data: { resultType: 'matrix', result: [{ metric: {}, values: [-4, -2, 0].map((s) => [NOW / 1000 + s, '2']) }] },
  })
  for (const more of [{ step: '0' }, { start: 'x' }, { end: '0' }, { step: '0.0001' }])
    expect((await range(more)).status).toBe(400)
})

test('hidden metrics are empty, an unreachable Prometheus breaks the connection', async () => {
  hidden.add('chat')
  expect(await ask(`sum(rate(${chat}}[30s]))`)).toMatchObject({ status: 200, body: vector() })
  expect((await ask('sum(up)')).body).toEqual(vector([{}, '2']))
  hidden.clear()
  unreachable = true
  await expect(ask('up')).rejects.toThrow('fetch failed')
  unreachable = false
})
