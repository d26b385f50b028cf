import { describe, expect, test } from 'vitest'
import { prometheus } from '../../../src/adapters/prometheus/metrics-port.ts'
import { aServer, failureOf, nowhere } from './local.ts'

const metrics = prometheus()
const success = (resultType: string, result: unknown) => ({ status: 'success', data: { resultType, result } })
const vector = (...values: string[]) =>
  success(
    'vector',
    values.map((value) => ({ metric: {}, value: [1_795_000_000.1, value] })),
  )

async function asking<T>(json: unknown, status: number, ask: (url: string) => Promise<T>): Promise<T> {
  const server = await aServer(() => ({ status, json }))
  try {
    return await ask(server.url)
  } finally {
    await server.stop()
  }
}

describe('an answer is one number or none', () => {
  test.for([
    { says: 'a vector of one', json: vector('0.25'), number: 0.25 },
    { says: 'a scalar', json: success('scalar', [1_795_000_000, '7']), number: 7 },
    { says: 'zero is a number', json: vector('0'), number: 0 },
    { says: 'an exponent', json: vector('1.5e-05'), number: 0.000015 },
    { says: 'infinity is a number', json: vector('+Inf'), number: Infinity },
    { says: 'minus infinity is a number', json: vector('-Inf'), number: -Infinity },
    { says: 'nothing is no number', json: vector(), number: null },
    { says: 'NaN is no number', json: vector('NaN'), number: null },
  ])('$says', async ({ json, number }) => {
    expect(await asking(json, 200, (url) => metrics.query(url, 'up'))).toBe(number)
  })
})

test('each number comes with the labels of its series, and what is no number is left out', async () => {
  const result = [
    { metric: { client: 'batch' }, value: [1, '12'] },
    { metric: { client: 'idle' }, value: [1, 'NaN'] },
    { metric: {}, value: [1, '0'] },
  ]
  expect(await asking(success('vector', result), 200, (url) => metrics.series(url, 'calls'))).toEqual([
    { labels: { client: 'batch' }, value: 12 },
    { labels: {}, value: 0 },
  ])
  expect(await asking(success('scalar', [1, '7']), 200, (url) => metrics.series(url, '7'))).toEqual([
    { labels: {}, value: 7 },
  ])
  await expect(asking(success('matrix', []), 200, (url) => metrics.series(url, 'calls[5m]'))).rejects.toThrow(
    'gives a matrix where numbers are needed: calls[5m]',
  )
})

