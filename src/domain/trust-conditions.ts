import { namesIn } from './names-of-clusters.ts'
import {
  escaped,
  isOfCluster,
  isSwapped,
  listed,
  matching,
  NAME,
  SESSION,
  type Issuing,
  type TrustStatement,
} from './trust-statements.ts'

/** What conditions of trust policies say of clusters. */

// met by a cluster -------------------------------------------------------------

/** Operators that are met by one of their values; the others are not evaluated. Only those of the second have wildcards. */
const MET = /^(?:For(?:Any|All)Values?:)?String(Equals|EqualsIgnoreCase)(?:IfExists)?$/
const MET_LIKE = /^(?:For(?:Any|All)Values?:)?(?:StringLike|Arn(?:Equals|Like))(?:IfExists)?$/

/**
 * Are the conditions of a statement that name clusters met by this one? Undefined: that is up to what is not evaluated, such
 * as a negation or a policy variable.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function admits({ Condition = {} }: TrustStatement, { name, arn }: Issuing): boolean | undefined {
  const met = new Set(
    Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys)
        .filter(([key]) => isOfCluster(key))
        .map(([key, values]) => isMet(operator, listed(values), NAME.test(key) ? name : arn)),
    ),
  )
  if (met.has(false)) return false
  return met.has(undefined) ? undefined : true
}

function isMet(operator: string, values: readonly string[], has: string): boolean | undefined {
  const exact = MET.exec(operator)?.[1]
  if (exact === undefined && !MET_LIKE.test(operator)) return undefined
  const flags = exact === 'EqualsIgnoreCase' ? 'i' : ''
  const fits = (value: string) =>
    exact === undefined ? matching(value, has) : new RegExp(`^${escaped(value)}$`, flags).test(has)
  if (values.some(fits)) return true
  return values.some((value) => value.includes('${')) ? undefined : false
}

// without a like for another one -----------------------------------------------

/**
 * Conditions that name a cluster in a way which has no like for another one by itself, such as an external id that EKS makes for
 * each association. Those by which whoever is not let in is said count too.
 */

/** What a token of an issuer says: names of service accounts, repositories and people, which may be called as a cluster is. */
const CLAIM = /:(sub|aud|amr|oaud)$/
const EXTERNAL_ID = /:ExternalId$/i

/** The keys of such conditions, each once for each value. */
export const keysNaming = ({ Condition = {} }: TrustStatement, cluster: string): string[] =>
  Object.values(Condition).flatMap((keys) =>
    Object.entries(keys).flatMap(([key, values]) =>
      listed(values)
        .filter((value) => isNaming(key, value, cluster))
        .map(() => key),
    ),
  )

function isNaming(key: string, value: string, cluster: string): boolean {
  if (SESSION.test(key)) return isPerhapsOf(value, cluster)
  if (isSwapped(key) || CLAIM.test(key)) return false
  // EKS makes `<region>/<account>/<cluster>/<association>`.
  if (EXTERNAL_ID.test(key) && value.split('/').includes(cluster)) return true
  return namesIn(value, { name: cluster }).length > 0
}

/** Of this cluster's pods of some name, or of a cluster with a longer one; not of a version of it: `eks-demo-1-36-*` is not of `demo`. */
function isPerhapsOf(session: string, cluster: string): boolean {
  const its = `eks-${cluster}-`
  return session.startsWith(its) && !/^([*?]|r?\d)/.test(session.slice(its.length))
}

/** Keys by which some of these statements name the one cluster, and no such value names the other one beside it. */
export function keysWithoutLike(statements: readonly TrustStatement[], blue: string, green: string): string[] {
  const [its, greens] = [blue, green].map((cluster) =>
    statements.flatMap((statement) => keysNaming(statement, cluster)),
  )
  const count = (keys: readonly string[] = [], key: string) => keys.filter((one) => one === key).length
  return [...new Set(its)].filter((key) => count(greens, key) < count(its, key))
}
