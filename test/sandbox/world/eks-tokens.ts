/** EKS tokens as the worker's adapter makes them, and with one thing wrong. */
import { Sha256 } from '@aws-crypto/sha256-js'
import { formatUrl } from '@aws-sdk/util-format-url'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'

export interface Recipe {
  readonly cluster?: string
  readonly secret?: string
  readonly key?: string
  readonly region?: string
  readonly host?: string
  readonly action?: string
  readonly expiresIn?: number
  readonly nowMs?: number
  readonly ageMs?: number
  readonly hoisted?: boolean
  readonly change?: (url: string) => string
}

interface Identity {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export async function anEksToken(identity: Identity, name: string, recipe: Recipe = {}): Promise<string> {
  const { cluster = name, region = identity.region, hoisted = false } = recipe
  const host = recipe.host ?? `sts.${region}.amazonaws.com`
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: {
      accessKeyId: recipe.key ?? identity.accessKeyId,
      secretAccessKey: recipe.secret ?? identity.secretAccessKey,
    },
    sha256: Sha256,
  })
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: recipe.action ?? 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, 'x-k8s-aws-id': cluster },
  })
  const signed = await signer.presign(request, {
    expiresIn: recipe.expiresIn ?? 60,
    signingDate: new Date((recipe.nowMs ?? Date.now()) - (recipe.ageMs ?? 0)),
    ...(hoisted ? { hoistableHeaders: new Set(['x-k8s-aws-id']) } : { unhoistableHeaders: new Set(['x-k8s-aws-id']) }),
  })
  const url = (recipe.change ?? String)(formatUrl(signed))
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`
}
