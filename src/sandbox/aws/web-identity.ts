/** Tokens of service accounts, as STS reads them: whose they are, once a key of their issuer has signed them. */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { AwsError } from './errors.ts'

/** Of an issuer that serves them; AWS asks for them at the issuer's address. */
export type KeysOf = (issuer: string) => readonly JsonWebKey[] | undefined

interface Claims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
}

/** Throws InvalidIdentityToken, ExpiredTokenException and IDPCommunicationError. */
export function claimsOf(token: string, keysOf: KeysOf): Claims {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const { alg } = read(header)
  const { iss, sub, aud, exp } = read(payload)
  if (typeof iss !== 'string' || typeof sub !== 'string')
    throw invalid('Couldn’t retrieve verification key from your identity provider')
  const keys = keysOf(iss)
  if (!keys) throw new AwsError('IDPCommunicationError', `${iss} does not answer`)
  const signed = keys.some((jwk) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const how = alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
    return verify('sha256', Buffer.from(`${header}.${payload}`), how, Buffer.from(signature, 'base64url'))
  })
  if (!signed) throw invalid('The web identity token that was passed could not be validated by its issuer’s keys')
  if (Number(exp) * 1000 <= Date.now())
    throw new AwsError(
      'ExpiredTokenException',
      'Token expired: current date/time must be before the expiration date/time',
    )
  return { iss, sub, aud: (Array.isArray(aud) ? aud : [aud]).map(String) }
}

const invalid = (message: string) => new AwsError('InvalidIdentityToken', message)

function read(part: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    if (typeof found === 'object' && found !== null) return found as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw invalid('The ID Token provided is not a valid JWT.')
}