describe('what is no number says why', () => {
  test.for([
    {
      says: 'several numbers',
      status: 200,
      json: vector('1', '2'),
      type: 'InvalidInput',
      words: 'sum it: up{app="x"}',
    },
    { says: 'a matrix', status: 200, json: success('matrix', []), type: 'InvalidInput', words: 'gives a matrix' },
    {
      says: 'a query that cannot be read',
      status: 400,
      json: { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end' },
      type: 'InvalidInput',
      words: 'parse error: unexpected end: up{app="x"}',
    },
    {
      says: 'a query that cannot be executed',
      status: 422,
      json: { status: 'error', errorType: 'execution', error: 'many-to-many matching not allowed' },
      type: 'InvalidInput',
      words: 'many-to-many',
    },
    { says: 'nobody signed in', status: 401, json: 'no', type: 'Denied', words: 'status 401' },
    { says: 'another server', status: 200, json: '<html>', type: 'Failed', words: 'no Prometheus' },
    { says: 'no such path', status: 404, json: '404 page not found', type: 'Failed', words: 'status 404' },
    { says: 'too many questions', status: 429, json: '', type: 'Unreachable', words: 'status 429' },
    {
      says: 'a server in trouble',
      status: 503,
      json: { status: 'error', errorType: 'timeout', error: 'query timed out' },
      type: 'Unreachable',
      words: 'query timed out',
    },
  ])('$says', async ({ status, json, type, words }) => {
    const failure = await asking(json, status, (url) => failureOf(metrics.query(url, 'up{app="x"}')))
    expect(failure.type).toBe(type)
    expect(failure.message).toContain(words)
  })

  test('nobody listens', async () => {
    const url = await nowhere()
    const failure = await failureOf(metrics.query(url, 'up'))
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toContain(`POST ${url}/api/v1/query: connect ECONNREFUSED`)
  })

  test('the connection breaks', async () => {
    const server = await aServer(() => 'break')
    expect((await failureOf(metrics.query(server.url, 'up'))).type).toBe('Unreachable')
    await server.stop()
  })

  test('silence ends', async () => {
    const server = await aServer(() => 'silent')
    const failure = await failureOf(prometheus(200).query(server.url, 'up'))
    await server.stop()
    expect(failure).toMatchObject({ type: 'Unreachable' })
    expect(failure.message).toMatch(/no answer in 0.2s$/)
  })
})

describe('the question', () => {
  test('goes as a form, below the path that was given', async () => {
    const server = await aServer(() => ({ json: vector('1') }))
    await metrics.query(`${server.url}/prometheus/`, 'sum(rate(a[1m])) + 1')
    await server.stop()
    expect(server.heard[0]).toMatchObject({ method: 'POST', url: '/prometheus/api/v1/query' })
    expect(new URLSearchParams(server.heard[0]?.body).get('query')).toBe('sum(rate(a[1m])) + 1')
  })

  test('is of a moment in the past where one is named', async () => {
    const server = await aServer(() => ({ json: vector('1') }))
    await metrics.query(server.url, 'up', 1_795_000_000_500)
    await server.stop()
    expect(new URLSearchParams(server.heard[0]?.body).get('time')).toBe('1795000000.5')
  })

  test('is of each step of a span in one request', async () => {
    const values = [
      [1_795_000_000, '3'],
      [1_795_021_600, 'NaN'],
    ]
    const server = await aServer(() => ({ json: success('matrix', [{ metric: {}, values }]) }))
    const span = { fromMs: 1_795_000_000_000, untilMs: 1_795_021_600_000, stepMs: 21_600_000 }
    expect(await metrics.range(server.url, 'up', span)).toEqual([{ atMs: 1_795_000_000_000, value: 3 }])
    await server.stop()
    expect(server.heard[0]).toMatchObject({ method: 'POST', url: '/api/v1/query_range' })
    expect(Object.fromEntries(new URLSearchParams(server.heard[0]?.body))).toEqual({
      query: 'up',
      start: '1795000000',
      end: '1795021600',
      step: '21600',
    })
    const two = success('matrix', [{ values: [] }, { values: [] }])
    const failure = await asking(two, 200, (url) => failureOf(metrics.range(url, 'up', span)))
    expect([failure.type, failure.message]).toEqual([
      'InvalidInput',
      'the query gives 2 series where one is needed: sum it: up',
    ])
  })

  test.for([
    { says: 'a number', json: vector('0'), answers: true },
    { says: 'NaN, of counters that have counted nothing', json: vector('NaN'), answers: true },
    { says: 'several', json: vector('1', '2'), answers: true },
    { says: 'a scalar', json: success('scalar', [1_795_000_000, 'NaN']), answers: true },
    { says: 'nothing', json: vector(), answers: false },
  ])('is answered or not: by $says', async ({ json, answers }) => {
    expect(await asking(json, 200, (url) => metrics.answers(url, 'up'))).toBe(answers)
  })

  test('signs in with the user of its URL, and never says so', async () => {
    const server = await aServer(() => ({ status: 500, json: '' }))
    const url = server.url.replace('http://', 'http://norikae:p%40ss@')
    const failure = await failureOf(metrics.query(`${url}?key=hidden`, 'up'))
    await server.stop()
    expect(server.heard[0]?.headers.authorization).toBe(`Basic ${Buffer.from('norikae:p@ss').toString('base64')}`)
    expect(failure.message).not.toMatch(/p@ss|p%40ss|norikae|hidden/)
  })

  test('a URL that is none', async () => {
    expect(await failureOf(metrics.query('prometheus:9090/x?secret', 'up'))).toMatchObject({ type: 'InvalidInput' })
  })
})
