import { blocker, warning, type Finding } from './findings.ts'

/**
 * A certificate authority of a cluster. A rotation makes a successor, distributes it, and activates it, by hand or by EKS
 * itself when its time has come. https://docs.aws.amazon.com/eks/latest/APIReference/API_CertificateAuthority.html
 */
export interface CertificateAuthority {
  readonly id: string
  /** `IN_USE`, `NOT_USED`, `ACTIVATING`. */
  readonly signing: string
  /** `COMPLETE`, `IN_PROGRESS`, `FAILED`, `DELETING`. */
  readonly distribution: string
  /** When EKS activates it by itself, ISO; of one that is not used yet. */
  readonly activatesAt?: string
}

/** An upgrade with its soak is over by then, and blue gone. */
const WITHIN_MS = 30 * 86_400_000

/** Blue is the way back: whoever speaks to it must not lose trust in it meanwhile. */
export const authorityFindings = (blue: string, all: readonly CertificateAuthority[], now: string): Finding[] =>
  all.flatMap(({ id, signing, distribution, activatesAt }) => {
    const about = `${blue} ${id}`
    if (signing === 'ACTIVATING' || (signing === 'NOT_USED' && distribution !== 'COMPLETE'))
      return [
        blocker(
          'ca-rotation',
          about,
          `blue's certificate authority is being rotated: this one is ${signing}, and its distribution ${distribution}`,
          'end the rotation first, or delete the successor: blue is the way back, and must stay trusted',
        ),
      ]
    if (signing !== 'NOT_USED' || activatesAt === undefined) return []
    if (Date.parse(activatesAt) - Date.parse(now) > WITHIN_MS) return []
    return [
      warning(
        'ca-rotation',
        about,
        `EKS activates this successor of blue's certificate authority by itself on ${activatesAt.slice(0, 10)}, which may be in the middle of the upgrade`,
        'activate it before, and see that all that speaks to blue trusts it; or have blue gone by then',
      ),
    ]
  })
