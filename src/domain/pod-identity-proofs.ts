import { trustPolicy } from './role-trust.ts'
import { covers, listed, withoutSid, type Issuing, type TrustStatement } from './trust-statements.ts'

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
const EKS_PODS = 'pods.eks.amazonaws.com'
const ACTIONS = ['sts:AssumeRole', 'sts:TagSession'] as const

/** Keys of conditions whose values are of a cluster. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
const OF_CLUSTER = /eks-cluster-(name|arn)$|:SourceArn$/i

/** `never`: pods of the other cluster do not get it either. `unsure`: what it says of clusters is for people to read. */
export interface NotGiven {
  readonly why: string
  readonly is?: 'never' | 'unsure'
}

/**
 * Why EKS does not give a role to pods of `here`, by its trust policy, where it gives it to pods of `there`; undefined: it
 * does. Of its conditions only those are held against the two that say which cluster, and by which operators that is plain;
 * all others have to be the same for both.
 */
export function notGiven(trust: string, there: Issuing, here: Issuing): NotGiven | undefined {
  const all = trustPolicy(trust).Statement.filter(isForPods)
  const pods = all.filter(({ Effect }) => Effect === 'Allow')
  const lacking = ACTIONS.filter((action) => !pods.some((statement) => lets(statement, action)))
  if (lacking.length > 0)
    return { why: `its trust policy does not let ${EKS_PODS} do ${lacking.join(' and ')}`, is: 'never' }
  // A Deny wins over every Allow, and one that asks for no cluster is the same for both.
  const denials = all.filter(
    (s) => s.Effect === 'Deny' && clusterConditions(s).length > 0 && ACTIONS.some((action) => lets(s, action)),
  )
  const denied = (is: ReturnType<typeof denies>, cluster: Issuing) => denials.some((s) => denies(s, cluster) === is)
  if (denied('yes', here))
    return !denied('yes', there) && !denied('maybe', there)
      ? { why: `its trust policy denies ${here.name} and not ${there.name}: add it to the values of that condition` }
      : { why: 'its trust policy denies by cluster', is: 'unsure' }
  if (denied('maybe', here)) return { why: 'its trust policy denies by cluster', is: 'unsure' }
  const [inThere, inHere] = [pods.filter((s) => admits(s, there)), pods.filter((s) => admits(s, here))]
  const both = inThere.filter((s) => inHere.includes(s))
  const suffice = (some: readonly TrustStatement[]) => ACTIONS.every((action) => some.some((s) => lets(s, action)))
  if (suffice(both)) return undefined
  if (!pods.every(isPlain))
    return { why: 'its trust policy asks for the cluster by a condition that is not plain', is: 'unsure' }
  if (!suffice(inThere))
    return suffice(inHere) ? undefined : { why: 'its trust policy lets in pods of other clusters only', is: 'never' }
  const missing = inThere
    .filter((s) => !inHere.some((its) => covers(apart(its), apart(s))))
    .map((s) => sayingOf(s, here))
  return missing.length === 0
    ? undefined
    : {
        why: `its trust policy lets in ${there.name} and not ${here.name}. To be added to its Statement: ${JSON.stringify(missing)}`,
      }
}

function isForPods({ Principal }: TrustStatement): boolean {
  const services = typeof Principal === 'object' ? listed(Principal['Service'] ?? []) : [EKS_PODS]
  return services.includes(EKS_PODS)
}

const lets = ({ Action = [] }: TrustStatement, action: string): boolean =>
  listed(Action).some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`, 'i').test(action))

// which cluster ------------------------------------------------------------------

interface ClusterCondition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

const clusterConditions = ({ Condition = {} }: TrustStatement): ClusterCondition[] =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys)
      .filter(([key]) => OF_CLUSTER.test(key))
      .map(([key, values]) => ({ operator, key, values: listed(values) })),
  )

/** Pod Identity sets each of these keys, once: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const PLAIN = /^(ForAnyValue:|ForAllValues:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))(IfExists)?$/i

/** By no negation, no test whether a key is there, and no variable. */
const isPlain = (statement: TrustStatement): boolean =>
  clusterConditions(statement).every(({ operator, values }) => isPlainly(operator, values))

const isPlainly = (operator: string, values: readonly string[]): boolean =>
  PLAIN.test(operator) && !values.some((value) => value.includes('${'))

const NOT = /Not(?=Equals|Like)/i

/** `maybe`: it asks for more than the cluster, or for that in a way that is not plain. */
function denies(statement: TrustStatement, cluster: Issuing): 'yes' | 'no' | 'maybe' {
  const each = clusterConditions(statement).map(({ operator, key, values }) => {
    const plain = operator.replace(NOT, '')
    return isPlainly(plain, values) ? matches(plain, key, values, cluster) !== NOT.test(operator) : undefined
  })
  const holds = new Set(each)
  if (holds.has(false)) return 'no'
  return holds.has(undefined) || Object.keys(apart(statement).Condition ?? {}).length > 0 ? 'maybe' : 'yes'
}

/** As far as it says which cluster; one that is not plain admits none. */
const admits = (statement: TrustStatement, cluster: Issuing): boolean =>
  isPlain(statement) &&
  clusterConditions(statement).every(({ operator, key, values }) => matches(operator, key, values, cluster))

const matches = (operator: string, key: string, values: readonly string[], cluster: Issuing): boolean =>
  values.some((value) => matcher(operator, value).test(/name$/i.test(key) ? cluster.name : cluster.arn))

/** `*` and `?` mean anything but where strings have to be equal; in ARNs, of which all six parts are there, within a part. */
function matcher(operator: string, value: string): RegExp {
  const exact = /StringEquals/i.test(operator)
  const parts = /Arn(Equals|Like)/i.test(operator) && value.split(':').length >= 6
  const any = parts ? '[^:]' : '.'
  const pattern = value.replaceAll(/[.*+?^${}()|[\]\\]/g, (sign) =>
    exact || !'*?'.includes(sign) ? `\\${sign}` : sign === '*' ? `${any}*` : any,
  )
  return new RegExp(`^${pattern}$`, /IgnoreCase/i.test(operator) ? 'i' : '')
}

/** What it asks for beside the cluster. */
const apart = ({ Condition = {}, ...rest }: TrustStatement): TrustStatement => ({
  ...rest,
  Condition: Object.fromEntries(
    Object.entries(Condition).flatMap(([operator, keys]) => {
      const others = Object.entries(keys).filter(([key]) => !OF_CLUSTER.test(key))
      return others.length === 0 ? [] : [[operator, Object.fromEntries(others)] as const]
    }),
  ),
})

/** The same statement with this cluster in the place of whichever it lets in. */
function sayingOf(statement: TrustStatement, cluster: Issuing): TrustStatement {
  const { Condition, ...rest } = withoutSid(statement)
  if (!Condition) return rest
  const its = (key: string) => (/name$/i.test(key) ? cluster.name : cluster.arn)
  return {
    ...rest,
    Condition: Object.fromEntries(
      Object.entries(Condition).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [key, OF_CLUSTER.test(key) ? its(key) : values]),
        ),
      ]),
    ),
  }
}
