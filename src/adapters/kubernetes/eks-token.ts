import { Sha256 } from '@aws-crypto/sha256-js'
import { formatUrl } from '@aws-sdk/util-format-url'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { CredentialsProvider } from '../aws-client.ts'

/**
 * A token for the Kubernetes API of an EKS cluster: a presigned request to STS, which the cluster sends on to learn who
 * signed it. Format: kubernetes-sigs/aws-iam-authenticator, `pkg/token/token.go`.
 */

const CLUSTER_HEADER = 'x-k8s-aws-id'

/** What AWS's own client signs with; the cluster takes a token for 15 minutes whatever this says. */
const EXPIRES_S = 60

/** AWS's own client keeps a token for 14 minutes. One less: a request may wait in line, and clocks differ. */
const KEEP_MS = 13 * 60_000

/** A token that was signed with credentials ends with them. */
const BEFORE_EXPIRY_MS = 60_000

export interface TokenOptions {
  readonly cluster: string
  readonly region: string
  readonly credentials: CredentialsProvider
  readonly now?: () => number
}

export class EksToken {
  readonly #options: TokenOptions
  #kept: { readonly token: Promise<string>; usableUntil: number } | undefined

  constructor(options: TokenOptions) {
    this.#options = options
  }

  /** A token that is good for a minute at least; concurrent callers share one. */
  get(): Promise<string> {
    const now = (this.#options.now ?? Date.now)()
    if (this.#kept && now < this.#kept.usableUntil) return this.#kept.token
    const signed = this.#sign(now)
    const kept = { token: signed.then((s) => s.token), usableUntil: now + KEEP_MS }
    this.#kept = kept
    signed.then(
      ({ usableUntil }) => (kept.usableUntil = usableUntil),
      () => this.#forget(kept),
    )
    return kept.token
  }

  /** The server refused it: the next one is signed anew, with credentials that were read anew. */
  drop(): void {
    this.#kept = undefined
  }

  #forget(kept: object): void {
    if (this.#kept === kept) this.#kept = undefined
  }

  async #sign(now: number): Promise<{ token: string; usableUntil: number }> {
    const { cluster, region, credentials } = this.#options
    const identity = await credentials()
    const token = await signToken(cluster, region, identity, new Date(now))
    const end = (identity.expiration?.getTime() ?? Infinity) - BEFORE_EXPIRY_MS
    return { token, usableUntil: Math.min(now + KEEP_MS, end) }
  }
}

/** `cluster` must be the cluster's name. The header stays a header: in the query it would be refused. */
async function signToken(
  cluster: string,
  region: string,
  credentials: Awaited<ReturnType<CredentialsProvider>>,
  signingDate: Date,
): Promise<string> {
  const host = stsHost(region)
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 })
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, [CLUSTER_HEADER]: cluster },
  })
  const signed = await signer.presign(request, {
    expiresIn: EXPIRES_S,
    signingDate,
    unhoistableHeaders: new Set([CLUSTER_HEADER]),
  })
  return `k8s-aws-v1.${Buffer.from(formatUrl(signed)).toString('base64url')}`
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html; GovCloud has the common one. */
const suffixes: readonly { readonly region: RegExp; readonly suffix: string }[] = [
  { region: /^cn-/, suffix: 'amazonaws.com.cn' },
  { region: /^eusc-/, suffix: 'amazonaws.eu' },
  { region: /^us-iso-/, suffix: 'c2s.ic.gov' },
  { region: /^us-isob-/, suffix: 'sc2s.sgov.gov' },
  { region: /^eu-isoe-/, suffix: 'cloud.adc-e.uk' },
  { region: /^us-isof-/, suffix: 'csp.hci.ic.gov' },
]

export const stsHost = (region: string): string =>
  `sts.${region}.${suffixes.find((s) => s.region.test(region))?.suffix ?? 'amazonaws.com'}`
