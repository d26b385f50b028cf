import { randomBytes } from 'node:crypto'
import type {
  CreatePodIdentityAssociationRequest,
  CreatePodIdentityAssociationResponse,
  DescribePodIdentityAssociationRequest,
  DescribePodIdentityAssociationResponse,
  ListPodIdentityAssociationsRequest,
  ListPodIdentityAssociationsResponse,
} from '@aws-sdk/client-eks'
import { inUse, invalidParameter, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { roomFor } from './quotas.ts'
import { activeCluster, arnOf, clusterNamed, type EksCluster, type EksPodIdentity, type EksWorld } from './world.ts'

type Request = Given<CreatePodIdentityAssociationRequest>

export const podIdentityOperations = (world: EksWorld) =>
  ({
    CreatePodIdentityAssociation: ((input) => {
      const { clusterName, namespace, serviceAccount } = input
      const taken = ofAccount(clusterNamed(world, clusterName), namespace, serviceAccount)
      if (world.tokens.answers('CreatePodIdentityAssociation', input, taken)) return { association: taken }
      const cluster = activeCluster(world, clusterName)
      check(input)
      if (taken) throw inUse('Association already exists', { clusterName })
      roomFor(world.quotas, 'podIdentities', cluster.podIdentities, { clusterName })
      const association = newPodIdentity(world, cluster, input)
      world.tokens.remember('CreatePodIdentityAssociation', input, association)
      return { association }
    }) satisfies Serve<CreatePodIdentityAssociationRequest, CreatePodIdentityAssociationResponse>,

    DescribePodIdentityAssociation: (({ clusterName, associationId }) => {
      const association = clusterNamed(world, clusterName).podIdentities.get(associationId)
      if (!association) throw notFound(`No pod identity association found for id: ${associationId}`, { clusterName })
      return { association }
    }) satisfies Serve<DescribePodIdentityAssociationRequest, DescribePodIdentityAssociationResponse>,

    ListPodIdentityAssociations: (({ clusterName, namespace, serviceAccount, nextToken, maxResults }) => {
      const all = [...clusterNamed(world, clusterName).podIdentities.values()].filter(
        (it) => (!namespace || it.namespace === namespace) && (!serviceAccount || it.serviceAccount === serviceAccount),
      )
      const { items, next } = page(all, nextToken, maxResults)
      // A summary: neither roles nor tags.
      return {
        associations: items.map((it) => ({
          clusterName,
          namespace: it.namespace,
          serviceAccount: it.serviceAccount,
          associationArn: it.associationArn,
          associationId: it.associationId,
          ownerArn: it.ownerArn,
        })),
        nextToken: next,
      }
    }) satisfies Serve<ListPodIdentityAssociationsRequest, ListPodIdentityAssociationsResponse>,
  }) satisfies Operations

const ofAccount = (cluster: EksCluster, namespace: string, serviceAccount: string): EksPodIdentity | undefined =>
  [...cluster.podIdentities.values()].find((it) => it.namespace === namespace && it.serviceAccount === serviceAccount)

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html */
function check({ clusterName, roleArn, targetRoleArn, policy, disableSessionTags }: Request): void {
  for (const arn of [roleArn, ...(targetRoleArn ? [targetRoleArn] : [])])
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(arn))
      throw invalidParameter(`'${arn}' is not the ARN of a role`, { clusterName })
  if (policy !== undefined && disableSessionTags !== true)
    throw invalidParameter('A policy needs disableSessionTags to be true', { clusterName })
}

/** `ownerArn`: of the add-on that it belongs to. */
export function newPodIdentity(
  world: EksWorld,
  cluster: EksCluster,
  input: Omit<Request, 'clusterName' | 'clientRequestToken'>,
  ownerArn?: string,
): EksPodIdentity {
  const associationId = `a-${randomBytes(9).toString('hex').slice(0, 17)}`
  const association: EksPodIdentity = {
    clusterName: cluster.name,
    namespace: input.namespace,
    serviceAccount: input.serviceAccount,
    roleArn: input.roleArn,
    associationArn: arnOf(world, 'podidentityassociation', cluster.name, associationId),
    associationId,
    tags: { ...input.tags },
    createdAt: new Date(),
    modifiedAt: new Date(),
    ownerArn,
    disableSessionTags: input.disableSessionTags ?? false,
    targetRoleArn: input.targetRoleArn,
    // EKS makes another for each association.
    externalId: input.targetRoleArn && `${world.region}/${world.account}/${cluster.name}/${associationId}`,
    policy: input.policy,
  }
  cluster.podIdentities.set(associationId, association)
  return association
}
