import {
  type EKS,
  paginateListAccessEntries,
  paginateListAssociatedAccessPolicies,
  paginateListCapabilities,
  paginateListFargateProfiles,
} from '@aws-sdk/client-eks'
import type { AccessEntry, ClusterAccess, ClusterBelongings } from '../../domain/eks-objects.ts'
import { askFor, askForAll, isAws } from '../aws-errors.ts'
import { within } from './describe.ts'
import { unknownIn } from './unknown.ts'

export const fargateProfileNamesOf = (client: EKS, clusterName: string): Promise<string[]> =>
  askForAll(
    `ListFargateProfiles ${clusterName}`,
    (o) => paginateListFargateProfiles({ client }, { clusterName }, o),
    (page) => page.fargateProfileNames,
  )

export const capabilitiesOf = async (client: EKS, clusterName: string): Promise<ClusterBelongings['capabilities']> => {
  const found = await askForAll(
    `ListCapabilities ${clusterName}`,
    (o) => paginateListCapabilities({ client }, { clusterName }, o),
    (page) => page.capabilities,
  )
  return found.map(({ capabilityName = '', type = '' }) => ({ name: capabilityName, type }))
}

export const principalsOf = (client: EKS, clusterName: string): Promise<string[]> =>
  askForAll(
    `ListAccessEntries ${clusterName}`,
    (o) => whereThereAreEntries(paginateListAccessEntries({ client }, { clusterName }, o)),
    (page) => page.accessEntries?.filter((arn) => !arn.includes(':role/aws-service-role/')),
  )
/** What a principal's entry allows in the whole cluster; undefined: it has none. */
export async function accessOf(
  client: EKS,
  clusterName: string,
  principalArn: string,
): Promise<ClusterAccess | undefined> {
  const entry = await entryOf(client, clusterName, principalArn)
  if (!entry) return undefined
  const everywhere = entry.policies.filter((p) => p.namespaces === undefined)
  return { groups: entry.groups, policies: everywhere.map((p) => p.arn) }
}

/** Undefined: the principal has no entry. */
export async function entryOf(
  client: EKS,
  clusterName: string,
  principalArn: string,
): Promise<AccessEntry | undefined> {
  const input = { clusterName, principalArn }
  const policies = await askFor(`ListAssociatedAccessPolicies ${clusterName}`, async (o) => {
    const pages = await Array.fromAsync(
      whereThereAreEntries(paginateListAssociatedAccessPolicies({ client }, input, o)),
    )
    if (pages.length === 0) return undefined
    return pages
      .flatMap((page) => page.associatedAccessPolicies ?? [])
      .map(({ policyArn: arn = '', accessScope: { type, namespaces = [] } = {} }) => ({
        arn,
        ...(type === 'namespace' && { namespaces }),
      }))
  })
  if (policies === undefined) return undefined
  const described = await askFor(`DescribeAccessEntry ${clusterName}`, (o) => client.describeAccessEntry(input, o))
  const told = described?.accessEntry
  return (
    told && {
      principalArn,
      type: told.type ?? '',
      groups: told.kubernetesGroups ?? [],
      username: told.username ?? '',
      policies,
      tags: told.tags ?? {},
      ...within('accessEntry', unknownIn(described)),
    }
  )
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
