import { afterEach, describe, expect, test } from 'vitest'
import { probes } from '../../../src/adapters/probe/probe-port.ts'
import { aPort } from './a-port.ts'
import { aServer, failureOf, nowhere } from './local.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
const serving = async (...of: Parameters<typeof aServer>) => {
  const server = await aServer(...of)
  ends.push(server.stop)
  return server
}
const outside = (url: string, timeoutMs = 5_000, host?: string) =>
  probes().get({ of: 'outside', url, ...(host !== undefined && { host }) }, timeoutMs)

describe('an address outside', () => {
  test.for([200, 301, 404, 503])('that answers with %i', async (status) => {
    const { url } = await serving(() => ({ status, json: {}, headers: { location: 'http://127.0.0.1:1/' } }))
    expect(await outside(url)).toEqual({ status, seconds: expect.any(Number) })
  })
  test('is asked as the host that is meant, on a connection of its own each time', async () => {
    const server = await serving(() => ({ json: {} }))
    await outside(`${server.url}/healthz`, 5_000, 'chat.example.com')
    await outside(`${server.url}/healthz`)
    expect(server.heard.map((h) => [h.url, h.headers.host])).toEqual([
      ['/healthz', 'chat.example.com'],
      ['/healthz', new URL(server.url).host],
    ])
    expect(server.connections()).toBe(2)
  })
  test('that does not answer, hangs up or does not listen has failed', async () => {
    const [silent, breaking] = [await serving(() => 'silent'), await serving(() => 'break')]
    expect(await outside(silent.url, 100)).toEqual({ seconds: expect.any(Number), why: 'no answer in 0.1s' })
    expect(await outside(breaking.url)).toMatchObject({ why: expect.stringMatching(/hang up|ECONNRESET/) })
    expect(await outside(await nowhere())).toMatchObject({ why: expect.stringContaining('ECONNREFUSED') })
  })
  test('whose name nobody knows was never asked', async () => {
    const failure = await failureOf(outside('http://nobody.invalid/x?key=hidden'))
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toMatch(/^GET http:\/\/nobody\.invalid\/x: /)
  })
})

describe('a Service, through the API server', () => {
  const endpoint = { kind: 'Service', namespace: 'shop', name: 'web', port: '80', path: '/healthz' } as const
  const status = (code: number, reason: string, message: string) => ({
    status: code,
    json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
  })
  test.for([
    { says: 'answers', reply: { json: 'ok' }, gives: { status: 200 } },
    { says: 'fails by itself', reply: { status: 500, json: 'broken' }, gives: { status: 500 } },
    { says: 'forbids by itself', reply: { status: 403, json: { kind: 'Login' } }, gives: { status: 403 } },
    {
      says: 'has nobody behind it',
      reply: status(503, 'ServiceUnavailable', 'no endpoints available for service "web"'),
      gives: { status: 503, why: 'no endpoints available for service "web"' },
    },
    {
      says: 'is not there',
      reply: status(404, 'NotFound', 'services "web" not found'),
      gives: { status: 404, why: 'services "web" not found' },
    },
  ])('that $says', async ({ reply, gives }) => {
    const { port, server } = await aPort(() => reply)
    expect(await port.probe(endpoint, 5_000)).toEqual({ ...gives, seconds: expect.any(Number) })
    expect(server.heard[0]?.url).toBe('/api/v1/namespaces/shop/services/web:80/proxy/healthz')
  })
  test('that the worker may not ask', async () => {
    const { port } = await aPort(() => status(403, 'Forbidden', 'services "web" is forbidden'))
    expect((await failureOf(port.probe(endpoint, 5_000))).type).toBe('Denied')
  })
  test('that is silent has failed; an API server that is silent was not reached', async () => {
    const version = { json: { major: '1', minor: '36' } }
    const { port } = await aPort(({ url }) => (url === '/version' ? version : 'silent'))
    expect(await port.probe(endpoint, 100)).toEqual({ seconds: expect.any(Number), why: 'no answer in 0.1s' })
    const gone = await aPort(() => 'silent', { timeoutMs: 100 })
    expect((await failureOf(gone.port.probe(endpoint, 100))).type).toBe('Unreachable')
    const broken = await aPort(() => 'break')
    expect((await failureOf(broken.port.probe(endpoint, 5_000))).type).toBe('Unreachable')
  })
})
