import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { listen } from './listen.ts'

/** A stand-in for an OpenID Connect issuer: discovery and keys over HTTP, and tokens as somebody's sign-in would give. */
export interface Issuer {
  readonly url: string
  /** How often its keys were asked for. */
  readonly asked: () => number
  /** A token with these claims; `exp` in five minutes and `iss` unless they say otherwise. */
  token(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string
  /** New tokens are signed by a new key, and the old one is gone. */
  rotate(): void
  /** Answers with 503 until told otherwise. */
  down: boolean
  stop(): Promise<void>
}

const VALID_S = 300

export async function issuer(): Promise<Issuer> {
  let pair = aPair()
  let asked = 0
  const web = await listen((request, response) => {
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (it.down) return void json(503, {})
    if (request.url === '/.well-known/openid-configuration')
      return void json(200, { issuer: it.url, jwks_uri: `${it.url}/keys` })
    if (request.url !== '/keys') return void json(404, {})
    asked += 1
    return void json(200, { keys: [pair.jwk] })
  })
  const it: Issuer = {
    url: web.url,
    asked: () => asked,
    down: false,
    token(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const parts = [
        { alg: 'ES256', kid: pair.jwk.kid, ...header },
        { iss: web.url, iat: now, exp: now + VALID_S, ...claims },
      ]
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      const signature = sign('sha256', Buffer.from(text), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
      return `${text}.${signature.toString('base64url')}`
    },
    rotate() {
      pair = aPair()
    },
    stop: web.stop,
  }
  return it
}

function aPair(): { readonly privateKey: KeyObject; readonly jwk: { readonly kid: string } } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = randomUUID()
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } }
}
