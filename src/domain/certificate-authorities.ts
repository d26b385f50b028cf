import type { CertificateAuthority } from './eks-objects.ts'
import { blocker, warning, type Finding } from './findings.ts'

/**
 * A cluster's certificate authority is rotated by a successor, which EKS brings to its nodes first and lets sign then.
 * While that goes on, nodes and pipelines trust the one or the other, and what names blue's authority, such as a launch
 * template, names one of the two.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CertificateAuthority.html
 */
export const authorityFindings = (cluster: string, found: readonly CertificateAuthority[]): Finding[] =>
  found.flatMap(({ id, signing, distribution, activatedFrom }) => {
    if (signing === 'ACTIVATING' || distribution === 'IN_PROGRESS' || distribution === 'DELETING')
      return [
        blocker(
          'certificate-authority',
          cluster,
          `its certificate authority is being rotated: ${id} is ${signing}, its distribution ${distribution}`,
          'wait until the rotation is over',
        ),
      ]
    if (signing !== 'NOT_USED') return []
    return [
      warning(
        'certificate-authority',
        cluster,
        `${id} is to follow its certificate authority, its distribution is ${distribution}${activatedFrom === undefined ? '' : `, and EKS may let it sign from ${activatedFrom} on`}`,
        'activate it before the upgrade, or afterwards, when blue is about to go anyway; not in between',
      ),
    ]
  })
