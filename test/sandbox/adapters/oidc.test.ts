import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { proofActivities } from '../../../src/activities/proofs.ts'
import { sha256 } from '../../../src/activities/tokens.ts'
import { tokens } from '../../../src/adapters/oidc/token-port.ts'
import { issuer, type Issuer } from '../../../src/sandbox/issuer.ts'
import { listen } from '../../../src/sandbox/listen.ts'

/** The adapter against an issuer over HTTP. */

let login: Issuer
beforeEach(async () => {
  login = await issuer()
})
afterEach(() => login.stop())

const claims = { aud: 'norikae', email: 'chiba@example.com' }
const why = (port: ReturnType<typeof tokens>, token: string, of = login.url) =>
  port.claims(token, of).then(
    () => 'good',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  )
const part = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64url')
const seconds = () => Math.floor(Date.now() / 1000)

test('a good token says what it says, and the keys are asked for once', async () => {
  const port = tokens()
  for (let n = 0; n < 3; n += 1) expect(await port.claims(login.token(claims), login.url)).toMatchObject(claims)
  expect(login.asked()).toBe(1)
})

test('a token that is not good is refused in our words, without a word of it', async () => {
  const port = tokens()
  const other = await issuer()
  const good = login.token(claims)
  const [header = '', body = '', signature = ''] = good.split('.')
  const secret = (text: string) => createHmac('sha256', 'secret').update(text).digest('base64url')
  const symmetric = `${part({ alg: 'HS256', kid: 'x' })}.${body}`
  const cases: [string, string, RegExp][] = [
    ['expired', login.token({ ...claims, exp: seconds() - 120 }), /has expired/],
    ['without an end', login.token({ ...claims, exp: undefined }), /exp does not hold/],
    ['not yet', login.token({ ...claims, nbf: seconds() + 120 }), /nbf does not hold/],
    ['of another issuer', login.token({ ...claims, iss: 'https://evil' }), /is not of http:\/\/127/],
    ['signed by another', other.token({ ...claims, iss: login.url }), /key is none of/],
    [
      'changed',
      `${header}.${part({ ...claims, iss: login.url, exp: seconds() + 60, email: 'x' })}.${signature}`,
      /signature does not fit/,
    ],
    ['by a secret', `${symmetric}.${secret(symmetric)}`, /proves nothing here/],
    ['unsigned', `${part({ alg: 'none' })}.${body}.`, /proves nothing here|is none/],
    ['no token', 'a.b.c', /is none/],
  ]
  for (const [what, token, expected] of cases) {
    const said = await why(port, token)
    expect([what, said]).toEqual([what, expect.stringMatching(expected)])
    expect(said).not.toContain(token.slice(0, 20))
  }
  // The clocks of both differ a little.
  expect(await why(port, login.token({ ...claims, exp: seconds() - 30 }))).toBe('good')
  await other.stop()
})

test('new keys are found, and old ones are none any more', async () => {
  const port = tokens({ cooldownMs: 0 })
  const old = login.token(claims)
  expect(await why(port, old)).toBe('good')
  login.rotate()
  expect(await why(port, login.token(claims))).toBe('good')
  expect(await why(port, old)).toMatch(/key is none of/)
})

test('unknown keys do not make it ask without end', async () => {
  const port = tokens()
  await why(port, login.token(claims))
  for (let n = 0; n < 5; n += 1) await why(port, login.token(claims, { kid: `x${n}` }))
  expect(login.asked()).toBe(1)
})

test('an issuer that does not answer, or answers for another, vouches for nobody', async () => {
  login.down = true
  expect(await why(tokens(), login.token(claims))).toMatch(/status 503/)
  login.down = false
  const mirror = await listen((_, response) => {
    response.end(JSON.stringify({ issuer: login.url, jwks_uri: `${login.url}/keys` }))
  })
  expect(await why(tokens(), login.token({ ...claims, iss: mirror.url }), mirror.url)).toMatch(/does not describe/)
  await mirror.stop()
})

test('the activity tells the time, and whether a token proves who says the message', async () => {
  const { checkProof } = proofActivities({ ports: { tokens: tokens() } as never, platformFile: async () => undefined })
  expect(Date.parse((await checkProof({})).at)).toBeGreaterThan(Date.now() - 60_000)
  const oidc = { issuer: login.url, audience: 'norikae', claim: 'email' }
  const check = async (more: object, by = 'chiba@example.com') => {
    const text = login.token({ ...claims, nonce: sha256('the statement'), ...more })
    return (await checkProof({ token: { text, by, statement: 'the statement', oidc } })).refused?.code
  }
  expect([
    await check({}),
    await check({ nonce: undefined }),
    await check({}, 'doi@example.com'),
    await check({ exp: seconds() - 300 }),
  ]).toEqual([undefined, 'proof-altered', 'proof-foreign', 'proof-refused'])
})
