import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { denied, unreachable } from '../../activities/errors.ts'
import type { TokenPort } from '../../activities/ports.ts'
import { shown } from '../http.ts'
import { isTimeout, whyNoAnswer } from '../words.ts'

/** Only those with a key pair: a secret that both sides know, or none at all, proves nothing. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** The message waits for it. */
const TIMEOUT_MS = 5000
/** Clocks of the issuer and of the worker differ. */
const SKEW_S = 60
/** Issuers ask for keys to be kept, and change them now and then; an unknown key is asked about at once. */
const KEPT_MS = 600_000
/** Whoever sends unknown keys must not make us ask without end. */
const COOLDOWN_MS = 30_000

/** Keys are kept an issuer, in this process. `cooldownMs`: how long after asking an unknown key is not asked about again. */
export function tokens({ cooldownMs = COOLDOWN_MS }: { readonly cooldownMs?: number } = {}): TokenPort {
  const known = new Map<string, { readonly keys: JWTVerifyGetKey; readonly since: number }>()

  async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const kept = known.get(issuer)
    if (kept && Date.now() - kept.since < KEPT_MS) return kept.keys
    const keys = createRemoteJWKSet(new URL(await jwksUri(issuer)), {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: KEPT_MS,
      cooldownDuration: cooldownMs,
    })
    known.set(issuer, { keys, since: Date.now() })
    return keys
  }

  return {
    async claims(token, issuer) {
      const keys = await keysOf(issuer)
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          algorithms: ALGORITHMS,
          clockTolerance: SKEW_S,
          requiredClaims: ['exp'],
        })
        return payload
      } catch (error) {
        throw reason(error, issuer)
      }
    },
  }
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function jwksUri(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found: unknown = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then((response) => {
      if (!response.ok) throw new Error(`it answers with status ${response.status}`)
      return response.json()
    })
    .catch((error: unknown) => {
      throw unreachable(
        `GET ${shown(url)}: ${isTimeout(error) ? `no answer in ${TIMEOUT_MS / 1000}s` : whyNoAnswer(error)}`,
      )
    })
  const said: Readonly<Record<string, unknown>> = { ...(typeof found === 'object' && found) }
  // Whoever answers for another issuer would vouch with other keys.
  if (said['issuer'] !== issuer) throw denied(`${shown(url)} does not describe the issuer ${shown(issuer)}`)
  if (typeof said['jwks_uri'] !== 'string' || !URL.canParse(said['jwks_uri']))
    throw denied(`${shown(url)} does not say where its keys are (jwks_uri)`)
  return said['jwks_uri']
}

/** In our words: those of the library may quote the token. */
function reason(error: unknown, issuer: string): unknown {
  if (error instanceof errors.JWTExpired) return denied('the token has expired')
  if (error instanceof errors.JWTClaimValidationFailed)
    return denied(
      error.claim === 'iss' ? `the token is not of ${shown(issuer)}` : `the token's ${error.claim} does not hold`,
    )
  if (error instanceof errors.JWSSignatureVerificationFailed) return denied("the token's signature does not fit")
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return denied('the token is signed in a way that proves nothing here')
  if (error instanceof errors.JWKSNoMatchingKey) return denied(`the token's key is none of ${shown(issuer)}`)
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return denied('the token is none')
  return unreachable(
    `the keys of ${shown(issuer)}: ${isTimeout(error) ? `no answer in ${TIMEOUT_MS / 1000}s` : whyNoAnswer(error)}`,
  )
}
