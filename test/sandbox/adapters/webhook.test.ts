import { describe, expect, test } from 'vitest'
import { webhooks } from '../../../src/adapters/webhook/webhook-port.ts'
import { aServer, failureOf, nowhere } from './local.ts'

const port = webhooks()

test('a message is JSON under a key that stays the same', async () => {
  const server = await aServer(() => ({ status: 204, json: '' }))
  await port.send(`${server.url}/hook`, 'run-1/3', { text: 'waiting for approval' })
  await server.stop()
  const [heard] = server.heard
  expect(heard).toMatchObject({ method: 'POST', url: '/hook', body: '{"text":"waiting for approval"}' })
  expect(heard?.headers).toMatchObject({ 'idempotency-key': 'run-1/3', 'content-type': 'application/json' })
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
    expect(failure).toMatchObject({ type, message: `POST ${server.url}/hook: it answers with status ${status}` })
  })

  test('nobody listens', async () => {
    const url = await nowhere()
    const failure = await failureOf(port.send(`${url}/hook?token=hidden`, 'id', {}))
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\/hook: connect ECONNREFUSED/)
    expect(failure.message).not.toContain('hidden')
  })

  test('a URL that is none is not repeated', async () => {
    const failure = await failureOf(port.send('hooks.test/hidden', 'id', {}))
    expect(failure.type).toBe('InvalidInput')
    expect(failure.message).not.toContain('hidden')
  })
})
