/**
 * Trust policies of IAM roles: which statements let a cluster's pods act as the role, what the same are for another
 * cluster, and a policy with and without them. UpdateAssumeRolePolicy replaces the whole document, so each is made from
 * whatever the policy is by then.
 * https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */

/** What a cluster's pods are known by. */
export interface Issuing {
  readonly name: string
  readonly arn: string
  /** `https://oidc.eks.<region>.amazonaws.com/id/<32 hex digits>` */
  readonly oidcIssuer?: string | undefined
}

type Texts = string | readonly string[]
type Conditions = Readonly<Record<string, Readonly<Record<string, Texts>>>>

export interface TrustStatement {
  readonly Sid?: string
  readonly Effect?: string
  readonly Principal?: string | Readonly<Record<string, Texts>>
  readonly Action?: Texts
  readonly Condition?: Conditions
}

export interface TrustPolicy {
  readonly Version?: string
  readonly Statement: readonly TrustStatement[]
}

/** Of a document that IAM has told, so it is one. */
export function trustPolicy(document: string): TrustPolicy {
  const read = JSON.parse(document) as Omit<TrustPolicy, 'Statement'> & {
    readonly Statement: TrustStatement | readonly TrustStatement[]
  } // IAM refuses what is no policy
  return { ...read, Statement: Array.isArray(read.Statement) ? read.Statement : [read.Statement as TrustStatement] }
}

