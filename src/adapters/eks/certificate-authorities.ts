import { type EKS, paginateListCertificateAuthorities } from '@aws-sdk/client-eks'
import type { CertificateAuthority } from '../../domain/certificate-authorities.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { askFor, askForAll } from '../aws-errors.ts'

/** When one is activated is told of each by itself only, and is asked of those that are not in use. */
export async function authoritiesOf(client: EKS, clusterName: string): Promise<CertificateAuthority[]> {
  const told = await askForAll(
    `ListCertificateAuthorities ${clusterName}`,
    (o) => paginateListCertificateAuthorities({ client }, { clusterName }, o),
    (page) => page.certificateAuthorities,
  )
  return each(told, async ({ id = '', signingStatus: signing = '', distributionStatus: distribution = '' }) => {
    const found =
      signing === 'NOT_USED'
        ? await askFor(`DescribeCertificateAuthority ${clusterName} ${id}`, (o) =>
            client.describeCertificateAuthority({ clusterName, certificateAuthorityId: id }, o),
          )
        : undefined
    const at = found?.certificateAuthority?.scheduledEvents?.firstAutoActivation
    return { id, signing, distribution, ...(at && { activatesAt: at.toISOString() }) }
  })
}
