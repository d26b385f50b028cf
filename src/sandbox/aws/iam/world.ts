import { randomBytes } from 'node:crypto'
import { AwsError } from '../errors.ts'
import type { AwsTimes } from '../times.ts'
import { checkTrust } from './trust.ts'

export interface IamRole {
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly id: string
  readonly createdAt: Date
  readonly tags: ReadonlyMap<string, string>
  /** Its trust policy as it was last written, and what is still told and gone by meanwhile. */
  document: string
  former?: { readonly document: string; readonly untilMs: number }
  /** What it may do, by the name of its own policy. */
  readonly own: Map<string, string>
  /** Names of the account's policies that it has too. */
  readonly attached: Set<string>
}

export interface IamProvider {
  readonly arn: string
  /** Without `https://`. */
  readonly url: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly createdAt: Date
  readonly tags: Map<string, string>
  /** Nobody sees it before. */
  readonly fromMs: number
}

/** Characters without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const TRUST_QUOTA = 2048
const PROVIDERS_QUOTA = 100

/**
 * What IAM keeps: roles with their trust policies, and OpenID Connect providers. What is written is seen a little later.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export class IamWorld {
  readonly account: string
  readonly roles = new Map<string, IamRole>()
  readonly providers = new Map<string, IamProvider>()
  /** Trust policies of roles of other accounts by ARN, and ARNs of their OpenID Connect providers: nobody here reads them. */
  readonly elsewhere = { roles: new Map<string, string>(), providers: new Set<string>() }
  /** Managed policies that somebody of the account has written: documents by name. */
  readonly policies = new Map<string, string>()
  readonly quotas = { trust: TRUST_QUOTA, providers: PROVIDERS_QUOTA }
  readonly #times: AwsTimes

  constructor({ account, times }: { readonly account: string; readonly times: AwsTimes }) {
    this.account = account
    this.#times = times
  }

  inventory() {
    return {
      trust: Object.fromEntries([...this.roles.values()].map(({ name, document }) => [name, JSON.parse(document)])),
      providers: [...this.providers.values()].map(({ arn, clientIds, tags }) => ({
        arn,
        clientIds,
        tags: Object.fromEntries(tags),
      })),
    }
  }

  /** Seen at once. Throws what IAM would. */
  seedRole(name: string, trust: object, tags: Readonly<Record<string, string>> = {}): string {
    const document = JSON.stringify(trust, null, 2)
    checkTrust(document, this.quotas.trust)
    const arn = `arn:aws:iam::${this.account}:role/${name}`
    const id = `AROA${randomBytes(8).toString('hex').toUpperCase()}`
    const createdAt = new Date()
    const may = { own: new Map<string, string>(), attached: new Set<string>() }
    this.roles.set(name, { name, path: '/', arn, id, createdAt, document, tags: new Map(Object.entries(tags)), ...may })
    return arn
  }

  /** A role of another account, by its ARN. */
  seedRoleElsewhere(arn: string, trust: object): void {
    const document = JSON.stringify(trust)
    checkTrust(document, this.quotas.trust)
    this.elsewhere.roles.set(arn, document)
  }

  /** What that account has made of an issuer. */
  seedProviderElsewhere(account: string, issuer: string): void {
    this.elsewhere.providers.add(`arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`)
  }

  /** The provider of this issuer in the account of a role, as STS looks for it; undefined: it has none. */
  providerFor(roleArn: string, url: string): Pick<IamProvider, 'arn' | 'clientIds'> | undefined {
    const account = roleArn.split(':')[4] ?? ''
    if (account === this.account) return this.seen().find((one) => one.url === url)
    const arn = `arn:aws:iam::${account}:oidc-provider/${url}`
    return this.elsewhere.providers.has(arn) ? { arn, clientIds: ['sts.amazonaws.com'] } : undefined
  }

  /** The trust policy that STS goes by, of whichever account. */
  trustFor(roleArn: string): string | undefined {
    const own = [...this.roles.values()].find(({ arn }) => arn === roleArn)
    return own ? this.trustOf(own) : this.elsewhere.roles.get(roleArn)
  }

  /** Of a role that is there. `managed`: a policy by itself, which is attached to it. */
  seedPolicy(role: string, name: string, document: object, how: { readonly managed?: boolean } = {}): void {
    const { own, attached } = this.role(role)
    const text = JSON.stringify(document)
    if (!how.managed) own.set(name, text)
    else {
      this.policies.set(name, text)
      attached.add(name)
    }
  }

  policyArn = (name: string): string => `arn:aws:iam::${this.account}:policy/${name}`

  /** Seen at once. */
  seedProvider(issuer: string, tags: Readonly<Record<string, string>> = {}): string {
    return this.addProvider(issuer, ['sts.amazonaws.com'], [], new Map(Object.entries(tags)), 0).arn
  }

  addProvider(
    issuer: string,
    clientIds: readonly string[],
    thumbprints: readonly string[],
    tags: Map<string, string>,
    fromMs = Date.now() + this.#times.iamMs,
  ): IamProvider {
    const url = issuer.replace(/^https:\/\//, '')
    const arn = this.providerArn(url)
    const made = { arn, url, clientIds, thumbprints, createdAt: new Date(), tags, fromMs }
    this.providers.set(arn, made)
    return made
  }

  providerArn = (url: string): string => `arn:aws:iam::${this.account}:oidc-provider/${url}`

  /** Those that are seen by now. */
  seen = (): IamProvider[] => [...this.providers.values()].filter(({ fromMs }) => fromMs <= Date.now())

  /** Throws NoSuchEntity, also of one that was made a moment ago. */
  provider(arn: string): IamProvider {
    const found = this.seen().find((one) => one.arn === arn)
    if (!found) throw noSuch(`OpenIDConnect Provider not found for arn ${arn}`)
    return found
  }

  /** Throws NoSuchEntity. */
  role(name: string): IamRole {
    const found = this.roles.get(name)
    if (!found) throw noSuch(`The role with name ${name} cannot be found.`)
    return found
  }

  /** The document of a policy of its own. Throws NoSuchEntity. */
  rolePolicy(role: string, name: string): string {
    const found = this.role(role).own.get(name)
    if (found === undefined) throw noSuch(`The role policy with name ${name} cannot be found.`)
    return found
  }

  /** One that stands by itself. Throws NoSuchEntity. */
  policy(arn: string): { readonly name: string; readonly document: string } {
    const name = arn.slice(this.policyArn('').length)
    const document = this.policies.get(name)
    if (document === undefined) throw noSuch(`Policy ${arn} was not found.`)
    return { name, document }
  }

  trustOf = ({ document, former }: IamRole): string =>
    former && former.untilMs > Date.now() ? former.document : document

  setTrust(role: IamRole, document: string): void {
    checkTrust(document, this.quotas.trust)
    role.former = { document: this.trustOf(role), untilMs: Date.now() + this.#times.iamMs }
    role.document = document
  }
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html#API_GetRole_Errors */
const noSuch = (message: string) => new AwsError('NoSuchEntity', message, 404)
