import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { publicPart } from '../../src/client/key-file.ts'
import { headerOf, proofText, statement } from '../../src/domain/proofs.ts'

/** Somebody with a key of their own. */
export interface Signer {
  readonly key: KeyObject
  readonly publicKey: string
}

export function aSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { key: privateKey, publicKey: publicPart(privateKey) }
}

export interface Signing {
  readonly message: string
  readonly workflow: string
  readonly run: string
  readonly body: Readonly<Record<string, unknown>>
  readonly plans?: readonly string[]
  readonly issued?: string
  readonly until?: string
}

const HOUR = 3_600_000

/** The body with a proof of its own. */
export function signedBy({ key, publicKey }: Signer, signing: Signing): Readonly<Record<string, unknown>> {
  const { message, workflow, run, body, plans = [], issued = new Date().toISOString() } = signing
  const until = signing.until ?? new Date(Date.parse(issued) + HOUR).toISOString()
  const header = headerOf({ kind: 'signed', run }, message, body, plans, { issued, until })
  const signature = sign(null, Buffer.from(statement(header, workflow, body)), key).toString('hex')
  return { ...body, proof: proofText(header, `${publicKey} ${signature}`) }
}

/** The same with a token; `claims` are given what the token is bound to. */
export function withToken(
  token: (binding: string) => string,
  { message, workflow, run, body, plans = [], issued = new Date().toISOString(), until }: Signing,
): Readonly<Record<string, unknown>> {
  const ends = until ?? new Date(Date.parse(issued) + HOUR).toISOString()
  const header = headerOf({ kind: 'oidc', run }, message, body, plans, { issued, until: ends })
  const binding = createHash('sha256')
    .update(statement(header, workflow, body))
    .digest('hex')
  return { ...body, proof: proofText(header, token(binding)) }
}
