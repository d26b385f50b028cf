import {
  type EKS,
  type PodIdentityAssociation,
  type PodIdentityAssociationSummary,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks'
import type { AddonIdentity, NewPodIdentity, PodIdentity } from '../../domain/eks-objects.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { ask, askFor, askForAll } from '../aws-errors.ts'
import { within } from './describe.ts'
import { unknownIn } from './unknown.ts'

/** Those that no add-on owns, in the cluster or of one service account. */
export async function podIdentitiesOf(
  client: EKS,
  clusterName: string,
  of: { readonly namespace?: string; readonly serviceAccount?: string } = {},
): Promise<PodIdentity[]> {
  const listed = await askForAll(
    `ListPodIdentityAssociations ${clusterName}`,
    (o) => paginateListPodIdentityAssociations({ client }, { clusterName, ...of }, o),
    (page) => page.associations?.filter((a: PodIdentityAssociationSummary) => a.ownerArn === undefined),
  )
  const told = await each(listed, ({ associationId = '' }) => described(client, clusterName, associationId))
  return told.flatMap((found) =>
    found?.association ? { ...podIdentityOf(found.association), ...within('association', unknownIn(found)) } : [],
  )
}

/** Of one namespace: none of them is looked at by itself. */
export async function accountsWithIdentity(client: EKS, clusterName: string, namespace: string): Promise<string[]> {
  const listed = await askForAll(
    `ListPodIdentityAssociations ${clusterName}`,
    (o) => paginateListPodIdentityAssociations({ client }, { clusterName, namespace }, o),
    (page) => page.associations,
  )
  return listed.flatMap(({ serviceAccount }) => serviceAccount ?? [])
}

/** An add-on tells the ARNs of its associations: `arn:…:podidentityassociation/<cluster>/a-…`. */
export async function identitiesOfAddon(
  client: EKS,
  clusterName: string,
  arns: readonly string[],
): Promise<AddonIdentity[]> {
  const told = await each(arns, (arn) => described(client, clusterName, arn.slice(arn.lastIndexOf('/') + 1)))
  return told.flatMap((found) =>
    found?.association
      ? { serviceAccount: found.association.serviceAccount ?? '', roleArn: found.association.roleArn ?? '' }
      : [],
  )
}

export async function createPodIdentity(
  client: EKS,
  clusterName: string,
  identity: NewPodIdentity,
  clientRequestToken: string,
): Promise<void> {
  const { tags, ...rest } = identity
  await ask(`CreatePodIdentityAssociation ${clusterName}`, (o) =>
    client.createPodIdentityAssociation({ clusterName, ...rest, tags: { ...tags }, clientRequestToken }, o),
  )
}

const described = (client: EKS, clusterName: string, associationId: string) =>
  askFor(`DescribePodIdentityAssociation ${clusterName}`, (o) =>
    client.describePodIdentityAssociation({ clusterName, associationId }, o),
  )

const podIdentityOf = (told: PodIdentityAssociation): PodIdentity => ({
  namespace: told.namespace ?? '',
  serviceAccount: told.serviceAccount ?? '',
  roleArn: told.roleArn ?? '',
  ...(told.targetRoleArn !== undefined && { targetRoleArn: told.targetRoleArn }),
  ...(told.disableSessionTags === true && { disableSessionTags: true }),
  ...(told.policy !== undefined && { policy: told.policy }),
  ...(told.externalId !== undefined && { externalId: told.externalId }),
  tags: told.tags ?? {},
})
