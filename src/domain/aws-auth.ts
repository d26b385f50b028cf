/**
 * Whom a cluster lets in by its ConfigMap `kube-system/aws-auth`, beside its access entries.
 * https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
export interface AwsAuth {
  readonly mapped: readonly Mapped[]
  /** Keys of it that cannot be read as they are meant. */
  readonly unreadable: readonly string[]
}

export interface Mapped {
  /** Of a role or a user; of `mapAccounts` the number of an account. */
  readonly principal: string
  /** Left out where it is named after itself. */
  readonly username?: string
  readonly groups: readonly string[]
}

/** Nodes get in by entries that EKS makes for its own node groups, or by what each cluster says of its own. */
export const isOfNodes = ({ groups }: Mapped): boolean => groups.includes('system:nodes')

/** The ConfigMap knows a role by its name alone, without the path that its ARN has. */
export const withoutPath = (arn: string): string => arn.replace(/:(role|user)\/.*\//, ':$1/')
