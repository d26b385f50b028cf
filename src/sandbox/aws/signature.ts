/** Whose request is it? The key must be ours and the signature must be right (SigV4, in the header or presigned). */
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsKeys } from '../types.ts'
import { AwsError } from './errors.ts'
import type { Principal } from './principals.ts'
import type { Question } from './protocol/wire.ts'

export interface Credential {
  readonly accessKeyId: string
  readonly region: string
  readonly service: string
  /** The header's other parts; a presigned request is taken at its key's word: only its header form is verified. */
  readonly header?: { readonly signedHeaders: readonly string[]; readonly signature: string }
}

/** What the request says about itself; undefined without a credential. */
export function credentialOf({ headers, query }: Question): Credential | undefined {
  const header = headers['authorization'] ?? ''
  const parts = new Map([...header.matchAll(/(\w+)=([^,\s]+)/g)].map(([, key, value]) => [key, value ?? '']))
  const scope = parts.get('Credential') ?? query.get('X-Amz-Credential')
  const [accessKeyId, , region, service] = scope?.split('/') ?? []
  if (!accessKeyId || !region || !service) return undefined
  const signature = parts.get('Signature')
  const signedHeaders = parts.get('SignedHeaders')?.split(';')
  return {
    accessKeyId,
    region,
    service,
    ...(signature && signedHeaders ? { header: { signedHeaders, signature } } : {}),
  }
}

interface Words {
  readonly unknownKey: string
  readonly wrongSignature: string
  readonly status: number
}

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html and STS's page of the same name;
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const words = {
  eks: { unknownKey: 'UnrecognizedClientException', wrongSignature: 'InvalidSignatureException', status: 403 },
  ecr: { unknownKey: 'UnrecognizedClientException', wrongSignature: 'InvalidSignatureException', status: 400 },
  logs: { unknownKey: 'UnrecognizedClientException', wrongSignature: 'InvalidSignatureException', status: 400 },
  ec2: { unknownKey: 'AuthFailure', wrongSignature: 'AuthFailure', status: 401 },
} satisfies Record<string, Words>
const usual: Words = { unknownKey: 'InvalidClientTokenId', wrongSignature: 'SignatureDoesNotMatch', status: 403 }

const wordsOf = (service: string): Words =>
  Object.hasOwn(words, service) ? words[service as keyof typeof words] : usual

/** Whose it is. Throws 403 (EC2: 401) for a key that the sandbox did not give out, and for a signature that its secret does not make. */
export async function authenticate(
  question: Question,
  credential: Credential,
  principal: Principal | undefined,
): Promise<Principal> {
  const { unknownKey, wrongSignature, status } = wordsOf(credential.service)
  const token = question.headers['x-amz-security-token'] ?? question.query.get('X-Amz-Security-Token')
  // A key that needs none may come with one: of the account that somebody's shell is signed in to.
  const { sessionToken = token } = principal?.keys ?? {}
  if (!principal || token !== sessionToken)
    throw new AwsError(unknownKey, 'The security token included in the request is invalid.', status)
  if (!credential.header) return principal
  if (
    (await signatureOf(question, credential, credential.header.signedHeaders, principal.keys)) !==
    credential.header.signature
  )
    throw new AwsError(
      wrongSignature,
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key.',
      status,
    )
  return principal
}

/** Signs the same request again, with no header but those that were signed. Undefined for one without a date. */
async function signatureOf(
  { method, path, query, headers, body }: Question,
  { region, service }: Credential,
  signedHeaders: readonly string[],
  credentials: AwsKeys,
): Promise<string | undefined> {
  const signingDate = dateOf(headers['x-amz-date'] ?? '')
  if (Number.isNaN(signingDate.getTime())) return undefined
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: signedHeaders.includes('x-amz-content-sha256'),
  })
  const request = new HttpRequest({
    method,
    path,
    query: Object.fromEntries([...new Set(query.keys())].map((key) => [key, query.getAll(key)])),
    headers: Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? ''])),
    body,
  })
  const signed = await signer.sign(request, { signingDate })
  return /Signature=(\w+)/.exec(signed.headers['authorization'] ?? '')?.[1]
}

/** `20260901T101500Z`. */
const dateOf = (text: string): Date =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
