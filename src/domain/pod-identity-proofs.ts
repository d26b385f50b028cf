import { few } from './few.ts'
import { isAbout } from './trust-actions.ts'
import { trustPolicy, withGreen } from './role-trust.ts'
import { admits } from './trust-conditions.ts'
import { isOfCluster, listed, type Issuing, type TrustStatement } from './trust-statements.ts'

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
const EKS_PODS = 'pods.eks.amazonaws.com'
/** What EKS does with a role of an association. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
export const actionsFor = ({ disableSessionTags }: { readonly disableSessionTags?: true }): readonly string[] =>
  disableSessionTags ? ['sts:AssumeRole'] : ['sts:AssumeRole', 'sts:TagSession']

/** `never`: pods of the other cluster do not get it either. `unclear`: they may get it, and people have to look. */
export interface NotGiven {
  readonly why: string
  readonly is: 'refused' | 'never' | 'unclear'
}

/**
 * Why EKS does not give a role to pods of `here`, by its trust policy, where it gives it to pods of `there`; undefined: it
 * does. Of conditions only those that name clusters are evaluated (`admits`): of the others, what lets in the one has to let
 * in the other, in the same words with its own name.
 */
export function notGiven(
  trust: string,
  there: Issuing,
  here: Issuing,
  actions: readonly string[] = actionsFor({}),
): NotGiven | undefined {
  const policy = trustPolicy(trust)
  const pods = policy.Statement.filter((s) => s.Effect === 'Allow' && isForPods(s))
  const lacking = actions.filter((action) => !pods.some((statement) => isAbout(statement, action)))
  if (lacking.length > 0)
    return { is: 'never', why: `its trust policy does not let ${EKS_PODS} do ${lacking.join(' and ')}` }
  const not = denied(policy.Statement, there, here, actions)
  if (not) return not
  const all = (fits: (statement: TrustStatement) => boolean) =>
    actions.every((action) => pods.some((statement) => isAbout(statement, action) && fits(statement)))
  if (all((s) => admits(s, here) === true && (isOfClustersAlone(s) || admits(s, there) === true))) return undefined
  const isIn = (cluster: Issuing) => all((s) => admits(s, cluster) === true)
  const unclear = [there, here].find((cluster) => !isIn(cluster) && all((s) => admits(s, cluster) !== false))
  if (unclear)
    return {
      is: 'unclear',
      why: `whether its trust policy lets in ${unclear.name} is up to ${conditionsOf(pods.filter((s) => admits(s, unclear) === undefined))}`,
    }
  if (!isIn(there))
    return isIn(here) ? undefined : { is: 'never', why: 'its trust policy lets in pods of other clusters only' }
  const { missing } = withGreen({ ...policy, Statement: pods }, there, here, Infinity)
  const says = `its trust policy lets in ${there.name} and not ${here.name}`
  if (missing.length > 0)
    return { is: 'refused', why: `${says}. To be added to its Statement: ${JSON.stringify(missing)}` }
  if (isIn(here)) return undefined
  const by = conditionsOf(pods.filter((s) => admits(s, there) === true))
  return { is: 'refused', why: `${says}, by ${by}. To be added there: ${here.name}, or its ARN ${here.arn}` }
}

/**
 * A Deny outweighs whatever lets them in. One whose other conditions would be met by pods of either cluster says nothing of
 * the difference between them.
 */
function denied(
  statements: readonly TrustStatement[],
  there: Issuing,
  here: Issuing,
  actions: readonly string[],
): NotGiven | undefined {
  const all = statements.filter((s) => s.Effect === 'Deny' && isForPods(s) && actions.some((a) => isAbout(s, a)))
  const sure = all.filter((s) => admits(s, here) === true && isOfClustersAlone(s))
  if (sure.some((s) => admits(s, there) === true)) return { is: 'never', why: 'its trust policy denies it to both' }
  if (sure.length > 0)
    return { is: 'refused', why: `its trust policy denies it to ${here.name}, by ${conditionsOf(sure)}` }
  const maybe = all.filter((s) => {
    const [a, b] = [admits(s, there), admits(s, here)]
    return b !== false && (b === undefined || a !== true)
  })
  if (maybe.length === 0) return undefined
  return {
    is: 'unclear',
    why: `whether a Deny of its trust policy is for ${here.name} is up to ${conditionsOf(maybe)}`,
  }
}

function isForPods({ Principal, NotPrincipal }: TrustStatement): boolean {
  if (NotPrincipal !== undefined) return true
  const services = typeof Principal === 'object' ? listed(Principal['Service'] ?? []) : [EKS_PODS]
  return services.includes(EKS_PODS)
}

const keysOf = ({ Condition = {} }: TrustStatement) => Object.values(Condition).flatMap((keys) => Object.keys(keys))

const isOfClustersAlone = (statement: TrustStatement): boolean => keysOf(statement).every(isOfCluster)

/** Those that name clusters, as they are written. */
const conditionsOf = (statements: readonly TrustStatement[]): string =>
  few(
    statements.flatMap(({ Condition = {} }) =>
      Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys)
          .filter(([key]) => isOfCluster(key))
          .map(([key, values]) => `${operator} ${key} ${listed(values).join(' or ')}`),
      ),
    ),
  )
