/**
 * Statements of trust policies: the same for another cluster, whether one says what another says, and several as one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */

/** What a cluster's pods are known by. */
export interface Issuing {
  readonly name: string
  readonly arn: string
  /** `https://oidc.eks.<region>.amazonaws.com/id/<32 hex digits>` */
  readonly oidcIssuer?: string | undefined
}

export type Texts = string | readonly string[]
type Conditions = Readonly<Record<string, Readonly<Record<string, Texts>>>>

export interface TrustStatement {
  readonly Sid?: string
  readonly Effect?: string
  readonly Principal?: string | Readonly<Record<string, Texts>>
  readonly NotPrincipal?: string | Readonly<Record<string, Texts>>
  readonly Action?: Texts
  readonly NotAction?: Texts
  readonly Condition?: Conditions
}

/** How ARNs of providers and keys of conditions name an issuer. */
export const hostOf = (issuer: string): string => issuer.replace(/^https:\/\//, '')

export const withoutSid = ({ Sid: _sid, ...statement }: TrustStatement): TrustStatement => statement

// from blue to green -----------------------------------------------------------

/**
 * Keys whose values name a cluster: of Pod Identity's session tags, and of the ARN that a service acts for.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
export const NAME = /eks-cluster-name$/i
const ARN = /eks-cluster-arn$|:SourceArn$/i

/**
 * Sessions of Pod Identity are called `eks-<cluster>-<pod>-<uuid>`.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumedRoleUser.html
 */
export const SESSION = /:RoleSessionName$/i

export const isOfCluster = (key: string): boolean => NAME.test(key) || ARN.test(key)

export const isSwapped = (key: string): boolean => isOfCluster(key) || SESSION.test(key)

export const swapOf =
  (blue: Issuing, green: Issuing) =>
  (statement: TrustStatement): TrustStatement => {
    const [from, to] = [blue.oidcIssuer, green.oidcIssuer].map((issuer) =>
      issuer === undefined ? undefined : hostOf(issuer),
    )
    const byIssuer = (text: string) =>
      from === undefined || to === undefined ? text : text.replaceAll(wordOf(from), () => to)
    const byName = (text: string) => text.replaceAll(wordOf(blue.name), () => green.name)
    const inArn = byArn(blue, green)
    const inSession = bySession(blue, green)
    const swapFor = (key: string) =>
      NAME.test(key)
        ? unless(byName, green.name)
        : ARN.test(key)
          ? unless(inArn, green.arn)
          : SESSION.test(key)
            ? unless(inSession, `eks-${green.name}-pod`)
            : byIssuer
    const { Principal, Condition } = statement
    return {
      ...statement,
      ...(Principal !== undefined && { Principal: swappedPrincipal(Principal, byIssuer) }),
      ...(Condition && {
        Condition: each(Condition, (keys) =>
          Object.fromEntries(
            Object.entries(keys).map(([key, values]) => [byIssuer(key), mapped(values, swapFor(key))]),
          ),
        ),
      }),
    }
  }

/**
 * In ARNs of EKS itself, of blue's account and region, and of the logs that EKS writes: a project, a pipeline or a bucket
 * may have a cluster's name too.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html#amazonelastickubernetesservice-resources-for-iam-policies
 */
function byArn(blue: Issuing, green: Issuing): (text: string) => string {
  const [, , , ...place] = blue.arn.split(':').slice(0, 5)
  const [region, account] = place.map((own) => `(?:${escaped(own)}|[^:]*[*?][^:]*)`)
  const of = String.raw`:${region ?? ''}:${account ?? ''}:`
  const name = escaped(blue.name)
  const its = new RegExp(
    String.raw`^(arn:[^:]+:(?:eks${of}[a-z*?-]+/|logs${of}log-group:/aws/eks/))${name}(?=$|[/:*?])`,
  )
  return (text) => text.replace(its, (_, before: string) => `${before}${green.name}`)
}

/** What green is let in by as it is stays: `demo*` has `demo-1-36` too. */
const unless =
  (swap: (text: string) => string, has: string) =>
  (text: string): string =>
    matching(text, has) ? text : swap(text)

export const matching = (pattern: string, has: string, flags = ''): boolean =>
  new RegExp(`^${withWildcards(pattern)}$`, flags).test(has)

/**
 * Only where whatever comes next is meant. `eks-demo-tools-*` may be of a cluster `demo-tools`, and to write the like of it for
 * green might let in one of somebody else's.
 */
function bySession(blue: Issuing, green: Issuing): (text: string) => string {
  const its = new RegExp(String.raw`^eks-${escaped(blue.name)}-(?=[*?])`)
  return (text) => text.replace(its, () => `eks-${green.name}-`)
}

/** By what a statement speaks of a cluster, in words; empty: by nothing. */
export function namedBy(statement: TrustStatement, cluster: Issuing): string[] {
  const { Condition = {}, ...after } = swapOf(cluster, NOBODY)(statement)
  if (same({ ...after, Condition }, { ...statement, Condition: statement.Condition ?? {} })) return []
  const keys = Object.entries(statement.Condition ?? {}).flatMap(([operator, its]) =>
    Object.entries(its)
      .filter(([key, values]) => isSwapped(key) && !same(Condition[operator]?.[key], values))
      .map(([key]) => key),
  )
  const { oidcIssuer } = cluster
  const byIssuer = oidcIssuer !== undefined && wordOf(hostOf(oidcIssuer)).test(JSON.stringify(statement))
  return [...(byIssuer ? ['its issuer'] : []), ...keys]
}

const NEGATED = /Not(Equals|Like)/i

/**
 * Does it speak of whoever is not this cluster? The same beside it for another one would be of everybody: a Deny of whoever is
 * not blue and one of whoever is not green together let in nobody.
 */
export function speaksOfOthersThan(statement: TrustStatement, cluster: Issuing): boolean {
  const { Condition = {} } = statement
  const of = Object.fromEntries(Object.entries(Condition).filter(([operator]) => NEGATED.test(operator)))
  const { oidcIssuer: _, ...byName } = cluster
  return namedBy({ Condition: of }, byName).length > 0
}

const NOBODY: Issuing = { name: '', arn: '', oidcIssuer: 'https://' }

/** Where it names blue's provider, only green's is let in by the new one. */
function swappedPrincipal(
  principal: NonNullable<TrustStatement['Principal']>,
  swap: (text: string) => string,
): NonNullable<TrustStatement['Principal']> {
  if (typeof principal === 'string') return principal
  const changed = listed(principal['Federated'] ?? []).filter((arn) => swap(arn) !== arn)
  return changed.length === 0 ? principal : { Federated: swap(changed[0] ?? '') }
}

const wordOf = (name: string): RegExp => new RegExp(String.raw`(?<![\w-])${escaped(name)}(?![\w-])`, 'g')

const withWildcards = (pattern: string): string =>
  escaped(pattern)
    .replaceAll(String.raw`\*`, '.*')
    .replaceAll(String.raw`\?`, '.')

export const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

// comparing --------------------------------------------------------------------

/** Operators by which a longer list of values lets in more. */
const WIDENED = /^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/

/** Does the first say all that the second says? */
export function covers(there: TrustStatement, wanted: TrustStatement): boolean {
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
export function merged(statements: readonly TrustStatement[]): TrustStatement[] {
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

export const listed = (texts: Texts): readonly string[] => (typeof texts === 'string' ? [texts] : texts)

export const mapped = (texts: Texts, change: (text: string) => string): Texts =>
  typeof texts === 'string' ? change(texts) : texts.map(change)

export const each = <T, U>(of: Readonly<Record<string, T>>, change: (one: T) => U): Readonly<Record<string, U>> =>
  Object.fromEntries(Object.entries(of).map(([key, one]) => [key, change(one)]))

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export const unique = (statements: readonly TrustStatement[]): TrustStatement[] => [
  ...new Map(statements.map((s) => [JSON.stringify(s), s])).values(),
]
