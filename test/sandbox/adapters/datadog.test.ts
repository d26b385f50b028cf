import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { datadog, type DatadogOptions } from '../../../src/adapters/datadog/datadog-port.ts'
import { startDatadog, type SandboxDatadog } from '../../../src/sandbox/datadog/server.ts'
import { SeriesStore } from '../../../src/sandbox/prometheus/series.ts'
import { aServer, failureOf, nowhere } from './local.ts'

const keys = { apiKey: { text: 'api-1' }, appKey: { text: 'app-1' } }
const asking = { fromMs: 1_795_000_000_000, untilMs: 1_795_000_060_000 }
const ok = (...series: readonly object[]) => ({ status: 'ok', res_type: 'time_series', series })
type Reply = Exclude<ReturnType<Parameters<typeof aServer>[0]>, string>

async function asked(reply: Reply, options: Partial<DatadogOptions> = {}) {
  const server = await aServer(() => reply)
  try {
    const port = datadog({ ...keys, api: server.url, ...options })
    const points = await port.query('datadoghq.com', 'sum:e{c:x}', asking)
    return { points, heard: server.heard }
  } finally {
    await server.stop()
  }
}
afterEach(() => void vi.useRealTimers())

describe('what it is asked, and what it tells', () => {
  test('both keys go in headers, and nowhere else', async () => {
    const { heard } = await asked({ json: ok() })
    expect(heard).toHaveLength(1)
    const [{ method, url, headers } = { method: '', url: '', headers: {} }] = heard
    expect([method, url]).toEqual(['GET', '/api/v1/query?from=1795000000&to=1795000060&query=sum%3Ae%7Bc%3Ax%7D'])
    expect(headers).toMatchObject({ 'dd-api-key': 'api-1', 'dd-application-key': 'app-1' })
  })
  test.for([
    {
      says: 'points, without those that are none',
      series: [
        {
          pointlist: [
            [1, 0.5],
            [2, null],
            [3, 0],
          ],
        },
      ],
      gives: [
        { atMs: 1, value: 0.5 },
        { atMs: 3, value: 0 },
      ],
    },
    { says: 'no series', series: [], gives: [] },
    { says: 'a series of nothing', series: [{ pointlist: [] }], gives: [] },
  ])('$says', async ({ series, gives }) => {
    expect((await asked({ json: ok(...series) })).points).toEqual(gives)
  })
})

describe('what goes wrong is told apart, and never with a key', () => {
  test.for<{ says: string; reply: Reply; type: string; message: RegExp }>([
    {
      says: 'it does not understand',
      reply: { status: 400, json: { errors: ['Error parsing query'] } },
      type: 'InvalidInput',
      message: /^Datadog does not understand it: Error parsing query: sum:e\{c:x\}$/,
    },
    {
      says: 'it says so with 200',
      reply: { json: { status: 'error', error: 'unknown function', series: [] } },
      type: 'InvalidInput',
      message: /unknown function/,
    },
    {
      says: 'several series',
      reply: { json: ok({ pointlist: [] }, { pointlist: [] }) },
      type: 'InvalidInput',
      message: /gives 2 series where one is needed/,
    },
    {
      says: 'a wrong key',
      reply: { status: 403, json: { errors: ['Forbidden'] } },
      type: 'Denied',
      message: /Forbidden\. It takes an API key .* of this site$/,
    },
    {
      says: 'its own trouble',
      reply: { status: 503, json: 'upstream' },
      type: 'Unreachable',
      message: /it answers with status 503$/,
    },
    { says: 'a page of somebody else', reply: { json: '<html>' }, type: 'Failed', message: /is no Datadog/ },
    {
      says: 'somewhere else',
      reply: { status: 302, json: '', headers: { location: 'https://example.com' } },
      type: 'Failed',
      message: /status 302$/,
    },
  ])('$says', async ({ reply, type, message }) => {
    const error = await failureOf(asked(reply))
    expect(error.type).toBe(type)
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/api-1|app-1/)
  })
  test('nobody answers', async () => {
    const error = await failureOf(datadog({ ...keys, api: await nowhere() }).query('datadoghq.com', 'q', asking))
    expect(error.type).toBe('Unreachable')
    expect(error.message).toMatch(/^GET http:\/\/.*\/api\/v1\/query: /)
  })
  test('nobody answers in time', async () => {
    const server = await aServer(() => 'silent')
    const error = await failureOf(datadog({ ...keys, api: server.url }, 50).query('datadoghq.com', 'q', asking))
    await server.stop()
    expect([error.type, error.message]).toEqual(['Unreachable', `GET ${server.url}/api/v1/query: no answer in 0.05s`])
  })
  test('a key that is none is not sent, and not told', async () => {
    const error = await failureOf(asked({ json: ok() }, { appKey: { text: 'two\nlines' } }))
    expect(error.type).toBe('Denied')
    expect(error.message).toBe('NORIKAE_DATADOG_APP_KEY is no key: it has none, or more than one line, or blanks')
  })
})

