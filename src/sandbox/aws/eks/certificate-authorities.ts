import type {
  CertificateAuthority,
  CreateCertificateAuthorityRequest,
  CreateCertificateAuthorityResponse,
  DescribeCertificateAuthorityRequest,
  DescribeCertificateAuthorityResponse,
  ListCertificateAuthoritiesRequest,
  ListCertificateAuthoritiesResponse,
} from '@aws-sdk/client-eks'
import { inUse, notFound } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { activeCluster, clusterNamed, type EksWorld } from './world.ts'

const DAY_MS = 86_400_000

/** A successor is brought to the nodes and waits then: none is activated here, and nothing is signed by it. */
export const certificateAuthorityOperations = (world: EksWorld) =>
  ({
    CreateCertificateAuthority: ((input) => {
      const { clusterName } = input
      const { certificateAuthorities: all } = activeCluster(world, clusterName)
      const before = all.get('ca-2')
      if (world.tokens.answers('CreateCertificateAuthority', input, before))
        return { certificateAuthority: summaryOf(before) }
      if (all.size > 1)
        throw inUse(`Cluster ${clusterName} has a certificate authority that is not used yet`, { clusterName })
      const authority: CertificateAuthority = {
        id: 'ca-2',
        createdAt: new Date(),
        signingStatus: 'NOT_USED',
        distributionStatus: 'IN_PROGRESS',
        scheduledEvents: { firstAutoActivation: new Date(Date.now() + 30 * DAY_MS) },
      }
      all.set('ca-2', authority)
      world.tokens.remember('CreateCertificateAuthority', input, authority)
      world.later.after(world.times.updateMs, () => {
        authority.distributionStatus = 'COMPLETE'
      })
      return { certificateAuthority: summaryOf(authority) }
    }) satisfies Serve<CreateCertificateAuthorityRequest, CreateCertificateAuthorityResponse>,

    DescribeCertificateAuthority: (({ clusterName, certificateAuthorityId: id }) => {
      const found = clusterNamed(world, clusterName).certificateAuthorities.get(id)
      if (!found) throw notFound(`No certificate authority found for ID: ${id}.`, { clusterName })
      return { certificateAuthority: found }
    }) satisfies Serve<DescribeCertificateAuthorityRequest, DescribeCertificateAuthorityResponse>,

    ListCertificateAuthorities: (({ clusterName, nextToken, maxResults }) => {
      const all = [...clusterNamed(world, clusterName).certificateAuthorities.values()]
      const { items, next } = page(all, nextToken, maxResults)
      return { certificateAuthorities: items.map(summaryOf), nextToken: next }
    }) satisfies Serve<ListCertificateAuthoritiesRequest, ListCertificateAuthoritiesResponse>,
  }) satisfies Operations

/** What is scheduled is told of one authority alone. https://docs.aws.amazon.com/eks/latest/APIReference/API_CertificateAuthoritySummary.html */
const summaryOf = ({ scheduledEvents: _scheduled, ...summary }: CertificateAuthority) => summary
