import { no, type Refusal } from './gates.ts'
import { spelled } from './people.ts'
import type { Oidc } from './trust.ts'

/** What a token says, after its signature, its issuer and its time were found good. */
export type Claims = Readonly<Record<string, unknown>>

/** Whom a token must be for where its issuer lets an audience be chosen, and no nonce: bound to one message. */
export const boundAudience = (audience: string, binding: string): string => `${audience}/${binding}`

/**
 * Why a token does not prove that this person says this very message. It is in a history for everybody to read, so one
 * that could be used for another message counts for none: its `nonce` (OpenID Connect Core 3.1.2.1), or its audience, is
 * the hash of the statement.
 */
export function tokenRefusal(claims: Claims, oidc: Oidc, by: string, binding: string): Refusal | undefined {
  const audiences = listed(claims['aud'])
  const chosen = audiences.includes(boundAudience(oidc.audience, binding))
  if (!chosen && !audiences.some((a) => a === oidc.audience || a.startsWith(`${oidc.audience}/`)))
    return no(
      'proof-foreign',
      `the token is for ${audiences.join(', ').slice(0, 200) || 'nobody'}, not for ${oidc.audience}`,
    )
  if (!chosen && claims['nonce'] !== binding)
    return no(
      'proof-altered',
      'the token is not bound to this message: get one with NORIKAE_NONCE as its nonce, or for NORIKAE_AUDIENCE',
    )
  const who = claims[oidc.claim]
  if (typeof who !== 'string' || who === '')
    return no('proof-foreign', `the token has no claim ${oidc.claim} that says who it is`)
  if (oidc.claim === 'email' && claims['email_verified'] === false)
    return no('proof-foreign', `the issuer has not verified the address ${who.slice(0, 200)}`)
  return spelled([by], who) === by
    ? undefined
    : no('proof-foreign', `the token is of ${who.slice(0, 200)}, not of ${by}`)
}

const listed = (aud: unknown): string[] =>
  (Array.isArray(aud) ? (aud as unknown[]) : [aud]).filter((a) => typeof a === 'string')
