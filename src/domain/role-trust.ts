/**
 * Trust policies of IAM roles: which statements let a cluster's pods act as the role, what the same are for another
 * cluster, and a policy with and without them. UpdateAssumeRolePolicy replaces the whole document, so each is made from
 * whatever the policy is by then.
 * https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
import {
  covers,
  each,
  hostOf,
  listed,
  merged,
  namedBy,
  same,
  speaksOfOthersThan,
  swapOf,
  unique,
  withoutSid,
  type Issuing,
  type TrustStatement,
} from './trust-statements.ts'

export interface TrustPolicy {
  readonly Version?: string
  readonly Statement: readonly TrustStatement[]
}

/** Of a document that IAM has told, so it is one. */
export function trustPolicy(document: string): TrustPolicy {
  const read = JSON.parse(document) as Omit<TrustPolicy, 'Statement'> & {
    readonly Statement: TrustStatement | readonly TrustStatement[]
  } // IAM refuses what is no policy
  const all = Array.isArray(read.Statement) ? read.Statement : [read.Statement as TrustStatement]
  return { ...read, Statement: all.map(inTexts) }
}

/** IAM keeps a condition's values as they were sent, also `true` and `5`, and takes them for texts. */
function inTexts(statement: TrustStatement): TrustStatement {
  const { Condition } = statement
  if (Condition === undefined) return statement
  const text = (value: unknown): string => String(value)
  return {
    ...statement,
    Condition: each(Condition, (keys) =>
      each(keys, (values: unknown) => (Array.isArray(values) ? values.map(text) : text(values))),
    ),
  }
}

/** As IAM counts: without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const lengthOf = (policy: TrustPolicy): number => JSON.stringify(policy).replaceAll(/\s/g, '').length

export interface Amended {
  readonly policy: TrustPolicy
  /** What it takes for green, as short as it has to be, and without a Sid; empty: it is there already. */
  readonly missing: readonly TrustStatement[]
  readonly length: number
  /** How many statements of others let blue in. */
  readonly ofBlue: number
}

/**
 * The policy with the same for green that others have written for blue, one statement for each of theirs, which stay as
 * they are. Where that is longer than `quota` (characters), those that differ in service accounts alone become one. What
 * somebody has written for green already is not written again; what Norikae wrote for green before is written anew. What
 * speaks of whoever is not blue has no such copy, and is for people.
 */
export function withGreen(policy: TrustPolicy, blue: Issuing, green: Issuing, quota: number): Amended {
  const others = policy.Statement.filter((s) => !isOwn(s, green))
  const swap = swapOf(blue, green)
  const ofBlue = others.filter((s) => !same(swap(s), s) && !speaksOfOthersThan(s, blue))
  const wanted = unique(ofBlue.map((s) => withoutSid(swap(s))))
  const missing = wanted.filter((w) => !policy.Statement.some((s) => covers(s, w)))
  const own = wanted.filter((w) => !others.some((s) => covers(s, w)))
  const one = (statements: readonly TrustStatement[]): TrustPolicy => ({
    ...policy,
    Statement: [...others, ...signed(statements, green, others)],
  })
  const plain = one(own)
  const fits = lengthOf(plain) <= quota
  const amended = fits ? plain : one(merged(own))
  return {
    policy: amended,
    missing: fits ? missing : merged(missing),
    length: lengthOf(amended),
    ofBlue: ofBlue.length,
  }
}

/** Statements that deny whoever is not blue: green is to be added to their values, which only their owner does. */
export const denyingOthers = (policy: TrustPolicy, blue: Issuing, green: Issuing): readonly TrustStatement[] =>
  policy.Statement.filter((s) => s.Effect === 'Deny' && speaksOfOthersThan(s, blue) && !speaksOfOthersThan(s, green))

/** Does a statement let this cluster's pods in, or speak of it in a condition? */
export const namesCluster = (policy: TrustPolicy, cluster: Issuing): boolean =>
  policy.Statement.some((s) => namedBy(s, cluster).length > 0)

/**
 * Without what Norikae has written for this cluster. With `issuer` also without what anybody wrote for it: statements whose
 * only federated principal is its provider, and its provider in others. `takenSince`: another cluster has its name by now,
 * and what names no issuer may be that one's, so it stays. Undefined: nothing would be left, which IAM refuses.
 */
export function withoutCluster(
  policy: TrustPolicy,
  { name, takenSince = false }: { readonly name: string; readonly takenSince?: boolean },
  issuer?: string,
): TrustPolicy | undefined {
  const cluster = { name, ...(issuer !== undefined && { oidcIssuer: issuer }) }
  const others = policy.Statement.filter((s) => !isOwn(s, cluster) || (takenSince && !namesIssuer(s)))
  const left = issuer === undefined ? others : others.flatMap((s) => withoutIssuer(s, hostOf(issuer)))
  return left.length === 0 ? undefined : { ...policy, Statement: left }
}

/** Conditions stay: with one less a statement would let in more. */
function withoutIssuer(statement: TrustStatement, host: string): TrustStatement[] {
  const { Principal } = statement
  if (typeof Principal !== 'object' || Principal['Federated'] === undefined) return [statement]
  const all = listed(Principal['Federated'])
  const left = all.filter((arn) => !isProvider(arn, host))
  if (left.length === all.length) return [statement]
  const { Federated: _, ...rest } = Principal
  const others = left.length === 0 ? rest : { ...rest, Federated: left }
  return Object.keys(others).length === 0 ? [] : [{ ...statement, Principal: others }]
}

const isProvider = (arn: string, host: string): boolean => arn.endsWith(`:oidc-provider/${host}`)

// whose a statement is ---------------------------------------------------------

/** `NorikaeChatworkProd136`: a Sid has letters and digits only. */
const sidOf = ({ name }: Pick<Issuing, 'name'>): string =>
  `Norikae${name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`

/** By its Sid; and where it is known which issuer the cluster has, by that too: one of its name may have been before. */
function isOwn({ Sid = '', ...statement }: TrustStatement, cluster: Omit<Issuing, 'arn'>): boolean {
  const sid = sidOf(cluster)
  if (!Sid.startsWith(sid) || !/^N\d+$/.test(Sid.slice(sid.length))) return false
  if (cluster.oidcIssuer === undefined || !namesIssuer(statement)) return true
  return JSON.stringify(statement).includes(hostOf(cluster.oidcIssuer))
}

const namesIssuer = (statement: TrustStatement): boolean => JSON.stringify(statement).includes('oidc-provider/')

function signed(
  statements: readonly TrustStatement[],
  cluster: Issuing,
  others: readonly TrustStatement[],
): TrustStatement[] {
  const taken = new Set(others.map((s) => s.Sid))
  const free = Array.from({ length: statements.length + taken.size }, (_, n) => `${sidOf(cluster)}N${n + 1}`)
  const sids = free.filter((sid) => !taken.has(sid))
  return statements.map((statement, n) => ({ Sid: sids[n] ?? '', ...statement }))
}
