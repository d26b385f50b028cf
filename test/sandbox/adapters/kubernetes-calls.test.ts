import { describe, expect, test } from 'vitest'
import { aPort } from './a-port.ts'
import { failureOf } from './local.ts'

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }

describe('a token that is not taken', () => {
  const empty = { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items: [] }

  test('is signed anew by the next try', async () => {
    let now = Date.parse('2026-11-23T14:02:00Z')
    const { port, server } = await aPort((_, i) => (i === 0 ? { status: 401, json: {} } : { json: empty }), {
      now: () => (now += 1_000),
    })
    expect(await failureOf(port.list('Namespace'))).toMatchObject({ type: 'Unreachable', nonRetryable: false })
    expect(await port.list('Namespace')).toEqual([])
    const [first, second] = server.heard.map((one) => one.headers.authorization)
    expect(second).not.toBe(first)
  })

  test('may be of an access entry that is new; after a minute it is of none', async () => {
    let now = Date.parse('2026-11-23T14:02:00Z')
    const { port } = await aPort(() => ({ status: 401, json: {} }), { now: () => now })
    expect((await failureOf(port.version())).type).toBe('Unreachable')
    now += 30_000
    expect((await failureOf(port.version())).type).toBe('Unreachable')
    now += 30_000
    const failure = await failureOf(port.version())
    expect(failure.type).toBe('Denied')
    expect(failure.message).toContain("Give the worker's role an access entry of green, then retry")
  })

  test('is never in a message', async () => {
    const { port, server } = await aPort(({ headers }) => ({ status: 400, json: { message: headers.authorization } }))
    const failure = await failureOf(port.version())
    const token = server.heard[0]?.headers.authorization?.replace('Bearer ', '') ?? 'none'
    expect(failure.message).not.toContain(token.slice(11))
  })
})

test('a server that was gone may not have read its roles yet; half a minute after it is back it means its no', async () => {
  let now = Date.parse('2026-11-23T14:02:00Z')
  const forbidden = { status: 403, json: { kind: 'Status', message: 'namespaces is forbidden' } }
  const { port } = await aPort((_, i) => (i === 1 ? 'break' : forbidden), { now: () => now })
  expect((await failureOf(port.list('Namespace'))).type).toBe('Denied')
  expect((await failureOf(port.list('Namespace'))).type).toBe('Unreachable')
  now += 600_000 // asked again late: it may be back since a moment
  const failure = await failureOf(port.list('Namespace'))
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false })
  expect(failure.message).toMatch(/^GET namespaces on green: 403, and it was gone a moment ago/)
  now += 30_000
  expect((await failureOf(port.list('Namespace'))).type).toBe('Denied')
})

test.for([
  {
    says: 'what the server emulates',
    told: { major: '1', minor: '36', emulationMajor: '1', emulationMinor: '35' },
    version: '1.35',
  },
  { says: 'what it is', told: { major: '1', minor: '36' }, version: '1.36' },
  { says: 'as EKS writes it', told: { major: '1', minor: '36+' }, version: '1.36' },
])('its version is $says', async ({ told, version }) => {
  const { port } = await aPort(() => ({ json: told }))
  expect(await port.version()).toBe(version)
})

test('each request says that it is Norikae’s, so that audit logs tell it from others with its role', async () => {
  const { port, server } = await aPort(() => ({ json: { major: '1', minor: '36' } }), { version: '0.1.0' })
  await port.version()
  expect(server.heard.map(({ headers }) => headers['user-agent'])).toEqual(['norikae/0.1.0'])
})

test('warnings are those of this call', async () => {
  const { port } = await aPort((_, i) => ({
    json: deployment,
    headers: i === 0 ? { warning: ['299 - "batch/v1beta1 is \\"old\\""', '299 - "unknown field \\"spec.x\\""'] } : {},
  }))
  expect((await port.apply(deployment)).warnings).toEqual(['batch/v1beta1 is "old"', 'unknown field "spec.x"'])
  expect((await port.apply(deployment)).warnings).toEqual([])
})