/** As IAM counts: without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const lengthOf = (policy: TrustPolicy): number => JSON.stringify(policy).replaceAll(/\s/g, '').length

/** How ARNs of providers and keys of conditions name an issuer. */
export const hostOf = (issuer: string): string => issuer.replace(/^https:\/\//, '')

export interface Amended {
  readonly policy: TrustPolicy
  /** What it takes for green, without a Sid; empty: it is there already. */
  readonly missing: readonly TrustStatement[]
  readonly length: number
  /** How many statements of others let blue in. */
  readonly ofBlue: number
}

/**
 * The policy with the same for green that others have written for blue, one statement for each of theirs, which stay as
 * they are. Where that is longer than `quota` (characters), those that differ in service accounts alone become one. What
 * somebody has written for green already is not written again; what Norikae wrote for green before is written anew.
 */
export function withGreen(policy: TrustPolicy, blue: Issuing, green: Issuing, quota: number): Amended {
  const others = policy.Statement.filter((s) => !isOwn(s, green))
  const swap = swapOf(blue, green)
  const ofBlue = others.filter((s) => !same(swap(s), s))
  const wanted = unique(ofBlue.map((s) => withoutSid(swap(s))))
  const missing = wanted.filter((w) => !policy.Statement.some((s) => covers(s, w)))
  const own = wanted.filter((w) => !others.some((s) => covers(s, w)))
  const one = (statements: readonly TrustStatement[]): TrustPolicy => ({
    ...policy,
    Statement: [...others, ...signed(statements, green, others)],
  })
  const plain = one(own)
  const amended = lengthOf(plain) <= quota ? plain : one(merged(own))
  return { policy: amended, missing, length: lengthOf(amended), ofBlue: ofBlue.length }
}

/** Does a statement let this cluster's pods in, or speak of it in a condition? */
export const namesCluster = (policy: TrustPolicy, cluster: Issuing): boolean => {
  const swap = swapOf(cluster, { name: '', arn: '', oidcIssuer: 'https://' })
  return policy.Statement.some((s) => !same(swap(s), s))
}

/**
 * Without what Norikae has written for this cluster. With `issuer` also without what anybody wrote for it: statements whose
 * only federated principal is its provider, and its provider in others. Undefined: nothing would be left, which IAM refuses.
 */
export function withoutCluster(
  policy: TrustPolicy,
  cluster: Pick<Issuing, 'name'>,
  issuer?: string,
): TrustPolicy | undefined {
  const others = policy.Statement.filter((s) => !isOwn(s, cluster))
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
  const text = JSON.stringify(statement)
  return cluster.oidcIssuer === undefined || !/oidc-provider\//.test(text) || text.includes(hostOf(cluster.oidcIssuer))
}

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

const withoutSid = ({ Sid: _sid, ...statement }: TrustStatement): TrustStatement => statement

// from blue to green -----------------------------------------------------------

/**
 * Keys whose values name a cluster: of Pod Identity's session tags, and of the ARN that a service acts for.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
const NAMING = /eks-cluster-name$|eks-cluster-arn$|:SourceArn$/i

const swapOf =
  (blue: Issuing, green: Issuing) =>
  (statement: TrustStatement): TrustStatement => {
    const [from, to] = [blue.oidcIssuer, green.oidcIssuer].map((issuer) =>
      issuer === undefined ? undefined : hostOf(issuer),
    )
    const byIssuer = (text: string) =>
      from === undefined || to === undefined ? text : text.replaceAll(wordOf(from), () => to)
    const byName = (text: string) => text.replaceAll(wordOf(blue.name), () => green.name)
    const { Principal, Condition } = statement
    return {
      ...statement,
      ...(Principal !== undefined && { Principal: swappedPrincipal(Principal, byIssuer) }),
      ...(Condition && {
        Condition: each(Condition, (keys) =>
          Object.fromEntries(
            Object.entries(keys).map(([key, values]) => [
              byIssuer(key),
              mapped(values, NAMING.test(key) ? byName : byIssuer),
            ]),
          ),
        ),
      }),
    }
  }

/** Where it names blue's provider, only green's is let in by the new one. */
function swappedPrincipal(
  principal: NonNullable<TrustStatement['Principal']>,
  swap: (text: string) => string,
): NonNullable<TrustStatement['Principal']> {
  if (typeof principal === 'string') return principal
  const changed = listed(principal['Federated'] ?? []).filter((arn) => swap(arn) !== arn)
  return changed.length === 0 ? principal : { Federated: swap(changed[0] ?? '') }
}

const wordOf = (name: string): RegExp =>
  new RegExp(String.raw`(?<![\w-])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?![\w-])`, 'g')

// comparing --------------------------------------------------------------------

/** Operators by which a longer list of values lets in more. */
const WIDENED = /^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/

/** Does the first say all that the second says? */
function covers(there: TrustStatement, wanted: TrustStatement): boolean {
  const [a, b] = [there.Condition ?? {}, wanted.Condition ?? {}]
  return (
    there.Effect === wanted.Effect &&
    includes(listed(there.Action ?? []), listed(wanted.Action ?? [])) &&
    coversPrincipal(there.Principal, wanted.Principal) &&
    same(Object.keys(a).toSorted(), Object.keys(b).toSorted()) &&
    Object.entries(b).every(([operator, keys]) => {
      const its = a[operator] ?? {}
      return (
        same(Object.keys(its).toSorted(), Object.keys(keys).toSorted()) &&
        Object.entries(keys).every(([key, values]) => {
          const [has, needs] = [listed(its[key] ?? []), listed(values)]
          return includes(has, needs) && (WIDENED.test(operator) || includes(needs, has))
        })
      )
    })
  )
}

const coversPrincipal = (there: TrustStatement['Principal'], wanted: TrustStatement['Principal']): boolean =>
  typeof there === 'object' && typeof wanted === 'object'
    ? Object.entries(wanted).every(([kind, names]) => includes(listed(there[kind] ?? []), listed(names)))
    : there === wanted

const includes = (many: readonly string[], some: readonly string[]): boolean => some.every((one) => many.includes(one))

// making it shorter ------------------------------------------------------------

/** Statements that differ only in the service accounts which they name, as one that names all of them. */
function merged(statements: readonly TrustStatement[]): TrustStatement[] {
  const groups = Map.groupBy(statements, (s) => JSON.stringify(namingAccounts(s, () => [])))
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (!first) return []
    const all = [first, ...more].flatMap(accountsIn)
    return [more.length === 0 ? first : namingAccounts(first, () => [...new Set(all)])]
  })
}

const isAccounts = (operator: string, key: string): boolean => WIDENED.test(operator) && key.endsWith(':sub')

const accountsIn = ({ Condition = {} }: TrustStatement): string[] =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) => (isAccounts(operator, key) ? listed(values) : [])),
  )

/** Left alone where it names them in two places: both must hold there. */
function namingAccounts(statement: TrustStatement, accounts: () => readonly string[]): TrustStatement {
  const { Condition = {} } = statement
  const places = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.keys(keys).filter((key) => isAccounts(operator, key)),
  )
  if (places.length !== 1) return statement
  return {
    ...statement,
    Condition: Object.fromEntries(
      Object.entries(Condition).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [key, isAccounts(operator, key) ? accounts() : values]),
        ),
      ]),
    ),
  }
}

const listed = (texts: Texts): readonly string[] => (typeof texts === 'string' ? [texts] : texts)

const mapped = (texts: Texts, change: (text: string) => string): Texts =>
  typeof texts === 'string' ? change(texts) : texts.map(change)

const each = <T>(of: Readonly<Record<string, T>>, change: (one: T) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(of).map(([key, one]) => [key, change(one)]))

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const unique = (statements: readonly TrustStatement[]): TrustStatement[] => [
  ...new Map(statements.map((s) => [JSON.stringify(s), s])).values(),
]
