import { type EKS, paginateListCertificateAuthorities } from '@aws-sdk/client-eks'
import type { CertificateAuthority } from '../../domain/eks-objects.ts'
import { each } from '../aws-client.ts'
import { askFor, askForAll } from '../aws-errors.ts'

/** Of those that are to follow also when: the list does not tell it. */
export async function authoritiesOf(client: EKS, clusterName: string): Promise<CertificateAuthority[]> {
  const listed = await askForAll(
    `ListCertificateAuthorities ${clusterName}`,
    (o) => paginateListCertificateAuthorities({ client }, { clusterName }, o),
    (page) => page.certificateAuthorities,
  )
  return each(listed, async ({ id = '', signingStatus: signing = '', distributionStatus: distribution = '' }) => {
    const told = { id, signing, distribution }
    if (signing !== 'NOT_USED') return told
    const found = await askFor(`DescribeCertificateAuthority ${clusterName}/${id}`, (o) =>
      client.describeCertificateAuthority({ clusterName, certificateAuthorityId: id }, o),
    )
    const from = found?.certificateAuthority?.scheduledEvents?.firstAutoActivation
    return { ...told, ...(from && { activatedFrom: from.toISOString() }) }
  })
}
