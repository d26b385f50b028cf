import { info, type Finding } from './findings.ts'
import type { ClusterFacts } from './facts.ts'

/**
 * Where the control plane of a cluster writes its logs. EKS makes the group by itself and keeps all of it for ever, so
 * green's is given the time that people chose for blue's. It outlives its cluster, on the way back too: then it ends by
 * that time.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
export interface LogGroup {
  readonly name: string
  /** Left out where they are kept for ever. */
  readonly retentionDays?: number
  readonly kmsKey?: string
}

export const logGroupOf = (cluster: string): string => `/aws/eks/${cluster}/cluster`

/** `undefined`: blue has no such group. */
export const logFacts = (blue: LogGroup | undefined): Pick<ClusterFacts, 'logRetention'> =>
  blue?.retentionDays === undefined ? {} : { logRetention: true }

export const logFindings = (blue: LogGroup | undefined, green: string): Finding[] =>
  blue?.kmsKey === undefined
    ? []
    : [
        info(
          'log-key',
          blue.name,
          `it is encrypted with ${blue.kmsKey}; EKS makes green's without a key of your own`,
          `once green is there: aws logs associate-kms-key --log-group-name ${logGroupOf(green)} --kms-key-id ${blue.kmsKey}; the key's policy has to name that group`,
        ),
      ]
