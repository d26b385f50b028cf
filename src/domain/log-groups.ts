import { counted } from './counted.ts'
import { info, type Finding } from './findings.ts'
import type { ClusterFacts } from './facts.ts'

/**
 * Where the control plane of a cluster writes its logs. Where there is none EKS makes it by itself, keeps all of it for
 * ever, and nobody deletes it. So green's is made before green is, with the tag of the run: who made it is written on it,
 * and on the way back it goes with green, unless somebody has taken that off to keep it. One that was there before is written on in, and stays.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
export interface LogGroup {
  readonly name: string
  readonly arn: string
  /** Left out where they are kept for ever. */
  readonly retentionDays?: number
  readonly kmsKey?: string
}

export const logGroupOf = (cluster: string): string => `/aws/eks/${cluster}/cluster`

/** In words that follow on “keeps its logs”. */
export const keptFor = ({ retentionDays: days }: Pick<LogGroup, 'retentionDays'>): string =>
  days === undefined ? 'for ever' : `for ${counted(days, 'day')}`

/** `writes`: types of logs that blue's control plane writes. `blue`: undefined where it has no such group (any more). */
export const logFacts = (
  writes: readonly string[],
  blue: LogGroup | undefined,
): Pick<ClusterFacts, 'logGroup' | 'logRetention'> => ({
  ...(writes.length > 0 && { logGroup: true }),
  ...(blue?.retentionDays !== undefined && { logRetention: true }),
})

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
