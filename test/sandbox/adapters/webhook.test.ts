import { describe, expect, test } from 'vitest'
import { headersOf } from '../../../src/adapters/webhook/signature.ts'
import { webhooks } from '../../../src/adapters/webhook/webhook-port.ts'
import { aServer, failureOf, nowhere } from './local.ts'

const port = webhooks()

test('a message is JSON under an id that stays the same, and unsigned without a secret', async () => {
  const server = await aServer(() => ({ status: 204, json: '' }))
  for (const id of ['run-1/gate@1.1/0', 'run-1/gate@1.1/0', 'run-1/gate@1.1/1'])
    await port.send(`${server.url}/hook`, id, { text: 'waiting for approval' })
  await server.stop()
  const [heard] = server.heard
  expect(heard).toMatchObject({ method: 'POST', url: '/hook', body: '{"text":"waiting for approval"}' })
  expect(heard?.headers).toMatchObject({ 'content-type': 'application/json' })
  expect(heard?.headers['webhook-signature']).toBeUndefined()
  const [first, again, other] = server.heard.map(({ headers }) => headers['webhook-id'])
  expect([first === again, first === other]).toEqual([true, false])
  // The standard keeps the full stop for what is between the parts.
  expect(first).toMatch(/^msg_[\w-]{27}$/)
})

test('a signature is that of Standard Webhooks, one for each secret', async () => {
  const other = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`
  // Their own example.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }
  expect(headersOf(message, [secret])['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')

  const server = await aServer(() => ({ status: 204, json: '' }))
  await webhooks({ secrets: [secret, other] }).send(server.url, 'one', { a: 'ü' })
  await server.stop()
  const [heard] = server.heard
  if (!heard) throw new Error('nothing was heard')
  const { headers, body } = heard
  const timestamp = Number(headers['webhook-timestamp'])
  expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(60)
  const id = String(headers['webhook-id'])
  expect(headers['webhook-signature']).toBe(headersOf({ id, timestamp, body }, [secret, other])['webhook-signature'])
  expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2)
})

test.for([
  { after: '7', waits: '7s' },
  { after: new Date(Date.now() + 100_000).toUTCString(), waits: /^(9|10)\ds$/ },
  { after: '86400', waits: '3600s' },
  { after: 'soon', waits: undefined },
])('a receiver that asks to be left alone for $after is', async ({ after, waits }) => {
  const server = await aServer(() => ({ status: 429, json: '', headers: { 'retry-after': after } }))
  const { type, nextRetryDelay } = await failureOf(port.send(server.url, 'id', {}))
  await server.stop()
  expect(type).toBe('Unreachable')
  if (waits instanceof RegExp) expect(nextRetryDelay).toMatch(waits)
  else expect(nextRetryDelay ?? undefined).toBe(waits)
})

describe('an answer that is no success', () => {
  test.for([
    { status: 408, type: 'Unreachable' },
    { status: 429, type: 'Unreachable' },
    { status: 500, type: 'Unreachable' },
    { status: 503, type: 'Unreachable' },
    { status: 302, type: 'Failed' },
    { status: 400, type: 'Failed' },
    { status: 404, type: 'Failed' },
    { status: 410, type: 'Failed' },
  ])('$status is $type', async ({ status, type }) => {
    const server = await aServer(() => ({ status, json: 'token=hidden', headers: { location: '/elsewhere' } }))
    const url = server.url.replace('http://', 'http://user:hidden@')
    const failure = await failureOf(port.send(`${url}/hook?token=hidden`, 'id', {}))
    await server.stop()
    expect(failure).toMatchObject({ type, message: `POST ${server.url}: it answers with status ${status}` })
  })

  test('nobody listens', async () => {
    const url = await nowhere()
    const failure = await failureOf(port.send(`${url}/hook?token=hidden`, 'id', {}))
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/)
    expect(failure.message).not.toContain('hidden')
  })

  test('a URL that is none is not repeated', async () => {
    const failure = await failureOf(port.send('hooks.test/hidden', 'id', {}))
    expect(failure.type).toBe('InvalidInput')
    expect(failure.message).not.toContain('hidden')
  })
})
