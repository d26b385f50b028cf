import { trustPolicy, withGreen } from './role-trust.ts'
import { listed, namedBy, type Issuing, type TrustStatement } from './trust-statements.ts'

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
const EKS_PODS = 'pods.eks.amazonaws.com'
const ACTIONS = ['sts:AssumeRole', 'sts:TagSession'] as const

/** Keys of conditions whose values are of a cluster. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
const OF_CLUSTER = /eks-cluster-(name|arn)$|:SourceArn$/i

/** `never`: pods of the other cluster do not get it either. */
export interface NotGiven {
  readonly why: string
  readonly never?: true
}

/**
 * Why EKS does not give a role to pods of `here`, by its trust policy, where it gives it to pods of `there`; undefined: it
 * does. Conditions are not evaluated: what lets in the one has to let in the other, in the same words with its own name.
 */
export function notGiven(trust: string, there: Issuing, here: Issuing): NotGiven | undefined {
  const policy = trustPolicy(trust)
  const pods = policy.Statement.filter(isForPods)
  const lacking = ACTIONS.filter((action) => !pods.some((statement) => lets(statement, action)))
  if (lacking.length > 0)
    return { why: `its trust policy does not let ${EKS_PODS} do ${lacking.join(' and ')}`, never: true }
  const open = pods.filter(isOpen)
  if (ACTIONS.every((action) => open.some((statement) => lets(statement, action)))) return undefined
  const naming = (cluster: Issuing) => pods.some((statement) => namedBy(statement, cluster).length > 0)
  if (!naming(there) && naming(here)) return undefined
  if (!naming(there)) return { why: 'its trust policy lets in pods of other clusters only', never: true }
  const { missing } = withGreen({ ...policy, Statement: pods }, there, here, Infinity)
  return missing.length === 0
    ? undefined
    : {
        why: `its trust policy lets in ${there.name} and not ${here.name}. To be added to its Statement: ${JSON.stringify(missing)}`,
      }
}

function isForPods({ Effect, Principal }: TrustStatement): boolean {
  const services = typeof Principal === 'object' ? listed(Principal['Service'] ?? []) : [EKS_PODS]
  return Effect === 'Allow' && services.includes(EKS_PODS)
}

const lets = ({ Action = [] }: TrustStatement, action: string): boolean =>
  listed(Action).some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`, 'i').test(action))

/** Whichever cluster asks: no condition is of one, or those that are name many by a wildcard. */
const isOpen = ({ Condition = {} }: TrustStatement): boolean =>
  Object.values(Condition).every((keys) =>
    Object.entries(keys).every(
      ([key, values]) => !OF_CLUSTER.test(key) || listed(values).some((value) => /(^|[/:])[*?]+$/.test(value)),
    ),
  )
