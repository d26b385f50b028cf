/** Tokens of service accounts, signed with the cluster's own key. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
import { generateKeyPairSync, randomUUID, sign, type JsonWebKey } from 'node:crypto'
import { textAt, numberAt, at } from './json.ts'
import { k } from './kinds.ts'
import type { Objects } from './objects.ts'
import { type Answer, parsed } from './request.ts'
import { invalid, notImplemented } from './status.ts'

export interface Signer {
  readonly issuer: string
  /** What its signatures are checked with. */
  keys(): readonly JsonWebKey[]
  sign(claims: Readonly<Record<string, unknown>>): string
}

export function signerOf(issuer: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = randomUUID()
  return {
    issuer,
    keys: () => [{ ...publicKey.export({ format: 'jwk' }), kid }],
    sign(claims) {
      const text = [
        { alg: 'ES256', kid },
        { iss: issuer, ...claims },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
  }
}

const AN_HOUR_S = 3600
/** Shorter ones are refused. */
const SHORTEST_S = 600

const PATH = /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/serviceaccounts\/(?<name>[^/]+)\/token$/

/** Undefined: something else was asked for. Throws 404 where the account is not there, 422 for a life that is too short. */
export function tokenRequested(
  objects: Objects,
  signer: Signer,
  { method, path, body: text }: { readonly method: string; readonly path: string; readonly body: string },
): Answer | undefined {
  const { namespace = '', name } = PATH.exec(path)?.groups ?? {}
  if (name === undefined) return undefined
  if (method !== 'POST') throw notImplemented(`${method} of serviceaccounts/token`)
  const account = objects.read(k.serviceAccount, namespace, name)
  const asked = parsed(text)
  const lifeS = numberAt(asked, 'spec', 'expirationSeconds') ?? AN_HOUR_S
  if (lifeS < SHORTEST_S) {
    const message = `Invalid value: ${lifeS}: may not specify a duration less than 10 minutes`
    const meta = { group: 'authentication.k8s.io', kind: 'TokenRequest' }
    throw invalid(meta, name, [{ reason: 'FieldValueInvalid', message, field: 'spec.expirationSeconds' }])
  }
  const audiences = at(asked, 'spec', 'audiences')
  const now = Math.floor(Date.now() / 1000)
  const token = signer.sign({
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: Array.isArray(audiences) && audiences.length > 0 ? audiences : [signer.issuer],
    iat: now,
    nbf: now,
    exp: now + lifeS,
    'kubernetes.io': { namespace, serviceaccount: { name, uid: account.metadata.uid } },
  })
  const body = {
    apiVersion: textAt(asked, 'apiVersion') ?? 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name, namespace, creationTimestamp: new Date(now * 1000).toISOString() },
    spec: { audiences, expirationSeconds: lifeS },
    status: { token, expirationTimestamp: new Date((now + lifeS) * 1000).toISOString() },
  }
  return { code: 201, body }
}
