import { trustPolicy, withGreen } from './role-trust.ts'
import { listed, type Issuing, type TrustStatement } from './trust-statements.ts'

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
const EKS_PODS = 'pods.eks.amazonaws.com'
const ACTIONS = ['sts:AssumeRole', 'sts:TagSession'] as const

/** `never`: pods of no cluster get it. */
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
  const lacking = ACTIONS.filter((action) => !policy.Statement.some((statement) => lets(statement, action)))
  if (lacking.length > 0)
    return { why: `its trust policy does not let ${EKS_PODS} do ${lacking.join(' and ')}`, never: true }
  const { missing } = withGreen(policy, there, here, Infinity)
  return missing.length === 0
    ? undefined
    : {
        why: `its trust policy lets in ${there.name} and not ${here.name}. To be added to its Statement: ${JSON.stringify(missing)}`,
      }
}

function lets({ Effect, Principal, Action = [] }: TrustStatement, action: string): boolean {
  const services = typeof Principal === 'object' ? listed(Principal['Service'] ?? []) : [EKS_PODS]
  return (
    Effect === 'Allow' &&
    services.includes(EKS_PODS) &&
    listed(Action).some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`, 'i').test(action))
  )
}
