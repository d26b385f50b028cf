import {
  type EKS,
  paginateListAccessEntries,
  paginateListAssociatedAccessPolicies,
  paginateListCapabilities,
  paginateListFargateProfiles,
  paginateListIdentityProviderConfigs,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks'
import type { ClusterAccess, ClusterBelongings } from '../../domain/eks-objects.ts'
import { askFor, askForAll, isAws } from '../aws-errors.ts'
import { each } from '../aws-client.ts'

/** Made by EKS when a node group, Fargate profile or Auto Mode needs one: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
const madeByEks: ReadonlySet<string> = new Set(['EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'HYBRID_LINUX', 'EC2'])

export async function belongingsOf(client: EKS, clusterName: string): Promise<ClusterBelongings> {
  const input = { clusterName }
  const [accessEntries, podIdentities, fargateProfiles, identityProviders, capabilities] = await Promise.all([
    accessEntriesOf(client, clusterName),
    askForAll(
      `ListPodIdentityAssociations ${clusterName}`,
      (o) => paginateListPodIdentityAssociations({ client }, input, o),
      // One with an owner belongs to an add-on, and is told there.
      (page) => page.associations?.filter((a) => a.ownerArn === undefined),
    ),
    askForAll(
      `ListFargateProfiles ${clusterName}`,
      (o) => paginateListFargateProfiles({ client }, input, o),
      (page) => page.fargateProfileNames,
    ),
    askForAll(
      `ListIdentityProviderConfigs ${clusterName}`,
      (o) => paginateListIdentityProviderConfigs({ client }, input, o),
      (page) => page.identityProviderConfigs,
    ),
    askForAll(
      `ListCapabilities ${clusterName}`,
      (o) => paginateListCapabilities({ client }, input, o),
      (page) => page.capabilities,
    ),
  ])
  return {
    accessEntries,
    podIdentities: podIdentities.map((a) => `${a.namespace}/${a.serviceAccount}`),
    fargateProfiles,
    identityProviders: identityProviders.map((p) => `${p.type} ${p.name}`),
    capabilities: capabilities.map((c) => c.capabilityName ?? ''),
  }
}

async function accessEntriesOf(client: EKS, clusterName: string): Promise<string[]> {
  const principals = await askForAll(
    `ListAccessEntries ${clusterName}`,
    (o) => whereThereAreEntries(paginateListAccessEntries({ client }, { clusterName }, o)),
    (page) => page.accessEntries?.filter((arn) => !arn.includes(':role/aws-service-role/')),
  )
  const types = await each(principals, (principalArn) =>
    askFor(`DescribeAccessEntry ${clusterName}`, (o) => client.describeAccessEntry({ clusterName, principalArn }, o)),
  )
  return principals.filter((_, i) => !madeByEks.has(types[i]?.accessEntry?.type ?? ''))
}

/** Undefined: the principal has no entry. */
export async function accessOf(
  client: EKS,
  clusterName: string,
  principalArn: string,
): Promise<ClusterAccess | undefined> {
  const input = { clusterName, principalArn }
  const policies = await askFor(`ListAssociatedAccessPolicies ${clusterName}`, async (o) => {
    const pages = await Array.fromAsync(
      whereThereAreEntries(paginateListAssociatedAccessPolicies({ client }, input, o)),
    )
    if (pages.length === 0) return undefined
    return pages
      .flatMap((page) => page.associatedAccessPolicies ?? [])
      .flatMap((policy) => (policy.accessScope?.type === 'cluster' ? (policy.policyArn ?? []) : []))
  })
  if (policies === undefined) return undefined
  const described = await askFor(`DescribeAccessEntry ${clusterName}`, (o) => client.describeAccessEntry(input, o))
  return described && { groups: described.accessEntry?.kubernetesGroups ?? [], policies }
}

/** In authentication mode CONFIG_MAP a cluster has no entries, and EKS refuses to list them. */
async function* whereThereAreEntries<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  try {
    yield* pages
  } catch (error) {
    const refused =
      isAws(error, 'InvalidRequest') && error instanceof Error && /authentication mode/i.test(error.message)
    if (!refused) throw error
  }
}
