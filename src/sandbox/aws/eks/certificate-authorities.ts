import type {
  DescribeCertificateAuthorityRequest,
  DescribeCertificateAuthorityResponse,
  ListCertificateAuthoritiesRequest,
  ListCertificateAuthoritiesResponse,
} from '@aws-sdk/client-eks'
import { notFound } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { clusterNamed, type EksWorld } from './world.ts'

/** Those that somebody told of: none is ever rotated here. */
export const authorityOperations = (world: EksWorld) =>
  ({
    ListCertificateAuthorities: (({ clusterName, nextToken, maxResults }) => {
      const { items, next } = page(clusterNamed(world, clusterName).authorities, nextToken, maxResults)
      return {
        certificateAuthorities: items.map(({ id, createdAt, createdBy, signingStatus, distributionStatus }) => ({
          id,
          createdAt,
          createdBy,
          signingStatus,
          distributionStatus,
        })),
        nextToken: next,
      }
    }) satisfies Serve<ListCertificateAuthoritiesRequest, ListCertificateAuthoritiesResponse>,

    DescribeCertificateAuthority: (({ clusterName, certificateAuthorityId: id }) => {
      const certificateAuthority = clusterNamed(world, clusterName).authorities.find((a) => a.id === id)
      if (!certificateAuthority) throw notFound(`No certificate authority found for ID: ${id}`, { clusterName })
      return { certificateAuthority }
    }) satisfies Serve<DescribeCertificateAuthorityRequest, DescribeCertificateAuthorityResponse>,
  }) satisfies Operations