test('keys in files are read each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'norikae-'))
  const file = join(folder, 'api')
  const server = await aServer(() => ({ json: ok() }))
  const port = datadog({ ...keys, apiKey: { file }, api: server.url })
  try {
    const missing = await failureOf(port.query('datadoghq.com', 'q', asking))
    expect([missing.type, missing.message]).toEqual([
      'Denied',
      `NORIKAE_DATADOG_API_KEY_FILE cannot be read: ENOENT (${file})`,
    ])
    for (const key of ['old', 'new']) {
      await writeFile(file, `${key}\n`)
      await port.query('datadoghq.com', 'q', asking)
    }
    expect(server.heard.map((h) => h.headers['dd-api-key'])).toEqual(['old', 'new'])
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
})

test('after too many questions none is asked until it takes them again', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const limits = { 'x-ratelimit-limit': '1600', 'x-ratelimit-period': '3600', 'x-ratelimit-reset': '120' }
  const server = await aServer((_, n) =>
    n === 0 ? { status: 429, json: { errors: ['x'] }, headers: limits } : { json: ok() },
  )
  const port = datadog({ ...keys, api: server.url })
  const ask = () => port.query('datadoghq.com', 'q', asking)
  const first = await failureOf(ask())
  expect([first.type, first.message]).toEqual([
    'Unreachable',
    `${server.url}: too many questions (1600 in 3600s); it takes more in 120s`,
  ])
  vi.setSystemTime(Date.now() + 119_000)
  expect((await failureOf(ask())).message).toMatch(/in 1s$/)
  expect(server.heard).toHaveLength(1)
  vi.setSystemTime(Date.now() + 2_000)
  expect(await ask()).toEqual([])
  await server.stop()
})

describe('the sandbox speaks it', () => {
  const T0 = Date.UTC(2026, 10, 26, 10)
  const store = new SeriesStore()
  let server: SandboxDatadog
  beforeAll(async () => {
    const of = (labels: object) => ({
      cluster: 'g',
      namespace: 'web',
      app: 'web',
      environment: 'production',
      ...labels,
    })
    for (let s = 0; s <= 120; s += 1)
      store.sample(T0 + s * 1000, [
        { name: 'http_requests_total', labels: of({ code: '200' }), value: s * 9 },
        { name: 'http_requests_total', labels: of({ code: '500' }), value: s },
        { name: 'kube_deployment_status_replicas_ready', labels: of({ deployment: 'web' }), value: 3 },
      ])
    server = await startDatadog({ store, limit: { requests: 13, periodS: 86_400 } })
  })
  afterAll(() => server.stop())
  const port = (more: Partial<DatadogOptions> = {}) =>
    datadog({ apiKey: { text: server.apiKey }, appKey: { text: server.appKey }, api: server.url, ...more })
  const ask = (query: string) => port().query('datadoghq.com', query, { fromMs: T0 + 10_000, untilMs: T0 + 40_000 })
  const scope = 'kube_cluster_name:g,kube_namespace IN (web,other)'

  test.for([
    { query: `sum:http.requests{${scope},status_code:5*}.as_count()`, gives: [10, 10, 10] },
    { query: `sum:http.requests{${scope}}.as_rate()`, gives: [10, 10, 10] },
    {
      query: `sum:http.requests{${scope},status_code:500}.as_count() / sum:http.requests{${scope}}.as_count()`,
      gives: [0.1, 0.1, 0.1],
    },
    { query: `(100 * sum:kubernetes_state.deployment.replicas_ready{kube_deployment:web})`, gives: [300, 300, 300] },
    { query: 'sum:http.requests{kube_cluster_name:other}.as_count()', gives: [] },
    { query: 'default_zero(sum:http.requests{kube_cluster_name:other}.as_count())', gives: [0, 0, 0] },
    { query: 'avg:system.cpu.user{host:norikae-doctor-asks}', gives: [] },
    { query: 'sum:never.sent{*}', gives: [] },
  ])('$query', async ({ query, gives }) => {
    const points = await ask(query)
    expect(points.map(({ atMs }) => atMs)).toEqual(gives.map((_, n) => T0 + 10_000 + n * 10_000))
    points.forEach(({ value }, n) => expect(value).toBeCloseTo(gives[n] ?? NaN))
  })
  test('refuses what it does not speak, and whoever has other keys, and whoever asks too often', async () => {
    expect((await failureOf(ask('avg:x{*} by {host}'))).type).toBe('InvalidInput')
    expect((await failureOf(port({ appKey: { text: 'x' } }).query('datadoghq.com', 'q', asking))).type).toBe('Denied')
    for (let n = 0; n < 4; n += 1) await ask('sum:never.sent{*}')
    const error = await failureOf(ask('sum:never.sent{*}'))
    expect([error.type, error.message]).toEqual([
      'Unreachable',
      expect.stringContaining('too many questions (13 in 86400s)'),
    ])
  })
})
