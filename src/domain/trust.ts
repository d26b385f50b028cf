/**
 * Whose word counts on a platform. Absent (`trust: namespace`): whoever may write to Temporal's namespace; `by` is a claim.
 * What each stops and what not: docs/explanation/trust.md.
 */
export type Trust =
  | {
      readonly kind: 'signed'
      /** By address: public keys, `ed25519:` and 64 hexadecimal digits. */
      readonly keys: Readonly<Record<string, readonly string[]>>
    }
  | ({ readonly kind: 'oidc' } & Oidc)

/** Who vouches for people by tokens. */
export interface Oidc {
  /** Its address; `<issuer>/.well-known/openid-configuration` says where its keys are. */
  readonly issuer: string
  readonly audience: string
  /** The claim of a token that names the person. */
  readonly claim: string
}

/** What somebody must know to prove what they say to one workflow. */
export interface ToProve {
  readonly kind: Trust['kind']
  /** The workflow's first run: the same after a reset. */
  readonly run: string
  /** With `oidc`: whom a token must be for. */
  readonly audience?: string
}

export const toProve = (trust: Trust, run: string): ToProve => ({
  kind: trust.kind,
  run,
  ...(trust.kind === 'oidc' && { audience: trust.audience }),
})

/** Small letters only: one key has one spelling. */
export const KEY = /^ed25519:[0-9a-f]{64}$/
