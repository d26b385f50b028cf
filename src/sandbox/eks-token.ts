/**
 * An EKS token is a presigned STS request, read as the authenticator on a real control plane reads it
 * (kubernetes-sigs/aws-iam-authenticator, pkg/token/token.go), except that STS itself is not asked: the sandbox knows the
 * secret and signs again.
 */
import { timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsIdentity } from './types.ts'

const PREFIX = 'k8s-aws-v1.'
const CLUSTER_HEADER = 'x-k8s-aws-id'
const MOST_BYTES = 4_096
const MOST_EXPIRES_S = 900
/** Whatever X-Amz-Expires says. */
const LIVES_MS = 15 * 60_000
/** A clock may be ahead by so much. */
const SKEW_MS = 5 * 60_000

const allowed = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
  'x-amz-content-sha256',
  'x-amz-user-agent',
])

export const isEksToken = (bearer: string): boolean => bearer.startsWith(PREFIX)

/** Why this token is not one of this identity for this cluster; undefined: it is. The first reason wins. */
export async function tokenRefusal(
  token: string,
  cluster: string,
  identity: Pick<AwsIdentity, 'region' | 'accessKeyId' | 'secretAccessKey'>,
  now: number = Date.now(),
): Promise<string | undefined> {
  if (!isEksToken(token)) return `does not begin with ${PREFIX}`
  if (token.length > MOST_BYTES) return `is longer than ${MOST_BYTES} bytes`
  const url = URL.parse(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'))
  if (!url) return 'holds no URL'
  const host = `sts.${identity.region}.amazonaws.com`
  if (url.protocol !== 'https:' || url.host !== host || url.pathname !== '/') return `is not for https://${host}/`

  const strange = [...url.searchParams.keys()].find((key) => !allowed.has(key.toLowerCase()))
  if (strange !== undefined) return `has the parameter ${strange}`
  const query = (name: string) => url.searchParams.get(name) ?? ''
  if (query('Action') !== 'GetCallerIdentity') return 'asks for another action than GetCallerIdentity'
  const signedHeaders = query('X-Amz-SignedHeaders').split(';')
  if (!signedHeaders.includes(CLUSTER_HEADER)) return `does not sign the header ${CLUSTER_HEADER}`
  const expires = Number(query('X-Amz-Expires') || Number.NaN)
  if (!(expires >= 0 && expires <= MOST_EXPIRES_S)) return `has X-Amz-Expires outside of 0 to ${MOST_EXPIRES_S}`
  const signedAt = parseDate(query('X-Amz-Date'))
  if (signedAt === undefined) return 'has no X-Amz-Date'
  if (now - signedAt > LIVES_MS) return 'is older than 15 minutes'
  if (signedAt - now > SKEW_MS) return 'is from the future'
  if (query('X-Amz-Credential').split('/')[0] !== identity.accessKeyId) return 'is of an unknown access key'

  const again = await sign(cluster, identity, host, query('Version'), expires, new Date(signedAt))
  return same(query('X-Amz-Signature'), again) ? undefined : `has a signature that is not for cluster ${cluster}`
}

async function sign(
  cluster: string,
  { region, accessKeyId, secretAccessKey }: Pick<AwsIdentity, 'region' | 'accessKeyId' | 'secretAccessKey'>,
  host: string,
  version: string,
  expiresIn: number,
  signingDate: Date,
): Promise<string> {
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  })
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: version },
    headers: { host, [CLUSTER_HEADER]: cluster },
  })
  const signed = await signer.presign(request, {
    expiresIn,
    signingDate,
    unhoistableHeaders: new Set([CLUSTER_HEADER]),
  })
  return String(signed.query?.['X-Amz-Signature'])
}

const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** `20261123T140200Z` */
function parseDate(text: string): number | undefined {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const ms = Date.parse(iso)
  return iso === text || Number.isNaN(ms) ? undefined : ms
}
